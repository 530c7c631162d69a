//! Where a program's file is: an argument list's words, followed to a file by the eyes of one process.
//!
//! The same words mean different files in different working directories and roots. For a command that is to
//! be started they are looked up here; for a live process, inside its own root and working directory
//! (`/proc/PID/root`, `/proc/PID/cwd`), with the variables that it was started with.

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::elf;
use crate::environment::Environment;
use crate::failure::Doing;
use crate::process::Observer;
use crate::program::{self, Invocation, Target};
use crate::sys::files::{self, FileIdentity};
use crate::sys::handle::{self, Handle};
use crate::sys::text as system_text;

/// A file that is a program: what it is, and where.
#[derive(Clone, Debug)]
pub(crate) struct ProgramFile {
    path: PathBuf,
    identity: FileIdentity,
    /// The base names of the interpreter that the file's `#!` line names: for scripts in languages without a
    /// table.
    script_of: Option<Vec<u8>>,
    /// The file is executed itself, not read by an interpreter.
    executed: bool,
    /// Many programs in one file (busybox): the name by which this one is called.
    applet: Option<Vec<u8>>,
}

impl ProgramFile {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
    pub(crate) fn identity(&self) -> FileIdentity {
        self.identity
    }
    /// Whether processes of this program are recognised by their executable.
    pub(crate) fn is_executed(&self) -> bool {
        self.executed
    }
    pub(crate) fn applet(&self) -> Option<&[u8]> {
        self.applet.as_deref()
    }
    pub(crate) fn script_of(&self) -> Option<&[u8]> {
        self.script_of.as_deref()
    }

    fn at(path: &Path) -> io::Result<Self> {
        // Both of one open file, so that they belong together.
        let file = files::name(path)?;
        let identity = files::descriptor_status(handle::borrow(&file))?.identity;
        let path = files::descriptor_path(handle::borrow(&file))?;
        Ok(Self { path, identity, script_of: None, executed: false, applet: None })
    }

    /// The file of a word that is executed: a script with a `#!` line, or machine code.
    fn executed(path: &Path, beginning: io::Result<Vec<u8>>) -> io::Result<Self> {
        let mut file = Self::at(path)?;
        let bytes = readable(beginning)?;
        if let Some(interpreter) = interpreter_of(&bytes) {
            file.script_of = Some(interpreter);
            return Ok(file);
        }
        if is_text(&bytes) {
            // The kernel does not know it, so a shell reads it (execvp(3)).
            file.script_of = Some(b"sh".to_vec());
            return Ok(file);
        }
        file.executed = true;
        let name = base(file.path.as_os_str().as_encoded_bytes());
        if MANY_IN_ONE.contains(&name) {
            file.applet = Some(base(path.as_os_str().as_encoded_bytes()).to_vec());
        }
        Ok(file)
    }
}

/// This process: its executable, whatever its first word says, and its arguments.
///
/// # Errors
/// When the executable's path leads nowhere any more.
pub(crate) fn this_program() -> io::Result<Located> {
    let executable = std::fs::read_link("/proc/self/exe").map(without_deleted)?;
    let program = executed(&executable).map(Program::File)?;
    let words: Vec<Vec<u8>> = std::env::args_os().map(OsString::into_encoded_bytes).collect();
    let arguments = words.iter().skip(1).cloned().collect();
    Ok(Located { executable, words, program, arguments })
}

