//! The handle that tests and demonstrations hold.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle, Scope};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::connection::Connection;
use crate::log::LogEntry;
use crate::report::Report;
use crate::rules::{Event, Rules};
use crate::server::{Server, random};

/// A running Bot API on 127.0.0.1. It ends when this is dropped.
#[derive(Debug)]
#[must_use = "the simulator ends when this is dropped"]
pub struct Simulator {
    address: SocketAddr,
    server: Arc<Server>,
    threads: Vec<JoinHandle<()>>,
}

impl Simulator {
    /// Starts a simulator on a port the system chooses.
    pub fn start() -> io::Result<Self> {
        Self::start_at(0)
    }

    /// Starts a simulator on the given port of 127.0.0.1.
    pub fn start_at(port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        let address = listener.local_addr()?;
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let server = Arc::new(Server::new(Rules::new(since_epoch.as_secs(), random())));
        // From here on an early return drops the simulator, and that ends what has been started.
        let mut simulator = Self { address, server, threads: Vec::new() };
        simulator.spawn("clock", Server::keep_time)?;
        simulator.spawn("listener", move |server| accept(server, &listener))?;
        Ok(simulator)
    }

    /// What bots take for `https://api.telegram.org`, without a slash at its end.
    pub fn root_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Lets somebody write to the bot, and returns the id of the update.
    ///
    /// There is none if the bot's `allowed_updates` leave messages out or its queue is full. A text that the
    /// bot was sent before gets ` #` and the update's id behind it, so that a reply tells which update it
    /// answers.
    pub fn inject(&self, bot: u64, text: &str) -> Option<i64> {
        let text = text.to_owned();
        self.server.change(|state, now| state.apply(Event::Message { bot, text }, now))
    }

    /// What is known about a bot by now.
    pub fn report(&self, bot: u64) -> Report {
        let state = self.server.lock();
        state.record.report(bot, &state.rules, self.server.now())
    }

    /// Waits until the report on the bot fulfils the condition and returns it; `None` when the time is over.
    pub fn wait_until(
        &self,
        bot: u64,
        limit: Duration,
        condition: impl Fn(&Report) -> bool,
    ) -> Option<Report> {
        let deadline = self.server.now() + limit;
        let mut state = self.server.lock();
        loop {
            let now = self.server.now();
            let report = state.record.report(bot, &state.rules, now);
            if condition(&report) {
                return Some(report);
            }
            if now >= deadline {
                return None;
            }
            state = self.server.wait(state, Some(deadline));
        }
    }

    /// What happened to all bots, in words and in order.
    pub fn log(&self) -> Vec<LogEntry> {
        self.server.lock().record.log(None)
    }

    /// Makes every answer come this much later, as over a long way. The default is zero.
    pub fn set_latency(&self, latency: Duration) {
        self.server.change(|state, _| state.latency = latency);
    }

    /// Makes every `setWebhook` wait this long for its address to be verified. The default is zero.
    pub fn set_webhook_verification(&self, verification: Duration) {
        self.server.change(|state, _| state.rules.set_verification(verification));
    }

    /// Forgets all bots, their updates and what was recorded, and closes the connections that wait.
    pub fn reset(&self) {
        self.server.reset();
    }

    /// Closes all connections and waits for all threads to end; dropping the simulator does the same.
    pub fn stop(self) {
        drop(self);
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce(&Server) + Send + 'static) -> io::Result<()> {
        let server = Arc::clone(&self.server);
        let builder = thread::Builder::new().name(name.to_owned());
        self.threads.push(builder.spawn(move || work(&server))?);
        Ok(())
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.server.stop();
        // The listener waits for a connection and looks up only when one comes.
        drop(TcpStream::connect(self.address));
        for thread in self.threads.drain(..) {
            // One that panicked has already said so.
            thread.join().ok();
        }
    }
}

/// Serves every connection on a thread of its own, and returns when all of them have ended.
fn accept(server: &Server, listener: &TcpListener) {
    thread::scope(|scope| {
        for stream in listener.incoming() {
            match stream.and_then(|stream| serve(server, scope, stream)) {
                Ok(true) => {}
                Ok(false) => return,
                // Too many open files and the like: the client is told by the closed connection.
                Err(_) => thread::sleep(Duration::from_millis(10)),
            }
        }
    });
}

/// Whether the simulator goes on.
fn serve<'scope>(
    server: &'scope Server,
    scope: &'scope Scope<'scope, '_>,
    stream: TcpStream,
) -> io::Result<bool> {
    let Some(id) = server.admit(&stream)? else { return Ok(false) };
    let work = move || {
        // Whatever goes wrong on a connection ends this connection only.
        Connection::new(server, stream).and_then(Connection::serve).ok();
        server.dismiss(id);
    };
    thread::Builder::new().name("connection".to_owned()).spawn_scoped(scope, work)?;
    Ok(true)
}
