//! The first line of a script.

use super::names::base;
use super::words::split_env_string;

/// The interpreter that a script names in its `#!` line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shebang {
    /// The words that stand before the script's own path in the argument list, the interpreter's path first:
    /// at most one argument (execve(2)), which `env -S` splits (env(1)).
    pub words: Vec<Vec<u8>>,
}

/// How much of a file the kernel reads for the line (`BINPRM_BUF_SIZE`, execve(2)).
const LINE: usize = 256;

/// Reads the `#!` line at the beginning of a file, as execve(2) does; `None` if there is none.
#[must_use]
pub fn shebang(first_bytes: &[u8]) -> Option<Shebang> {
    let (interpreter, argument) = line(first_bytes)?;
    let mut words = vec![interpreter.to_vec()];
    if let Some(argument) = argument {
        words.extend(argument_words(interpreter, argument)?);
    }
    Some(Shebang { words })
}

/// The interpreter's path and the rest of the line.
fn line(first_bytes: &[u8]) -> Option<(&[u8], Option<&[u8]>)> {
    let buffer = &first_bytes[..first_bytes.len().min(LINE)];
    let text = buffer.strip_prefix(b"#!")?;
    let end = text.iter().position(|byte| matches!(byte, b'\n' | b'\0'));
    let line = trim(&text[..end.unwrap_or(text.len())]);
    let space = line.iter().position(|byte| is_blank(*byte));
    let (interpreter, rest) = line.split_at(space.unwrap_or(line.len()));
    // The kernel refuses a path that does not end within its buffer.
    let cut = end.is_none() && space.is_none() && buffer.len() == LINE;
    let argument = trim(rest);
    (!cut && !interpreter.is_empty()).then_some((interpreter, (!argument.is_empty()).then_some(argument)))
}

fn argument_words(interpreter: &[u8], argument: &[u8]) -> Option<Vec<Vec<u8>>> {
    let splits = [b"-S".as_slice(), b"--split-string="];
    let text = splits.iter().find_map(|option| argument.strip_prefix(*option));
    match text {
        Some(text) if base(interpreter) == b"env" => split_env_string(text),
        _ => Some(vec![argument.to_vec()]),
    }
}

fn trim(line: &[u8]) -> &[u8] {
    let start = line.iter().position(|byte| !is_blank(*byte)).unwrap_or(line.len());
    let end = line.iter().rposition(|byte| !is_blank(*byte)).map_or(start, |last| last + 1);
    &line[start..end]
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
