//! Whatever a process calls itself, the kernel's other fields stay what they are.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{LARGEST, ListedLock, Proc, Stat, decimal, effective_user, listed_locks, namespace_of};
use crate::corpus::{cases, kept};

/// A name as long as a process can give itself (`PR_SET_NAME`), in any bytes, often in those that could deceive.
fn name() -> impl Strategy<Value = Vec<u8>> {
    let deceiving = prop::sample::select(&b")( R1\n0\\\t\xff:"[..]);
    vec(prop_oneof![3 => deceiving, 1 => any::<u8>().prop_map(|byte| byte.max(1))], 0..16)
}

fn stat() -> impl Strategy<Value = Stat> {
    let letter = prop::sample::select(&b"RSDZTtXxKWPI"[..]);
    (letter, any::<u32>(), 0..=i32::MAX as u32, any::<i32>(), any::<u64>()).prop_map(
        |(state, parent, session, terminal, start)| Stat {
            state,
            parent,
            session,
            terminal: terminal.into(),
            start,
        },
    )
}

/// A line as `do_task_stat` of Linux writes it, and where the field behind the start begins.
fn written(pid: u32, name: &[u8], stat: Stat, group: i32, between: &[u64]) -> (Vec<u8>, usize) {
    let Stat { state, parent, session, terminal, start } = stat;
    let mut line = [format!("{pid} (").as_bytes(), name, b")"].concat();
    let between: Vec<String> = between.iter().map(u64::to_string).collect();
    let state = char::from(state);
    line.extend(
        format!(" {state} {parent} {group} {session} {terminal} {} {start} ", between.join(" ")).into_bytes(),
    );
    let end = line.len();
    line.extend(b"123456 789 18446744073709551615 1 1 0 0 0 0 0\n");
    (line, end)
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn a_name_moves_no_field_and_a_torn_line_is_no_process(
        pid in any::<u32>(),
        name in name(),
        stat in stat(),
        group in any::<i32>(),
        between in vec(any::<u64>(), 14),
        cut in any::<prop::sample::Index>(),
    ) {
        let (line, end) = written(pid, &name, stat, group, &between);
        prop_assert_eq!(Stat::parse(&line), Some(stat));
        let cut = cut.index(line.len());
        let torn = Stat::parse(&line[..cut]);
        prop_assert_eq!(torn, (cut > end).then_some(stat), "cut after {}", cut);
    }

    #[test]
    fn any_bytes_are_a_line_or_none(bytes in vec(any::<u8>(), 0..200)) {
        let _read = (Stat::parse(&bytes), effective_user(&bytes), listed_locks(&bytes));
    }

    #[test]
    fn a_name_changes_no_user(name in name(), users in prop::array::uniform4(any::<u32>())) {
        let name: Vec<u8> = name.iter().flat_map(|byte| match byte {
            b'\n' => b"\\n".to_vec(),
            b'\\' => b"\\\\".to_vec(),
            byte => vec![*byte],
        }).collect();
        let [real, effective, saved, of_files] = users;
        let rest = format!("\nUmask:\t0022\nState:\tS (sleeping)\nUid:\t{real}\t{effective}\t{saved}\t{of_files}\nGid:\t0\t1\t2\t3\n");
        let text = [b"Name:\t".as_slice(), &name, rest.as_bytes()].concat();
        prop_assert_eq!(effective_user(&text), Some(effective));
    }

    /// Lines of every kind of lock in any order: those that are held come out, each as what it is.
    #[test]
    fn locks_are_what_the_kernel_lists(
        locks in vec((0..3usize, any::<bool>(), any::<bool>(), any::<i32>(), any::<u64>(), any::<u16>()), 0..9),
    ) {
        let mut text = "pos:\t0\nflags:\t02100002\nmnt_id:\t27\nino:\t77\n".to_owned();
        let mut expected = Vec::new();
        for (kind, write, waits, pid, inode, end) in locks {
            let word = ["OFDLCK", "FLOCK ", "POSIX "][kind];
            let arrow = if waits { "-> " } else { "" };
            let access = if write { "WRITE" } else { "READ " };
            text += &format!("lock:\t1: {arrow}{word} ADVISORY  {access} {pid} fe:00:{inode} 0 {end}\n");
            if !waits {
                match (kind, write) {
                    (0, true) => {
                        expected.push(ListedLock::Description);
                        expected.extend((end > 0).then_some(ListedLock::Door));
                    }
                    (1, _) => expected.push(ListedLock::Flock),
                    _ => expected.push(ListedLock::Other),
                }
            }
        }
        prop_assert_eq!(listed_locks(text.as_bytes()), expected);
    }

    #[test]
    fn a_directory_entry_is_a_process_if_it_is_a_number(name in "[0-9]{0,12}|\\PC{0,6}|[+-][0-9]{1,4}") {
        let digits = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_digit());
        prop_assert_eq!(decimal(name.as_bytes()), name.parse().ok().filter(|_| digits));
    }

    #[test]
    fn a_namespace_is_its_number(number in any::<u64>(), other in "\\PC{0,20}") {
        prop_assert_eq!(namespace_of(format!("pid:[{number}]").as_ref()), number);
        let _other = namespace_of(other.as_ref());
    }

    /// The same with the real kernel: this process takes the name.
    #[test]
    fn the_kernel_tells_of_a_process_by_any_name(name in name()) {
        let proc = Proc::open().unwrap();
        let own = std::process::id();
        let before = (proc.stat(own).unwrap(), proc.user(own).unwrap());
        std::fs::write("/proc/self/comm", &name).unwrap();
        let after = (proc.stat(own).unwrap(), proc.user(own).unwrap());
        // Whether it runs or sleeps changes all the time.
        prop_assert_eq!((Stat { state: 0, ..before.0 }, before.1), (Stat { state: 0, ..after.0 }, after.1));
    }
}

