//! The paths under `/sim/`, by which other processes drive the simulator.
//!
//! `POST inject?bot=ID&text=…&count=N`, `GET report?bot=ID`, `GET log[?bot=ID]`, `POST reset`.

use serde::Serialize;

use crate::http::{Request, Response};
use crate::rules::Event;
use crate::server::Server;

const MOST_MESSAGES: i64 = 10_000;

#[derive(Serialize)]
struct Injected {
    update_ids: Vec<i64>,
}

#[derive(Serialize)]
struct Failed<'a> {
    error: &'a str,
}

pub(crate) fn answer(server: &Server, path: &str, request: &Request) -> Response {
    match (request.method.as_str(), path) {
        ("POST", "inject") => inject(server, request),
        ("GET", "report") => report(server, request),
        ("GET", "log") => log(server, request),
        ("POST", "reset") => {
            server.reset();
            Response::new(200, "{}".to_owned())
        }
        (_, "inject" | "reset") => failure(405, "this path wants POST"),
        (_, "report" | "log") => failure(405, "this path wants GET"),
        _ => failure(404, "the paths are inject, report, log and reset"),
    }
}

fn inject(server: &Server, request: &Request) -> Response {
    let Some(bot) = bot(request) else { return failure(400, "bot: the bot's user id is wanted") };
    let text = match request.parameters.text("text") {
        "" => "message",
        text => text,
    };
    let count = request.parameters.integer("count", 1, 0, MOST_MESSAGES);
    // In one step, so that the bot finds all of them at once.
    let update_ids = server.change(|state, now| {
        let message = |_| state.apply(Event::Message { bot, text: text.to_owned() }, now);
        (0..count).filter_map(message).collect()
    });
    success(&Injected { update_ids })
}

fn report(server: &Server, request: &Request) -> Response {
    let Some(bot) = bot(request) else { return failure(400, "bot: the bot's user id is wanted") };
    let state = server.lock();
    success(&state.record.report(bot, &state.rules, server.now()))
}

fn log(server: &Server, request: &Request) -> Response {
    match (request.parameters.text("bot"), bot(request)) {
        ("", _) => success(&server.lock().record.log(None)),
        (_, Some(bot)) => success(&server.lock().record.log(Some(bot))),
        (_, None) => failure(400, "bot: the bot's user id is wanted"),
    }
}

fn bot(request: &Request) -> Option<u64> {
    request.parameters.text("bot").parse().ok()
}

fn success(value: &impl Serialize) -> Response {
    match serde_json::to_string(value) {
        Ok(body) => Response::new(200, body),
        Err(error) => failure(500, &error.to_string()),
    }
}

fn failure(status: u16, error: &str) -> Response {
    Response::new(status, serde_json::to_string(&Failed { error }).unwrap_or_default())
}
