//! What must be unique, and under which names the kernel is told so.

use std::ffi::OsStr;
use std::io;
use std::path::{Component, Path, PathBuf};

use crate::bot::Bot;
use crate::failure::{self, Doing};
use crate::locate::{Located, Program, ProgramFile};
use crate::redact;
use crate::sys::files;
use crate::sys::text::os_string;

/// The longest name that `--name` takes.
const LONGEST_NAME: usize = 64;

/// What a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A program's file.
    Program,
    /// A program's file with its arguments, or a whole command.
    Command,
    /// A name that the user chose.
    Name,
    /// A lock file that the user chose.
    Lock,
    /// A Telegram bot.
    Telegram,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Program, Self::Command, Self::Name, Self::Lock, Self::Telegram];

    fn word(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Command => "command",
            Self::Name => "name",
            Self::Lock => "lock",
            Self::Telegram => "telegram",
        }
    }

    /// The kind of key that a lock file's name tells of.
    pub(crate) fn of_lock_file(name: &OsStr) -> Option<Self> {
        let name = name.to_str()?;
        let name = name.strip_suffix(" (deleted)").unwrap_or(name).strip_suffix(".lock")?;
        Self::ALL
            .into_iter()
            .find(|kind| name.strip_prefix(kind.word()).is_some_and(|rest| rest.starts_with('-')))
    }
}

/// What must be unique.
#[derive(Clone, Debug)]
pub struct Key {
    kind: Kind,
    text: String,
    /// The lock files' names in the state directory without `.lock`, in the order in which they are taken;
    /// the first is the one that carries the record.
    ids: Vec<String>,
    /// A name that only the abstract socket carries: the program file itself, however it is reached.
    socket_id: Option<String>,
    visible: Option<PathBuf>,
    /// The bot, when the key is one.
    bot: Option<Bot>,
    /// How the key is said on a command line, redacted: `--name bot`, `-- python3 main.py`.
    spelled: Vec<String>,
    /// The program that is started under a chosen key, as words of a command line.
    program: Vec<String>,
}

impl Key {
    /// A name for this user: ASCII letters, digits, `.`, `_`, `-`, at most 64.
    ///
    /// # Errors
    /// `InvalidInput` when the name is empty, too long or has another character.
    pub fn named(name: &str) -> io::Result<Self> {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        let problem = if name.is_empty() {
            "it is empty".to_owned()
        } else if name.len() > LONGEST_NAME {
            format!("it has {} characters, {LONGEST_NAME} are allowed", name.chars().count())
        } else if let Some(c) = name.chars().find(|&c| !allowed(c)) {
            format!("it contains {c:?}; letters, digits, '.', '_' and '-' are allowed")
        } else {
            let key = Self::simple(Kind::Name, name.to_owned(), format!("name-{name}"));
            return Ok(key.said(&["--name", name]));
        };
        Err(io::Error::new(
            io::ErrorKind::InvalidInput,
            format!("the name '{name}' cannot be used: {problem}"),
        ))
    }

    fn simple(kind: Kind, text: String, id: String) -> Self {
        Self {
            kind,
            text,
            ids: vec![id],
            socket_id: None,
            visible: None,
            bot: None,
            spelled: Vec::new(),
            program: Vec::new(),
        }
    }

    fn said(mut self, words: &[&str]) -> Self {
        self.spelled = words.iter().map(|&word| word.to_owned()).collect();
        self
    }

