//! Which program an argument list runs: decided by what stands up to the program's name, and never by what follows.

use std::borrow::Cow;
use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;

use super::names::is_one_of;
use super::tables::SHELL_LAUNCHERS;
use super::words::{simple_command, split_env_string};
use super::{Invocation, Target, candidates, is_known_front, is_title, parse, shebang};
use crate::corpus::{cases, kept};

/// Words that mean something to some interpreter or launcher, and others.
const WORDS: [&str; 96] = [
    "python",
    "python3.11",
    "/usr/bin/python3",
    "pypy3",
    "node",
    "deno",
    "bun",
    "ruby",
    "perl",
    "php",
    "sh",
    "bash",
    "-bash",
    "java",
    "dotnet",
    "lua",
    "R",
    "Rscript",
    "julia",
    "env",
    "nice",
    "nohup",
    "timeout",
    "setsid",
    "uv",
    "uvx",
    "poetry",
    "pdm",
    "hatch",
    "npx",
    "npm",
    "pnpm",
    "bunx",
    "sudo",
    "su",
    "runuser",
    "flock",
    "busybox",
    "soloist",
    "run",
    "exec",
    "xargs",
    "stdbuf",
    "catchsegv",
    "-m",
    "-c",
    "-e",
    "-u",
    "-X",
    "dev",
    "-W",
    "-jar",
    "-S",
    "-C",
    "-i",
    "-n",
    "5",
    "--",
    "-",
    "--wait",
    "--wait=5s",
    "--name",
    "--lock",
    "--replace",
    "--directory",
    "--require",
    "--loader=x",
    "-r",
    "-I",
    "-Im",
    "-uc",
    "-mpkg",
    "-Wx",
    "A=b",
    "=",
    "",
    "main.py",
    "./bot.js",
    "/srv/a b/main.py",
    "pkg.mod",
    "app.jar",
    "app.dll",
    "bot.sh",
    "x",
    "python main.py",
    "exec python main.py",
    "A=b python 'a b.py' x",
    "-S python main.py",
    "python|x",
    "http://h/x.py",
    "dir/",
    ".",
    "..",
    "main.pyw",
    "é",
    "-x",
];

fn word() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        12 => prop::sample::select(&WORDS[..]).prop_map(|word| word.as_bytes().to_vec()),
        1 => vec(1u8.., 0..6),
        1 => "--?[a-zA-Z]{1,8}(=[a-z]{0,3})?".prop_map(String::into_bytes),
    ]
}

fn list() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let front = prop::sample::select(&WORDS[..44]).prop_map(|word| word.as_bytes().to_vec());
    prop_oneof![
        4 => (front, vec(word(), 0..7)).prop_map(|(front, rest)| [vec![front], rest].concat()),
        1 => vec(word(), 1..8),
    ]
}

fn slices(list: &[Vec<u8>]) -> Vec<&[u8]> {
    list.iter().map(Vec::as_slice).collect()
}

/// Launchers that look for options behind operands: what follows the command is read by them (su(1), runuser(1)).
const PERMUTING: [&[u8]; 2] = [b"su", b"runuser"];

fn permutes(list: &[&[u8]]) -> bool {
    list.iter()
        .any(|word| word.split(|byte| b" \t/'\"\\".contains(byte)).any(|piece| PERMUTING.contains(&piece)))
}

