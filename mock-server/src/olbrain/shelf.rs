//! Keeps things by their id within bounds of number and size; the oldest give way.

use std::collections::HashMap;

use crate::bounded::{Bounded, Weigh};

/// Most things on one shelf.
pub const MAX_KEPT: usize = 8192;

/// Most bytes on one shelf.
pub const MAX_KEPT_BYTES: usize = 16 * 1024 * 1024;

/// What can be kept under its id.
pub(crate) trait Keep: Weigh {
    /// Unique on its shelf.
    fn id(&self) -> &str;
}

/// Things in the order in which they came.
pub(crate) struct Shelf<T> {
    items: Bounded<T, MAX_KEPT, MAX_KEPT_BYTES>,
    /// The number of each thing. Numbers count on and never come again.
    numbers: HashMap<String, u64>,
    /// The number of the oldest.
    oldest: u64,
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        Self {
            items: Bounded::default(),
            numbers: HashMap::new(),
            oldest: 0,
        }
    }
}

impl<T: Keep> Shelf<T> {
    /// Adds a thing. One thing is kept whatever its weight.
    pub(crate) fn push(&mut self, item: T) {
        self.numbers
            .insert(item.id().to_owned(), self.oldest + self.items.len() as u64);
        self.items.push(item);
        while let Some(gone) = self.items.overflow() {
            self.numbers.remove(gone.id());
            self.oldest += 1;
        }
    }

    fn place(&self, id: &str) -> Option<usize> {
        let number = self.numbers.get(id)? - self.oldest;
        usize::try_from(number).ok()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.items.get(self.place(id)?)
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        let place = self.place(id)?;
        self.items.get_mut(place)
    }

    /// The things, oldest first.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.items.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> impl DoubleEndedIterator<Item = &mut T> {
        self.items.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq)]
    struct Thing(String, usize);

    impl Weigh for Thing {
        fn weight(&self) -> usize {
            self.1
        }
    }

    impl Keep for Thing {
        fn id(&self) -> &str {
            &self.0
        }
    }

    fn thing(number: usize, weight: usize) -> Thing {
        Thing(number.to_string(), weight)
    }

    #[test]
    fn things_are_found_by_id_after_others_gave_way() {
        let mut shelf = Shelf::default();
        for number in 0..MAX_KEPT + 3 {
            shelf.push(thing(number, 1));
        }
        assert_eq!(shelf.get("2"), None);
        assert_eq!(shelf.get("3"), Some(&thing(3, 1)));
        let last = MAX_KEPT + 2;
        assert_eq!(shelf.get_mut(&last.to_string()), Some(&mut thing(last, 1)));
        assert_eq!((shelf.iter().count(), shelf.numbers.len()), (MAX_KEPT, MAX_KEPT));
    }

    #[test]
    fn the_heavy_give_way_by_size_but_one_stays() {
        let mut shelf = Shelf::default();
        for number in 0..4 {
            shelf.push(thing(number, MAX_KEPT_BYTES / 3));
        }
        let ids: Vec<&str> = shelf.iter().map(Keep::id).collect();
        assert_eq!(ids, ["1", "2", "3"]);
        shelf.push(thing(9, MAX_KEPT_BYTES + 1));
        assert_eq!(
            shelf.iter_mut().map(|kept| &*kept).collect::<Vec<_>>(),
            [&thing(9, MAX_KEPT_BYTES + 1)]
        );
        assert_eq!(shelf.numbers.len(), 1);
    }
}
