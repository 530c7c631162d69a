//! A second witness that no `rm` can remove: a socket name in the kernel's abstract namespace (`unix(7)`).
//!
//! A name is bound for as long as any process keeps the socket open, and is gone with the last of them,
//! like a lock; but it is no file. Other users can bind names too: who bound one is asked of the kernel
//! (`sock_diag(7)`, `UNIX_DIAG`), and a stranger's socket counts for nothing.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

use super::call;

/// `struct unix_diag_req` (`linux/unix_diag.h`) behind its netlink header.
#[repr(C)]
struct Request {
    header: libc::nlmsghdr,
    family: u8,
    protocol: u8,
    padding: u16,
    states: u32,
    inode: u32,
    show: u32,
    cookie: [u32; 2],
}

const SOCK_DIAG_BY_FAMILY: u16 = 20;
const UDIAG_SHOW_NAME: u32 = 0x1;
const UDIAG_SHOW_UID: u32 = 0x40;
const UNIX_DIAG_NAME: u16 = 0;
const UNIX_DIAG_UID: u16 = 7;
const UNIX_DIAG_MESSAGE: usize = 16;

/// A bound socket as the kernel lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    /// The socket's inode number, as in `socket:[N]` of `/proc/PID/fd`.
    pub(crate) inode: u64,
    /// The user who made it; unknown where the kernel does not tell.
    pub(crate) user: Option<u32>,
}

fn datagram_socket() -> io::Result<OwnedFd> {
    socket(libc::AF_UNIX, libc::SOCK_DGRAM, 0)
}

fn socket(family: i32, kind: i32, protocol: i32) -> io::Result<OwnedFd> {
    // SAFETY: socket takes integers.
    let descriptor = call::check(unsafe { libc::socket(family, kind | libc::SOCK_CLOEXEC, protocol) })?;
    // SAFETY: the kernel has just given this descriptor to us alone.
    Ok(unsafe { OwnedFd::from_raw_fd(descriptor) })
}

fn address(name: &str) -> (libc::sockaddr_un, libc::socklen_t) {
    // SAFETY: sockaddr_un is plain data, for which all zeroes are a value.
    let mut address: libc::sockaddr_un = unsafe { std::mem::zeroed() };
    address.sun_family = libc::AF_UNIX as libc::sa_family_t;
    for (place, byte) in address.sun_path[1..].iter_mut().zip(name.bytes()) {
        *place = libc::c_char::from_ne_bytes([byte]);
    }
    let length = size_of::<libc::sa_family_t>() + 1 + name.len().min(address.sun_path.len() - 1);
    (address, libc::socklen_t::try_from(length).unwrap_or(0))
}

