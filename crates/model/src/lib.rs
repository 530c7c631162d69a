//! A model of soloist's claim protocol, explored exhaustively.
//!
//! Contenders take the steps that the code takes, one system call at a time as far as others can see it, in every order;
//! any of them may be killed between two steps, and an outsider may remove a lock file. The checker visits every state
//! and says which promise is broken, with a shortest way there. `docs/model.md` tells what is modelled and what is left
//! out.

mod contender;
mod explore;
mod mutation;
mod outsider;
mod property;
mod protocol;
mod report;
mod setting;
mod states;
mod world;

pub use explore::{Explored, explore};
pub use mutation::{Expectation, Mutation};
pub use property::Property;
pub use report::{Form, explore_all, explore_mutation, explore_mutations};
pub use setting::{CONTENDERS, Policy, Scene, Setting};
