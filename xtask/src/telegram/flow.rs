//! People who write to a bot, at a steady rate.

use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use botapi_sim::Simulator;

/// Between two messages.
pub(crate) const PERIOD: Duration = Duration::from_millis(200);

/// Messages flow until this is dropped.
#[must_use = "messages flow until this is dropped"]
pub(crate) struct Flow {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Flow {
    pub(crate) fn start(simulator: &Arc<Simulator>, bot: u64) -> Self {
        let (stop, stopped) = mpsc::channel();
        let simulator = Arc::clone(simulator);
        let work = move || {
            while stopped.recv_timeout(PERIOD) == Err(RecvTimeoutError::Timeout) {
                simulator.inject(bot, "message");
            }
        };
        Self { stop: Some(stop), thread: Some(thread::spawn(work)) }
    }
}

impl Drop for Flow {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // One that panicked has already said so.
            thread.join().ok();
        }
    }
}