/// Binds the name; `None` means that a live process has it bound.
pub(crate) fn bind(name: &str) -> io::Result<Option<OwnedFd>> {
    let socket = datagram_socket()?;
    let (address, length) = address(name);
    // SAFETY: `address` is valid for `length` bytes.
    let answer = call::check(unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) });
    match answer {
        Ok(_) => Ok(Some(socket)),
        Err(error) if error.raw_os_error() == Some(libc::EADDRINUSE) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a sandbox (`RestrictAddressFamilies=` of `systemd.exec(5)`, seccomp) forbids such sockets: then there
/// is no second witness, and the lock stands alone.
pub(crate) fn is_forbidden(error: &io::Error) -> bool {
    matches!(
        error.raw_os_error(),
        Some(libc::EAFNOSUPPORT | libc::EPROTONOSUPPORT | libc::EPERM | libc::EACCES)
    )
}

/// Whether a live process has the name bound; nothing reaches that process.
pub(crate) fn is_bound(name: &str) -> io::Result<bool> {
    let socket = datagram_socket()?;
    let (address, length) = address(name);
    // SAFETY: `address` is valid for `length` bytes.
    let answer =
        call::check(unsafe { libc::connect(socket.as_raw_fd(), (&raw const address).cast(), length) });
    match answer.map_err(|error| error.raw_os_error()) {
        Err(Some(libc::ECONNREFUSED)) => Ok(false),
        _ => Ok(true),
    }
}

/// Who has bound the name: asked of `sock_diag(7)`, else read from `/proc/net/unix`, which knows no users.
pub(crate) fn owner(name: &str) -> io::Result<Option<Bound>> {
    diagnose(name).or_else(|_| listed(name))
}

/// The type of a datagram socket in `/proc/net/unix` (`proc_pid_net(5)`).
const DATAGRAM: &[u8] = b"0002";

fn listed(name: &str) -> io::Result<Option<Bound>> {
    Ok(listed_in(&std::fs::read("/proc/net/unix")?, name))
}

/// The witnesses that anybody has bound, by `/proc/net/unix`: their inode numbers.
pub(crate) fn all() -> io::Result<Vec<u64>> {
    let text = std::fs::read("/proc/net/unix")?;
    let ours = |(inode, name): (u64, &[u8])| name.starts_with(b"soloist/").then_some(inode);
    Ok(entries(&text).filter_map(ours).collect())
}

/// The socket of this name in the text of `/proc/net/unix`.
fn listed_in(text: &[u8], name: &str) -> Option<Bound> {
    let (inode, _) = entries(text).find(|(_, listed)| *listed == name.as_bytes())?;
    Some(Bound { inode, user: None })
}

/// The datagram sockets with a long abstract name: inode number and name. The kernel writes names as they are, and a
/// stranger's may hold the end of a line and another line behind it, which accuses somebody else of having our name. So
/// lines count only in the kernel's own columns, and when they are too long to stand in a name behind a line's end.
fn entries(text: &[u8]) -> impl Iterator<Item = (u64, &[u8])> {
    text.split(|&byte| byte == b'\n').filter(|line| line.len() >= LONGEST_NAME).filter_map(|line| {
        let (numbers, rest) = line.split_at_checked(COLUMNS.len())?;
        let fits = |(&column, byte): (&u8, &u8)| match column {
            b'x' => byte.is_ascii_hexdigit(),
            separator => *byte == separator,
        };
        let ours = COLUMNS.iter().zip(numbers).all(fits) && numbers.get(TYPE)? == DATAGRAM;
        let (inode, name) = rest.split_at_checked(rest.windows(2).position(|pair| pair == b" @")?)?;
        let inode = str::from_utf8(inode).ok().filter(|inode| inode.len() >= SHORTEST_INODE)?.trim_start();
        let is_number = inode.bytes().all(|byte| byte.is_ascii_digit());
        let inode = inode.parse().ok().filter(|_| ours && is_number)?;
        Some((inode, &name[2..]))
    })
}

/// How many bytes an abstract name can have (`unix(7)`: `sun_path` without its leading zero byte).
const LONGEST_NAME: usize = 107;

/// Address, references, protocol, flags, type and state as `unix_seq_show` of Linux writes them; behind them an inode
/// number in at least five columns, and the name.
#[cfg(target_pointer_width = "64")]
const COLUMNS: &[u8] = b"xxxxxxxxxxxxxxxx: xxxxxxxx xxxxxxxx xxxxxxxx xxxx xx ";
#[cfg(target_pointer_width = "32")]
const COLUMNS: &[u8] = b"xxxxxxxx: xxxxxxxx xxxxxxxx xxxxxxxx xxxx xx ";
const TYPE: std::ops::Range<usize> = COLUMNS.len() - 8..COLUMNS.len() - 4;
const SHORTEST_INODE: usize = 5;

fn diagnose(name: &str) -> io::Result<Option<Bound>> {
    let netlink = socket(libc::AF_NETLINK, libc::SOCK_RAW, libc::NETLINK_SOCK_DIAG)?;
    let request = Request {
        header: libc::nlmsghdr {
            nlmsg_len: u32::try_from(size_of::<Request>()).unwrap_or(0),
            nlmsg_type: SOCK_DIAG_BY_FAMILY,
            nlmsg_flags: (libc::NLM_F_REQUEST | libc::NLM_F_DUMP).cast_unsigned() as u16,
            nlmsg_seq: 1,
            nlmsg_pid: 0,
        },
        family: libc::AF_UNIX as u8,
        protocol: 0,
        padding: 0,
        states: u32::MAX,
        inode: 0,
        show: UDIAG_SHOW_NAME | UDIAG_SHOW_UID,
        cookie: [u32::MAX; 2],
    };
    // SAFETY: `request` is valid for its size.
    let sent =
        unsafe { libc::send(netlink.as_raw_fd(), (&raw const request).cast(), size_of::<Request>(), 0) };
    if sent == -1 {
        return Err(io::Error::last_os_error());
    }
    let mut buffer = vec![0u8; 1 << 16];
    let mut wanted = vec![0];
    wanted.extend_from_slice(name.as_bytes());
    let mut found = None;
    loop {
        // SAFETY: the buffer is valid for its length.
        let length = unsafe { libc::recv(netlink.as_raw_fd(), buffer.as_mut_ptr().cast(), buffer.len(), 0) };
        let length = usize::try_from(length).map_err(|_| io::Error::last_os_error())?;
        for message in messages(&buffer[..length]) {
            match message.kind {
                DONE => return Ok(found),
                ERROR => return Err(io::Error::from(io::ErrorKind::Unsupported)),
                _ => found = found.or_else(|| bound_as(message.payload, &wanted)),
            }
        }
    }
}

const DONE: u16 = libc::NLMSG_DONE as u16;
const ERROR: u16 = libc::NLMSG_ERROR as u16;

/// A netlink message or attribute: a length and a kind (in either order of the header's first fields), a payload.
struct Message<'a> {
    kind: u16,
    payload: &'a [u8],
}

fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at + N)?.try_into().ok()
}

/// The messages of a datagram (`netlink(7)`): 16-byte headers, lengths in 32 bits, aligned to 4.
fn messages(bytes: &[u8]) -> impl Iterator<Item = Message<'_>> {
    pieces(bytes, 16, |bytes| {
        Some((u32::from_ne_bytes(number(bytes, 0)?) as usize, u16::from_ne_bytes(number(bytes, 4)?)))
    })
}

/// The attributes of a message (`rtnetlink(7)`): 4-byte headers, lengths in 16 bits, aligned to 4.
fn attributes(bytes: &[u8]) -> impl Iterator<Item = Message<'_>> {
    pieces(bytes, 4, |bytes| {
        Some((usize::from(u16::from_ne_bytes(number(bytes, 0)?)), u16::from_ne_bytes(number(bytes, 2)?)))
    })
}

fn pieces(
    mut bytes: &[u8],
    header: usize,
    read: impl Fn(&[u8]) -> Option<(usize, u16)>,
) -> impl Iterator<Item = Message<'_>> {
    std::iter::from_fn(move || {
        let (length, kind) = read(bytes)?;
        let payload = bytes.get(header..length)?;
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
        Some(Message { kind, payload })
    })
}

/// Each type of socket has names of its own, so a stranger's stream socket of our name is another name.
fn bound_as(payload: &[u8], wanted: &[u8]) -> Option<Bound> {
    // struct unix_diag_msg: family, type, state, padding, inode, cookie.
    if i32::from(*payload.get(1)?) != libc::SOCK_DGRAM {
        return None;
    }
    let inode = u64::from(u32::from_ne_bytes(number(payload, 4)?));
    let mut named = false;
    let mut user = None;
    for attribute in attributes(payload.get(UNIX_DIAG_MESSAGE..)?) {
        match attribute.kind {
            UNIX_DIAG_NAME => named = attribute.payload == wanted,
            UNIX_DIAG_UID => user = number(attribute.payload, 0).map(u32::from_ne_bytes),
            _ => {}
        }
    }
    named.then_some(Bound { inode, user })
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_types_of_sockets_have_other_names() {
        let name = format!("soloist/test/{}/{}", std::process::id(), "types".repeat(8));
        let (address, length) = address(&name);
        let bound = [libc::SOCK_STREAM, libc::SOCK_SEQPACKET].map(|kind| {
            let socket = socket(libc::AF_UNIX, kind, 0).unwrap();
            // SAFETY: `address` is valid for `length` bytes.
            let done = unsafe { libc::bind(socket.as_raw_fd(), (&raw const address).cast(), length) };
            assert_eq!(done, 0);
            socket
        });
        assert!(!is_bound(&name).unwrap());
        assert_eq!((diagnose(&name).unwrap(), listed(&name).unwrap()), (None, None));
        let ours = bind(&name).unwrap().unwrap();
        let link = std::fs::read_link(format!("/proc/self/fd/{}", ours.as_raw_fd())).unwrap();
        for found in [diagnose(&name), listed(&name)] {
            assert_eq!(link.to_string_lossy(), format!("socket:[{}]", found.unwrap().unwrap().inode));
        }
        drop(bound);
    }
}
