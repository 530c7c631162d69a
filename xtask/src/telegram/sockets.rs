//! Which connections belong to which processes: so it is known who polls.

use std::collections::BTreeSet;
use std::fs;

use super::process;

/// The local ports by which a process or one below it is connected to this port of 127.0.0.1.
pub(crate) fn ports(root: u32, server: u16) -> BTreeSet<u16> {
    let table = fs::read_to_string("/proc/net/tcp").unwrap_or_default();
    let mine: BTreeSet<u64> = process::tree(root).into_iter().flat_map(sockets).collect();
    let connections = table.lines().skip(1).filter_map(connection);
    connections
        .filter(|(_, remote, inode)| *remote == server && mine.contains(inode))
        .map(|found| found.0)
        .collect()
}

/// The inodes of a process's sockets: descriptors that read `socket:[INODE]`.
fn sockets(pid: u32) -> Vec<u64> {
    let entries = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    let targets = entries.filter_map(|entry| fs::read_link(entry.path()).ok());
    targets
        .filter_map(|target| target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok())
        .collect()
}

/// Local port, remote port and inode of a line of `/proc/net/tcp` (proc_net(5)).
fn connection(line: &str) -> Option<(u16, u16, u64)> {
    let fields: Vec<&str> = line.split_whitespace().collect();
    let port = |field: &str| u16::from_str_radix(field.rsplit_once(':')?.1, 16).ok();
    Some((port(fields.get(1)?)?, port(fields.get(2)?)?, fields.get(9)?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_kernels_table_is_understood() {
        let line = "   1: 0100007F:D431 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1000        0 31337 1";
        assert_eq!(connection(line), Some((0xD431, 8080, 31337)));
        assert_eq!(connection("sl local_address"), None);
    }

    #[test]
    fn our_own_connection_is_found() -> std::io::Result<()> {
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        let server = listener.local_addr()?.port();
        let client = std::net::TcpStream::connect(listener.local_addr()?)?;
        assert_eq!(ports(std::process::id(), server), BTreeSet::from([client.local_addr()?.port()]));
        Ok(())
    }
}
