//! Lists that nobody writes by hand.

use std::time::{Duration, Instant};

use crate::program::{Target, candidates, is_known_front, parse, shebang};

/// Far more than a linear reading needs in a slow debug build, far less than a quadratic one.
const LINEAR: Duration = Duration::from_secs(10);

fn target(words: &[&[u8]]) -> Target<'static> {
    let started = Instant::now();
    let invocation = parse(words).unwrap();
    drop(candidates(&invocation, &|_| None, &|_| Vec::new()));
    assert!(started.elapsed() < LINEAR, "{} words took {:?}", words.len(), started.elapsed());
    match invocation.target {
        Target::File(word) => Target::File(word.into_owned().into()),
        Target::Module(word) => Target::Module(word.into_owned().into()),
        Target::NodeEntry(word) => Target::NodeEntry(word.into_owned().into()),
        Target::Executable(word) => Target::Executable(word.into_owned().into()),
        Target::WholeCommand => Target::WholeCommand,
    }
}

fn repeated(front: &'static str, word: &'static str, count: usize) -> Vec<&'static [u8]> {
    std::iter::once(front.as_bytes()).chain(std::iter::repeat_n(word.as_bytes(), count)).collect()
}

fn file(name: &'static [u8]) -> Target<'static> {
    Target::File(name.into())
}

#[test]
fn launchers_are_bounded() {
    let nested = |count| [vec![b"env".as_slice(); count], vec![b"python", b"main.py"]].concat();
    assert_eq!(target(&nested(60)), file(b"main.py"));
    assert_eq!(target(&nested(1_000)), Target::WholeCommand);
    assert_eq!(target(&nested(100_000)), Target::WholeCommand);
}

#[test]
fn many_words_cost_a_look_each() {
    let many: Vec<&[u8]> = vec![b"x"; 100_000];
    let behind = |front: &[&'static [u8]]| target(&[front, many.as_slice()].concat());
    assert_eq!(behind(&[b"python", b"main.py"]), file(b"main.py"));
    assert_eq!(behind(&[b"env", b"-S", b"python main.py"]), file(b"main.py"));
    assert_eq!(behind(&[b"sh", b"-c", b"python main.py"]), file(b"main.py"));
    assert_eq!(behind(&[b"su"]), Target::WholeCommand);
    assert_eq!(behind(&[b"runuser", b"-u"]), Target::Executable(b"x".as_slice().into()));
    for (front, word, count) in [("python", "-u", 100_000), ("env", "-C", 100_001), ("env", "a=b", 100_000)] {
        assert_eq!(target(&repeated(front, word, count)), Target::WholeCommand, "{front} {word}");
    }
    assert_eq!(target(&repeated("env", "-Senv", 100_000)), Target::WholeCommand);
}

#[test]
fn long_words_cost_a_look_a_byte() {
    let mut nested = b"-S".repeat(100_000);
    assert_eq!(target(&[b"env", &nested]), Target::WholeCommand);
    nested.extend(b"python main.py");
    assert_eq!(target(&[b"env", &nested]), Target::WholeCommand);
    let letters = [b"-".as_slice(), &b"u".repeat(200_000), b"mbot"].concat();
    assert_eq!(target(&[b"python", &letters]), Target::Module(b"bot".as_slice().into()));
    let text = [b"python main.py ".as_slice(), &b"x ".repeat(100_000)].concat();
    assert_eq!(target(&[b"sh", b"-c", &text]), file(b"main.py"));
    let dots = [b"a".as_slice(), &b".a".repeat(100_000)].concat();
    assert!(matches!(target(&[b"python", b"-m", &dots]), Target::Module(_)));
    drop(target(&[&b"/".repeat(200_000), b"x"]));
}

#[test]
fn any_bytes_are_read() {
    assert_eq!(target(&[b"python", b"\xff\xfe.py"]), file(b"\xff\xfe.py"));
    assert_eq!(target(&[b"python", b"-\xff", b"main.py"]), Target::WholeCommand);
    assert_eq!(target(&[b"sh", b"-c", b"python \xff.py"]), file(b"\xff.py"));
    assert_eq!(target(&[b"\xff"]), Target::Executable(b"\xff".as_slice().into()));
    assert_eq!(target(&[b"uv", b"run", b"\xff.py"]), file(b"\xff.py"));
}

#[test]
fn words_may_be_empty() {
    assert_eq!(target(&[b""]), Target::Executable(b"".as_slice().into()));
    assert_eq!(target(&[b"", b"", b""]), Target::Executable(b"".as_slice().into()));
    for front in [b"python".as_slice(), b"node", b"sh", b"java", b"dotnet", b"deno", b"bun", b"ruby", b"R"] {
        assert_eq!(target(&[front, b""]), Target::WholeCommand);
    }
    for front in [b"env".as_slice(), b"uv", b"npx", b"su", b"busybox", b"flock", b"soloist", b"hatch"] {
        drop(target(&[front, b"", b""]));
        drop(target(&[front, b"run", b""]));
    }
}

/// Words that mean something to the tables, in every order that a small generator finds.
#[test]
fn no_mixture_panics() {
    let words: Vec<&[u8]> = vec![
        b"python",
        b"-m",
        b"-c",
        b"-",
        b"--",
        b"",
        b"env",
        b"-S",
        b"-S 'a' -S b",
        b"A=b",
        b"sh",
        b"-c",
        b"exec x",
        b"uv",
        b"run",
        b"soloist",
        b"--wait=",
        b"flock",
        b"su",
        b"-u",
        b"runuser",
        b"java",
        b"-jar",
        b"@x",
        b"\xff",
        b"node",
        b"--x=",
        b"=",
        b"-=",
        b"--=",
        b"npx",
        b"@",
        b".",
        b"..",
        b"/",
        b"-/",
        b".exe",
        b"+",
        b"+o",
        b"\\",
        b"'",
    ];
    let mut state = 1_u64;
    let mut next = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..10_000 {
        let length = 1 + next(7);
        let list: Vec<&[u8]> = (0..length).map(|_| words[next(words.len())]).collect();
        drop(target(&list));
        assert!(is_known_front(list[0]) || matches!(target(&list), Target::Executable(_)));
        drop(shebang(&[b"#!".as_slice(), &list.join(&b' ')].concat()));
    }
}
