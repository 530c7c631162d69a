//! Each rule, left out, breaks what it is there for, or is covered by others.

use soloist_model::explore_mutations;

#[test]
fn each_rule_is_there_for_something() {
    assert!(explore_mutations());
}
