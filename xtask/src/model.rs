//! The model of the claim protocol: every run, and every rule left out once.

use soloist_model::{Form, Mutation, explore_all, explore_mutation, explore_mutations};

use crate::machine::Outcome;

/// Explores what was asked for: `[--long] [--mutation NAME]`.
pub(crate) fn model(words: &[String]) -> Outcome {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    match words.as_slice() {
        [] => whole(Form::Bounded),
        ["--long"] => whole(Form::Long),
        ["--mutation", name] => {
            let mutation = Mutation::parse(name).ok_or_else(|| unknown(name))?;
            judge(explore_mutation(mutation), "the mutation does not break what it should")
        }
        other => Err(format!("{other:?} is not understood; use --long or --mutation NAME")),
    }
}

fn whole(form: Form) -> Outcome {
    let holds = explore_all(form);
    println!();
    let caught = explore_mutations();
    judge(holds, "the model breaks a promise")?;
    judge(caught, "a mutation does not break what it should")
}

fn judge(good: bool, otherwise: &str) -> Outcome {
    if good { Ok(()) } else { Err(otherwise.into()) }
}

fn unknown(name: &str) -> String {
    let mut names: Vec<String> = Mutation::EXPECTED.iter().map(|row| row.mutation.to_string()).collect();
    names.dedup();
    format!("there is no mutation {name}; there are {}", names.join(", "))
}
