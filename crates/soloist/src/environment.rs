//! The variables with which a live process was started (`/proc/PID/environ`, `proc(5)`).

use std::ffi::OsString;
use std::io;

use crate::process::Observer;
use crate::sys::text;

/// A process's variables as they were at its start; what it changed later is not seen.
#[derive(Debug, Default)]
pub(crate) struct Environment(Vec<u8>);

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
        observer.proc.read(pid, "environ", &mut self.0)
    }

    /// The value of a variable as bytes.
    pub(crate) fn bytes(&self, name: &str) -> Option<&[u8]> {
        let named =
            |entry: &'_ [u8]| entry.strip_prefix(name.as_bytes())?.strip_prefix(b"=").map(<[u8]>::len);
        self.0
            .split(|&byte| byte == 0)
            .find_map(|entry| named(entry).map(|length| &entry[entry.len() - length..]))
    }

    /// The value of a variable.
    pub(crate) fn value(&self, name: &str) -> Option<OsString> {
        self.bytes(name).map(|value| text::os_string(value.to_vec()))
    }

    /// All values, whatever their names.
    pub(crate) fn values(&self) -> impl Iterator<Item = &[u8]> {
        let entries = self.0.split(|&byte| byte == 0);
        entries.filter_map(|entry| Some(&entry[entry.iter().position(|&byte| byte == b'=')? + 1..]))
    }

    /// The value of a variable, if it is UTF-8.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        std::str::from_utf8(self.bytes(name)?).ok()
    }

    #[cfg(test)]
    pub(crate) fn from_words(words: &[&str]) -> Self {
        Self(words.join("\0").into_bytes())
    }
}

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
