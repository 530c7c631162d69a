//! Which scenes are explored.

use crate::scene::{Kind, Scene, mixes};

/// How much is explored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// What continuous integration has time for.
    Bounded,
    /// More faults and more contenders.
    Long,
}

/// Every scene of an extent. With three contenders of `soloist run`, two of them may be killed in both.
#[must_use]
pub fn scenes(extent: Extent) -> Vec<Scene> {
    let mut scenes = bounded();
    if extent == Extent::Long {
        scenes.extend(long());
    }
    scenes
}

fn bounded() -> Vec<Scene> {
    let three = mixes(&Kind::RUN, 3);
    let two = mixes(&Kind::RUN, 2);
    let inside = mixes(&[Kind::INSIDE, Kind::RUN].concat(), 2);
    let mut scenes: Vec<Scene> = three.iter().map(|kinds| Scene::named(kinds, 2, 0)).collect();
    scenes.extend(two.iter().map(|kinds| Scene::named(kinds, 2, 1)));
    scenes.extend(two.iter().map(|kinds| Scene::visible(kinds, 2, 1)));
    scenes.extend(two.iter().map(|kinds| Scene::without_witness(kinds, 2, 1)));
    scenes.extend(two.iter().map(|kinds| Scene::visible(&with_a_tool(kinds), 1, 0)));
    scenes.extend(inside.iter().map(|kinds| Scene::named(kinds, 2, 0)));
    scenes.extend(mixes(&Kind::INSIDE, 3).iter().map(|kinds| Scene::named(kinds, 0, 0)));
    scenes
}

fn long() -> Vec<Scene> {
    let three = mixes(&Kind::RUN, 3);
    let mut scenes: Vec<Scene> = three.iter().map(|kinds| Scene::named(kinds, 3, 0)).collect();
    scenes.extend(three.iter().map(|kinds| Scene::named(kinds, 1, 1)));
    scenes.extend(three.iter().map(|kinds| Scene::visible(kinds, 1, 0)));
    scenes.extend(mixes(&Kind::RUN, 2).iter().map(|kinds| Scene::visible(&with_a_tool(kinds), 1, 1)));
    scenes.extend(mixes(&Kind::RUN, 4).iter().map(|kinds| Scene::named(kinds, 0, 0)));
    scenes
        .extend(mixes(&[Kind::INSIDE, Kind::RUN].concat(), 3).iter().map(|kinds| Scene::named(kinds, 0, 0)));
    scenes
}

fn with_a_tool(kinds: &[Kind]) -> Vec<Kind> {
    [kinds, &[Kind::Tool]].concat()
}
