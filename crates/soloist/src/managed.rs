//! Instances that are left to their supervisors (contract §3.9).

use std::cell::LazyCell;

use crate::origin::{self, Farewell};
use crate::problem::Problem;
use crate::process::{Observer, Process};
use crate::stop::Aim;
use crate::view::View;

/// An instance that is left to its supervisor.
#[derive(Debug)]
pub(crate) struct Managed {
    pub(crate) pid: u32,
    /// Why, with the supervisor's command as the remedy.
    pub(crate) problem: Problem,
}

impl View {
    /// Those in the way that their supervisor would start again: what stops them for good is the supervisor's own
    /// command. A supervisor that has started the contender as well is handing over by itself.
    pub(crate) fn managed(&self, observer: &Observer, aim: Aim) -> Vec<Managed> {
        let own = LazyCell::new(|| origin::of_process(observer, std::process::id()));
        let told = |supervised: bool| match aim {
            Aim::TakeOver if supervised => Farewell::Superseded,
            _ => Farewell::Any,
        };
        self.mains()
            .filter_map(|(process, supervised)| {
                let origin = origin::of_process(observer, process.pid());
                let command = origin.stop_command_after(told(supervised)).filter(|_| origin != *own)?;
                let about = format!("pid {} ({})", process.pid(), origin.words().unwrap_or_default());
                let remedy = command.to_owned();
                let problem = Problem::of("managed", about).map(|problem| Problem { remedy, ..problem })?;
                Some(Managed { pid: process.pid(), problem })
            })
            .collect()
    }

    /// The processes that are asked to end, and whether each is a soloist.
    fn mains(&self) -> impl Iterator<Item = (&Process, bool)> {
        let holder = self.holder.iter().filter(|holder| !holder.stranger);
        holder
            .map(|holder| (&holder.process, holder.supervised))
            .chain(self.discovery.instances.iter().map(|instance| (&instance.main, instance.supervised)))
    }

    /// Whether the system lets this user end everything that is in the way.
    pub(crate) fn may_end_all(&self) -> bool {
        let holder = self.holder.iter().map(|holder| &holder.process);
        let copies = self.discovery.instances.iter().map(|instance| &instance.main);
        holder.chain(copies).chain(&self.ghosts).all(|process| process.may_signal().is_ok())
    }
}
