//! The variables with which a live process was started (`/proc/PID/environ`, `proc(5)`).

use std::ffi::{CStr, OsString};
use std::io;

use crate::process::Observer;
use crate::sys::text;

/// A process's variables as they were at its start; what it changed later is not seen.
#[derive(Debug, Default)]
pub(crate) struct Environment {
    text: Vec<u8>,
    /// Where each entry ends; it begins behind the end of the one before.
    ends: Vec<usize>,
}

impl Environment {
    /// Reads them.
    ///
    /// # Errors
    /// `PermissionDenied` for another user's process.
    pub(crate) fn of(observer: &Observer, pid: u32) -> io::Result<Self> {
        let mut read = Self::default();
        read.read_again(observer, pid)?;
        Ok(read)
    }

    /// The same for another process, in the same buffer.
    pub(crate) fn read_again(&mut self, observer: &Observer, pid: u32) -> io::Result<()> {
        self.ends.clear();
        observer.proc.read(pid, "environ", &mut self.text)?;
        self.find_ends();
        Ok(())
    }

    fn find_ends(&mut self) {
        self.ends.clear();
        let mut start = 0;
        while let Ok(entry) = CStr::from_bytes_until_nul(&self.text[start..]) {
            let end = start + entry.to_bytes().len();
            self.ends.push(end);
            start = end + 1;
        }
        self.ends.push(self.text.len());
    }

    fn entries(&self) -> impl Iterator<Item = &[u8]> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|end| end + 1));
        starts.zip(&self.ends).map(|(start, &end)| &self.text[start..end])
    }

    /// The value of a variable as bytes.
    pub(crate) fn bytes(&self, name: &str) -> Option<&[u8]> {
        // The sign is compared first: it tells most entries apart by one byte.
        let is_it =
            |entry: &&[u8]| entry.get(name.len()) == Some(&b'=') && entry.starts_with(name.as_bytes());
        self.entries().find(is_it).map(|entry| &entry[name.len() + 1..])
    }

    /// The value of a variable.
    pub(crate) fn value(&self, name: &str) -> Option<OsString> {
        self.bytes(name).map(|value| text::os_string(value.to_vec()))
    }

    /// All values, whatever their names.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.entries().filter_map(|entry| Some(&entry[entry.iter().position(|&byte| byte == b'=')? + 1..]))
    }

    /// The value of a variable, if it is UTF-8.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.bytes(name)?).ok()
    }

    #[cfg(test)]
    pub(crate) fn from_words(words: &[&str]) -> Self {
        let mut environment = Self { text: words.join("\0").into_bytes(), ends: Vec::new() };
        environment.find_ends();
        environment
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_matched_whole() {
        let read = Environment::from_words(&["PM_ID=1", "pm_id_x=2", "pm_id=3", "EMPTY="]);
        assert_eq!(read.text("pm_id"), Some("3"));
        assert_eq!(read.text("EMPTY"), Some(""));
        assert_eq!(read.text("pm"), None);
    }
}