/// The program that an interpreter runs in this process, as the interpreter itself knows it: `file` is the script
/// that it reads, none when it reads no file (`python -c`, a prompt); `words` are those it was started with. A debugger
/// or a tool that runs somebody's script is no part of the program, so the same script is the same program under it.
///
/// # Errors
/// When the file is gone, or this process has no executable any more.
pub(crate) fn interpreted(words: &[OsString], file: Option<&Path>) -> io::Result<Located> {
    let executable = std::fs::read_link("/proc/self/exe").map(without_deleted)?;
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_encoded_bytes().to_vec()).collect();
    let spelled: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let invocation = program::parse(&spelled);
    let as_module = invocation.as_ref().is_some_and(|found| matches!(found.target, Target::Module(_)));
    let file = file.map(|file| ProgramFile::at(archive_of(file)).doing("look at", file)).transpose()?;
    let Some(file) = file.filter(|file| !as_module || !is_shared(&file.path)) else {
        let everywhere = invocation.as_ref().is_some_and(means_the_same_everywhere);
        let directory = std::env::current_dir().ok().filter(|_| !everywhere);
        let program = Program::WholeCommand { words: words.clone(), directory };
        return Ok(Located { executable, words, program, arguments: Vec::new() });
    };
    let arguments: Vec<Vec<u8>> = invocation
        .map(|found| found.arguments.iter().map(|word| word.to_vec()).collect())
        .unwrap_or_default();
    // Spelled so that the words mean the same wherever they are typed.
    let name = file.path.as_os_str().as_encoded_bytes().to_vec();
    let words = words.first().cloned().into_iter().chain([name]).chain(arguments.iter().cloned()).collect();
    let program = Program::File(file);
    Ok(Located { executable, words, program, arguments })
}

/// `app.pyz/__main__.py` is the file `app.pyz`: an interpreter names the members of an archive as if it were a
/// directory.
fn archive_of(file: &Path) -> &Path {
    file.ancestors().find(|path| files::status(path).is_ok_and(|found| found.is_regular())).unwrap_or(file)
}

/// Executables that are another program under each of their names.
const MANY_IN_ONE: [&[u8]; 4] = [b"busybox", b"toybox", b"coreutils", b"busybox.static"];

/// Launchers behind which a command is looked up in a place of their own, not on our `PATH`.
const OWN_SEARCH: [&str; 12] = [
    "uv run",
    "poetry run",
    "pdm run",
    "pipenv run",
    "hatch run",
    "rye run",
    "npx",
    "npm exec",
    "pnpm exec",
    "bunx",
    "sudo",
    "doas",
];

/// What a command runs.
#[derive(Clone, Debug)]
pub(crate) enum Program {
    /// A file; the same file is the same program.
    File(ProgramFile),
    /// Nothing but the words themselves; nothing else is looked for.
    WholeCommand {
        /// The words of the command.
        words: Vec<Vec<u8>>,
        /// The working directory, where the words mean something only there (`npm start`).
        directory: Option<PathBuf>,
    },
}

/// A command that can be started, and what it runs.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    /// The file that `execve(2)` gets.
    pub(crate) executable: PathBuf,
    /// All the words.
    pub(crate) words: Vec<Vec<u8>>,
    pub(crate) program: Program,
    /// The words behind the program's name.
    pub(crate) arguments: Vec<Vec<u8>>,
}

pub(crate) fn base(word: &[u8]) -> &[u8] {
    word.rsplit(|&byte| byte == b'/').next().unwrap_or(word)
}

fn path_of(word: &[u8]) -> PathBuf {
    PathBuf::from(system_text::os_string(word.to_vec()))
}

/// Finds what a command would run if it were started here.
///
/// # Errors
/// `NotFound`: no such command, or no such script. `PermissionDenied`: the file may not be executed.
/// `InvalidInput`: there are no words.
pub(crate) fn command(words: &[OsString]) -> io::Result<Located> {
    let first = words.first().filter(|first| !first.is_empty());
    let first = first.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "the command is empty"))?;
    let found = search_path(first.as_encoded_bytes(), Path::new(""))?;
    let executable = found.path.clone();
    let words: Vec<Vec<u8>> = words.iter().map(|word| word.as_encoded_bytes().to_vec()).collect();
    let spelled: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
    let whole = |directory| Program::WholeCommand { words: words.clone(), directory };
    let (program, arguments) = match program::parse(&spelled) {
        None => (whole(None), Vec::new()),
        Some(invocation) => {
            let arguments = invocation.arguments.iter().map(|word| word.to_vec()).collect();
            match file_of(&invocation, found)? {
                Some(file) => (Program::File(file), arguments),
                // What `npm start` and `sh -c './run; …'` mean depends on where they are said; `python -c …` means
                // the same everywhere.
                None if means_the_same_everywhere(&invocation) => (whole(None), Vec::new()),
                None => (whole(std::env::current_dir().ok()), Vec::new()),
            }
        }
    };
    Ok(Located { executable, words, program, arguments })
}

