//! Which calls of a scenario are struck, and how: all of them, or a sample by a seed.

use super::call::{Blow, Call, Fault};

/// How many of each kind a sample has, for one scenario.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) seed: u64,
    pub(super) kills: usize,
    pub(super) faults: usize,
}

/// The faults for a command that made these calls. `errors` are those that are tried.
pub(super) fn faults(calls: &[Call], errors: &[i32], sample: Option<Sample>) -> Vec<Fault> {
    let kills = (1..=calls.len()).map(|call| Fault { call, blow: Blow::Kill });
    let failing = (1..=calls.len()).filter(|&call| calls[call - 1].can_fail());
    let Some(sample) = sample else {
        let all = |call| errors.iter().map(move |&number| Fault { call, blow: Blow::Fail(number) });
        return kills.chain(failing.flat_map(all)).collect();
    };
    let mut random = fastrand::Rng::with_seed(sample.seed);
    let mut chosen = random.choose_multiple(kills, sample.kills);
    for call in random.choose_multiple(failing, sample.faults) {
        chosen.push(Fault { call, blow: Blow::Fail(errors[random.usize(..errors.len())]) });
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
        assert_eq!(faults(&calls(), &[libc::EIO, libc::EINTR], None).len(), 3 + 2 * 2);
    }

    #[test]
    fn a_sample_is_decided_by_its_seed() {
        let sample = |seed| faults(&calls(), &[libc::EIO], Some(Sample { seed, kills: 2, faults: 1 }));
        assert_eq!(sample(1), sample(1));
        assert_eq!(sample(1).len(), 3);
        assert!((0..20).any(|seed| sample(seed) != sample(1)));
    }
}
