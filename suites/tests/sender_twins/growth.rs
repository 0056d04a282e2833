//! Twins whose delays grow by another law than that of a factor.

use std::time::Duration;

use suites::sender::Recording;
use suites::sender::judged::Judged;
use suites::sender::reference::{Clock, Transport};

use super::stage::{Counted, Server, event, now, random};

/// Seconds of a delay, by the number of the retry, counted from 0.
type Law = fn(i32) -> f64;

/// A twin whose delays grow by a law of its own, each scattered between these shares of it; sixteen events.
fn grown(law: Law, share: std::ops::Range<f64>) -> Recording {
    let clock = Counted::default();
    let server = Server::new(&clock, &[503]);
    let mut latest = Duration::ZERO;
    for number in 0..16 {
        clock.0.set(Duration::ZERO);
        server.event.set(number);
        let mut random = random(u64::from(number) + 1);
        now(async {
            for retry in 0.. {
                server.send(&event(number)).await;
                let drawn = share.start + (share.end - share.start) * random();
                let delay = Duration::from_secs_f64(law(retry).min(60.0) * drawn);
                if clock.now() + delay > Duration::from_secs(600) {
                    break;
                }
                clock.sleep(delay).await;
            }
        });
        latest = latest.max(clock.now());
    }
    clock.0.set(latest);
    server.close()
}

/// The rows that are broken, each with the rules that say so.
fn broken(recording: Recording) -> Vec<(String, Vec<String>)> {
    let report = Judged::new(vec![recording]).json(false);
    let rows = report["requirements"].as_object().unwrap();
    let rows = rows.iter().filter(|(_, row)| row["verdict"] == "fail");
    rows.map(|(id, row)| {
        let rules = row["because"].as_array().unwrap().iter();
        (
            id.clone(),
            rules.map(|rule| rule.as_str().unwrap().to_owned()).collect(),
        )
    })
    .collect()
}

/// "Exponential backoff" is growth by a factor. Linear growth and that of the squares reach the cap, too, and in time;
/// only how they get there is wrong, and the rule that says so is the one about that.
#[test]
fn twins_that_grow_by_another_law_break_the_rule_about_growth() {
    let exact = 1.0..1.0;
    let (equal, full) = (0.5..1.0, 0.0..1.0);
    let tens: Law = |retry| 1.0 + 10.0 * f64::from(retry);
    let linear: Law = |retry| f64::from(retry + 1);
    let squares: Law = |retry| f64::from(retry + 1).powi(2);
    let slow: Law = |retry| 1.05_f64.powi(retry);
    let constant: Law = |_| 1.0;
    let cases: [(&str, Law, std::ops::Range<f64>, &str); 9] = [
        ("linear by 10 s", tens, exact.clone(), "ratios"),
        ("linear", linear, exact.clone(), "ratios"),
        ("linear, full jitter", linear, full.clone(), "not-linear"),
        ("squares", squares, exact.clone(), "ratios"),
        ("squares, equal jitter", squares, equal, "not-slowing"),
        ("squares, full jitter", squares, full.clone(), "not-slowing"),
        ("×1.05", slow, exact.clone(), "reaches-the-cap"),
        ("constant", constant, exact, "growth"),
        ("constant, full jitter", constant, full, "growth"),
    ];
    for (name, law, share, rule) in cases {
        let broken = broken(grown(law, share));
        let rules = broken.iter().find(|(row, _)| row == "olbrain.retry.exponential");
        let (_, rules) = rules.unwrap_or_else(|| panic!("{name}: {broken:?}"));
        assert!(rules.iter().any(|known| known == rule), "{name}: {rules:?}");
        let others = broken.iter().map(|(row, _)| row.as_str());
        let others: Vec<&str> = others.filter(|row| *row != "olbrain.retry.exponential").collect();
        // Delays that stay small also make far more attempts than the schedule has.
        let expected: &[&str] = if name.starts_with("constant") {
            &["olbrain.retry.attempts"]
        } else {
            &[]
        };
        assert_eq!(others, expected, "{name}");
    }
    // Any factor is one: the documents name none, and the Fibonacci numbers grow by 1.6.
    let powers: [Law; 4] = [
        |retry| 1.5_f64.powi(retry),
        |retry| 3.0_f64.powi(retry),
        |retry| 10.0_f64.powi(retry),
        |retry| (0..retry).fold((1.0, 1.0), |(one, next), _| (next, one + next)).0,
    ];
    for law in powers {
        for share in [1.0..1.0, 0.5..1.0, 0.0..1.0] {
            assert_eq!(broken(grown(law, share)), []);
        }
    }
}