    /// A Telegram bot, by the digits of its token: `telegram-123456789`. The same bot with a rotated token, or started
    /// in another directory, is the same key. `variable` is the environment variable with the token; it is only
    /// named to people.
    ///
    /// # Errors
    /// `InvalidInput` when that is no token; the token is not told.
    pub fn telegram(variable: &str, token: &OsStr) -> io::Result<Self> {
        let bot = Bot::of_token(token.as_encoded_bytes().trim_ascii()).ok_or_else(|| {
            let why = "it must be digits, a colon, and letters, digits, '_' or '-', as @BotFather gives it";
            io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the value of {variable} is no bot token (it is not shown here): {why}"),
            )
        })?;
        let text = format!("telegram-{}", bot.id());
        let key = Self { bot: Some(bot), ..Self::simple(Kind::Telegram, text.clone(), text) };
        Ok(key.said(&["--telegram", variable]))
    }

    /// A lock file. Its real path is taken, the path as it is spelled, and what each link on the way makes of it, so
    /// that a directory that is replaced by a link to another one still leads to the same key.
    ///
    /// # Errors
    /// When the path is empty, or its directory does not exist.
    pub fn lock_file(path: &Path) -> io::Result<Self> {
        if path.as_os_str().is_empty() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "the lock path is empty"));
        }
        let name = path.file_name().filter(|_| !path.as_os_str().as_encoded_bytes().ends_with(b"/"));
        let name = name.ok_or_else(|| failure::refused(path, "a lock path must name a file"))?;
        let spelled = spelled_path(path)?;
        let parent = spelled.parent().unwrap_or(Path::new("/"));
        let real =
            std::fs::canonicalize(parent).doing("find the lock's directory", parent).map_err(|error| {
                io::Error::new(error.kind(), format!("{error}; create it, or choose another path"))
            })?;
        let real = real.join(name);
        let mut ids = vec![hashed_id(Kind::Lock, &real, &[])];
        for other in
            std::iter::once(spelled.clone()).chain(links_on_the_way(parent)?.iter().map(|at| at.join(name)))
        {
            let other = hashed_id(Kind::Lock, &other, &[]);
            if !ids.contains(&other) {
                ids.push(other);
            }
        }
        let shown = real.to_string_lossy().into_owned();
        Ok(Self {
            kind: Kind::Lock,
            text: shown.clone(),
            ids,
            socket_id: None,
            visible: Some(real),
            bot: None,
            spelled: Vec::new(),
            program: Vec::new(),
        }
        .said(&["--lock", &shown]))
    }

    /// The program that a command runs; with `with_arguments`, its arguments belong to the key.
    pub(crate) fn program(located: &Located, with_arguments: bool) -> Self {
        let arguments = with_arguments.then_some(located.arguments.as_slice());
        let words = naming_words(located, with_arguments);
        let front: &[&str] = if with_arguments { &["--match", "command", "--"] } else { &["--"] };
        let said: Vec<&str> = front.iter().copied().chain(words.iter().map(String::as_str)).collect();
        Self::runs(&located.program, arguments).said(&said)
    }

    /// Remembers which program is started under a chosen key.
    pub(crate) fn running(mut self, located: &Located) -> Self {
        self.program = naming_words(located, false);
        self
    }

    /// The words of a command line that name this key, and with `copies`, its program's copies too.
    pub(crate) fn said_with(&self, copies: bool) -> Vec<&str> {
        let program = self.program.iter().filter(|_| copies && !self.program.is_empty());
        let dashes = program.clone().next().map(|_| "--");
        self.spelled.iter().map(String::as_str).chain(dashes).chain(program.map(String::as_str)).collect()
    }

    fn runs(program: &Program, arguments: Option<&[Vec<u8>]>) -> Self {
        match program {
            Program::File(file) => Self::file(file, arguments),
            Program::WholeCommand { words, directory } => {
                let spelled: Vec<&[u8]> = words.iter().map(Vec::as_slice).collect();
                let first =
                    words.first().map(|word| PathBuf::from(os_string(word.clone()))).unwrap_or_default();
                let place = directory.clone().unwrap_or_default();
                let mut parts = spelled;
                parts.push(place.as_os_str().as_encoded_bytes());
                let id = hashed_id(Kind::Command, &first, &parts);
                Self::simple(Kind::Command, short(&first, &id), id)
            }
        }
    }

    fn file(file: &ProgramFile, arguments: Option<&[Vec<u8>]>) -> Self {
        let path = file.path();
        let Some(arguments) = arguments else {
            let id = hashed_id(Kind::Program, path, &[]);
            let mut key = Self::simple(Kind::Program, path.to_string_lossy().into_owned(), id);
            let files::FileIdentity { device, inode, born } = file.identity();
            key.socket_id = Some(format!("file-{device:x}-{inode:x}-{born:x}"));
            return key;
        };
        let words: Vec<&[u8]> = arguments.iter().map(Vec::as_slice).collect();
        let id = hashed_id(Kind::Command, path, &words);
        Self::simple(Kind::Command, short(path, &id), id)
    }

    /// The key as people and JSON documents read it, without secrets that a path may hold.
    #[must_use]
    pub fn shown(&self) -> String {
        redact::text(&self.text)
    }

    /// The key: the name, the lock's path, the program's real path.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The visible lock file of `--lock PATH`: PATH in its real directory.
    #[must_use]
    pub fn visible(&self) -> Option<&Path> {
        self.visible.as_deref()
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }

    pub(crate) fn bot(&self) -> Option<&Bot> {
        self.bot.as_ref()
    }

    pub(crate) fn ids(&self) -> &[String] {
        &self.ids
    }

    /// The id that carries the record.
    pub(crate) fn main_id(&self) -> &str {
        self.ids.first().map_or("", String::as_str)
    }

    /// The names of the abstract sockets that witness the claim.
    pub(crate) fn socket_ids(&self) -> impl Iterator<Item = &String> {
        self.ids.iter().chain(&self.socket_id)
    }

    /// A key read back from the name of its lock file, for listing.
    pub(crate) fn from_id(id: &str, text: Option<String>, visible: Option<PathBuf>) -> Option<Self> {
        let kind = Kind::of_lock_file(OsStr::new(&format!("{id}.lock")))?;
        let text = text.unwrap_or_else(|| id.strip_prefix("name-").unwrap_or(id).to_owned());
        let mut key = Self::simple(kind, text, id.to_owned());
        key.visible = visible;
        Some(key)
    }
}

