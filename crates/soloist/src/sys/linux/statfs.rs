//! What kind of file system a path is on (`statfs(2)`), as far as it matters to locks and to what is kept there.

use std::io;
use std::path::Path;

use super::{call, files};

/// What a file system means for a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Medium {
    /// A disk of this machine, or nothing that is known to be otherwise.
    Local,
    /// Another machine or a program keeps the files, and perhaps the locks.
    Network,
    /// Memory: gone with the machine.
    Memory,
    /// The upper layer of a container: gone with it.
    Container,
}

/// The file system of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FileSystem {
    pub(crate) medium: Medium,
    /// As the kernel names it: `ext4`, `nfs4`, `fuse.sshfs`.
    pub(crate) name: String,
}

/// The numbers by which `statfs(2)` tells them (`linux/magic.h`, and the headers of those that are not there).
const KNOWN: [(u32, Medium, &str); 16] = [
    (0x6969, Medium::Network, "nfs"),
    (0x517b, Medium::Network, "smb"),
    (0xff53_4d42, Medium::Network, "cifs"),
    (0xfe53_4d42, Medium::Network, "smb2"),
    (0x0102_1997, Medium::Network, "9p"),
    (0x5346_414f, Medium::Network, "afs"),
    (0x6b41_4653, Medium::Network, "afs"),
    (0x7375_7245, Medium::Network, "coda"),
    (0x00c3_6400, Medium::Network, "ceph"),
    (0x0bd0_0bd0, Medium::Network, "lustre"),
    (0x0116_1970, Medium::Network, "gfs2"),
    (0x7461_636f, Medium::Network, "ocfs2"),
    (0x6573_5546, Medium::Network, "fuse"),
    (0x0102_1994, Medium::Memory, "tmpfs"),
    (0x8584_58f6, Medium::Memory, "ramfs"),
    (0x794c_7630, Medium::Container, "overlay"),
];

/// The file system that `path` is on.
pub(crate) fn of(path: &Path) -> io::Result<FileSystem> {
    let c_path = call::c_path(path)?;
    // SAFETY: statfs is plain data, for which all zeroes are a value.
    let mut found: libc::statfs = unsafe { std::mem::zeroed() };
    call::retry(|| {
        // SAFETY: the path is a C string and `found` a valid buffer for the call to fill.
        call::check(unsafe { libc::statfs(c_path.as_ptr(), &raw mut found) })
    })?;
    // The type is a signed word on some machines and an unsigned one on others; its value has 32 bits.
    let magic = u32::try_from(i128::from(found.f_type) & 0xffff_ffff).unwrap_or(0);
    let device = files::status(path).map_or(0, |status| status.identity.device);
    let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    Ok(judge(magic, mounted_as(&mounts, libc::major(device), libc::minor(device))))
}

fn judge(magic: u32, mounted: Option<&str>) -> FileSystem {
    let known = KNOWN.iter().find(|known| known.0 == magic);
    let (medium, name) = known.map_or((Medium::Local, None), |known| (known.1, Some(known.2)));
    let name = mounted.or(name).map_or_else(|| format!("type {magic:#x}"), str::to_owned);
    FileSystem { medium, name }
}

/// The type under which a device is mounted (`/proc/self/mountinfo`, proc(5)): it tells one FUSE file system from
/// another. Some file systems (btrfs) have devices that stand in no list.
fn mounted_as(mounts: &str, major: u32, minor: u32) -> Option<&str> {
    let device = format!("{major}:{minor}");
    let line = mounts.lines().find(|line| line.split(' ').nth(2) == Some(device.as_str()))?;
    line.split_once(" - ")?.1.split(' ').next()
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    const MOUNTS: &str = "\
        22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n\
        40 22 0:52 / /mnt/far rw,nosuid - fuse.sshfs host:/ rw\n\
        41 22 0:53 / /mnt/nfs rw - nfs4 host:/ rw\n";

    #[test]
    fn what_is_far_away_is_known_and_named() {
        for (magic, minor, medium, name) in [
            (0x6573_5546, 52, Medium::Network, "fuse.sshfs"),
            (0x6969, 53, Medium::Network, "nfs4"),
            (0x6969, 99, Medium::Network, "nfs"),
            (0x0102_1994, 99, Medium::Memory, "tmpfs"),
            (0x794c_7630, 99, Medium::Container, "overlay"),
            (0x1234, 99, Medium::Local, "type 0x1234"),
        ] {
            let expected = FileSystem { medium, name: name.into() };
            assert_eq!(judge(magic, mounted_as(MOUNTS, 0, minor)), expected);
        }
        assert_eq!(judge(0xef53, mounted_as(MOUNTS, 254, 0)).name, "ext4");
    }

    #[test]
    fn a_real_path_has_a_file_system() {
        assert_eq!(of(Path::new("/proc")).unwrap().name, "proc");
        assert!(of(Path::new("/no/such/path")).is_err());
    }
}
