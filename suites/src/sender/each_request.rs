//! What the rules about single requests found, in the form of the other judgements.

use super::judge::{Judgement, Where};
use super::play::desk::Event;
use crate::verdict::{Finding, Verdict};

/// One judgement for each requirement: the gravest finding, with every request that it was made in. `first` is the
/// number of the first event.
pub(super) fn each_request(events: &[Event], first: usize) -> Vec<Judgement> {
    let mut all: Vec<Judgement> = Vec::new();
    for (number, event) in events.iter().enumerate() {
        for (requirement, (finding, attempt)) in &event.found {
            let Some(row) = spec::requirement(requirement) else {
                continue;
            };
            let verdict = finding.verdict(row);
            let place = attempt.map(|attempt| Where {
                event: u32::try_from(first + number).unwrap_or(u32::MAX),
                attempt,
            });
            let at: Vec<Where> = place
                .into_iter()
                .filter(|_| matches!(verdict, Verdict::Warn | Verdict::Fail))
                .collect();
            if let Some(known) = all.iter_mut().find(|known| known.requirement == *requirement) {
                if known.verdict == verdict {
                    known.at.extend(at);
                    continue;
                }
                if known.verdict > verdict {
                    continue;
                }
            }
            let (threshold, value, note) = match finding {
                Finding::Met => (row.summary.clone(), "as documented".to_owned(), None),
                Finding::Broken { expected, got } => (expected.clone(), got.clone(), None),
                Finding::Undecided(why) => (row.summary.clone(), String::new(), Some(why.clone())),
            };
            all.retain(|known| known.requirement != *requirement);
            all.push(Judgement {
                requirement,
                verdict,
                rule: "each-request",
                statistic: "every request",
                threshold,
                value,
                false_alarm: "each request is looked at; nothing is estimated".to_owned(),
                note,
                at,
            });
        }
    }
    all
}
