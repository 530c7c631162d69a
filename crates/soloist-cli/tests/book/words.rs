//! What differs from run to run is the same in the book and in life.

/// Whether the lines that were printed are the page's. A line `…` stands for any lines, and what started a process
/// may be left out.
pub(crate) fn fit(shown: &[String], printed: &[String]) -> bool {
    match (shown.split_first(), printed.split_first()) {
        (None, rest) => rest.is_none(),
        (Some((first, shown)), _) if first.trim() == "…" => {
            (0..=printed.len()).any(|skipped| fit(shown, &printed[skipped..]))
        }
        (Some(_), None) => false,
        (Some((first, shown)), Some((line, printed))) => {
            (first == line || *first == without_origin(line)) && fit(shown, printed)
        }
    }
}

/// A process's line without what stands between its time and a remark in brackets.
fn without_origin(line: &str) -> String {
    const TIME: &str = ", since TIME TIME";
    let Some((before, after)) = line.split_once(TIME) else { return line.to_owned() };
    let remark = after.find(" (").map_or("", |start| &after[start..]);
    format!("{before}{TIME}{remark}")
}

/// A text without numbers of processes, times, and the name of who looks.
pub(crate) fn lasting(text: &str) -> Vec<String> {
    let lines = text.lines().map(str::trim_end).filter(|line| !line.is_empty() && !is_about_others(line));
    lines.map(lasting_line).collect()
}

/// Who is not root cannot look into everybody's processes.
fn is_about_others(line: &str) -> bool {
    line.ends_with("could not be looked into") || line.contains("copies among them cannot be seen")
}

fn lasting_line(line: &str) -> String {
    let mut before = "";
    let words = line.split(' ').map(|word| {
        let bare = word.trim_end_matches([',', ':', ';', ')']);
        let tail = &word[bare.len()..];
        let lasting = match before {
            "pid" if bare.parse::<u32>().is_ok() => "PID",
            "user" => "you",
            _ if is_time(bare) => "TIME",
            _ => bare,
        };
        before = bare;
        format!("{lasting}{tail}")
    });
    words.collect::<Vec<_>>().join(" ")
}

/// `2026-01-31`, `12:30:00`, `0.1`.
fn is_time(word: &str) -> bool {
    let mut separators = word.chars().filter(|letter| !letter.is_ascii_digit());
    let first = separators.next();
    word.starts_with(|first: char| first.is_ascii_digit())
        && first.is_some_and(|first| "-:.".contains(first) && separators.all(|next| next == first))
}

#[test]
fn what_differs_is_levelled() {
    let line = "pid 71: python3 main.py in /srv/bot, user root, since 2026-01-31 12:30:00";
    let expected = "pid PID: python3 main.py in /srv/bot, user you, since TIME TIME";
    assert_eq!(lasting(line), [expected]);
    assert_eq!(lasting("exited with 3 after 0.1 s"), ["exited with 3 after TIME s"]);
}

#[test]
fn lines_may_be_left_out() {
    let lines = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let printed = lines(&["one", "two", "three"]);
    assert!(fit(&lines(&["one", "…"]), &printed) && fit(&lines(&["…", "three"]), &printed));
    assert!(!fit(&lines(&["one"]), &printed) && !fit(&lines(&["…", "two"]), &printed));
    let printed = lines(&["in /srv/bot, since TIME TIME, container (runs without a claim)"]);
    assert!(fit(&lines(&["in /srv/bot, since TIME TIME (runs without a claim)"]), &printed));
    assert!(!fit(&lines(&["in /srv/bot, since TIME TIME"]), &printed));
}
