//! What removes old files from `/tmp` and `/var/tmp`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::finding::Finding;
use super::sentences;

/// The directories of tmpfiles.d(5); a file in an earlier one hides one of the same name in a later.
const RULES: [&str; 3] = ["/etc/tmpfiles.d", "/run/tmpfiles.d", "/usr/lib/tmpfiles.d"];

/// Where the other cleaners are installed.
const TOOLS: [(&str, &str); 4] = [
    ("/usr/sbin/tmpreaper", "tmpreaper(8)"),
    ("/etc/cron.daily/tmpreaper", "tmpreaper(8)"),
    ("/usr/sbin/tmpwatch", "tmpwatch(8)"),
    ("/etc/cron.daily/tmpwatch", "tmpwatch(8)"),
];

/// Whether anything cleans this path away.
pub(super) fn look(path: &Path) -> Finding {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let shown = path.to_string_lossy();
    let installed = TOOLS.into_iter().filter(|(file, _)| Path::new(file).exists()).map(|(_, tool)| tool);
    match cleaner(&path, &rule_files(), installed) {
        Some(cleaner) => Finding::of(&sentences::TMP_CLEANED, &[("path", &shown), ("cleaner", &cleaner)]),
        None => Finding::of(&sentences::TMP_CLEANER, &[("path", &shown)]),
    }
}

/// The files that count, with their lines.
fn rule_files() -> Vec<(PathBuf, String)> {
    let mut found: BTreeMap<_, PathBuf> = BTreeMap::new();
    for entry in
        RULES.iter().rev().filter_map(|directory| std::fs::read_dir(directory).ok()).flatten().flatten()
    {
        if entry.path().extension().is_some_and(|ending| ending == "conf") {
            found.insert(entry.file_name(), entry.path());
        }
    }
    // A link to /dev/null, which hides another file, reads as an empty text.
    found
        .into_values()
        .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap_or_default()))
        .collect()
}

/// Who cleans the path: a file of rules, or a tool.
fn cleaner<'a>(
    path: &Path,
    files: &[(PathBuf, String)],
    mut installed: impl Iterator<Item = &'a str>,
) -> Option<String> {
    let common = ["/tmp", "/var/tmp"].into_iter().find(|common| path.starts_with(common))?;
    let rules = || {
        files
            .iter()
            .flat_map(|(file, text)| text.lines().filter_map(move |line| Some((file, Rule::read(line)?))))
    };
    let exempt = rules().any(|(_, rule)| rule.exempts() && path.ancestors().any(|part| rule.covers(part)));
    let cleans =
        |rule: &Rule<'_>| rule.cleans() && Path::new(rule.path.trim_end_matches('/')) == Path::new(common);
    let by_rule = rules().find(|(_, rule)| cleans(rule)).filter(|_| !exempt);
    by_rule
        .map(|(file, _)| file.to_string_lossy().into_owned())
        .or_else(|| installed.next().map(str::to_owned))
}

/// A line of tmpfiles.d(5): `TYPE PATH MODE USER GROUP AGE ARGUMENT`.
struct Rule<'a> {
    kind: char,
    path: &'a str,
    age: &'a str,
}

impl<'a> Rule<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut fields = line.split_whitespace();
        let kind = fields.next()?.chars().next().filter(char::is_ascii_alphabetic)?;
        let path = fields.next()?.trim_matches('"');
        Some(Self { kind, path, age: fields.nth(3).unwrap_or("-") })
    }

    /// The types that an age applies to, where one is given.
    fn cleans(&self) -> bool {
        "dDevqQC".contains(self.kind) && self.age != "-"
    }

    fn exempts(&self) -> bool {
        matches!(self.kind, 'x' | 'X')
    }

    fn covers(&self, path: &Path) -> bool {
        matches(self.path.trim_end_matches('/').as_bytes(), path.as_os_str().as_encoded_bytes())
    }
}

/// glob(7) as far as such rules use it: `*` and `?`, neither across a `/`.
fn matches(pattern: &[u8], text: &[u8]) -> bool {
    let (mut patterns, mut parts) = (pattern.split(|&byte| byte == b'/'), text.split(|&byte| byte == b'/'));
    loop {
        match (patterns.next(), parts.next()) {
            (None, None) => return true,
            (Some(pattern), Some(part)) if matches_part(pattern, part) => {}
            _ => return false,
        }
    }
}

/// The same between two `/`. Only the last `*` may have to take more: all before it is settled.
fn matches_part(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut from) = (0, 0);
    let mut star = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(&byte) if byte == b'?' || byte == text[from] => (at, from) = (at + 1, from + 1),
            _ => {
                let Some((place, taken)) = star else { return false };
                star = Some((place, taken + 1));
                (at, from) = (place + 1, taken + 1);
            }
        }
    }
    pattern[at..].iter().all(|&byte| byte == b'*')
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn told(path: &str, rules: &str, installed: &[&str]) -> Option<String> {
        cleaner(
            Path::new(path),
            &[("/etc/tmpfiles.d/tmp.conf".into(), rules.into())],
            installed.iter().copied(),
        )
    }

    #[test]
    fn rules_with_an_age_clean() {
        let state = "/tmp/soloist-7";
        for (rules, cleans) in [
            ("q /tmp 1777 root root 10d", true),
            ("D! /tmp/ 1777 root root 0", true),
            ("# comment\n\nv /tmp 1777 root root 1d\n", true),
            ("D /tmp 1777 root root -", false),
            ("d /tmp", false),
            ("q /var/tmp 1777 root root 30d", false),
            ("d /tmp/other 1777 root root 10d", false),
            ("f /tmp 1777 root root 10d", false),
            ("q /tmp 1777 root root 10d\nx /tmp/soloist-*", false),
            ("q /tmp 1777 root root 10d\nx /tmp/soloist-?", false),
            ("q /tmp 1777 root root 10d\nx /tmp/*/name-bot.lock", true),
        ] {
            assert_eq!(told(state, rules, &[]).is_some(), cleans, "{rules:?}");
        }
        assert!(told("/var/tmp/a/b", "q /var/tmp 1777 root root 30d", &[]).is_some());
    }

    #[test]
    fn tools_clean_wherever_files_are_temporary() {
        assert_eq!(told("/tmp/x", "", &["tmpreaper(8)"]).as_deref(), Some("tmpreaper(8)"));
        assert_eq!(told("/tmpx", "q /tmp 1777 root root 1d", &["tmpreaper(8)"]), None);
        assert_eq!(told("/home/u", "q /home 1777 root root 1d", &["tmpreaper(8)"]), None);
    }
}
