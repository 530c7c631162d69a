//! A Bot API on loopback.
