//! Who sent what, and what comes next: the state of a play. It has no clock and no socket; instants come in.

use std::collections::BTreeMap;
use std::time::Duration;

use http::Method;

use crate::sender::request::{Found, Given, Received};
use crate::sender::scenario::{Step, Then};
use crate::sender::{Answered, Attempt};
use crate::verdict::Finding;

/// More attempts of one event than any reading of any schedule makes. Whoever sends more is not answered any more.
pub(crate) const MAX_ATTEMPTS: usize = 200;

/// How much of parsed bodies is kept for one event, in bytes of their texts; of later ones the digest is kept.
const MAX_KEPT_BYTES: u64 = 4 * 1024 * 1024;

/// How many requests that belong to no event are described.
const MAX_STRAYS: usize = 20;

/// What one event is to go through.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// What its sender was handed.
    pub(crate) given: Given,
    /// What its attempts are answered.
    pub(crate) script: Vec<Step>,
    /// What follows.
    pub(crate) then: Then,
}

/// One event as far as it has gone.
#[derive(Debug)]
pub(crate) struct Event {
    pub(crate) part: Part,
    pub(crate) attempts: Vec<Attempt>,
    /// Attempts that are being answered.
    pub(crate) open: usize,
    /// The gravest finding of each requirement, and the attempt that showed it.
    pub(crate) found: BTreeMap<&'static str, (Finding, Option<usize>)>,
    /// Requests to its address that are no attempts: another path or method, or cut off.
    pub(crate) astray: Vec<String>,
    /// It was sent more often than is looked at.
    pub(crate) flooded: bool,
    kept_bytes: u64,
}

impl Event {
    fn new(part: Part) -> Self {
        Self {
            part,
            attempts: Vec::new(),
            open: 0,
            found: BTreeMap::new(),
            astray: Vec::new(),
            flooded: false,
            kept_bytes: 0,
        }
    }

    /// What the attempt at this place is answered.
    fn step(&self, place: usize) -> Step {
        let script = &self.part.script;
        match (script.get(place), self.part.then) {
            (Some(step), _) => *step,
            (None, Then::Last) => script.last().copied().unwrap_or(Step::Success),
            (None, Then::Success) => Step::Success,
        }
    }

    /// Planned faults that no attempt met.
    pub(crate) fn unmet(&self) -> Vec<Step> {
        self.part
            .script
            .iter()
            .skip(self.attempts.len())
            .filter(|step| step.is_fault())
            .copied()
            .collect()
    }

    /// The last attempt, once it is answered.
    pub(crate) fn settled(&self) -> Option<&Attempt> {
        self.attempts.last().filter(|_| self.open == 0)
    }

    fn note(&mut self, found: Vec<Found>, attempt: Option<usize>) {
        for Found { requirement, finding } in found {
            let worse = self
                .found
                .get(requirement)
                .is_none_or(|(known, _)| gravity(&finding) > gravity(known));
            if worse {
                self.found.insert(requirement, (finding, attempt));
            }
        }
    }
}

fn gravity(finding: &Finding) -> u8 {
    match finding {
        Finding::Undecided(_) => 1,
        Finding::Met => 0,
        Finding::Broken { .. } => 2,
    }
}

/// What a request is to the play.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An attempt of this event.
    Attempt(usize),
    /// Meant for this event, and yet no attempt of it: another method, or another path.
    Astray(usize),
    /// Another call of the API that has to do with this event, such as an upload.
    Beside(usize),
    /// Nobody's.
    Nowhere,
}

/// The state of a play.
#[derive(Debug, Default)]
pub(crate) struct Desk {
    pub(crate) events: Vec<Event>,
    /// What arrived and belongs to no event, described, at most [`MAX_STRAYS`] of them.
    pub(crate) strays: Vec<String>,
    /// How much that was in all.
    pub(crate) stray_count: u64,
}

impl Desk {
    pub(crate) fn add(&mut self, part: Part) -> usize {
        self.events.push(Event::new(part));
        self.events.len() - 1
    }

