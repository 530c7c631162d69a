//! The words of `sh -c TEXT`, of `env -S TEXT` and of `#!` lines.

use crate::program::shebang;
use crate::program::words::{simple_command, split_env_string};

fn text(words: Option<Vec<Vec<u8>>>) -> Option<Vec<String>> {
    words.map(|words| words.iter().map(|word| String::from_utf8_lossy(word).into_owned()).collect())
}

fn compare(found: Option<Vec<Vec<u8>>>, expected: Option<&[&str]>, row: &str) {
    let expected = expected.map(|words| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>());
    assert_eq!(text(found), expected, "{row:?}");
}

#[test]
fn a_simple_command_is_split_as_by_a_shell() {
    let rows: &[(&str, Option<&[&str]>)] = &[
        ("python main.py", Some(&["python", "main.py"])),
        (" \tpython \t main.py\n", Some(&["python", "main.py"])),
        ("python 'my bot.py'", Some(&["python", "my bot.py"])),
        ("python \"my bot.py\"", Some(&["python", "my bot.py"])),
        (r"python my\ bot.py", Some(&["python", "my bot.py"])),
        ("python \\\n  main.py", Some(&["python", "main.py"])),
        ("pyt\\\nhon main.py", Some(&["python", "main.py"])),
        ("python \\\n\n main.py", None),
        ("p'y't\"ho\"n x", Some(&["python", "x"])),
        ("python '' \"\"", Some(&["python", "", ""])),
        (r"python '$a \n'", Some(&["python", r"$a \n"])),
        (r#"python "a\"b\\c\d\$e""#, Some(&["python", r#"a"b\c\d$e"#])),
        ("python \"a\\\nb\"", Some(&["python", "ab"])),
        ("python ';&|' \"<>\" \\; \\*", Some(&["python", ";&|", "<>", ";", "*"])),
        ("A=b C='d e' python x", Some(&["python", "x"])),
        ("A+=b python x", Some(&["python", "x"])),
        ("python A=b", Some(&["python", "A=b"])),
        ("'A=b' python", Some(&["A=b", "python"])),
        ("1A=b python", Some(&["1A=b", "python"])),
        ("a-b=c python", Some(&["a-b=c", "python"])),
        ("python a~b c=d e%f", Some(&["python", "a~b", "c=d", "e%f"])),
        ("python a=~", None),
        ("python a:~", None),
        ("python '~'", Some(&["python", "~"])),
        ("python \"$A\"", None),
        ("python \"`a`\"", None),
        ("python 'open", None),
        ("python \"open", None),
        ("python \"open\\", None),
        ("python \\", None),
        ("python main.py\ntrue", None),
        ("python main.py >>log 2>&1", Some(&["python", "main.py"])),
        ("python main.py>log 2>'an error' 3>&-", Some(&["python", "main.py"])),
        (">|log python >a>b main.py 2>>\tc 4 2 >/dev/null", Some(&["python", "main.py", "4", "2"])),
        ("python a2>log b'2'>log \\2>log", Some(&["python", "a2", "b2", "2"])),
        ("A=b >1 python", Some(&["python"])),
        ("python >1>x main.py", Some(&["python", "main.py"])),
        ("python main.py &>log", None),
        ("python main.py >&log", None),
        ("python main.py >&1x", None),
        ("python main.py >$LOG", None),
        ("python main.py >(cat)", None),
        ("python main.py >", None),
        ("python main.py > >log", None),
        ("python main.py >log | tee", None),
        ("python <main.py", None),
        (">log", None),
        ("A=b", None),
        ("", None),
        ("cd x", None),
        ("'cd' x", None),
    ];
    for (row, expected) in rows {
        compare(simple_command(row.as_bytes()), *expected, row);
    }
}

#[test]
fn env_splits_by_its_own_rules() {
    let rows: &[(&str, Option<&[&str]>)] = &[
        ("python3 -u", Some(&["python3", "-u"])),
        (" a\tb\nc\rd\x0be\x0cf ", Some(&["a", "b", "c", "d", "e", "f"])),
        ("'a b' \"c d\"", Some(&["a b", "c d"])),
        ("'' x", Some(&["", "x"])),
        (r"a \_ b", Some(&["a", "b"])),
        (r"a\_b \_c", Some(&["a", "b", "c"])),
        (r#""a\_b""#, Some(&["a b"])),
        (r"'a\_b\'\\'", Some(&[r"a\_b'\"])),
        (r"a\cb c", Some(&["a"])),
        (r"a \c b", Some(&["a"])),
        (r#""a\cb""#, None),
        (r#"\f\n\r\t\v\#\$\"\'\\"#, Some(&["\x0c\n\r\t\x0b#$\"'\\"])),
        ("a #b c", Some(&["a"])),
        ("a#b", Some(&["a#b"])),
        ("#a", Some(&[])),
        (r"a \_#b", Some(&["a"])),
        ("''#b", Some(&["#b"])),
        ("", Some(&[])),
        ("${HOME}", None),
        ("\"${HOME}\"", None),
        ("'${HOME}'", Some(&["${HOME}"])),
        (r"a\ b", None),
        (r"\x", None),
        ("a\\", None),
        ("'open", None),
        ("\"open", None),
    ];
    for (row, expected) in rows {
        compare(split_env_string(row.as_bytes()), *expected, row);
    }
}

#[test]
fn a_shebang_line_is_read_as_by_the_kernel() {
    let rows: &[(&str, Option<&[&str]>)] = &[
        ("#!/usr/bin/python3\nimport os", Some(&["/usr/bin/python3"])),
        ("#!/usr/bin/python3", Some(&["/usr/bin/python3"])),
        ("#! \t/usr/bin/python3 \t\n", Some(&["/usr/bin/python3"])),
        ("#!/usr/bin/python3 -u -B\n", Some(&["/usr/bin/python3", "-u -B"])),
        ("#!/usr/bin/env python3\n", Some(&["/usr/bin/env", "python3"])),
        ("#!/usr/bin/env -S python3 -u\n", Some(&["/usr/bin/env", "python3", "-u"])),
        ("#!/usr/bin/env --split-string=python3 -u\n", Some(&["/usr/bin/env", "python3", "-u"])),
        ("#!/usr/bin/env -S python3 $X\n", None),
        ("#!/bin/sh -S x\n", Some(&["/bin/sh", "-S x"])),
        ("#!/usr/bin/python3\r\n", Some(&["/usr/bin/python3\r"])),
        ("#!/usr/bin/python3\0x", Some(&["/usr/bin/python3"])),
        ("#!\n", None),
        ("#! ", None),
        ("#!", None),
        ("#", None),
        ("", None),
        (" #!/bin/sh\n", None),
        ("\x7fELF", None),
    ];
    for (row, expected) in rows {
        compare(shebang(row.as_bytes()).map(|line| line.words), *expected, row);
    }
}

#[test]
fn a_shebang_line_ends_with_the_kernels_buffer() {
    let long = format!("#!/{}\n", "x".repeat(300));
    assert_eq!(shebang(long.as_bytes()), None);
    let argument = format!("#!/bin/sh {}\n", "x".repeat(300));
    let words = shebang(argument.as_bytes()).unwrap().words;
    assert_eq!(words[1].len(), 256 - "#!/bin/sh ".len());
}