/// The absolute path as the user spelled it: from `$PWD` where that is the working directory, so that links
/// on the way stay in it.
fn spelled_path(path: &Path) -> io::Result<PathBuf> {
    if path.is_absolute() {
        return std::path::absolute(path);
    }
    let here = files::status(Path::new(".")).doing("look at the working directory", Path::new("."))?;
    let logical = std::env::var_os("PWD").map(PathBuf::from).filter(|pwd| {
        pwd.is_absolute() && files::status(pwd).is_ok_and(|status| status.identity.same_file(here.identity))
    });
    match logical {
        Some(pwd) => std::path::absolute(pwd.join(path)),
        None => std::path::absolute(path),
    }
}

/// How many links are followed on one way (`path_resolution(7)`).
const MOST_LINKS: usize = 40;

/// The paths that a directory's path goes through while its links are followed one by one, the path itself left out.
fn links_on_the_way(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = Vec::new();
    while found.len() < MOST_LINKS {
        match after_one_link(found.last().map_or(directory, PathBuf::as_path))? {
            Some(next) => found.push(next),
            None => break,
        }
    }
    Ok(found)
}

/// The path with its first link replaced by what that leads to; `None` where there is no link in it.
fn after_one_link(path: &Path) -> io::Result<Option<PathBuf>> {
    let mut plain = PathBuf::new();
    let mut rest = path.components();
    while let Some(part) = rest.next() {
        match part {
            Component::ParentDir => {
                // What stands before is no link, so its parent is the one that is spelled.
                plain.pop();
            }
            part => plain.push(part),
        }
        if files::link_status(&plain).is_ok_and(|status| status.is_link()) {
            let target = std::fs::read_link(&plain).doing("follow the link", &plain)?;
            plain.pop();
            return Ok(Some(plain.join(target).join(rest.as_path())));
        }
    }
    Ok(None)
}