/// Whether a module belongs to the system or to an interpreter, and not to one project.
fn is_shared(path: &Path) -> bool {
    let parts: Vec<&OsStr> = path.iter().collect();
    let library =
        parts.windows(2).any(|pair| pair[0] == "lib" && pair[1].to_string_lossy().starts_with("python"));
    let installed = parts.iter().any(|part| *part == "site-packages");
    path.starts_with("/usr") || (library && !installed)
}

fn means_the_same_everywhere(invocation: &Invocation<'_>) -> bool {
    let family = invocation.interpreter.as_ref().map(|interpreter| interpreter.family);
    invocation.target == Target::WholeCommand && family.is_some_and(|family| family != program::Family::Shell)
}

fn file_of(invocation: &Invocation<'_>, command: Found) -> io::Result<Option<ProgramFile>> {
    let directory = invocation.directory.as_deref().map(path_of).unwrap_or_default();
    let own_search = invocation.launchers.iter().any(|launcher| OWN_SEARCH.contains(launcher));
    match &invocation.target {
        Target::WholeCommand => Ok(None),
        Target::Executable(_) if invocation.launchers.is_empty() => command.program().map(Some),
        Target::Executable(word) => match search_path(word, &directory) {
            Err(_) if own_search => Ok(None),
            found => found?.program().map(Some),
        },
        Target::Module(_) => {
            let file = existing(invocation, &directory).and_then(|path| ProgramFile::at(&path).ok());
            // `python -m http.server` is everybody's: the module says nothing about whose instance it is.
            Ok(file.filter(|file| !is_shared(&file.path)))
        }
        Target::File(word) | Target::NodeEntry(word) => match existing(invocation, &directory) {
            Some(path) => ProgramFile::at(&path).doing("look at", &path).map(Some),
            None if own_search => Ok(None),
            None => Err(io::Error::new(
                io::ErrorKind::NotFound,
                format!("the file {} does not exist", path_of(word).display()),
            )),
        },
    }
}

fn executed(path: &Path) -> io::Result<ProgramFile> {
    Found { path: path.to_owned(), beginning: beginning(path) }.program()
}

/// A file that may be executed.
struct Found {
    path: PathBuf,
    /// Its first bytes, as far as they could be read.
    beginning: io::Result<Vec<u8>>,
}

impl Found {
    fn program(self) -> io::Result<ProgramFile> {
        ProgramFile::executed(&self.path, self.beginning).doing("look at", &self.path)
    }
}

fn existing(invocation: &Invocation<'_>, directory: &Path) -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name);
    let list = |path: &Path| names_in(&directory.join(path));
    program::candidates(invocation, &variable, &list)
        .into_iter()
        .map(|path| directory.join(path))
        .find(|path| files::status(path).is_ok_and(|status| status.is_regular()))
}

fn names_in(directory: &Path) -> Vec<OsString> {
    std::fs::read_dir(directory).map_or_else(
        |_| Vec::new(),
        |entries| entries.filter_map(|entry| Some(entry.ok()?.file_name())).collect(),
    )
}

/// Looks a command word up as `execvp(3)` does: with a slash it is a path, else each directory of `PATH`.
fn search_path(word: &[u8], directory: &Path) -> io::Result<Found> {
    search(word, directory, MOST_INTERPRETERS)
}

fn search(word: &[u8], directory: &Path, depth: u32) -> io::Result<Found> {
    let word = path_of(word);
    let shown = word.display();
    let missing = || io::Error::new(io::ErrorKind::NotFound, format!("the command {shown} was not found"));
    if word.as_os_str().as_encoded_bytes().contains(&b'/') {
        let path = directory.join(&word);
        let status = files::status(&path).map_err(|error| {
            if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
                missing()
            } else {
                crate::failure::doing("execute", &path, &error)
            }
        })?;
        return executable(path, status, depth);
    }
    let variable = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    let mut denied = None;
    for directory in std::env::split_paths(&variable) {
        let path =
            if directory.as_os_str().is_empty() { Path::new(".").join(&word) } else { directory.join(&word) };
        let Ok(status) = files::status(&path) else { continue };
        match executable(path, status, depth) {
            Ok(found) => return Ok(found),
            Err(error) => denied = denied.or(Some(error)),
        }
    }
    Err(denied.unwrap_or_else(missing))
}

