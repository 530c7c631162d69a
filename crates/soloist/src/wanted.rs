//! What is looked for beside the claim itself.

use crate::bot::Bot;
use crate::discover::Search;
use crate::locate::{Program, ProgramFile};
use crate::sys::files::FileIdentity;

/// What is looked for beside the claim itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// The program file; none when only the lock counts.
    pub(crate) program: Option<ProgramFile>,
    /// The arguments that belong to it (`--match command`).
    pub(crate) arguments: Option<Vec<Vec<u8>>>,
    /// This process runs the program itself.
    pub(crate) inside: bool,
    /// The key was chosen by the user, it is not the program.
    pub(crate) chosen: bool,
    /// The bot whose token makes a process a copy, whatever program it runs.
    pub(crate) bot: Option<Bot>,
    /// What earlier instances left behind, too: every process's variables are read for it.
    pub(crate) ghosts: bool,
}

impl Wanted {
    pub(crate) fn of(program: &Program, arguments: Option<Vec<Vec<u8>>>, inside: bool, chosen: bool) -> Self {
        match program {
            Program::File(file) => {
                Self { program: Some(file.clone()), arguments, inside, chosen, ..Self::default() }
            }
            Program::WholeCommand { .. } => Self::default(),
        }
    }

    /// Processes with this bot's token are copies too.
    pub(crate) fn with_bot(mut self, bot: Option<&Bot>) -> Self {
        self.bot = bot.cloned();
        self
    }

    /// Whether earlier instances' leftovers are looked for too.
    pub(crate) fn with_ghosts(mut self, ghosts: bool) -> Self {
        self.ghosts = ghosts;
        self
    }

    pub(crate) fn search<'a>(
        &'a self,
        lock_files: &'a [FileIdentity],
        holders: &'a [u32],
    ) -> Option<Search<'a>> {
        let bot = self.bot.as_ref();
        (self.program.is_some() || bot.is_some()).then_some(Search {
            program: self.program.as_ref(),
            bot,
            arguments: self.arguments.as_deref(),
            lock_files,
            holders,
            chosen: self.chosen,
            inside: self.inside,
        })
    }
}
