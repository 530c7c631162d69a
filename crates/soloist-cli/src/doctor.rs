//! `soloist doctor`: can this machine and directory keep the promises?

use soloist::doctor::{self, Diagnosis, Finding, Severity};
use soloist::{Instance, escape};

use crate::arguments::DoctorArguments;
use crate::language::Voice;
use crate::{exit, questions, report, telegram};

/// `soloist doctor`.
pub(crate) fn doctor(arguments: &DoctorArguments) -> u8 {
    let about = &arguments.about;
    let question = match arguments.question() {
        Ok(question) => question,
        Err(found) => return report::fail(&found.error.to_string(), found.code),
    };
    let instance = match about.lock().is_some_and(|_| about.key().is_err()) {
        // A lock path that cannot be a key is a finding, not the end of the examination.
        true => None,
        false if about.is_about_nothing() => None,
        false => match questions::instance(about) {
            Ok(instance) => Some(instance),
            Err(code) => return code,
        },
    };
    let mut diagnosis = doctor::examine(instance.as_ref(), about.lock());
    let program = instance.as_ref().and_then(Instance::program_file);
    diagnosis.findings.extend(telegram::look(question.as_ref(), program));
    let printed = match arguments.json {
        true => report::document("soloist.doctor/1", &diagnosis),
        false => report::print(text(&Voice::new(about.lang), &diagnosis).as_bytes()),
    };
    if printed == exit::OK { code(&diagnosis) } else { printed }
}

fn code(diagnosis: &Diagnosis) -> u8 {
    match diagnosis.count(Severity::Error) {
        0 => exit::OK,
        _ if diagnosis.keeps_no_lock => exit::NO_LOCK,
        _ => exit::TROUBLE,
    }
}

/// A line for each finding, and one that sums up.
fn text(voice: &Voice, diagnosis: &Diagnosis) -> String {
    let lines: String = diagnosis.findings.iter().map(|finding| line(voice, finding) + "\n").collect();
    let count = |severity| i64::try_from(diagnosis.count(severity)).unwrap_or(i64::MAX);
    let id = match (diagnosis.count(Severity::Error), diagnosis.keeps_no_lock) {
        (0, _) => "doctor-sound",
        (_, true) => "doctor-no-lock",
        _ => "doctor-unsound",
    };
    let values = [("errors", count(Severity::Error).into()), ("warnings", count(Severity::Warning).into())];
    lines + &voice.say(id, &values) + "\n"
}

fn line(voice: &Voice, finding: &Finding) -> String {
    let severity = match finding.severity {
        Severity::Ok => "doctor-ok",
        Severity::Warning => "doctor-warning",
        Severity::Error => "doctor-error",
    };
    let told = match &finding.problem {
        Some(problem) => report::problem(voice, problem),
        None => sentence(voice, finding),
    };
    format!("{}: {told}", voice.say(severity, &[]))
}

/// What was found, and what to do about it.
fn sentence(voice: &Voice, finding: &Finding) -> String {
    let values: Vec<_> =
        finding.values.iter().map(|(name, value)| (*name, escape::line(value).into())).collect();
    let message = voice.say(&format!("finding-{}", finding.sentence), &values);
    match finding.remedy {
        Some(_) => format!("{message}; {}", voice.say(&format!("advice-{}", finding.sentence), &values)),
        None => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arguments::Language;

    /// What a sentence's places look like in both tables, without values.
    fn in_english(voice: &Voice, id: &str, places: &str) -> String {
        let names: Vec<&str> = places.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let values: Vec<_> = names.iter().map(|&name| (name, format!("{{{name}}}").into())).collect();
        voice.say(id, &values)
    }

    #[test]
    fn people_and_documents_are_told_the_same() {
        let english = Voice::new(Some(Language::En));
        for sentence in doctor::SENTENCES.iter().chain(telegram::SENTENCES) {
            let id = format!("finding-{}", sentence.name);
            assert_eq!(in_english(&english, &id, sentence.message), sentence.message);
            let id = format!("advice-{}", sentence.name);
            let advice = (!sentence.remedy.is_empty()).then(|| in_english(&english, &id, sentence.remedy));
            assert_eq!(advice.unwrap_or_default(), sentence.remedy);
        }
    }

    #[test]
    fn every_code_about_telegram_is_described() {
        let documents = include_str!("../../../docs/documents.md");
        for sentence in telegram::SENTENCES {
            assert!(documents.contains(&format!("`{}`", sentence.code)), "{}", sentence.code);
            assert!(sentence.severity == Severity::Ok || !sentence.remedy.is_empty(), "{}", sentence.name);
            let is_new = doctor::SENTENCES.iter().all(|known| known.name != sentence.name);
            assert!(is_new, "{} is told twice", sentence.name);
        }
    }
}