fn executable(path: PathBuf, status: files::FileStatus, depth: u32) -> io::Result<Found> {
    let denied = |why: &str| {
        Err(io::Error::new(
            io::ErrorKind::PermissionDenied,
            format!("cannot execute {}: {why}", path.display()),
        ))
    };
    if status.is_directory() {
        return denied("it is a directory");
    }
    if !status.is_regular() {
        return denied("it is not a regular file");
    }
    if files::may_execute(&path).is_err() {
        return denied("permission denied");
    }
    let found = Found { beginning: beginning(&path), path };
    check_interpreter(&found, depth)?;
    Ok(found)
}

/// How many `#!` lines may lead from one to the next (`exec_binprm` in `fs/exec.c` of Linux).
const MOST_INTERPRETERS: u32 = 5;

/// A `#!` line that names what cannot be executed, or machine code without its loader, makes `execve(2)` fail as if
/// the file itself were wrong; better to know before anything is ended.
fn check_interpreter(file: &Found, depth: u32) -> io::Result<()> {
    let bytes = file.beginning.as_deref().unwrap_or_default();
    let failed =
        |why: io::Error| io::Error::new(why.kind(), format!("cannot execute {}: {why}", file.path.display()));
    if let Some(line) = program::shebang(bytes) {
        let Some(depth) = depth.checked_sub(1) else {
            return Err(failed(io::Error::other("too many interpreters lead to each other")));
        };
        let interpreter = line.words.first().map_or(&b""[..], Vec::as_slice);
        let found = search(interpreter, Path::new("/"), depth)
            .map_err(|error| failed(io::Error::new(error.kind(), format!("its interpreter: {error}"))))?;
        let through_env = base(found.path.as_os_str().as_encoded_bytes()) == b"env";
        if let Some(name) = interpreter_name(&line.words).filter(|_| through_env) {
            search(&name, Path::new(""), depth).map_err(failed)?;
        }
        return Ok(());
    }
    match elf::loader(bytes) {
        Some(loader) if files::status(&loader).is_err() => {
            let why = format!("its loader {} was not found", loader.display());
            Err(failed(io::Error::new(io::ErrorKind::NotFound, why)))
        }
        _ => Ok(()),
    }
}

/// How much of a file tells who runs it: the `#!` line (at most 256 bytes, `BINPRM_BUF_SIZE` of Linux 5.1), or
/// the headers of machine code and the loader's name behind them.
const BEGINNING: usize = 4096;

fn beginning(path: &Path) -> io::Result<Vec<u8>> {
    files::beginning(path, BEGINNING)
}

/// A file that may be executed but not read tells nothing.
fn readable(bytes: io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
    match bytes {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(Vec::new()),
        other => other,
    }
}

/// The base name of the interpreter that reads a script that begins so. `None`: it is none.
fn interpreter_of(bytes: &[u8]) -> Option<Vec<u8>> {
    program::shebang(bytes).and_then(|line| interpreter_name(&line.words))
}

/// Whether a file that is no machine code and has no `#!` line can be a shell script: it holds no NUL byte.
fn is_text(bytes: &[u8]) -> bool {
    !bytes.is_empty() && !bytes.contains(&0)
}

/// `/usr/bin/tclsh` → `tclsh`, `/usr/bin/env -S X=1 lua` → `lua`.
fn interpreter_name(words: &[Vec<u8>]) -> Option<Vec<u8>> {
    let mut names = words.iter().map(|word| base(word));
    let first = names.next()?;
    let name = if first == b"env" {
        names.find(|name| !name.starts_with(b"-") && !name.contains(&b'='))?
    } else {
        first
    };
    Some(name.to_vec())
}