/// The words that name a program wherever they are typed: without its arguments, unless they belong to the key, and
/// with its file as an absolute path.
fn naming_words(located: &Located, with_arguments: bool) -> Vec<String> {
    let count = located.words.len();
    let naming = if with_arguments { count } else { count.saturating_sub(located.arguments.len()).max(1) };
    let mut words = located.words[..naming.min(count)].to_vec();
    if let Program::File(file) = &located.program {
        let same = |word: &Vec<u8>| {
            std::fs::canonicalize(os_string(word.clone())).is_ok_and(|path| path == file.path())
        };
        if let Some(at) = words.iter().rposition(same) {
            words[at] = file.path().as_os_str().as_encoded_bytes().to_vec();
        }
    }
    redact::arguments(&words)
}

/// `/srv/bot/main.py#1f2e3d4c`: a program with its arguments, which may be secret and are not shown.
fn short(path: &Path, id: &str) -> String {
    format!("{}#{}", path.to_string_lossy(), &id[id.len().saturating_sub(8)..])
}

/// A file name that people can read and that no two keys share: `program-main.py-<128 bits>`.
fn hashed_id(kind: Kind, path: &Path, words: &[&[u8]]) -> String {
    let name = path.file_name().unwrap_or(OsStr::new("root")).to_string_lossy();
    let base: String = redact::text(&name)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '_' })
        .take(40)
        .collect();
    let parts = std::iter::once(path.as_os_str().as_encoded_bytes()).chain(words.iter().copied());
    format!("{}-{base}-{:032x}", kind.word(), fingerprint(parts))
}

/// FNV-1a, 128 bits (Fowler, Noll, Vo; draft-eastlake-fnv-21): the words, each with its length, so that no two
/// lists run together. Keys are the user's own; nobody gains by a collision.
pub(crate) fn fingerprint<'a>(words: impl Iterator<Item = &'a [u8]>) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    words.fold(BASIS, |hash, word| {
        let length = (word.len() as u64).to_le_bytes();
        length.iter().chain(word).fold(hash, |hash, &byte| (hash ^ u128::from(byte)).wrapping_mul(PRIME))
    })
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_checked() {
        for good in ["a", "A.b_c-9", &"x".repeat(64), "..", "-"] {
            assert_eq!(Key::named(good).unwrap().text(), good);
        }
        for bad in ["", "a b", "a/b", "é", "a:b", "a\n", &"x".repeat(65)] {
            assert!(Key::named(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn the_kind_of_a_key_is_in_its_lock_files_name() {
        let key = Key::named("bot").unwrap();
        assert_eq!(Kind::of_lock_file(OsStr::new("name-bot.lock")), Some(Kind::Name));
        assert_eq!(Kind::of_lock_file(OsStr::new("program-x-1.lock (deleted)")), Some(Kind::Program));
        assert_eq!(Kind::of_lock_file(OsStr::new("Cargo.lock")), None);
        assert_eq!(key.main_id(), "name-bot");
    }

    #[test]
    fn every_link_on_the_way_is_a_name() {
        use std::os::unix::fs::symlink;
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().canonicalize().unwrap();
        for name in ["real", "other"] {
            std::fs::create_dir(root.join(name)).unwrap();
        }
        symlink("real", root.join("one")).unwrap();
        symlink(root.join("other/../one"), root.join("two")).unwrap();
        let found = links_on_the_way(&root.join("two")).unwrap();
        assert_eq!(found, [root.join("other/../one"), root.join("real")]);
        assert!(links_on_the_way(&root.join("real")).unwrap().is_empty());
        symlink("circle", root.join("circle")).unwrap();
        assert_eq!(links_on_the_way(&root.join("circle")).unwrap().len(), MOST_LINKS);
    }

    #[test]
    fn word_lists_do_not_run_together() {
        let print = |words: &[&'static str]| fingerprint(words.iter().map(|word| word.as_bytes()));
        assert_ne!(print(&["ab", "c"]), print(&["a", "bc"]));
        assert_ne!(print(&[]), print(&[""]));
    }
}
