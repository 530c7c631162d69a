//! The program `botapi-sim`.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use crate::client::{Client, ids};

fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_botapi-sim"));
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output(arguments: &[&str]) -> Output {
    program(arguments).output().unwrap()
}

/// A running program and its root. It ends when its input is closed.
fn start(arguments: &[&str]) -> (Child, String) {
    let mut child = program(arguments).arg("--until-stdin-closes").spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let root = line.trim_end().strip_prefix("listening on ").unwrap().to_owned();
    (child, root)
}

#[test]
fn it_says_where_it_listens_and_ends_when_its_input_does() {
    let (mut child, root) = start(&[]);
    assert_eq!(Client::connect(&root).call("getMe").status, 200);
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn it_sends_messages_at_the_given_rate() {
    let (mut child, root) = start(&["--bot", "42", "--messages-per-second=100"]);
    let first = Client::connect(&root).call("getUpdates?timeout=50");
    assert_eq!(ids(&first).len(), 1);
    assert!(first.body.contains("message 1"));
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_port_that_is_taken_is_an_error_with_its_address() {
    let (mut child, root) = start(&[]);
    let port = root.rsplit(':').next().unwrap();
    let refused = output(&["--port", port]);
    assert_eq!(refused.status.code(), Some(1));
    let words = String::from_utf8(refused.stderr).unwrap();
    assert!(words.starts_with(&format!("error: listen on 127.0.0.1:{port}: ")), "{words}");
    drop(child.stdin.take());
    child.wait().unwrap();
}

#[test]
fn wrong_options_are_explained_and_exit_2() {
    for (arguments, words) in [
        (&["--prot", "1"][..], "error: unknown option --prot"),
        (&["--port"], "error: --port wants a value"),
        (&["--port", "x"], "error: --port wants a number, not \"x\""),
        (&["--port", "70000"], "error: --port wants a number"),
        (&["--messages-per-second", "1"], "error: --messages-per-second needs --bot"),
        (&["--bot", "1"], "error: --bot needs --messages-per-second"),
        (
            &["--bot", "1", "--messages-per-second", "0"],
            "error: --messages-per-second wants a number above 0",
        ),
        (&["--latency", "-1"], "error: --latency wants a number of seconds"),
    ] {
        let output = output(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.starts_with(words), "{said}");
        assert!(said.contains("\nhint: "), "{said}");
    }
}

#[test]
fn help_and_version_go_to_the_standard_output() {
    assert!(String::from_utf8(output(&["--help"]).stdout).unwrap().starts_with("usage: botapi-sim"));
    let version = format!("botapi-sim {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(output(&["-V"]).stdout).unwrap(), version);
}
