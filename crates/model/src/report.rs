//! Exploring everything, and the tables that are printed.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::explore::{Explored, explore};
use crate::mutation::{Expectation, Mutation};
use crate::setting::{Policy, Scene, Setting};

/// How much is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// What continuous integration has time for.
    Bounded,
    /// Two kills and a removal everywhere.
    Long,
}

impl Form {
    /// Kills and removals in a setting.
    fn faults(self, setting: Setting) -> (u8, u8) {
        match (self, setting) {
            (Self::Bounded, Setting::Alone) => (1, 1),
            (Self::Bounded, _) => (0, 0),
            (Self::Long, _) => (2, setting.removals()),
        }
    }
}

/// Explores every mix of policies in every setting; answers whether all promises hold.
#[must_use]
pub fn explore_all(form: Form) -> bool {
    println!("| setting | kills | removals | policies | states | depth | verdict |");
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let scenes = Setting::ALL.into_iter().flat_map(|setting| {
        let (crashes, removals) = form.faults(setting);
        Policy::mixes().map(move |policies| Scene {
            setting,
            policies,
            crashes,
            removals,
            mutation: None,
            sought: None,
        })
    });
    let mut fine = true;
    in_turn(&scenes.collect::<Vec<_>>(), explore, |scene, explored| {
        let [a, b, c] = scene.policies;
        let verdict = verdict(&explored);
        println!(
            "| {} | {} | {} | {a}, {b}, {c} | {} | {} | {verdict} |",
            scene.setting, scene.crashes, scene.removals, explored.states, explored.depth
        );
        if let Some((_, way)) = &explored.broken {
            print_way(way);
            fine = false;
        }
    });
    fine
}

fn verdict(explored: &Explored) -> String {
    match &explored.broken {
        None => "holds".into(),
        Some((property, _)) => format!("broken: {property}"),
    }
}

fn print_way(way: &[String]) {
    for (number, step) in way.iter().enumerate() {
        println!("    {:2}. {step}", number + 1);
    }
}

/// Explores every mutation; answers whether each breaks what it should.
#[must_use]
pub fn explore_mutations() -> bool {
    println!("| mutation | the rule in the code | setting | breaks | steps | with the policies |");
    println!("| --- | --- | --- | --- | --- | --- |");
    let mut fine = true;
    in_turn(&Mutation::EXPECTED, first_broken, |row, found| {
        let kept = if row.mutation.is_the_code() { "not kept" } else { "kept" };
        let line = format!("| {} | {kept} | {} |", row.mutation, row.setting);
        match &found {
            Some((scene, property, way)) => {
                let [a, b, c] = scene.policies;
                println!("{line} {property} | {} | {a}, {b}, {c} |", way.len());
            }
            None => println!("{line} nothing: other rules cover it | | |"),
        }
        if found.map(|(_, property, _)| property) != row.breaks {
            println!("    but what it should break: {:?}", row.breaks);
            fine = false;
        }
    });
    fine
}

/// Explores one mutation where it shows, and prints the way there.
#[must_use]
pub fn explore_mutation(mutation: Mutation) -> bool {
    let rows = Mutation::EXPECTED.into_iter().filter(|row| row.mutation == mutation);
    let mut fine = true;
    for row in rows {
        let found = first_broken(&row);
        fine &= found.as_ref().map(|&(_, property, _)| property) == row.breaks;
        match found {
            Some((scene, property, way)) => {
                let [a, b, c] = scene.policies;
                println!("{mutation}, {}: {property}, with {a}, {b}, {c}", row.setting);
                print_way(&way);
            }
            None => println!("{mutation}, {}: nothing: other rules cover it", row.setting),
        }
    }
    fine
}

type Found = Option<(Scene, crate::property::Property, Vec<String>)>;

/// The first mix of policies in which the mutation breaks something, with as few kills as that takes.
fn first_broken(row: &Expectation) -> Found {
    let most = u8::from(row.needs_a_kill());
    let removals = u8::from(row.needs_a_removal());
    let mixes = Policy::mixes().filter(|mix| row.mixes(mix));
    mixes.into_iter().find_map(|policies| {
        let scene = Scene {
            setting: row.setting,
            policies,
            crashes: most,
            removals,
            mutation: Some(row.mutation),
            sought: row.breaks,
        };
        let (property, way) = explore(&scene).broken?;
        Some((scene, property, way))
    })
}

/// Does all the work on as many threads as there are processors, and tells of each in its order.
fn in_turn<T: Sync, R: Send>(work: &[T], each: impl Fn(&T) -> R + Sync, mut tell: impl FnMut(&T, R)) {
    let next = AtomicUsize::new(0);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (sender, results) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, next, work, each) = (sender.clone(), &next, work, &each);
            scope.spawn(move || {
                while let place = next.fetch_add(1, Ordering::Relaxed)
                    && let Some(item) = work.get(place)
                    && sender.send((place, each(item))).is_ok()
                {}
            });
        }
        drop(sender);
        let mut waiting: Vec<Option<R>> = work.iter().map(|_| None).collect();
        let mut told = 0;
        for (place, result) in results {
            waiting[place] = Some(result);
            while let Some(result) = waiting.get_mut(told).and_then(Option::take) {
                tell(&work[told], result);
                told += 1;
            }
        }
    });
}
