//! Who has a name bound is told by the kernel alone, whatever others call their sockets.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Bound, address, attributes, bind, bound_as, listed_in, messages, socket};
use crate::corpus::cases;
use crate::key::Key;
use crate::lock::witness_name;
use crate::state::StateDirectory;

/// A line of `/proc/net/unix`, as `unix_seq_show` of Linux writes it.
fn line(address: u64, kind: u16, inode: u64, name: &[u8]) -> Vec<u8> {
    #[cfg(target_pointer_width = "64")]
    let address = format!("{address:016x}");
    #[cfg(target_pointer_width = "32")]
    let address = format!("{:08x}", address & 0xffff_ffff);
    let head = format!("{address}: 00000002 00000000 00000000 {kind:04X} 01 {inode:5} @");
    [head.as_bytes(), name, b"\n"].concat()
}

fn our_name(user: u32) -> String {
    let state = StateDirectory::of_environment(&Default::default(), user, std::path::Path::new("/"));
    witness_name(&state, Key::named("bot").unwrap().main_id())
}

/// The longest name in the abstract namespace, without its NUL byte.
const ROOM: usize = 107;

/// What a stranger may call his socket to have somebody else taken for ours: lines, whole or torn.
fn deceiving(name: &str) -> impl Strategy<Value = Vec<u8>> {
    let forged = [
        line(0, 2, 77, name.as_bytes()),
        line(1 << 40, 2, 12_345_678, name.as_bytes()),
        format!("0 0 0 0 0002 01 77 @{name}").into_bytes(),
        format!(": 00000002 00000000 00000000 0002 01    77 @{name}").into_bytes(),
        name.as_bytes().to_vec(),
        b" x".to_vec(),
    ];
    let forged = prop::sample::select(forged.to_vec());
    let piece = prop_oneof![3 => forged, 1 => Just(b"\n".to_vec()), 1 => vec(1u8.., 0..9)];
    vec(piece, 1..4).prop_map(|pieces| {
        let mut name = [b"\n".as_slice(), &pieces.concat()].concat();
        name.truncate(ROOM);
        name
    })
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn our_socket_is_found_among_others(
        others in vec((any::<u64>(), 1..6u16, 1_000_000..2_000_000u64, deceiving(&our_name(7))), 0..5),
        ours in prop::option::of((any::<prop::sample::Index>(), any::<u64>(), 1..999_999u64)),
    ) {
        let name = our_name(7);
        let mut lines: Vec<Vec<u8>> =
            others.iter().map(|(address, kind, inode, name)| line(*address, *kind, *inode, name)).collect();
        if let Some((at, address, inode)) = &ours {
            lines.insert(at.index(lines.len() + 1), line(*address, 2, *inode, name.as_bytes()));
        }
        let text = [b"Num       RefCount Protocol Flags    Type St Inode Path\n".to_vec(), lines.concat()].concat();
        let expected = ours.map(|(_, _, inode)| Bound { inode, user: None });
        prop_assert_eq!(listed_in(&text, &name), expected, "{}", String::from_utf8_lossy(&text));
    }

    #[test]
    fn any_answer_is_read(bytes in vec(prop_oneof![0u8..32, any::<u8>()], 0..80)) {
        for message in messages(&bytes) {
            let _bound = bound_as(message.payload, b"\0x");
        }
        prop_assert!(messages(&bytes).count() <= bytes.len() && attributes(&bytes).count() <= bytes.len());
    }
}

mod fixed {
    use super::*;

    /// No name has room for a whole line about ours, and ours has room in a name.
    #[test]
    fn no_line_fits_into_a_name() {
        for user in [0, 7, 1000, u32::MAX] {
            let name = our_name(0).replace("/0/", &format!("/{user}/"));
            let forged = line(0, 2, 0, name.as_bytes());
            assert!(name.len() <= ROOM && forged.len() > ROOM, "{} {}", name.len(), forged.len());
        }
    }

    /// The same with the real kernel's list: a socket with a line in its name accuses nobody.
    #[test]
    fn a_socket_with_a_line_in_its_name_accuses_nobody() {
        let ours = format!("soloist/test/{}/{}", std::process::id(), "x".repeat(40));
        let mut name = [b"\n".as_slice(), &line(0, 2, 77, ours.as_bytes())].concat();
        name.truncate(ROOM);
        let (address, length) = address(std::str::from_utf8(&name).unwrap());
        let stranger = socket(libc::AF_UNIX, libc::SOCK_DGRAM, 0).unwrap();
        // SAFETY: `address` is valid for `length` bytes.
        let bound = unsafe {
            libc::bind(std::os::fd::AsRawFd::as_raw_fd(&stranger), (&raw const address).cast(), length)
        };
        assert_eq!(bound, 0);
        let text = std::fs::read("/proc/net/unix").unwrap();
        assert_eq!(listed_in(&text, &ours), None);
        let _socket = bind(&ours).unwrap().unwrap();
        assert!(listed_in(&std::fs::read("/proc/net/unix").unwrap(), &ours).is_some());
    }
}
