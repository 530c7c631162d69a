//! At most one instance of a program.