fn owned(words: &[Cow<'_, [u8]>]) -> Vec<Vec<u8>> {
    words.iter().map(|word| word.to_vec()).collect()
}

/// All that says which program it is.
fn program<'a, 'b>(found: &'b Invocation<'a>) -> impl PartialEq + std::fmt::Debug + use<'a, 'b> {
    (&found.target, &found.launchers, &found.interpreter, &found.directory, found.through_soloist)
}

/// What follows the program's name is its arguments: more of them change nothing else.
fn more_arguments_change_nothing(list: &[&[u8]], more: &[&[u8]]) -> Result<(), String> {
    let longer = [list, more].concat();
    let (Some(found), Some(other)) = (parse(list), parse(&longer)) else { return Err("no words".into()) };
    if found.target == Target::WholeCommand || is_title(list) || permutes(&longer) {
        return Ok(());
    }
    let expected: Vec<Vec<u8>> =
        owned(&found.arguments).into_iter().chain(more.iter().map(|word| word.to_vec())).collect();
    // `npx -c TEXT` reads options behind its text, and is not understood if it does not know them.
    let calls = found.launchers.iter().any(|name| ["npx", "npm exec", "pnpm exec", "bunx"].contains(name));
    if calls && other.target == Target::WholeCommand {
        return Ok(());
    }
    // What follows the text of `sh -c` is the shell's own, and reaches the program only by `$1`, which is not understood.
    let arguments = owned(&other.arguments);
    let same =
        program(&found) == program(&other) && (arguments == expected || arguments == owned(&found.arguments));
    if same { Ok(()) } else { Err(format!("{found:?}, and with {more:?} {other:?}")) }
}

/// Words as sh(1) reads them back, whatever is in them.
fn quoted(list: &[Vec<u8>]) -> Vec<u8> {
    let quote = |word: &Vec<u8>| {
        let inside: Vec<u8> = word
            .iter()
            .flat_map(|&byte| if byte == b'\'' { b"'\\''".to_vec() } else { vec![byte] })
            .collect();
        [b"'", inside.as_slice(), b"'"].concat()
    };
    list.iter().map(quote).collect::<Vec<_>>().join(&b' ')
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn arguments_behind_the_program_do_not_change_it(list in list(), more in vec(word(), 1..4)) {
        prop_assert_eq!(more_arguments_change_nothing(&slices(&list), &slices(&more)), Ok(()));
    }

    /// Nothing is made up: the program, its arguments and the interpreter are words of the list, or pieces of words.
    #[test]
    fn what_is_found_stands_in_the_list(list in list()) {
        let words = slices(&list);
        let found = parse(&words).unwrap();
        let all = words.join(&0);
        let stands = |word: &[u8]| {
            word.is_empty() || word == b"python" || all.windows(word.len()).any(|part| part == word)
        };
        // A shell's or env's text is split into words that lose their quotes.
        let plain = !words.iter().any(|word| word.iter().any(|byte| b"'\"\\".contains(byte)));
        let name = match &found.target {
            Target::File(name) | Target::Module(name) | Target::NodeEntry(name) | Target::Executable(name) => name,
            Target::WholeCommand => &Cow::Borrowed(&b""[..]),
        };
        prop_assert!(!plain || stands(name), "{:?}", found);
        for word in &found.arguments {
            prop_assert!(!plain || stands(word), "{:?}", found);
        }
        prop_assert!(is_known_front(words[0]) || is_title(&words) || matches!(found.target, Target::Executable(_)));
        let _places = candidates(&found, &|_| None, &|_| Vec::new());
    }

    /// A launcher that is known passes on what stands behind it.
    #[test]
    fn a_launcher_runs_what_stands_behind_it(list in list(), front in 0..5usize) {
        let words = slices(&list);
        let starts_plainly = !words[0].is_empty() && !words[0].starts_with(b"-") && !words[0].contains(&b'=');
        prop_assume!(starts_plainly && !is_title(&words));
        let launcher: [&[&[u8]]; 5] =
            [&[b"env"], &[b"nohup"], &[b"nice", b"-n", b"5"], &[b"timeout", b"5"], &[b"/usr/bin/env", b"A=b"]];
        let longer = [launcher[front], &words].concat();
        let (inner, outer) = (parse(&words).unwrap(), parse(&longer).unwrap());
        prop_assert_eq!(&inner.target, &outer.target);
        prop_assert_eq!(owned(&inner.arguments), owned(&outer.arguments));
        prop_assert_eq!(inner.launchers.as_slice(), &outer.launchers[1..]);
    }

    /// A shell that is told to run these very words runs the same program, or is not understood.
    #[test]
    fn a_shell_runs_the_words_that_are_quoted_for_it(list in list()) {
        let words = slices(&list);
        // What a shell does itself is no command elsewhere.
        let builtin = SHELL_LAUNCHERS.iter().any(|row| is_one_of(words[0], row.names));
        prop_assume!(!is_title(&words) && !builtin);
        let text = quoted(&list);
        let found = parse(&[b"sh".as_slice(), b"-c", &text]).unwrap().target;
        let direct = parse(&words).unwrap().target;
        prop_assert!(found == direct || found == Target::WholeCommand, "{:?} and {:?}", found, direct);
        prop_assert_eq!(simple_command(&text).is_none_or(|read| read == list), true);
    }

    /// The real sh(1) reads the same words, wherever this reading of its language understands a text at all.
    #[test]
    fn a_real_shell_reads_the_same_words(text in "[a-c '\"\\\\=:~!%{}#,\\[\\]^@+.-]{0,14}|[a-c \\\\\\n\\t'\"]{0,12}") {
        let line = format!("printf '%s\\0' x {text}");
        if let Some(words) = simple_command(line.as_bytes()) {
            let output = std::process::Command::new("/bin/sh").arg("-c").arg(&line).output().unwrap();
            let expected: Vec<u8> = words[2..].iter().flat_map(|word| [word.as_slice(), b"\0"].concat()).collect();
            prop_assert_eq!(output.stdout, expected, "{}", text);
        }
    }

    #[test]
    fn any_text_is_split(text in vec(prop_oneof![prop::sample::select(&b" \\'\"$_cn#\n\t"[..]), any::<u8>()], 0..40)) {
        let _words = (simple_command(&text), split_env_string(&text));
        let _line = (shebang(&text), shebang(&[b"#!", text.as_slice()].concat()));
    }

    /// A script's first line, as the kernel reads it: the interpreter, and the rest as one word.
    #[test]
    fn a_first_line_is_an_interpreter_and_one_word(
        blanks in "[ \\t]{0,3}",
        interpreter in "/[!-~]{1,20}",
        argument in prop::option::of("[!-~]([ -~]{0,20}[!-~])?"),
        rest in "\\n\\PC{0,9}|",
    ) {
        prop_assume!(!interpreter.ends_with("/env"));
        let argument_text = argument.as_ref().map(|argument| format!(" {argument}")).unwrap_or_default();
        let line = format!("#!{blanks}{interpreter}{argument_text}{blanks}{rest}");
        let expected: Vec<Vec<u8>> = [interpreter].into_iter().chain(argument).map(String::into_bytes).collect();
        prop_assert_eq!(shebang(line.as_bytes()).map(|found| found.words), Some(expected), "{}", line);
    }
}

mod fixed {
    use super::*;

    /// Kept lists, as `/proc/PID/cmdline` shows them: what stands behind `=>` in the file's second part is the program.
    #[test]
    fn what_is_kept_runs_what_it_says() {
        for (name, bytes) in kept("arguments") {
            let at = bytes.windows(4).position(|part| part == b"\0=>\0").expect(&name);
            let list: Vec<&[u8]> = bytes[..at].split(|&byte| byte == 0).collect();
            let expected = String::from_utf8_lossy(&bytes[at + 4..]).trim_end().to_owned();
            let started = Instant::now();
            let found = parse(&list).unwrap();
            let _places = candidates(&found, &|_| None, &|_| Vec::new());
            assert!(started.elapsed() < Duration::from_secs(10), "{name}");
            let text = |word: &[u8]| String::from_utf8_lossy(word).into_owned();
            let shown = match &found.target {
                Target::File(word) => format!("file {}", text(word)),
                Target::Module(word) => format!("module {}", text(word)),
                Target::NodeEntry(word) => format!("entry {}", text(word)),
                Target::Executable(word) => format!("executable {}", text(word)),
                Target::WholeCommand => "whole".to_owned(),
            };
            assert_eq!(shown, expected, "{name}");
            assert_eq!(
                more_arguments_change_nothing(&list, &[b"-m", b"x", b"--", b"y.py"]),
                Ok(()),
                "{name}"
            );
        }
    }
}