/// What a live process runs, as far as it can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Sight {
    /// This file.
    File(FileIdentity, PathBuf),
    /// The file is gone; it stood at this path.
    Gone(PathBuf),
    /// Nothing is found where the words lead.
    Nothing,
    /// The process cannot be looked into: another user's, or hidden.
    Hidden,
}

/// Follows the words of a live process to a file, inside its own root and working directory.
pub(crate) fn of_process(observer: &Observer, pid: u32, invocation: &Invocation<'_>) -> Sight {
    let eyes = match Eyes::of(observer, pid) {
        Ok(eyes) => eyes,
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return outside(invocation),
        Err(_) => return Sight::Nothing,
    };
    let directory = invocation.directory.as_deref().map(path_of).unwrap_or_default();
    let variable = |name: &str| eyes.variable(observer, name);
    let list = |path: &Path| match path.strip_prefix("/") {
        Ok(inside) => names_in(&PathBuf::from(format!("/proc/{pid}/root")).join(inside)),
        Err(_) => names_in(&PathBuf::from(format!("/proc/{pid}/cwd")).join(&directory).join(path)),
    };
    let mut first = None;
    for path in program::candidates(invocation, &variable, &list) {
        let path = directory.join(path);
        if let Some((identity, real)) = eyes.find(&path) {
            return Sight::File(identity, real);
        }
        first = first.or(Some(path));
    }
    match first {
        // A program that has changed its directory: where it was started from, its shell said in `PWD`.
        Some(path) if path.is_relative() => match eyes.find_where_it_started(observer, &path) {
            Some((identity, real)) => Sight::File(identity, real),
            None => Sight::Gone(eyes.spelled(&path)),
        },
        Some(path) => Sight::Gone(eyes.spelled(&path)),
        None => Sight::Nothing,
    }
}

/// What a path leads to in the root of a live process.
pub(crate) fn identity_inside(observer: &Observer, pid: u32, path: &Path) -> Option<FileIdentity> {
    Eyes::of(observer, pid).ok()?.find(path).map(|(identity, _)| identity)
}

/// The program file of a live process, launchers and soloists above it looked through.
pub(crate) fn program_of(observer: &Observer, pid: u32) -> Option<ProgramFile> {
    let mut buffer = Vec::new();
    observer.proc.read(pid, "cmdline", &mut buffer).ok()?;
    let words: Vec<&[u8]> = buffer.split(|&byte| byte == 0).collect();
    let words = words.strip_suffix(&[&b""[..]]).unwrap_or(&words);
    let invocation = program::parse(words)?;
    match (&invocation.target, of_process(observer, pid, &invocation)) {
        (Target::WholeCommand, _) => None,
        (_, Sight::File(_, path)) => executed(&path).ok().map(|file| ProgramFile {
            executed: file.executed && matches!(invocation.target, Target::Executable(_)),
            ..file
        }),
        _ if invocation.launchers.is_empty() => {
            let path = without_deleted(observer.proc.link(pid, "exe").ok()?);
            executed(&path).ok()
        }
        _ => None,
    }
}

/// A process whose root and working directory are closed to us: an absolute path still says which file.
fn outside(invocation: &Invocation<'_>) -> Sight {
    match &invocation.target {
        Target::File(word) | Target::NodeEntry(word) if word.starts_with(b"/") => {
            let path = path_of(word);
            match (files::status(&path), std::fs::canonicalize(&path)) {
                (Ok(status), Ok(real)) => Sight::File(status.identity, real),
                _ => Sight::Hidden,
            }
        }
        _ => Sight::Hidden,
    }
}

/// A process's root and working directory.
struct Eyes {
    pid: u32,
    root: Handle,
    /// The working directory's path inside that root.
    working: PathBuf,
}

