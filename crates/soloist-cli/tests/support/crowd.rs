//! Many contenders that start together.

use std::io::PipeWriter;

use super::actor::Actor;
use super::invocation::{Invocation, Running};
use super::process::{DEADLINE, readable};
use super::sandbox::Sandbox;

pub(crate) struct Crowd<'a> {
    sandbox: &'a Sandbox,
    members: Vec<Running>,
    actors: Vec<Actor>,
}

impl<'a> Crowd<'a> {
    /// Starts them one right after the other.
    pub(crate) fn started(sandbox: &'a Sandbox, contenders: Vec<Invocation>) -> Self {
        let members = contenders.into_iter().map(Invocation::spawn).collect();
        Self { sandbox, members, actors: Vec::new() }
    }

    /// Starts them behind a gate, and then opens it: all processes exist before the first one begins.
    pub(crate) fn released(sandbox: &'a Sandbox, contenders: &[Invocation]) -> Self {
        let (reader, gate): (_, PipeWriter) = std::io::pipe().unwrap();
        let members = contenders
            .iter()
            .map(|contender| {
                sandbox
                    .program("sh -c")
                    .arg(r#"read gate; exec "$@""#)
                    .arg("sh")
                    .arg(contender.program())
                    .args(contender.arguments())
                    .stdin(reader.try_clone().unwrap())
                    .spawn()
            })
            .collect();
        drop(gate);
        Self { sandbox, members, actors: Vec::new() }
    }

    /// Waits until all but one have ended; returns the one with its program, and the others' exit codes.
    #[track_caller]
    pub(crate) fn until_one_is_left(mut self) -> (Running, Actor, Vec<Option<i32>>) {
        self.attend(1, false);
        let left = self.members.iter().position(|member| !member.has_ended());
        let Some(left) = left else { panic!("nobody is left: {:?}", self.codes()) };
        let survivor = self.members.remove(left);
        let actor = loop {
            self.actors.retain(|actor| !actor.has_ended());
            if let Some(actor) = self.actors.pop() {
                break actor;
            }
            if readable(&[survivor.descriptor()], std::time::Duration::ZERO)[0] {
                panic!("the last one ended too: {:?}", survivor.outcome());
            }
            let ready = readable(&[self.sandbox.listening_descriptor(), survivor.descriptor()], DEADLINE);
            assert!(ready[0] || ready[1], "the last one starts nothing: {}", survivor.stderr());
            if ready[0] {
                self.actors.extend(self.sandbox.answer());
            }
        };
        assert!(self.actors.iter().all(Actor::has_ended), "two programs run");
        let codes = self.codes();
        (survivor, actor, codes)
    }

    /// Tells each program that comes up to end well, until every contender has ended; returns their codes in
    /// the order in which they were started.
    #[track_caller]
    pub(crate) fn until_all_have_ended(mut self) -> Vec<Option<i32>> {
        self.attend(0, true);
        self.codes()
    }

    /// Answers the programs that call, until no more than this many contenders run.
    #[track_caller]
    fn attend(&mut self, left: usize, dismiss: bool) {
        loop {
            let mut waited = vec![self.sandbox.listening_descriptor()];
            waited.extend(self.members.iter().filter(|member| !member.has_ended()).map(Running::descriptor));
            if waited.len() <= left + 1 {
                return;
            }
            let ready = readable(&waited, DEADLINE);
            if ready[0] {
                let mut actor = self.sandbox.answer();
                if let (true, Some(actor)) = (dismiss, &mut actor) {
                    actor.try_tell("exit 0");
                }
                self.actors.extend(actor);
            }
            if !ready.contains(&true) {
                let words: Vec<String> = self.members.iter().map(Running::stderr).collect();
                panic!("{} contenders still run, not {left}: {words:#?}", waited.len() - 1);
            }
        }
    }

    fn codes(&mut self) -> Vec<Option<i32>> {
        self.members.drain(..).map(|member| member.outcome().code).collect()
    }
}
