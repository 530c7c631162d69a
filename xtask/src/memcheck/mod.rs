//! `cargo xtask memcheck`: the real command under Valgrind, through what it does in a day. Whatever Valgrind says is a
//! failure: a read of what is not there or was never written, memory that is lost, a descriptor left open at the end.
//!
//! With `--address` the same scenes, and the library's own tests, run in a build with AddressSanitizer. It sees less of what
//! was never written and more of the stack, and the program's child shares its parent's memory as it really does: under
//! Valgrind that is a copy.

mod judge;
mod relay;
mod scenes;
mod stage;
mod tool;

use std::time::Instant;

use crate::machine::Outcome;
use stage::Stage;

/// Plays every scene: a minute or two. The words are those of the command line.
pub(crate) fn memcheck(words: &[String]) -> Outcome {
    let tool = match words {
        [] => tool::valgrind()?,
        [word] if word == "--address" => tool::address_sanitizer()?,
        _ => return Err("it is: memcheck [--address]".into()),
    };
    let began = Instant::now();
    for (title, scene) in scenes::ALL {
        let since = Instant::now();
        let mut stage = Stage::new(&tool)?;
        let played = scene(&mut stage);
        // What the tool says explains a scene that failed.
        stage.judge().and(played).map_err(|error| format!("{title}: {error}"))?;
        eprintln!("xtask: {title}: clean ({:.1} s)", since.elapsed().as_secs_f64());
    }
    println!("{} scenes under {}, all clean", scenes::ALL.len(), tool.name());
    eprintln!("xtask: {:.0} s", began.elapsed().as_secs_f64());
    Ok(())
}
