//! A device is named by its own line of `/proc/self/mountinfo`.

use proptest::collection::vec;
use proptest::prelude::*;

use super::mounted_as;
use crate::corpus::cases;

proptest! {
    #![proptest_config(cases())]

    /// Mount points hold no blanks: the kernel writes them as `\040` (`proc_pid_mountinfo(5)`).
    #[test]
    fn a_device_has_the_type_of_its_first_line(
        mounts in vec((0..3u32, 0..20u32, "/[-a-z0-9:\\\\]{0,6}", 0..3usize, "[a-z0-9.]{1,8}"), 0..9),
        major in 0..3u32,
        minor in 0..20u32,
    ) {
        let text: String = mounts.iter().map(|(major, minor, place, optional, kind)| {
            let optional = "shared:1 master:2 ".repeat(*optional);
            format!("22 1 {major}:{minor} / {place} rw,noatime {optional}- {kind} /dev/x rw\n")
        }).collect();
        let expected = mounts.iter().find(|mount| (mount.0, mount.1) == (major, minor)).map(|mount| mount.4.as_str());
        prop_assert_eq!(mounted_as(&text, major, minor), expected);
    }

    #[test]
    fn any_text_is_read(text in "[0-9: /-]{0,80}|\\PC{0,80}") {
        let _named = mounted_as(&text, 1, 2);
    }
}