    /// Finds out by the address alone what a request is.
    pub(crate) fn place(&self, method: &Method, path: &str) -> Place {
        let has_segment = |segment: &str| path.split('/').any(|known| known == segment);
        for (number, event) in self.events.iter().enumerate() {
            let given = &event.part.given;
            let own = if given.prefix.is_empty() {
                given.agent_id.as_deref().is_some_and(has_segment)
            } else {
                path.strip_prefix(given.prefix.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            if !own {
                continue;
            }
            let rest = &path[given.prefix.len()..];
            let is_path = rest == given.path || rest.strip_suffix('/') == Some(&given.path);
            let is_call = given.agent_id.as_deref().is_some_and(|agent| {
                given.prefix.is_empty() && rest.starts_with(&format!("/api/agents/{agent}/"))
            });
            return if is_path && method == Method::POST {
                Place::Attempt(number)
            } else if is_call {
                Place::Beside(number)
            } else {
                Place::Astray(number)
            };
        }
        Place::Nowhere
    }

    /// Takes an attempt in; says at which place it is and what it is answered, or nothing where there were too many.
    pub(crate) fn attempt(
        &mut self,
        event: usize,
        received: &Received,
        head: Duration,
        body_end: Duration,
        digest: String,
    ) -> Option<(usize, Step)> {
        let event_number = u32::try_from(event).unwrap_or(u32::MAX);
        let event = self.events.get_mut(event)?;
        if event.attempts.len() >= MAX_ATTEMPTS {
            event.flooded = true;
            return None;
        }
        let place = event.attempts.len();
        let step = event.step(place);
        let keep = event.kept_bytes + received.body_bytes <= MAX_KEPT_BYTES;
        event.kept_bytes += if keep { received.body_bytes } else { 0 };
        event.open += 1;
        event.attempts.push(Attempt {
            event: event_number,
            body_end: Some(body_end),
            digest: Some(digest),
            body: keep
                .then(|| serde_json::from_slice(received.request.body()).ok())
                .flatten(),
            header_key: received
                .header("idempotency-key")
                .first()
                .map(|value| value.clone().into_owned()),
            // Until it is answered it counts as one that is not.
            ..Attempt::new(head, Answered::Silence)
        });
        Some((place, step))
    }

    /// Takes in how an attempt was answered, and when that was over.
    pub(crate) fn answered(
        &mut self,
        event: usize,
        place: usize,
        answer: Answered,
        retry_after: Option<u32>,
        at: Duration,
    ) {
        let Some(event) = self.events.get_mut(event) else {
            return;
        };
        event.open = event.open.saturating_sub(1);
        if let Some(attempt) = event.attempts.get_mut(place) {
            attempt.answer = answer;
            attempt.answer_end = Some(at);
            attempt.retry_after = retry_after.map(|seconds| Duration::from_secs(seconds.into()));
        }
    }

    /// Takes in what the rules found in a request.
    pub(crate) fn note(&mut self, event: usize, found: Vec<Found>, attempt: Option<usize>) {
        if let Some(event) = self.events.get_mut(event) {
            event.note(found, attempt);
        }
    }

    /// Takes in a request that is no attempt, described in a line that is safe to show.
    pub(crate) fn stray(&mut self, event: Option<usize>, line: String) {
        let list = match event.and_then(|event| self.events.get_mut(event)) {
            Some(event) => &mut event.astray,
            None => {
                self.stray_count += 1;
                &mut self.strays
            }
        };
        if list.len() < MAX_STRAYS {
            list.push(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;
    use crate::sender::request::tests::received;

    fn desk(api: &str, script: &[Step], then: Then) -> Desk {
        let side = registry::sender_side(api).unwrap();
        let mut desk = Desk::default();
        for number in 0..12 {
            desk.add(Part {
                given: (side.given)(number),
                script: script.to_vec(),
                then,
            });
        }
        desk
    }

    #[test]
    fn an_address_tells_its_event() {
        let post = Method::POST;
        let olbrain = desk("olbrain", &[], Then::Success);
        let path = olbrain.events[1].part.given.path.clone();
        let agent = olbrain.events[1].part.given.agent_id.clone().unwrap();
        assert_eq!(olbrain.place(&post, &path), Place::Attempt(1));
        assert_eq!(olbrain.place(&post, &format!("{path}/")), Place::Attempt(1));
        assert_eq!(olbrain.place(&Method::GET, &path), Place::Astray(1));
        assert_eq!(
            olbrain.place(&post, &format!("/webhook/{agent}")),
            Place::Astray(1)
        );
        assert_eq!(
            olbrain.place(&post, &format!("/api/agents/{agent}/upload")),
            Place::Beside(1)
        );
        assert_eq!(olbrain.place(&post, "/api/agents/webhook/other"), Place::Nowhere);
        let inkeep = desk("inkeep", &[], Then::Success);
        assert_eq!(inkeep.place(&post, "/event-1/run/v1/events"), Place::Attempt(1));
        assert_eq!(inkeep.place(&post, "/event-11/run/v1/events"), Place::Attempt(11));
        assert_eq!(inkeep.place(&post, "/event-1/run/v2"), Place::Astray(1));
        assert_eq!(inkeep.place(&post, "/run/v1/events"), Place::Nowhere);
    }

    #[test]
    fn a_script_is_played_and_what_it_planned_must_be_met() {
        let mut desk = desk("olbrain", &[Step::status(503), Step::status(404)], Then::Success);
        let request = received("/", &[], b"{}");
        assert_eq!(desk.events[0].unmet().len(), 2);
        let take = |desk: &mut Desk| {
            let taken = desk.attempt(0, &request, Duration::ZERO, Duration::ZERO, "d".to_owned());
            taken.unwrap()
        };
        assert_eq!(take(&mut desk), (0, Step::status(503)));
        assert!(desk.events[0].settled().is_none());
        desk.answered(0, 0, Answered::Status(503), None, Duration::from_secs(1));
        assert!(desk.events[0].settled().is_some());
        assert_eq!(desk.events[0].unmet(), [Step::status(404)]);
        assert_eq!(take(&mut desk), (1, Step::status(404)));
        assert_eq!(take(&mut desk), (2, Step::Success));
        assert!(desk.events[0].unmet().is_empty());
        for _ in 3..MAX_ATTEMPTS {
            take(&mut desk);
        }
        assert!(
            desk.attempt(0, &request, Duration::ZERO, Duration::ZERO, "d".to_owned())
                .is_none()
        );
        assert!(desk.events[0].flooded);
    }

    #[test]
    fn the_last_step_can_go_on_for_ever() {
        let mut desk = desk("olbrain", &[Step::status(503)], Then::Last);
        let request = received("/", &[], b"{}");
        for _ in 0..5 {
            let taken = desk.attempt(0, &request, Duration::ZERO, Duration::ZERO, "d".to_owned());
            assert_eq!(taken.unwrap().1, Step::status(503));
        }
    }

    #[test]
    fn the_gravest_finding_stays() {
        let mut desk = desk("olbrain", &[], Then::Success);
        let broken = || Finding::when(false, "a", "b");
        for finding in [
            Finding::Met,
            broken(),
            Finding::Undecided("x".to_owned()),
            Finding::Met,
        ] {
            desk.note(0, vec![Found::new("olbrain.sender.key", finding)], Some(0));
        }
        assert_eq!(desk.events[0].found["olbrain.sender.key"].0, broken());
    }
}
