//! A file's lines from its end on: of a long history only what is asked for is read.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use crate::sys::files;

/// So much is read at once: some dozens of lines, and few pages of memory.
const BLOCK: u64 = 8 * 1024;

/// The last lines of a file that have not been read yet.
pub(super) struct Backwards {
    file: File,
    /// What lies before is unread.
    unread: u64,
    /// How much of that may be read.
    left: u64,
    /// The end of a line whose beginning is unread.
    end_of_line: Vec<u8>,
}

impl Backwards {
    /// Of a regular file, at most so many bytes.
    pub(super) fn open(path: &Path, most: u64) -> io::Result<Self> {
        if !files::link_status(path)?.is_regular() {
            return Err(io::ErrorKind::InvalidInput.into());
        }
        let file = File::from(files::open_to_look(path)?);
        let unread = file.metadata()?.len();
        Ok(Self { file, unread, left: most, end_of_line: Vec::new() })
    }

    /// Whole lines, in their order, that stand before those that were read; they may be none yet. `None` at the beginning of the
    /// file, and when enough was read.
    pub(super) fn lines(&mut self) -> Option<Vec<u8>> {
        let length = BLOCK.min(self.unread).min(self.left);
        if length == 0 {
            return None;
        }
        self.unread -= length;
        self.left -= length;
        let mut text = vec![0; usize::try_from(length).ok()?];
        self.file.seek(SeekFrom::Start(self.unread)).ok()?;
        self.file.read_exact(&mut text).ok()?;
        text.append(&mut self.end_of_line);
        if self.unread == 0 {
            return Some(text);
        }
        let cut = text.iter().position(|&byte| byte == b'\n').map_or(text.len(), |end| end + 1);
        let lines = text.split_off(cut);
        self.end_of_line = text;
        Some(lines)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(path: &Path, most: u64) -> Vec<u8> {
        let mut file = Backwards::open(path, most).unwrap();
        let mut found = Vec::new();
        while let Some(lines) = file.lines() {
            found = [lines, found].concat();
        }
        found
    }

    #[test]
    fn all_lines_are_read_whole() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines");
        let mut text = String::new();
        assert!(Backwards::open(&path, 9).is_err());
        // Shorter and longer than a block, and ending where one begins.
        for length in [0, 1, 4095, 4095, 1, 8191, 8192, 20_000, 3, 8189] {
            text.push_str(&"x".repeat(length));
            text.push('\n');
            std::fs::write(&path, &text).unwrap();
            assert_eq!(all(&path, u64::MAX), text.as_bytes(), "{length}");
        }
    }

    #[test]
    fn a_line_that_is_cut_by_the_bound_is_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines");
        std::fs::write(&path, "one\ntwo\nthree\n").unwrap();
        for (most, expected) in
            [(14, "one\ntwo\nthree\n"), (13, "two\nthree\n"), (6, ""), (9, "three\n"), (0, "")]
        {
            assert_eq!(all(&path, most), expected.as_bytes(), "{most}");
        }
    }

    #[test]
    fn no_more_is_read_than_is_asked_for() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("lines");
        std::fs::write(&path, "0123456789\n".repeat(10_000)).unwrap();
        let mut file = Backwards::open(&path, u64::MAX).unwrap();
        let lines = file.lines().unwrap().len() as u64;
        assert!(lines <= BLOCK && lines > BLOCK - 11, "{lines}");
        assert_eq!(file.unread, 110_000 - BLOCK);
    }
}