impl Eyes {
    fn of(observer: &Observer, pid: u32) -> io::Result<Self> {
        let root_path = observer.proc.link(pid, "root")?;
        let working = without_deleted(observer.proc.link(pid, "cwd")?);
        // The link was read through the observer's eyes; where numbers mean others, it was not.
        let root = observer.proc.note(files::name(Path::new(&format!(
            "/proc/{}/root",
            if pid == std::process::id() { "self".into() } else { pid.to_string() }
        ))))?;
        let working = match working.strip_prefix(&root_path) {
            Ok(inside) if root_path != Path::new("/") => Path::new("/").join(inside),
            _ => working,
        };
        Ok(Self { pid, root, working })
    }

    fn find(&self, path: &Path) -> Option<(FileIdentity, PathBuf)> {
        let found = files::find_inside(&self.root, &self.working, path).ok()?;
        let status = files::descriptor_status(handle::borrow(&found)).ok()?;
        status
            .is_regular()
            .then(|| (status.identity, files::descriptor_path(handle::borrow(&found)).unwrap_or_default()))
    }

    fn find_where_it_started(&self, observer: &Observer, path: &Path) -> Option<(FileIdentity, PathBuf)> {
        let started =
            self.variable(observer, "PWD").map(PathBuf::from).filter(|started| started.is_absolute())?;
        self.find(&started.join(path))
    }

    /// The path by its letters alone, for a file that is no longer there.
    fn spelled(&self, path: &Path) -> PathBuf {
        let mut plain = PathBuf::new();
        for part in self.working.join(path).components() {
            match part {
                Component::CurDir => {}
                Component::ParentDir => {
                    plain.pop();
                }
                other => plain.push(other),
            }
        }
        plain
    }

    fn variable(&self, observer: &Observer, name: &str) -> Option<OsString> {
        Environment::of(observer, self.pid).ok()?.value(name)
    }
}

/// What the kernel writes behind the path of a file that is gone.
pub(crate) const DELETED: &[u8] = b" (deleted)";

/// `/opt/bot (deleted)` → `/opt/bot`: how `/proc` shows a path whose file is gone (`proc(5)`).
pub(crate) fn without_deleted(path: PathBuf) -> PathBuf {
    match path.as_os_str().as_encoded_bytes().strip_suffix(DELETED) {
        Some(bytes) => path_of(bytes),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn path(located: &Located) -> Option<&Path> {
        match &located.program {
            Program::File(file) => Some(file.path()),
            Program::WholeCommand { .. } => None,
        }
    }

    #[test]
    fn a_script_is_its_file_whatever_runs_it() {
        let directory = tempfile::tempdir().unwrap();
        let script = std::fs::canonicalize(directory.path()).unwrap().join("main.py");
        std::fs::write(&script, "").unwrap();
        for line in ["python main.py A", "python -m pdb main.py A", "python -m main A"] {
            let located = interpreted(&words(line), Some(&script)).unwrap();
            assert_eq!(path(&located), Some(&*script), "{line}");
        }
        let located = interpreted(&words("python -u main.py A B"), Some(&script)).unwrap();
        assert_eq!(located.arguments, [b"A", b"B"]);
        let spelled = [b"python", script.as_os_str().as_encoded_bytes(), b"A", b"B"];
        assert_eq!(located.words, spelled);
    }

    #[test]
    fn a_member_of_an_archive_is_the_archive() {
        let directory = tempfile::tempdir().unwrap();
        let archive = std::fs::canonicalize(directory.path()).unwrap().join("app.pyz");
        std::fs::write(&archive, "").unwrap();
        let located = interpreted(&words("python app.pyz"), Some(&archive.join("__main__.py"))).unwrap();
        assert_eq!(path(&located), Some(&*archive));
    }

    #[test]
    fn without_a_file_the_whole_command_counts() {
        let place = |line: &str| match interpreted(&words(line), None).unwrap().program {
            Program::WholeCommand { directory, .. } => directory,
            Program::File(file) => panic!("{file:?}"),
        };
        assert_eq!(place("python -c pass"), None);
        assert_eq!(place("python -m ipykernel_launcher"), std::env::current_dir().ok());
    }

    #[test]
    fn a_file_that_is_gone_is_an_error() {
        let gone = Path::new("/nonexistent/main.py");
        let error = interpreted(&words("python main.py"), Some(gone)).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().contains("/nonexistent/main.py"), "{error}");
    }
}
