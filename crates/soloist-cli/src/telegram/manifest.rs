//! Lists of dependencies. They are read line by line, since names are all that is wanted of them.

use serde_json::Value;

/// The names in a `requirements.txt`.
pub(super) fn requirements(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with(['#', '-']));
    lines.map(head).collect()
}

/// The dependencies in a `package.json`; none if that is no JSON.
pub(super) fn package_json(text: &str) -> Vec<String> {
    let package: Value = serde_json::from_str(text).unwrap_or_default();
    let names = package["dependencies"].as_object().map(|entries| entries.keys().cloned());
    names.into_iter().flatten().collect()
}

/// The dependencies in a `pyproject.toml` or `Cargo.toml`: names and quoted words in tables of dependencies, and in
/// the array `dependencies` of a project.
pub(super) fn toml(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut in_table, mut in_array) = (false, false);
    for line in text.lines().map(|line| without_comment(line).trim()) {
        if let Some(header) = line.strip_prefix('[').filter(|_| !in_array) {
            let header = header.trim_matches(['[', ']', ' ']);
            in_table = is_of_dependencies(header);
            // `[dependencies.teloxide]`
            names.extend(header.rsplit('.').next().filter(|_| in_table).map(head));
            continue;
        }
        let (key, value) = line.split_once('=').unwrap_or(("", line));
        let opens = key.trim() == "dependencies" && value.trim_start().starts_with('[');
        if in_table {
            names.push(head(key.trim().trim_matches(['"', '\''])));
        }
        if in_table || in_array || opens {
            names.extend(quoted(line).map(head));
        }
        in_array = (in_array || opens) && !outside_quotes(line).contains(']');
    }
    names
}

fn is_of_dependencies(header: &str) -> bool {
    header.contains("dependenc") && !header.contains("dev-dep") && !header.contains("build-dep")
}

fn without_comment(line: &str) -> &str {
    line.split('#').next().unwrap_or_default()
}

/// A name as lists of dependencies begin with it, however it is spelled: `PyTelegramBotAPI[redis]>=4` is
/// `pytelegrambotapi`.
fn head(text: &str) -> String {
    let is_of_name = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name = text.chars().take_while(is_of_name);
    name.map(|c| if matches!(c, '_' | '.') { '-' } else { c.to_ascii_lowercase() }).collect()
}

/// What stands in quotes, of any kind.
pub(super) fn quoted(line: &str) -> impl Iterator<Item = &str> {
    parts(line).filter_map(|(text, is_quoted)| is_quoted.then_some(text))
}

fn outside_quotes(line: &str) -> String {
    parts(line).filter_map(|(text, is_quoted)| (!is_quoted).then_some(text)).collect()
}

/// The parts of a line, and whether each stands in quotes.
fn parts(line: &str) -> impl Iterator<Item = (&str, bool)> {
    let mut rest = line;
    let mut open: Option<char> = None;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let is_end = |c: char| open.map_or(matches!(c, '"' | '\'' | '`'), |quote| c == quote);
        let end = rest.find(is_end).unwrap_or(rest.len());
        let (part, is_quoted) = (&rest[..end], open.is_some());
        open = if is_quoted { None } else { rest[end..].chars().next() };
        rest = rest.get(end + 1..).unwrap_or_default();
        Some((part, is_quoted))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(names: &[String], name: &str) -> bool {
        names.iter().any(|known| known == name)
    }

    #[test]
    fn requirements_are_names_however_they_are_spelled() {
        let text = "# aiogram\n-r other.txt\nPython_Telegram.Bot[job-queue] >=21 ; python_version > '3'\nx@ http://h\n";
        assert_eq!(requirements(text), ["python-telegram-bot", "x"]);
    }

    #[test]
    fn packages_are_the_dependencies_only() {
        let text = r#"{"name": "telegraf", "dependencies": {"grammy": "^1"}, "devDependencies": {"x": "1"}}"#;
        assert_eq!(package_json(text), ["grammy"]);
        assert!(package_json("{").is_empty() && package_json("[]").is_empty());
    }

    #[test]
    fn projects_of_each_kind_are_read() {
        for text in [
            "[project]\nname = \"x\"\ndependencies = [\"aiogram>=3\"]\n",
            "[project]\ndependencies = [\n  \"y[a]\", # one\n  'Aiogram ~= 3',\n]\nkeywords = [\"z\"]\n",
            "[project.optional-dependencies]\nbot = [\"aiogram\"]\n",
            "[tool.poetry.dependencies]\naiogram = \"^3\"\n",
            "[tool.poetry.group.bot.dependencies.aiogram]\nversion = \"3\"\n",
            "[dependency-groups]\nbot = [\n\"aiogram\"]\n",
            "[dependencies]\ntg = { package = \"aiogram\" }\n",
            "[target.'cfg(unix)'.dependencies]\naiogram.workspace = true\n",
        ] {
            let names = toml(text);
            // `aiogram.workspace` is the table's key `aiogram` with a key inside.
            assert!(has(&names, "aiogram") || has(&names, "aiogram-workspace"), "{text}: {names:?}");
        }
        for text in [
            "[project]\nname = \"aiogram\"\nkeywords = [\"aiogram\"]\n",
            "[project]\ndependencies = [\"x\"]\nkeywords = [\"aiogram\"]\n",
            "[dev-dependencies]\naiogram = \"1\"\n",
            "[dependencies]\n# aiogram = \"1\"\n",
        ] {
            assert!(!has(&toml(text), "aiogram"), "{text}");
        }
    }

    #[test]
    fn odd_lines_do_no_harm() {
        for text in ["[", "=", "\"", "'é", "[dependencies]\n=\n\"\n`ü", "dependencies = [", "é=\"ü"] {
            let _names = toml(text);
        }
    }
}
