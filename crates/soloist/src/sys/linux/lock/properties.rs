//! A lock on one file is never taken for one on another.

use proptest::collection::vec;
use proptest::prelude::*;

use super::is_among;
use crate::corpus::cases;
use crate::sys::files::FileIdentity;

/// Few numbers, so that they often nearly meet.
fn file() -> impl Strategy<Value = FileIdentity> {
    let number = || prop::sample::select(vec![0u32, 1, 7, 10, 16, 17, 77, 254, 256, 259]);
    (number(), number(), prop::sample::select(vec![1u64, 7, 11, 17, 77, 177, u64::MAX])).prop_map(
        |(major, minor, inode)| FileIdentity { device: libc::makedev(major, minor), inode, born: 0 },
    )
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_file_is_listed_if_a_line_is_its_own(
        lines in vec((file(), any::<bool>(), any::<i32>()), 0..12),
        wanted in file(),
    ) {
        let text: String = lines.iter().enumerate().map(|(at, (file, waits, pid))| {
            let (major, minor) = (libc::major(file.device), libc::minor(file.device));
            let arrow = if *waits { "-> " } else { "" };
            format!("{at}: {arrow}OFDLCK ADVISORY  WRITE {pid} {major:02x}:{minor:02x}:{} 0 1\n", file.inode)
        }).collect();
        let held = lines.iter().any(|(file, waits, _)| !waits && file.same_file(wanted));
        prop_assert_eq!(is_among(&text, wanted), held, "{}", text);
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,200}", wanted in file()) {
        let _listed = is_among(&text, wanted);
    }
}
