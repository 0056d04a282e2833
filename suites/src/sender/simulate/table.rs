//! The outcome of a simulation, as text for people and as figures for the judge.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::host::Host;
use super::{Cell, EVENTS};
use crate::sender::judge::rates::{Rate, Rates};

/// Wrong policies that the judge is known to miss, at least at times, where time is real: under a load that cannot be
/// ruled out, their delays are those of a correct one. On a paused clock they are found.
pub(super) const BLIND: &[&str] = &[
    "start 5 s, full jitter",
    "start 10 s, full jitter",
    "squares, equal jitter",
    "squares, full jitter",
];

/// The outcome of a simulation.
pub struct Table {
    trials: u32,
    seed: u64,
    cells: Vec<Cell>,
    sample: String,
}

impl Table {
    pub(super) fn new(trials: u32, seed: u64, cells: Vec<Cell>, sample: String) -> Self {
        Self {
            trials,
            seed,
            cells,
            sample,
        }
    }

    /// The table as people read it.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "Share of trials in which the judge fails a sender, and in brackets warns of it, in percent.\n\
             {} trials of each correct policy, {} of each wrong one; seed {}. Hosts: exact (a paused clock), idle (each gap 2 ms\n\
             longer on average, measured as 4 ms, and no disturbance seen), loaded (5 ms, and one gap in twenty up to 300 ms, of\n\
             which nobody measured anything), stalled (5 ms, measured as 10 ms, and the host stands still for up to 300 ms twice a\n\
             second, for 3 tenths of the time, which was seen); the last three at scale 0.02.\n\
             What the judge misses of a blind spot it leaves undecided or passes: it would be failed only at the price of false\n\
             alarms. Sample that the tests compare: {}.\n",
            self.trials,
            (self.trials / 10).max(10),
            self.seed,
            self.sample
        );
        for correct in [true, false] {
            let _ = writeln!(out, "{}", if correct { "CORRECT" } else { "WRONG" });
            let _ = write!(out, "{:<56}", "policy");
            for events in EVENTS {
                for host in Host::ALL {
                    let _ = write!(out, "{:>14}", format!("{events} {}", host.name()));
                }
            }
            let _ = writeln!(out, "  by");
            let mut rows: Vec<&'static str> = Vec::new();
            for cell in self.cells.iter().filter(|cell| cell.correct == correct) {
                if !rows.contains(&cell.policy.name) {
                    rows.push(cell.policy.name);
                }
            }
            for name in rows {
                self.row(&mut out, name, correct);
            }
            let _ = writeln!(out);
        }
        out
    }

    fn row(&self, out: &mut String, name: &str, correct: bool) {
        let blind = if BLIND.contains(&name) {
            " (blind spot in real time)"
        } else {
            ""
        };
        let _ = write!(out, "{:<56}", format!("{name}{blind}"));
        let mut rules: BTreeMap<&'static str, u32> = BTreeMap::new();
        let cells = self
            .cells
            .iter()
            .filter(|cell| cell.correct == correct && cell.policy.name == name);
        for cell in cells {
            let percent = |count: u32| {
                let share = 100.0 * f64::from(count) / f64::from(cell.tally.trials.max(1));
                match count {
                    0 => "0".to_owned(),
                    _ if count == cell.tally.trials => "100".to_owned(),
                    _ if share < 1.0 => format!("{share:.3}"),
                    _ => format!("{share:.1}"),
                }
            };
            let _ = write!(
                out,
                "{:>14}",
                format!("{} ({})", percent(cell.tally.failed), percent(cell.tally.warned))
            );
            for (rule, count) in &cell.tally.by_rule {
                *rules.entry(rule).or_default() += count;
            }
        }
        let mut rules: Vec<(&str, u32)> = rules.into_iter().collect();
        rules.sort_by_key(|(rule, count)| (std::cmp::Reverse(*count), *rule));
        let names: Vec<&str> = rules.into_iter().take(4).map(|(rule, _)| rule).collect();
        let _ = writeln!(out, "  {}", names.join(", "));
    }

    /// What the judge says about each of its rules, as the file it reads.
    pub fn to_rates(&self) -> String {
        let mut rates = Rates::default();
        for events in EVENTS {
            let mut worst: BTreeMap<&'static str, (u32, String)> = BTreeMap::new();
            let cells = self
                .cells
                .iter()
                .filter(|cell| cell.correct && cell.events == events);
            for cell in cells {
                for rule in &cell.tally.applied {
                    let failed = cell.tally.by_rule.get(rule).copied().unwrap_or(0);
                    let entry = worst.entry(rule).or_default();
                    if failed > entry.0 {
                        *entry = (failed, format!("{}, {} host", cell.policy.name, cell.host.name()));
                    }
                }
            }
            rates
                .rate
                .extend(worst.into_iter().map(|(rule, (failed, worst))| Rate {
                    rule: rule.to_owned(),
                    events: usize::try_from(events).unwrap_or(0),
                    trials: self.trials,
                    failed,
                    worst,
                }));
        }
        let text = toml::to_string(&rates).expect("rates are plain tables");
        format!("# Written by `cargo xtask retry-rates`.\n\n{text}")
    }
}