mod fixed {
    use super::*;

    #[test]
    fn what_is_kept_is_read_as_its_name_says() {
        for (name, bytes) in kept("stat") {
            let read = Stat::parse(&bytes).map(|stat| stat.start.to_string());
            let expected = name.split_once("start-").map(|(_, start)| start.to_owned());
            assert_eq!(read, expected, "{name}");
        }
    }

    /// What `prctl(2)` takes with `PR_SET_MM_MAP` (`PR_SET_MM(2const)`).
    #[repr(C)]
    struct Map {
        places: [u64; 11],
        auxiliary: u64,
        auxiliary_size: u32,
        executable: u32,
    }

    /// A child that tells the kernel that its words begin at this address and are so long; it sleeps until it is killed.
    fn child_with_words(mut map: Map, length: usize) -> i32 {
        let mut told = [0; 2];
        // SAFETY: the array has room for two descriptors.
        assert_eq!(unsafe { libc::pipe(told.as_mut_ptr()) }, 0);
        // SAFETY: until it is killed, the child makes only system calls.
        let child = unsafe { libc::fork() };
        if child == 0 {
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
            // SAFETY: a new mapping that nobody refers to.
            let words =
                unsafe { libc::mmap(std::ptr::null_mut(), length, libc::PROT_READ, flags, -1, 0) } as u64;
            (map.places[7], map.places[8]) = (words, words.saturating_add(length as u64));
            // SAFETY: `map` is a valid prctl_mm_map of this size.
            unsafe { libc::prctl(libc::PR_SET_MM, libc::PR_SET_MM_MAP, &raw const map, size_of::<Map>(), 0) };
            // SAFETY: one byte of a valid string is written.
            unsafe { libc::write(told[1], c"x".as_ptr().cast(), 1) };
            loop {
                // SAFETY: pause takes nothing.
                unsafe { libc::pause() };
            }
        }
        let mut byte = 0u8;
        // SAFETY: the buffer has room for one byte.
        assert_eq!(unsafe { libc::read(told[0], (&raw mut byte).cast(), 1) }, 1);
        for end in told {
            // SAFETY: both descriptors are this function's own.
            unsafe { libc::close(end) };
        }
        child
    }

    #[test]
    fn words_without_an_end_are_read_in_part() {
        let proc = Proc::open().unwrap();
        let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
        let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
        // Counted as in proc_pid_stat(5), of which the first two stand before.
        let field = |number: usize| fields[number - 3].parse::<u64>().unwrap();
        // SAFETY: nothing is changed by an increment of 0.
        let end_of_heap = unsafe { libc::sbrk(0) } as u64;
        let map = Map {
            places: [
                field(26),
                field(27),
                field(45),
                field(46),
                field(47),
                end_of_heap,
                field(28),
                0,
                0,
                field(50),
                field(51),
            ],
            auxiliary: 0,
            auxiliary_size: 0,
            executable: u32::MAX,
        };
        let child = child_with_words(map, 64 << 30);
        let mut words = Vec::new();
        let read = proc.read(child.unsigned_abs(), "cmdline", &mut words);
        // SAFETY: the child is ours and was not waited for, so the number is its own.
        unsafe { libc::kill(child, libc::SIGKILL) };
        // SAFETY: a null status is not asked for.
        unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
        read.unwrap();
        assert!(words.len() <= 2 * LARGEST, "{} bytes were read", words.len());
    }
}
