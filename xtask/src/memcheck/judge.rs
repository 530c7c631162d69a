//! What Valgrind's and AddressSanitizer's files mean. Nothing is skipped but the list of descriptors that were there from
//! the start: a line that is not known is a complaint.

/// Whose file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    /// Soloist itself.
    Soloist,
    /// A child of it, between its birth and its end or its program. It ends with `_exit(2)`, its parent's descriptors open.
    Child,
}

/// The complaints in a file, all of them as one text; none when it is clean.
pub(super) fn complaints(text: &str, whose: Whose) -> Option<String> {
    let lines: Vec<&str> = text.lines().map(said).collect();
    let mut complaints = Vec::new();
    let mut rest = lines.as_slice();
    while let Some((line, after)) = rest.split_first() {
        rest = after;
        if line.is_empty() || line.starts_with("FILE DESCRIPTORS: ") {
            continue;
        }
        // A descriptor, and how it came to be.
        if line.starts_with("Open ") {
            let frames = rest.iter().take_while(|line| is_detail(line)).count();
            let (story, after) = rest.split_at(frames);
            rest = after;
            let inherited = story.first().is_some_and(|line| line.contains("<inherited from parent>"));
            if whose == Whose::Child || inherited {
                continue;
            }
            complaints.push(*line);
            complaints.extend(story);
            continue;
        }
        complaints.push(line);
    }
    (!complaints.is_empty()).then(|| complaints.join("\n"))
}

/// A line without the pid in front of it: `==77== text`, `--77-- text`.
fn said(line: &str) -> &str {
    let marked = line.trim_start_matches(['=', '-']);
    let text = marked.trim_start_matches(|character: char| character.is_ascii_digit());
    let text = text.strip_prefix("==").or_else(|| text.strip_prefix("--")).unwrap_or(line);
    text.strip_prefix(' ').unwrap_or(text).trim_end()
}

fn is_detail(line: &str) -> bool {
    line.starts_with("   ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const INHERITED: &str = "==7== FILE DESCRIPTORS: 4 open (3 std) at exit.\n\
        ==7== Open file descriptor 3: /log\n\
        ==7==    <inherited from parent>\n\
        ==7== \n";
    const LEFT_OPEN: &str = "==7== Open AF_UNIX socket 7: <unknown>\n\
        ==7==    at 0x4985DC7: socket (syscall-template.S:120)\n\
        ==7==    by 0xA03D48: soloist::socket (witness.rs:47)\n";

    #[test]
    fn what_was_there_from_the_start_is_no_complaint() {
        assert_eq!(complaints("", Whose::Soloist), None);
        assert_eq!(complaints(INHERITED, Whose::Soloist), None);
    }

    #[test]
    fn a_descriptor_left_open_is_soloists_complaint_alone() {
        let text = format!("{INHERITED}{LEFT_OPEN}{INHERITED}");
        let told = complaints(&text, Whose::Soloist).unwrap();
        assert!(told.starts_with("Open AF_UNIX socket 7") && told.ends_with("(witness.rs:47)"), "{told}");
        assert_eq!(complaints(&text, Whose::Child), None);
    }

    #[test]
    fn everything_else_is_a_complaint_of_both() {
        for line in [
            "==7== Invalid read of size 8",
            "==7== 8 bytes in 1 blocks are definitely lost in loss record 1 of 1",
            "--7-- WARNING: unhandled amd64-linux syscall: 434",
            "=================================================================",
            "==7==ERROR: AddressSanitizer: stack-buffer-overflow",
        ] {
            for whose in [Whose::Soloist, Whose::Child] {
                assert!(complaints(&format!("{INHERITED}{line}\n"), whose).is_some(), "{line}");
            }
        }
    }
}
