//! One worker: its share of the cases, in a world of processes of its own. It speaks in lines.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use super::bystander::Bystander;
use super::call::Fault;
use super::case::{Case, Outcome};
use super::place::Stage;
use super::scenario::Scenario;
use super::world::World;
use super::{Wish, plan};

/// The word by which the project's own commands know that they are to be a worker.
pub(crate) const WORD: &str = "calls-worker";

/// Runs a worker: `SHARE OF SOLOIST DIRECTORY WISH…`.
pub(crate) fn run(words: &[String]) -> ExitCode {
    let ran = match words {
        [share, of, soloist, root, wish @ ..] => Worker::new([share, of], soloist, root, wish),
        _ => Err("no share".into()),
    };
    match ran.and_then(|mut worker| worker.work().map_err(|error| error.to_string())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: a worker: {error}");
            ExitCode::FAILURE
        }
    }
}

struct Worker {
    share: usize,
    of: usize,
    wish: Wish,
    stage: Stage,
    world: World,
    bystanders: Vec<Bystander>,
    cases: usize,
}

impl Worker {
    fn new(numbers: [&String; 2], soloist: &str, root: &str, wish: &[String]) -> Result<Self, String> {
        let number = |text: &String| text.parse().map_err(|_| format!("{text} is no number"));
        let (share, of) = (number(numbers[0])?, number(numbers[1])?);
        let wish = Wish::parse(wish)?;
        let failed = |error: io::Error| format!("cannot make ready in {root}: {error}");
        let world = World::new().map_err(failed)?;
        let stage = Stage::make(PathBuf::from(root), soloist.into()).map_err(failed)?;
        let bystanders = Bystander::crowd(&stage).map_err(failed)?;
        Ok(Self { share, of, wish, stage, world, bystanders, cases: 0 })
    }

    fn work(&mut self) -> io::Result<()> {
        for scenario in self.wish.scenarios() {
            if let Some(fault) = self.wish.only {
                let outcome = self.case(scenario, Some(fault))?;
                show(&outcome);
                continue;
            }
            let untouched = self.case(scenario, None)?;
            println!("calls\t{}\t{}", scenario.name, untouched.calls.len());
            let faults = plan::faults(&untouched.calls, &scenario.errors(), self.wish.sample());
            let (share, of) = (self.share, self.of);
            let own = faults.into_iter().enumerate().filter(|(index, _)| index % of == share);
            for (_, fault) in own.collect::<Vec<_>>() {
                self.case(scenario, Some(fault))?;
            }
        }
        Ok(())
    }

    /// Runs one case and tells of it. What violated nothing leaves no files.
    fn case(&mut self, scenario: &Scenario, fault: Option<Fault>) -> io::Result<Outcome> {
        self.cases += 1;
        let place = self.stage.case(self.cases)?;
        let outcome = Case::new(&mut self.world, &place, scenario, fault, &self.bystanders).run()?;
        if let Some(fault) = fault {
            println!("case\t{}\t{}", scenario.name, fault.blow);
        }
        for violation in &outcome.violations {
            let number = outcome.struck.map_or(0, |struck| struck.number);
            let call = outcome.struck.map_or("no call".into(), |struck| {
                let whose = if struck.by_helper { " of a helper" } else { "" };
                format!("{}{whose}", struck.call)
            });
            let blow = fault.map_or("untouched".into(), |fault| fault.blow.to_string());
            let text = violation.replace(['\n', '\t'], " ");
            println!("violation\t{}\t{number}\t{call}\t{blow}\t{text}", scenario.name);
        }
        if outcome.violations.is_empty() {
            fs::remove_dir_all(&place.root)?;
        }
        Ok(outcome)
    }
}

/// Everything about one case, for who looks into it.
fn show(outcome: &Outcome) {
    let struck = outcome.struck.map_or(0, |struck| struck.number);
    eprintln!("calls before it and at it:");
    let first = struck.saturating_sub(15);
    for (index, call) in outcome.calls.iter().enumerate().take(struck).skip(first) {
        eprintln!("  {} {call}", index + 1);
    }
    eprintln!("its end: {:?}\nits stderr: {}", outcome.status, outcome.stderr.trim());
}
