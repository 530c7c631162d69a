//! This machine: running commands, and installing what is missing.

use std::path::{Path, PathBuf};
use std::process::Command;

/// An error is a sentence for a person.
pub(crate) type Outcome<T = ()> = Result<T, String>;

/// Runs a command in the project's root; its failure is an error that names it.
pub(crate) fn run(command: &mut Command) -> Outcome {
    let shown = format!("{command:?}");
    let status =
        command.current_dir(root()).status().map_err(|error| format!("cannot run {shown}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{shown} failed: {status}")) }
}

/// The project's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_path_buf).unwrap_or_default()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Runs cargo.
pub(crate) fn cargo(words: &[&str]) -> Outcome {
    cargo_with(words, &[])
}

/// Runs cargo with variables.
pub(crate) fn cargo_with(words: &[&str], variables: &[(&str, &str)]) -> Outcome {
    run(cargo_command(words).envs(variables.iter().copied()))
}

/// The cargo that runs us, in the project's root.
pub(crate) fn cargo_command(words: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(words).current_dir(root());
    command
}

/// The host's target triple.
pub(crate) fn host() -> Outcome<String> {
    let output =
        Command::new("rustc").arg("-vV").output().map_err(|error| format!("cannot run rustc: {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).ok_or_else(|| "rustc does not name its host".into())
}

/// The target of the release binary: this machine's with musl, which is made for static programs and starts with a
/// fraction of glibc's work. Where it was not rustup that brought Rust, the host's own target serves.
fn static_target() -> Outcome<String> {
    let host = host()?;
    let musl = host.replace("-gnu", "-musl");
    if !works("rustup", &["target", "add", &musl]) {
        return Ok(host);
    }
    // Its compiler, for the cryptography in C.
    if !works("musl-gcc", &["--version"]) {
        apt(&["musl-tools"])?;
    }
    Ok(musl)
}

/// Builds the release binary: static, stripped, one file.
pub(crate) fn dist() -> Outcome<PathBuf> {
    let triple = static_target()?;
    let words = ["build", "--release", "--package", "soloist-cli", "--target", &triple];
    // Not position-independent: there is nothing to relocate at each start.
    cargo_with(&words, &[("RUSTFLAGS", "-C target-feature=+crt-static -C relocation-model=static")])?;
    let built = target().join(&triple).join("release/soloist");
    let place = target().join("dist/soloist");
    std::fs::create_dir_all(target().join("dist"))
        .map_err(|error| format!("cannot create target/dist: {error}"))?;
    std::fs::copy(&built, &place).map_err(|error| format!("cannot copy {}: {error}", built.display()))?;
    Ok(place)
}

/// A static program has no `PT_INTERP` segment (elf(5)): no loader is named in it.
pub(crate) fn check_static(binary: &Path) -> Outcome {
    let bytes =
        std::fs::read(binary).map_err(|error| format!("cannot read {}: {error}", binary.display()))?;
    // The loader's path stands right behind the program headers, in the file's first page.
    let head = &bytes[..bytes.len().min(4096)];
    let loader = head.windows(4).any(|window| window == b"/lib" || window == b"/ld-");
    if loader { Err(format!("{} is not static", binary.display())) } else { Ok(()) }
}

/// Whether a command runs and succeeds.
pub(crate) fn works(program: &str, words: &[&str]) -> bool {
    let output = Command::new(program).args(words).output();
    output.is_ok_and(|output| output.status.success())
}

/// Python 3, for the programs under test and the demo's bot.
pub(crate) fn python() -> Outcome {
    if works("python3", &["-c", "import ensurepip, venv"]) {
        return Ok(());
    }
    apt(&["python3", "python3-venv"])
}

/// The supervisors and sessions that the tests try, by a program of each and its package.
const SUPERVISORS: [(&str, &str); 6] = [
    ("runsv", "runit"),
    ("s6-supervise", "s6"),
    ("supervise", "daemontools"),
    ("tmux", "tmux"),
    ("screen", "screen"),
    ("cron", "cron"),
];

/// Installs the supervisors that are missing; answers where pm2 is.
pub(crate) fn supervisors() -> Outcome<String> {
    let places = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];
    let there = |program: &str| places.iter().any(|place| Path::new(place).join(program).exists());
    let missing: Vec<&str> =
        SUPERVISORS.iter().filter(|(program, _)| !there(program)).map(|(_, package)| *package).collect();
    if !missing.is_empty() {
        apt(&missing)?;
    }
    pm2()
}

fn pm2() -> Outcome<String> {
    let place = target().join("npm");
    let program = place.join("node_modules/.bin/pm2");
    if !program.exists() {
        if !works("npm", &["--version"]) {
            apt(&["nodejs", "npm"])?;
        }
        eprintln!("xtask: installing pm2 into {}", place.display());
        let words = ["install", "--no-audit", "--no-fund", "--silent", "pm2@7.0.3", "--prefix"];
        run(Command::new("npm").args(words).arg(&place))?;
    }
    Ok(program.to_string_lossy().into_owned())
}

/// Installs packages of the distribution, and says so.
pub(crate) fn apt(packages: &[&str]) -> Outcome {
    eprintln!("xtask: installing {} with apt-get", packages.join(", "));
    let sudo: &[&str] = if works("id", &["-u"]) && is_root() { &[] } else { &["sudo"] };
    let get = |words: &[&str]| {
        let line: Vec<&str> =
            sudo.iter().copied().chain(std::iter::once("apt-get")).chain(words.iter().copied()).collect();
        run(Command::new(line[0]).args(&line[1..]).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    get(&["update"])?;
    get(&[&["install", "--yes", "--no-install-recommends"], packages].concat())
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|output| output.stdout.starts_with(b"0\n"))
}

/// aiogram and supervisord in a private environment, for the tests with real ones; answers its Python.
pub(crate) fn bot_library() -> Outcome<String> {
    let place = target().join("venv");
    let python = place.join("bin/python");
    let python = python.to_string_lossy();
    if works(&python, &["-c", "import aiogram, supervisor"]) {
        return Ok(python.into_owned());
    }
    eprintln!("xtask: installing aiogram and supervisor into {}", place.display());
    run(Command::new("python3").args(["-m", "venv"]).arg(&place))?;
    run(Command::new(&*python).args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "aiogram==3.31.0",
        "supervisor==4.3.0",
        "setuptools<81",
    ]))?;
    Ok(python.into_owned())
}

/// The command as `cargo build` leaves it.
pub(crate) fn debug_binary() -> PathBuf {
    debug_program("soloist")
}

/// A program of the workspace as `cargo build` leaves it.
pub(crate) fn debug_program(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// An empty private directory below the target directory.
pub(crate) fn scratch(name: &str) -> Outcome<PathBuf> {
    let place = target().join(format!("scratch-{name}"));
    empty(&place)?;
    Ok(place)
}

/// Makes a directory, or empties it.
pub(crate) fn empty(place: &Path) -> Outcome {
    if place.exists() {
        std::fs::remove_dir_all(place)
            .map_err(|error| format!("cannot empty {}: {error}", place.display()))?;
    }
    std::fs::create_dir_all(place).map_err(|error| format!("cannot create {}: {error}", place.display()))
}
