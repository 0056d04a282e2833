//! A correct server may differ from the reference wherever the documents leave it free: nothing is held against it.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use suites::variant;

/// Runs at the same time: much of a run is waiting.
const PARALLEL_RUNS: usize = 4;

fn nothing_is_held_against_any(api: &str) {
    let variants = variant::of(api);
    let (next, alarms) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..PARALLEL_RUNS {
            scope.spawn(|| {
                while let Some(variant) = variants.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let bad = variant.false_alarms(api).unwrap();
                    if !bad.is_empty() {
                        let told = format!("{}: it {}; {bad:?}", variant.name(), variant.difference());
                        alarms.lock().unwrap().push(told);
                    }
                }
            });
        }
    });
    assert_eq!(alarms.into_inner().unwrap(), Vec::<String>::new());
}

#[test]
fn polyai() {
    nothing_is_held_against_any("polyai");
}

#[test]
fn inkeep() {
    nothing_is_held_against_any("inkeep");
}

#[test]
fn olbrain() {
    nothing_is_held_against_any("olbrain");
}
