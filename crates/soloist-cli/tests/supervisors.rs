//! Contract §3.9: an incumbent that its supervisor would start again is not killed. Tried against the real
//! supervisord, which `cargo xtask test` installs; without it the tests say that they were skipped.

mod support;

use std::path::PathBuf;

use support::{Actor, Running, Sandbox};

/// supervisord, beside the Python that `cargo xtask test` names.
fn supervisord() -> Option<PathBuf> {
    let python = PathBuf::from(std::env::var_os("SOLOIST_AIOGRAM_PYTHON")?);
    Some(python.with_file_name("supervisord")).filter(|path| path.exists())
}

/// A bare copy under supervisord, which does not start it again in this test.
fn supervised(sandbox: &Sandbox) -> Option<(Running, Actor)> {
    let Some(supervisord) = supervisord() else {
        eprintln!("skipped: no supervisord; cargo xtask test installs it");
        return None;
    };
    let root = sandbox.path("");
    let root = root.to_string_lossy();
    let root = root.trim_end_matches('/');
    let configuration = format!(
        "[supervisord]\nnodaemon=true\nlogfile={root}/supervisord.log\npidfile={root}/supervisord.pid\n\
         [program:bot]\ncommand=python3 main.py\ndirectory={root}\nautorestart=false\n"
    );
    sandbox.file("supervisord.conf", configuration);
    Some(sandbox.start(sandbox.invoke(supervisord).args(["-c", "supervisord.conf"])))
}

/// The refusal names the supervisor's own command; `--replace` and `stop` leave the incumbent alone.
#[test]
fn an_incumbent_of_a_supervisor_is_left_to_it() {
    let sandbox = Sandbox::new();
    let Some((_supervisord, mut bot)) = supervised(&sandbox) else { return };
    sandbox.soloist("run -- python3 main.py").exits(75).says("supervisord");
    sandbox.soloist("run --replace -- python3 main.py").exits(77).says("supervisorctl stop bot");
    let refusal = sandbox.soloist("run --replace --json -- python3 main.py").exits(77).document();
    assert_eq!(refusal["remedy"], "supervisorctl stop bot", "{refusal:#}");
    assert_eq!(refusal["duplicates"][0]["origin"]["kind"], "supervisord", "{refusal:#}");
    sandbox.soloist("stop -- python3 main.py").exits(77).says("supervisorctl stop bot");
    let stopped = sandbox.soloist("stop --json -- python3 main.py").exits(77).document();
    assert_eq!(stopped["processes"][0]["outcome"], "managed", "{stopped:#}");
    assert!(bot.is_untouched());
}

/// `--override-supervisor` insists.
#[test]
fn a_supervisor_can_be_overridden() {
    let sandbox = Sandbox::new();
    let Some((_supervisord, bot)) = supervised(&sandbox) else { return };
    let (_running, mut new) = sandbox.starts("run --replace --override-supervisor -- python3 main.py");
    bot.wait_for_end();
    assert!(new.is_untouched());
    sandbox.witness().never_saw_two();
}
