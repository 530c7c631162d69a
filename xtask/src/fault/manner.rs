//! How a witness behaves: what the schedule chooses and the witness reads from its arguments.

use std::fmt;
use std::time::Duration;

/// How it takes SIGTERM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Temper {
    /// It ends at once.
    AtOnce,
    /// It needs this long.
    Slow(Duration),
    /// It does not hear it.
    Deaf,
}

/// What it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Brood {
    /// Nothing.
    None,
    /// A child.
    Child,
    /// A child with a session of its own.
    Session,
    /// A grandchild whose parent is gone, with a session of its own.
    Orphan,
    /// One of each.
    All,
    /// What forks all the time.
    Storm,
}

/// The exit code of a witness that fails by itself. It is not 1, which is soloist's own "anything else".
pub(super) const FAILED: u8 = 3;

/// How a witness behaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Manner {
    pub(super) temper: Temper,
    pub(super) brood: Brood,
    /// How long it lives; until it is ended when `None`.
    pub(super) life: Option<Duration>,
    /// Its exit code at the end of its life.
    pub(super) code: u8,
}

const BROODS: [(&str, Brood); 6] = [
    ("none", Brood::None),
    ("child", Brood::Child),
    ("session", Brood::Session),
    ("orphan", Brood::Orphan),
    ("all", Brood::All),
    ("storm", Brood::Storm),
];

impl Brood {
    /// The sessions of the children, one by one.
    pub(super) fn sessions(self) -> &'static [&'static str] {
        match self {
            Self::None => &[],
            Self::Child => &["parents"],
            Self::Session => &["own"],
            Self::Orphan => &["double"],
            Self::All => &["parents", "own", "double"],
            Self::Storm => &["storm"],
        }
    }
}

/// `TEMPER,BROOD,LIFE,CODE`, such as `slow:120,orphan,-,0`.
impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.temper {
            Temper::AtOnce => write!(f, "at-once")?,
            Temper::Slow(time) => write!(f, "slow:{}", time.as_millis())?,
            Temper::Deaf => write!(f, "deaf")?,
        }
        let brood = BROODS.iter().find(|(_, brood)| *brood == self.brood).map_or("none", |(name, _)| name);
        let life = self.life.map_or_else(|| "-".to_owned(), |life| life.as_millis().to_string());
        write!(f, ",{brood},{life},{}", self.code)
    }
}

impl Manner {
    /// Reads what [`fmt::Display`] writes.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let words: Vec<&str> = text.split(',').collect();
        let [temper, brood, life, code] = words[..] else { return None };
        let temper = match temper.split_once(':') {
            Some(("slow", time)) => Temper::Slow(milliseconds(time)?),
            None if temper == "deaf" => Temper::Deaf,
            None if temper == "at-once" => Temper::AtOnce,
            _ => return None,
        };
        let brood = BROODS.iter().find(|(name, _)| *name == brood)?.1;
        let life = if life == "-" { None } else { Some(milliseconds(life)?) };
        Some(Self { temper, brood, life, code: code.parse().ok()? })
    }

    /// One that stays inside until it is asked to end.
    pub(super) fn calm() -> Self {
        Self { temper: Temper::AtOnce, brood: Brood::None, life: None, code: 0 }
    }
}

fn milliseconds(text: &str) -> Option<Duration> {
    text.parse().ok().map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manner_is_read_as_it_was_written() {
        let life = Some(Duration::from_millis(70));
        let slow = Temper::Slow(Duration::from_millis(120));
        for temper in [Temper::AtOnce, slow, Temper::Deaf] {
            for (_, brood) in BROODS {
                for (life, code) in [(None, 0), (life, FAILED)] {
                    let manner = Manner { temper, brood, life, code };
                    assert_eq!(Manner::parse(&manner.to_string()), Some(manner));
                }
            }
        }
    }

    #[test]
    fn what_is_no_manner_is_none() {
        for text in ["", "child", "deaf,none,-", "slow:x,none,-,0", "deaf,many,-,0", "deaf,none,x,0"] {
            assert_eq!(Manner::parse(text), None, "{text}");
        }
    }
}
