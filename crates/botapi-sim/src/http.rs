//! As much of HTTP/1.1 as bots speak.

mod body;
mod request;
mod response;

#[cfg(test)]
pub(crate) use body::urlencoded as parse_query;
pub(crate) use request::Request;
pub(crate) use response::Response;
