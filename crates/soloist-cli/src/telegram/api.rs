//! Asking the Bot API over HTTP.

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use ureq::Agent;

use super::answer::understand;
use super::failure::{Failure, of_error};
use super::root::Root;

/// The most that is read of an answer.
const LARGEST: u64 = 64 * 1024;

/// More than anybody waits, and little enough for every clock: the client adds it to the time of day.
const NEVER: Duration = Duration::from_secs(1 << 31);

/// A Bot API to ask, within a time for everything together.
pub(super) struct Api<'a> {
    agent: Agent,
    root: &'a Root,
    token: &'a str,
    limit: Duration,
    started: Instant,
}

impl<'a> Api<'a> {
    /// Redirects are not followed, since the token would go along; proxies are those of the usual variables.
    pub(super) fn new(root: &'a Root, token: &'a str, limit: Duration) -> Self {
        let settings = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .user_agent(concat!("soloist/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: Agent::new_with_config(settings), root, token, limit, started: Instant::now() }
    }

    /// The result of a method without parameters.
    pub(super) fn call<T: DeserializeOwned>(&self, method: &str) -> Result<T, Failure> {
        let failure = |error| of_error(&error, self.limit).by_proxy(self.is_proxied());
        let (status, body) = self.fetch(method).map_err(failure)?;
        understand(status, &body)
    }

    fn is_proxied(&self) -> bool {
        let address = self.root.address();
        self.agent
            .config()
            .proxy()
            .is_some_and(|proxy| address.parse().is_ok_and(|address| !proxy.is_no_proxy(&address)))
    }

    fn fetch(&self, method: &str) -> Result<(u16, Vec<u8>), ureq::Error> {
        let left = self.limit.saturating_sub(self.started.elapsed()).min(NEVER);
        let request = self.agent.get(self.root.method(self.token, method));
        let mut answer = request.config().timeout_global(Some(left)).build().call()?;
        let status = answer.status().as_u16();
        let body = answer.body_mut().with_config().limit(LARGEST).read_to_vec()?;
        Ok((status, body))
    }
}
