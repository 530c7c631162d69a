//! One connection: requests in, answers out.

use std::io::{self, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::sync::mpsc::RecvTimeoutError;
use std::thread;
use std::time::Duration;

use crate::control;
use crate::http::{Request, Response};
use crate::rules::{Answer, Call, Token};
use crate::server::{Query, Server};

/// How often a waiting query looks whether its client is still there. The standard library has no way of
/// waiting for a channel and a socket at once.
const LOOK: Duration = Duration::from_millis(20);

pub(crate) struct Connection<'a> {
    server: &'a Server,
    peer: SocketAddr,
    reader: BufReader<TcpStream>,
    stream: TcpStream,
}

impl<'a> Connection<'a> {
    pub(crate) fn new(server: &'a Server, stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let reader = BufReader::new(stream.try_clone()?);
        Ok(Self { server, peer: stream.peer_addr()?, reader, stream })
    }

    /// Answers until either side has had enough.
    pub(crate) fn serve(mut self) -> io::Result<()> {
        loop {
            let request = match Request::read(&mut self.reader, &mut self.stream) {
                Ok(Some(request)) => request,
                Ok(None) => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::InvalidData => return self.reject(&error),
                Err(error) => return Err(error),
            };
            let Some(response) = self.answer(&request)? else { return Ok(()) };
            response.write(&mut self.stream, request.keep_alive)?;
            if !request.keep_alive {
                return Ok(());
            }
        }
    }

    fn reject(&mut self, error: &io::Error) -> io::Result<()> {
        let answer = Answer::error(400, &format!("Bad Request: {error}"));
        Response::from(answer).write(&mut self.stream, false)
    }

    /// The answer, or `None` if there is nobody to give one to.
    fn answer(&self, request: &Request) -> io::Result<Option<Response>> {
        if let Some(path) = request.path.strip_prefix("/sim/") {
            return Ok(Some(control::answer(self.server, path, request)));
        }
        let (token, method) = match addressee(request) {
            Ok(addressee) => addressee,
            Err(answer) => return Ok(Some(answer.into())),
        };
        let call = Call::parse(method, &request.parameters);
        let query = self.server.submit(self.peer, token, call, method);
        let Some(answer) = self.wait(&query)? else { return Ok(None) };
        let open = self.is_open()?;
        // Before the answer leaves, so that a client that has it finds it in the report as well.
        self.server.change(|state, now| state.record.answered(query.bot, query.id, &answer, open, now));
        Ok(open.then(|| answer.into()))
    }

    fn wait(&self, query: &Query) -> io::Result<Option<Answer>> {
        loop {
            match query.answer.recv_timeout(LOOK) {
                Ok(answer) => {
                    thread::sleep(self.server.lock().latency);
                    return Ok(Some(answer));
                }
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) if self.is_open()? => {}
                Err(RecvTimeoutError::Timeout) => {
                    self.server.abandon(query);
                    return Ok(None);
                }
            }
        }
    }

    /// Whether the client still holds its end. Something it has already sent counts as a yes.
    fn is_open(&self) -> io::Result<bool> {
        if !self.reader.buffer().is_empty() {
            return Ok(true);
        }
        self.stream.set_nonblocking(true)?;
        let open = match self.stream.peek(&mut [0]) {
            Ok(count) => count > 0,
            Err(error) => error.kind() == io::ErrorKind::WouldBlock,
        };
        self.stream.set_nonblocking(false)?;
        Ok(open)
    }
}

/// The bot and the method in `/bot<token>/<method>`.
fn addressee(request: &Request) -> Result<(Token, &str), Answer> {
    let rest = request.path.strip_prefix("/bot");
    let (token, method) =
        rest.and_then(|rest| rest.split_once('/')).ok_or_else(|| Answer::error(404, "Not Found"))?;
    // The method may also be a parameter.
    let method = if method.is_empty() { request.parameters.text("method") } else { method };
    Ok((Token::parse(token)?, method))
}

impl From<Answer> for Response {
    fn from(answer: Answer) -> Self {
        Self { status: answer.status, body: answer.body, retry_after: answer.retry_after }
    }
}
