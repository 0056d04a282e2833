//! What the mock remembers: the events of each project, within bounds.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;

use crate::bounded::{Bounded, Weigh};

/// Most events kept; the oldest give way. The id of one that is gone is new again.
pub const MAX_EVENTS: usize = 16_384;

/// Most bytes of events kept; the oldest give way.
pub const MAX_EVENT_BYTES: usize = 64 * 1024 * 1024;

/// Whose events they are. Ids of one project do not stand in the way of another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Project {
    /// The project of the token `valid`.
    Main,
    /// The project of the token `other_project`.
    Other,
}

impl Project {
    /// The name that the admin route shows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Main => "main",
            Self::Other => "other",
        }
    }
}

/// One event that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// The project that it belongs to.
    pub project: Project,
    /// Its id, sent or made.
    pub id: String,
    /// Its `type`.
    pub event_type: String,
    /// The answer that it was given, byte for byte: a JSON object whose member `data` is the event. Every later event
    /// with the same id is given the same bytes.
    pub answer: Bytes,
    /// When it was stored.
    pub received_at: Timestamp,
}

impl Weigh for Arc<Event> {
    fn weight(&self) -> usize {
        // The id is held twice: here, and as the key that leads here.
        self.answer.len() + self.event_type.len() + 2 * self.id.len()
    }
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Insert {
    /// It is stored now.
    New,
    /// One with its id was there before, with this answer. Nothing has changed.
    Known(Bytes),
}

/// The stored events, oldest first.
#[derive(Default)]
pub(crate) struct Events {
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    in_order: Bounded<Arc<Event>, MAX_EVENTS, MAX_EVENT_BYTES>,
    main: HashMap<String, Arc<Event>>,
    other: HashMap<String, Arc<Event>>,
}

impl Kept {
    fn of(&mut self, project: Project) -> &mut HashMap<String, Arc<Event>> {
        match project {
            Project::Main => &mut self.main,
            Project::Other => &mut self.other,
        }
    }
}

impl Events {
    /// A panic elsewhere cannot leave the events half changed, so that their lock is never given up.
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Stores an event unless its project has one of its id. Of several at once, one is stored.
    pub(crate) fn insert(&self, event: Event) -> Insert {
        let event = Arc::new(event);
        // Declared before the guard, so that what gives way is freed after the lock is.
        let mut gone = Vec::new();
        let mut kept = self.lock();
        if let Some(known) = kept.of(event.project).get(&event.id) {
            return Insert::Known(known.answer.clone());
        }
        kept.of(event.project)
            .insert(event.id.clone(), Arc::clone(&event));
        kept.in_order.push(event);
        while let Some(oldest) = kept.in_order.overflow() {
            kept.of(oldest.project).remove(&oldest.id);
            gone.push(oldest);
        }
        drop(kept);
        drop(gone);
        Insert::New
    }

    pub(crate) fn all(&self) -> Vec<Event> {
        let events: Vec<Arc<Event>> = self.lock().in_order.iter().cloned().collect();
        events.into_iter().map(Arc::unwrap_or_clone).collect()
    }

    pub(crate) fn clear(&self) {
        let gone = std::mem::take(&mut *self.lock());
        drop(gone);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, answer: Bytes) -> Event {
        Event {
            project: Project::Main,
            id: id.into(),
            event_type: "a".into(),
            answer,
            received_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn ids(events: &Events) -> Vec<String> {
        events.all().into_iter().map(|event| event.id).collect()
    }

    #[test]
    fn the_first_event_of_an_id_stays_as_it_is() {
        let events = Events::default();
        let first = event("a", Bytes::from_static(b"first"));
        assert_eq!(events.insert(first.clone()), Insert::New);
        let second = events.insert(event("a", Bytes::from_static(b"second")));
        assert_eq!(second, Insert::Known(Bytes::from_static(b"first")));
        assert_eq!(events.all(), [first]);
        assert_eq!(events.insert(event("A", Bytes::new())), Insert::New);
    }

    #[test]
    fn projects_do_not_see_each_other() {
        let events = Events::default();
        assert_eq!(events.insert(event("a", Bytes::new())), Insert::New);
        let elsewhere = Event {
            project: Project::Other,
            ..event("a", Bytes::from_static(b"other"))
        };
        assert_eq!(events.insert(elsewhere.clone()), Insert::New);
        assert_eq!(
            events.insert(elsewhere),
            Insert::Known(Bytes::from_static(b"other"))
        );
        assert_eq!(events.all().len(), 2);
    }

    #[test]
    fn the_oldest_events_give_way_and_their_ids_are_new_again() {
        let events = Events::default();
        for number in 0..MAX_EVENTS + 3 {
            events.insert(event(&number.to_string(), Bytes::new()));
        }
        let left = ids(&events);
        assert_eq!((left.len(), left[0].as_str()), (MAX_EVENTS, "3"));
        assert_eq!(events.insert(event("2", Bytes::new())), Insert::New);
        assert!(matches!(
            events.insert(event("4", Bytes::new())),
            Insert::Known(_)
        ));
        assert_eq!(events.lock().main.len(), MAX_EVENTS);
    }

    #[test]
    fn an_event_weighs_its_answer_its_type_and_its_id_twice() {
        let event = Arc::new(Event {
            event_type: "click".into(),
            ..event("evt_1", Bytes::from_static(b"{}"))
        });
        assert_eq!(event.weight(), 2 + 5 + 2 * 5);
    }

    #[test]
    fn large_events_give_way_by_size() {
        let events = Events::default();
        let large = Bytes::from(vec![0; MAX_EVENT_BYTES / 3]);
        for id in ["a", "b", "c", "d"] {
            events.insert(event(id, large.clone()));
        }
        assert_eq!(ids(&events), ["c", "d"]);
        events.insert(event("huge", Bytes::from(vec![0; MAX_EVENT_BYTES + 1])));
        assert_eq!(ids(&events), ["huge"]);
        events.clear();
        assert_eq!(events.all(), []);
        assert_eq!(events.insert(event("a", Bytes::new())), Insert::New);
    }

    #[test]
    fn of_many_at_once_one_is_stored() {
        let events = Events::default();
        let results: Vec<Insert> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8_u8)
                .map(|number| {
                    let events = &events;
                    scope.spawn(move || events.insert(event("a", Bytes::from(vec![number]))))
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let stored = events.all().remove(0).answer;
        assert_eq!(results.iter().filter(|result| **result == Insert::New).count(), 1);
        assert_eq!(
            results
                .iter()
                .filter(|result| **result == Insert::Known(stored.clone()))
                .count(),
            7
        );
    }

    #[test]
    fn a_panic_under_the_lock_does_not_take_the_events_away() {
        let events = Arc::new(Events::default());
        events.insert(event("a", Bytes::new()));
        let poisoner = Arc::clone(&events);
        let thread = std::thread::spawn(move || {
            let _guard = poisoner.lock();
            panic!("on purpose, while the lock is held");
        });
        assert!(thread.join().is_err());
        events.insert(event("b", Bytes::new()));
        assert_eq!(events.all().len(), 2);
    }
}
