//! `soloist-model [--long] [--mutation NAME] [--write PAGE]`: explores the claim protocol and prints what it found.

use std::process::ExitCode;

use soloist_model::mutation::Mutation;
use soloist_model::report;
use soloist_model::suite::Extent;

/// Between these lines of the page stands what was printed.
const BEGIN: &str = "<!-- printed by cargo xtask model -->\n";
const END: &str = "<!-- end -->";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match run(&words) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("soloist-model: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(words: &[String]) -> Result<bool, String> {
    let after = |option: &str| words.iter().position(|word| word == option).and_then(|at| words.get(at + 1));
    if words.iter().any(|word| word == "--mutation") {
        let name = after("--mutation").ok_or("--mutation needs a name")?;
        let mutation =
            Mutation::parse(name).ok_or_else(|| format!("no mutation {name}; there are {}", names()))?;
        report::trace(mutation).iter().for_each(|line| println!("{line}"));
        return Ok(report::mutation(mutation).good);
    }
    let extent = if words.iter().any(|word| word == "--long") { Extent::Long } else { Extent::Bounded };
    let mut printed = String::new();
    let good = report::tables(extent, |line| {
        println!("{line}");
        printed.push_str(line);
        printed.push('\n');
    });
    if let Some(page) = after("--write") {
        write(page, &printed).map_err(|error| format!("write {page}: {error}"))?;
    }
    Ok(good)
}

fn names() -> String {
    Mutation::ALL.map(Mutation::name).join(", ")
}

fn write(page: &str, printed: &str) -> std::io::Result<()> {
    let text = std::fs::read_to_string(page)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| Some((before, rest.split_once(END)?.1)));
    let (before, after) =
        parts.ok_or_else(|| std::io::Error::other("the page has no place for the tables"))?;
    std::fs::write(page, format!("{before}{BEGIN}\n{printed}\n{END}{after}"))
}
