//! At most one instance of a program (work in progress: see `claim`).
mod sys;
