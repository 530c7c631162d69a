//! Plays a page: writes its files, types its commands, and compares what they print.
//!
//! `/srv/bot` of the page is the sandbox's project, `/home/you` its home, its bots are of this page alone, and `/usr/local/bin/soloist` the program
//! under test. A command that ends with `&` runs until its program calls; so does one with the comment `# returns at
//! once`, which has ended then; `$?` is the code of the command before.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::page::{Block, Command, Page};
use crate::support::{Actor, Invocation, Process, Running, Sandbox};
use crate::words;

/// What the page writes behind a command that leaves the program in the background.
const RETURNS: &str = "# returns at once";

const SOLOIST: &str = env!("CARGO_BIN_EXE_soloist");

/// Runs everything that a page shows; a page that needs what is not installed says so.
pub(crate) fn plays(page: &Page) {
    let mut play = Play::new(&page.name);
    if let Some(missing) = page.needs().iter().find(|tool| !play.has(tool)) {
        return eprintln!("skipped: docs/{} needs {missing}", page.name);
    }
    play.run(page.blocks());
    if !page.text.contains("<!-- several bots -->") {
        play.sandbox.witness().never_saw_two();
    }
}

struct Play {
    page: String,
    /// The programs in the background; they end before their sandbox.
    background: Vec<(Running, Actor)>,
    /// The programs that something else than a shell keeps in the background.
    detached: Vec<Actor>,
    code: i32,
    /// Among the pages that this process plays.
    number: u32,
    sandbox: Sandbox,
}

impl Play {
    fn new(page: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let sandbox = Sandbox::new();
        symlink(SOLOIST, sandbox.bin().join("soloist")).unwrap();
        for (variable, names) in
            [("SOLOIST_SUPERVISORD", &["supervisord", "supervisorctl"][..]), ("SOLOIST_PM2", &["pm2"][..])]
        {
            let Some(tool) = std::env::var_os(variable).map(PathBuf::from) else { continue };
            names
                .iter()
                .for_each(|name| symlink(tool.with_file_name(name), sandbox.bin().join(name)).unwrap());
        }
        Self { page: page.to_owned(), background: Vec::new(), detached: Vec::new(), code: 0, number, sandbox }
    }

    fn has(&self, tool: &str) -> bool {
        match tool {
            "root" => crate::support::process::is_root(),
            _ => self.shell(&format!("command -v {tool}")).outcome().code == Some(0),
        }
    }

    fn run(&mut self, blocks: Vec<Block>) {
        for block in blocks {
            match block {
                Block::File(name, content) => self.write(&name, &content),
                Block::Tried(commands) => commands.iter().for_each(|command| self.types(command)),
            }
        }
    }

    fn write(&self, name: &str, content: &str) {
        let path = self.sandbox.file(name, self.here(content));
        let mode = if content.starts_with("#!") { 0o755 } else { 0o644 };
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    /// A text of the page, with this sandbox's places.
    fn here(&self, text: &str) -> String {
        self.places().iter().fold(text.to_owned(), |text, (shown, path)| text.replace(shown, path))
    }

    /// A text of life, with the page's places.
    fn there(&self, text: &str) -> String {
        self.places().iter().fold(text.to_owned(), |text, (shown, path)| text.replace(path, shown))
    }

    fn places(&self) -> [(&'static str, String); 5] {
        let shown = |path: PathBuf| path.display().to_string();
        [
            ("/srv/bot", shown(self.sandbox.root().join("project"))),
            ("/home/you", shown(self.sandbox.home())),
            ("/usr/local/bin/soloist", SOLOIST.to_owned()),
            ("123456789", self.bot(1)),
            ("987654321", self.bot(2)),
        ]
    }

    /// A bot of this page alone: the bot of another test's token would be in the way.
    fn bot(&self, number: u32) -> String {
        format!("8{:07}{:02}{number}", std::process::id() % 10_000_000, self.number % 100)
    }

    /// A shell as a person has it: only the sandbox's home says where the state is.
    fn shell(&self, line: &str) -> Invocation {
        let script = format!("exec 2>&1; (exit {}); {}", self.code, self.here(line));
        let screens = self.sandbox.home().join(".screen");
        self.sandbox
            .program("sh -c")
            .arg(script)
            .without_env("SOLOIST_STATE_DIR")
            .env("TMUX_TMPDIR", self.sandbox.home())
            .env("SCREENDIR", screens)
            .env("TERM", "xterm")
    }

    fn types(&mut self, command: &Command) {
        let printed = match command.line.strip_suffix(" &") {
            Some(line) => {
                let (running, actor) = self.sandbox.start(self.shell(&becoming(line)));
                let printed = running.stdout();
                self.background.push((running, actor));
                printed
            }
            None => self.types_in_the_foreground(&command.line),
        };
        let printed = words::lasting(&self.there(&printed));
        let shown = words::lasting(&command.output.join("\n"));
        let page = &self.page;
        assert!(
            words::fit(&shown, &printed),
            "docs/{page}: {}\nshows:\n{}\nprints:\n{}",
            command.line,
            shown.join("\n"),
            printed.join("\n")
        );
    }

    fn types_in_the_foreground(&mut self, line: &str) -> String {
        let started = self.shell(line).spawn();
        if line.ends_with(RETURNS) {
            self.detached.push(self.sandbox.next_actor());
        }
        let outcome = started.outcome();
        self.code = outcome.code.unwrap_or(128);
        outcome.stdout
    }
}

/// The line with its shell out of the way, so that the command itself ends with the page.
fn becoming(line: &str) -> String {
    let set: usize = line.split_inclusive(' ').take_while(|word| word.contains('=')).map(str::len).sum();
    let (variables, command) = line.split_at(set);
    format!("{variables}exec {command}")
}

impl Drop for Play {
    /// The daemon that pm2 leaves in the background ends with the page, also when the page fails.
    fn drop(&mut self) {
        let pid = fs::read_to_string(self.sandbox.home().join(".pm2/pm2.pid")).ok();
        if let Some(daemon) = pid.and_then(|pid| Process::open(pid.trim().parse().ok()?).ok()) {
            daemon.signal(libc::SIGKILL);
        }
    }
}
