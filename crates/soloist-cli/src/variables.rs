//! Environment variables, and files in dotenv syntax that add to them.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The most that is read of a file.
const LARGEST: u64 = 1024 * 1024;

/// What files add to the environment. A variable that is set already stays as it is, as every dotenv reader has it.
#[derive(Debug, Default)]
pub(crate) struct Variables(Vec<(OsString, OsString)>);

impl Variables {
    /// Reads files in dotenv syntax; of two that set one variable the first wins.
    ///
    /// # Errors
    /// When a file cannot be read or understood. What stands in it is not told.
    pub(crate) fn of_files(paths: &[PathBuf]) -> io::Result<Self> {
        let mut found = Self::default();
        for path in paths {
            for (name, value) in read(path)? {
                let known = std::env::var_os(&name).is_some() || found.value(&name).is_some();
                if !known {
                    found.0.push((name, value));
                }
            }
        }
        Ok(found)
    }

    fn value(&self, name: &OsStr) -> Option<&OsString> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// What a variable is set to, if it is and not to nothing.
    pub(crate) fn set(&self, name: &str) -> Option<OsString> {
        let set = std::env::var_os(name).or_else(|| self.value(OsStr::new(name)).cloned());
        set.filter(|value| !value.is_empty())
    }

    /// The token in a variable.
    ///
    /// # Errors
    /// `InvalidInput` when it is set nowhere.
    pub(crate) fn token(&self, name: &str) -> io::Result<OsString> {
        self.set(name).ok_or_else(|| {
            wrong(format!(
                "the environment variable {name} is not set; set it to the bot's token, or name a file that does with --env-file"
            ))
        })
    }

    /// All of them, for the program.
    pub(crate) fn pairs(&self) -> &[(OsString, OsString)] {
        &self.0
    }
}

fn wrong(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, why)
}

fn read(path: &Path) -> io::Result<Vec<(OsString, OsString)>> {
    let unreadable = |error: io::Error| wrong(format!("cannot read {}: {error}", path.display()));
    if !std::fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(wrong(format!("cannot read {}: it is not a regular file", path.display())));
    }
    let mut text = Vec::new();
    File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut text)).map_err(unreadable)?;
    if text.len() as u64 > LARGEST {
        return Err(wrong(format!("cannot read {}: it is larger than a mebibyte", path.display())));
    }
    parse(&text).map_err(|line| {
        wrong(format!("cannot understand {}: line {line} is not NAME=value in dotenv syntax", path.display()))
    })
}

/// The most that the values of a file may come to, each `$NAME` in them replaced: a few lines that name each other over
/// and over would fill all memory.
const MOST_REPLACED: usize = 64 * 1024 * 1024;

/// The variables of a text, or the number of the first line that is not understood.
fn parse(text: &[u8]) -> Result<Vec<(OsString, OsString)>, usize> {
    if let Some(odd) = odd_line(text) {
        return Err(odd);
    }
    // A last line without its end is a line too.
    let whole = [text, b"\n"].concat();
    let marks = text.iter().filter(|&&byte| byte == b'$').count();
    let mut longest = std::env::vars_os().map(|(_, value)| value.len()).max().unwrap_or(0);
    let mut found = Vec::new();
    let mut entries = dotenvy::from_read_iter(whole.as_slice());
    loop {
        if marks.saturating_mul(longest) > MOST_REPLACED {
            return Err(number_of(text, "$"));
        }
        match entries.next() {
            None => return Ok(found),
            Some(Ok((name, value))) => {
                longest = longest.max(value.len());
                found.push((name.into(), value.into()));
            }
            Some(Err(dotenvy::Error::LineParse(line, _))) => return Err(number_of(text, &line)),
            Some(Err(_)) => return Err(number_of(text, "")),
        }
    }
}

/// A line that no variable can be made of: no value holds a NUL byte (`environ(7)`), and a wide margin makes the lines of
/// a value in quotes cost the product of both.
fn odd_line(text: &[u8]) -> Option<usize> {
    const WIDEST: usize = 256;
    let is_odd = |line: &[u8]| {
        line.contains(&0) || line.len() > WIDEST && line[..WIDEST].iter().all(u8::is_ascii_whitespace)
    };
    text.split(|&byte| byte == b'\n').position(is_odd).map(|at| at + 1)
}

fn number_of(text: &[u8], wanted: &str) -> usize {
    let text = String::from_utf8_lossy(text);
    let first = wanted.lines().next().unwrap_or_default();
    text.lines().position(|line| line.contains(first)).map_or(1, |at| at + 1)
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dotenv_syntax_is_understood() {
        let text = b"# a comment\nexport A=1\nB='two words'\n\nC=\"x\\ny\" # more\nD=$A\nEMPTY=\n";
        let found = parse(text).unwrap();
        let expected = [("A", "1"), ("B", "two words"), ("C", "x\ny"), ("D", "1"), ("EMPTY", "")];
        assert_eq!(found, expected.map(|(name, value)| (name.into(), value.into())));
    }

    #[test]
    fn a_line_that_is_none_is_numbered_and_not_shown() {
        assert_eq!(parse(b"A=1\nB C D\n"), Err(2));
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(".env");
        std::fs::write(&path, "A=1\nTOKEN = 123:secret word\n").unwrap();
        let error = Variables::of_files(std::slice::from_ref(&path)).unwrap_err().to_string();
        assert!(error.contains("line 2") && !error.contains("secret"), "{error}");
        assert!(Variables::of_files(&[directory.path().into()]).is_err());
        assert!(Variables::of_files(&["/nonexistent/.env".into()]).is_err());
    }

    #[test]
    fn the_environment_and_the_first_file_win() {
        let directory = tempfile::tempdir().unwrap();
        let [first, second] = ["a", "b"].map(|name| directory.path().join(name));
        std::fs::write(&first, "PATH=x\nSOLOIST_TEST_A=1\n").unwrap();
        std::fs::write(&second, "SOLOIST_TEST_A=2\nSOLOIST_TEST_B=3\n").unwrap();
        let variables = Variables::of_files(&[first, second]).unwrap();
        assert_eq!(
            variables.pairs(),
            [("SOLOIST_TEST_A", "1"), ("SOLOIST_TEST_B", "3")].map(|(n, v)| (n.into(), v.into()))
        );
    }
}
