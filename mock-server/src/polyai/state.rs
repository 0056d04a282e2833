//! What the mock remembers: the events it received, within bounds.

use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;

use super::input::Location;
use crate::bounded::{Bounded, Weigh};

/// Most events kept; the oldest give way.
pub const MAX_EVENTS: usize = 8192;

/// Most bytes of bodies, paths and ids kept; the oldest give way.
pub const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// One event that was received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The account it was sent to.
    pub account_id: String,
    /// The project it was sent to.
    pub project_id: String,
    /// The id that was found in the request.
    pub event_id: String,
    /// Where the id was.
    pub location: Location,
    /// `event_id_path` as it was decoded from the query.
    pub path: String,
    /// `Content-Type` as it was sent, if it was and is text.
    pub content_type: Option<String>,
    /// The body, byte for byte.
    pub body: Bytes,
    /// When the mock answered.
    pub received_at: Timestamp,
}

impl Event {
    fn is_same_id(&self, other: &Self) -> bool {
        self.event_id == other.event_id
            && self.project_id == other.project_id
            && self.account_id == other.account_id
    }
}

impl Weigh for Event {
    fn weight(&self) -> usize {
        self.body.len()
            + self.path.len()
            + self.event_id.len()
            + self.content_type.as_ref().map_or(0, String::len)
    }
}

/// Whether an event was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Push {
    Added,
    AlreadyThere,
}

/// The received events, oldest first.
#[derive(Default)]
pub(crate) struct Events {
    kept: Mutex<Kept>,
}

type Kept = Bounded<Event, MAX_EVENTS, MAX_EVENT_BYTES>;

impl Events {
    /// A panic elsewhere cannot leave the list half changed, so that its lock is never given up.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an event, unless `once` is set and there is one of its id in its project already.
    pub(crate) fn push(&self, event: Event, once: bool) -> Push {
        // Declared before the guard, so that what gives way is freed after the lock is.
        let mut gone: Option<Event> = None;
        let mut kept = self.lock();
        if once && kept.iter().any(|other| other.is_same_id(&event)) {
            return Push::AlreadyThere;
        }
        kept.push(event);
        while let Some(oldest) = kept.overflow() {
            gone = Some(oldest);
        }
        drop(kept);
        drop(gone);
        Push::Added
    }

    pub(crate) fn all(&self) -> Vec<Event> {
        self.lock().iter().cloned().collect()
    }

    pub(crate) fn clear(&self) {
        let gone = std::mem::take(&mut *self.lock());
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, body: Bytes) -> Event {
        Event {
            account_id: "PLATFORM".into(),
            project_id: "PROJECT-123".into(),
            event_id: id.into(),
            location: Location::Payload,
            path: "cid".into(),
            content_type: None,
            body,
            received_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_oldest_events_give_way() {
        let events = Events::default();
        for number in 0..MAX_EVENTS + 3 {
            events.push(event(&number.to_string(), Bytes::new()), false);
        }
        let all = events.all();
        assert_eq!((all.len(), all[0].event_id.as_str()), (MAX_EVENTS, "3"));
    }

    #[test]
    fn an_event_weighs_what_its_texts_and_its_body_do() {
        let event = Event {
            content_type: Some("text/plain".into()),
            ..event("evt_1", Bytes::from_static(b"four"))
        };
        // cid, evt_1, text/plain, four.
        assert_eq!(event.weight(), 3 + 5 + 10 + 4);
    }

    #[test]
    fn large_bodies_give_way_by_size() {
        let events = Events::default();
        let body = Bytes::from(vec![0; MAX_EVENT_BYTES / 3]);
        for id in ["a", "b", "c", "d"] {
            events.push(event(id, body.clone()), false);
        }
        let ids: Vec<String> = events.all().into_iter().map(|event| event.event_id).collect();
        assert_eq!(ids, ["c", "d"]);
        events.clear();
        assert_eq!(events.all(), []);
    }

    #[test]
    fn an_id_can_be_taken_once_for_each_project() {
        let events = Events::default();
        assert_eq!(events.push(event("a", Bytes::new()), true), Push::Added);
        assert_eq!(events.push(event("a", Bytes::new()), true), Push::AlreadyThere);
        let elsewhere = Event {
            project_id: "PROJECT-456".into(),
            ..event("a", Bytes::new())
        };
        assert_eq!(events.push(elsewhere, true), Push::Added);
        let of_another_account = Event {
            account_id: "ELSEWHERE".into(),
            ..event("a", Bytes::new())
        };
        assert_eq!(events.push(of_another_account, true), Push::Added);
        assert_eq!(events.push(event("a", Bytes::new()), false), Push::Added);
        assert_eq!(events.all().len(), 4);
    }

    #[test]
    fn one_event_is_kept_whatever_its_size() {
        let events = Events::default();
        events.push(event("big", Bytes::from(vec![0; MAX_EVENT_BYTES + 1])), false);
        assert_eq!(events.all().len(), 1);
    }

    #[test]
    fn a_panic_under_the_lock_does_not_take_the_list_away() {
        let events = std::sync::Arc::new(Events::default());
        events.push(event("a", Bytes::new()), false);
        let poisoner = events.clone();
        let thread = std::thread::spawn(move || {
            let _guard = poisoner.lock();
            panic!("on purpose, while the lock is held");
        });
        assert!(thread.join().is_err());
        events.push(event("b", Bytes::new()), false);
        assert_eq!(events.all().len(), 2);
    }
}
