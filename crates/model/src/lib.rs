//! A model of the claim protocol, explored exhaustively.
//!
//! Each step of the model is one thing that other processes can observe: a system call on a lock file, a witness
//! or the record, a signal, the end of a process. Contenders take their steps in every order, anybody may be killed
//! between two of them, and an outsider may remove the lock files. `docs/model.md` says which line of the library each
//! step stands for, and what is left out.
//!
//! - [`scene`]: who takes part, under which key, with how many faults
//! - [`world`]: everything that the steps read and change
//! - [`step`]: what a contender does next
//! - [`taken`]: what it does when the claim is somebody's
//! - [`leave`]: how it lets go, or dies
//! - [`outside`]: what befalls it: faults, removals
//! - [`mutation`]: the rules of the protocol, each of which can be broken
//! - [`property`]: what must hold
//! - [`protocol`]: all of it as a model for the checker
//! - [`check`]: the exploration and its verdict
//! - [`suite`]: which scenes are explored
//! - [`report`]: the tables

#![forbid(unsafe_code)]

pub mod check;
pub mod leave;
pub mod mutation;
pub mod outside;
pub mod property;
pub mod protocol;
pub mod report;
pub mod scene;
pub mod step;
pub mod suite;
pub mod taken;
pub mod world;
