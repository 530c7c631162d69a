//! A control group's path names one unit or container, the one that systemd or the runtime made.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{container, unit};
use crate::corpus::cases;

fn name() -> impl Strategy<Value = String> {
    "[a-z]{1,6}(-[a-z]{1,4})?(@[0-9]{1,3})?".prop_filter("no manager", |name| !name.starts_with("user@"))
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_innermost_service_is_the_unit(
        slices in vec("[a-z]{1,5}\\.slice", 0..3),
        outer in prop::option::of(name()),
        inner in name(),
        below in vec("[a-z]{1,5}(-[0-9]{1,3})?", 0..3),
        of_user in any::<bool>(),
    ) {
        let manager = if of_user { "/user.slice/user-7.slice/user@7.service" } else { "" };
        let outer = outer.map(|name| format!("/{name}.service")).unwrap_or_default();
        let slices: String = slices.iter().map(|slice| format!("/{slice}")).collect();
        let below: String = below.iter().map(|part| format!("/{part}")).collect();
        let text = format!("3:memory:/x.service\n0::{manager}{slices}{outer}/{inner}.service{below}\n");
        let found = unit(&text).map(|unit| (unit.name.to_owned(), unit.of_user));
        prop_assert_eq!(found, Some((format!("{inner}.service"), of_user)), "{}", text);
    }

    #[test]
    fn a_container_is_its_id(
        id in "[0-9a-f]{64}",
        form in 0..4usize,
        below in vec("[g-z]{1,6}", 0..2),
    ) {
        let path = [
            format!("/docker/{id}"),
            format!("/system.slice/docker-{id}.scope"),
            format!("/machine.slice/libpod-{id}.scope"),
            format!("/kubepods.slice/kubepods-pod1.slice/cri-containerd-{id}.scope"),
        ][form].clone();
        let below: String = below.iter().map(|part| format!("/{part}")).collect();
        let text = format!("12:cpu:{path}{below}\n0::{path}{below}\n");
        let expected = ["docker", "docker", "libpod", "kubepods"][form];
        let found = container(&text).map(|found| (found.runtime, found.id.to_owned()));
        prop_assert_eq!(found, Some((expected, id[..12].to_owned())), "{}", text);
    }

    #[test]
    fn any_text_is_read(text in "[0-9a-f:/\\n@.-]{0,80}|(\\PC|\\n|docker|user@|\\.service|:|/){0,20}") {
        let found = (unit(&text).map(|unit| unit.name.contains('/')), container(&text));
        prop_assert_ne!(found.0, Some(true));
    }
}
