//! Which calls of a scenario are struck, and how: all of them, or a sample by a seed.

use super::call::{Blow, Call, ERRORS, Fault};

/// How many of each kind a sample has, for one scenario.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) seed: u64,
    pub(super) kills: usize,
    pub(super) faults: usize,
}

/// The faults for a command that made these calls.
pub(super) fn faults(calls: &[Call], sample: Option<Sample>) -> Vec<Fault> {
    let kills = (1..=calls.len()).map(|call| Fault { call, blow: Blow::Kill });
    let failing = (1..=calls.len()).filter(|&call| calls[call - 1].can_fail());
    let Some(sample) = sample else {
        let errors = |call: usize| ERRORS.map(|(number, _)| Fault { call, blow: Blow::Fail(number) });
        return kills.chain(failing.flat_map(errors)).collect();
    };
    let mut random = fastrand::Rng::with_seed(sample.seed);
    let mut chosen = random.choose_multiple(kills, sample.kills);
    for call in random.choose_multiple(failing, sample.faults) {
        chosen.push(Fault { call, blow: Blow::Fail(ERRORS[random.usize(..ERRORS.len())].0) });
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn calls() -> Vec<Call> {
        [libc::SYS_openat, libc::SYS_getpid, libc::SYS_close]
            .map(|it| Call(u64::try_from(it).unwrap()))
            .into()
    }

    #[test]
    fn all_means_every_call() {
        assert_eq!(faults(&calls(), None).len(), 3 + 2 * ERRORS.len());
    }

    #[test]
    fn a_sample_is_decided_by_its_seed() {
        let sample = |seed| faults(&calls(), Some(Sample { seed, kills: 2, faults: 1 }));
        assert_eq!(sample(1), sample(1));
        assert_eq!(sample(1).len(), 3);
        assert!((0..20).any(|seed| sample(seed) != sample(1)));
    }
}
