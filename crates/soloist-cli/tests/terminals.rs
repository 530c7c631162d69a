//! Contract, *Supervision*: at a real terminal everything is as if soloist were not there.

mod support;

use support::Sandbox;

/// Plays a scenario of `support/terminal.py` in a pseudo-terminal.
fn plays(scenario: &str) {
    let sandbox = Sandbox::new();
    sandbox.file("terminal.py", include_str!("support/terminal.py"));
    sandbox.file("typist.py", include_str!("support/typist.py"));
    let words = format!("python3 terminal.py {scenario} {} typist.py", env!("CARGO_BIN_EXE_soloist"));
    sandbox.program(&words).exits(0);
}

/// Ctrl-C reaches the program once, and a second one reaches it too.
#[test]
fn ctrl_c_reaches_the_program_once() {
    plays("interrupts");
}

/// Ctrl-\ ends a program that does not catch it, and the shell is told.
#[test]
fn ctrl_backslash_ends_the_program() {
    plays("quits");
}

/// Ctrl-Z, `fg` and `bg`.
#[test]
fn job_control_works() {
    plays("job_control");
}

/// A job that was started in the background.
#[test]
fn a_background_job_comes_to_the_front() {
    plays("background");
}

/// A change of the window's size reaches the program once.
#[test]
fn a_window_change_reaches_the_program_once() {
    plays("window");
}

/// TSTP and CONT by kill(1) stop and wake the program with soloist, and the shell is told.
#[test]
fn a_stop_by_kill_stops_both() {
    plays("stopped_from_outside");
}

/// In a pipeline, too.
#[test]
fn a_pipeline_is_one_job() {
    plays("pipeline");
}

/// The program ends when its terminal hangs up.
#[test]
fn a_hang_up_ends_the_program() {
    plays("hang_up");
}

/// Also when no shell stands between the terminal and soloist.
#[test]
fn a_hang_up_ends_the_program_without_a_shell() {
    plays("hang_up_without_a_shell");
}

/// A signal by kill(1) reaches the program once.
#[test]
fn a_signal_by_kill_reaches_the_program_once() {
    plays("killed_from_outside");
}
