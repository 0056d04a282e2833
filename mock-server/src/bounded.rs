//! Things in the order in which they came, within bounds of number and size; the oldest give way.

use std::collections::VecDeque;

/// What can be kept within bounds.
pub(crate) trait Weigh {
    /// Bytes that it counts for. Must not change while it is kept.
    fn weight(&self) -> usize;
}

/// At most `COUNT` things of `BYTES` bytes together. One thing is kept whatever its weight.
///
/// What gives way is handed out, since an index may lead to it, and since freeing it can wait until a lock is free:
/// after each [`push`](Self::push), [`overflow`](Self::overflow) is called until nothing comes.
#[derive(Debug)]
pub(crate) struct Bounded<T, const COUNT: usize, const BYTES: usize> {
    items: VecDeque<T>,
    bytes: usize,
}

impl<T, const COUNT: usize, const BYTES: usize> Default for Bounded<T, COUNT, BYTES> {
    fn default() -> Self {
        Self {
            items: VecDeque::new(),
            bytes: 0,
        }
    }
}

impl<T: Weigh, const COUNT: usize, const BYTES: usize> Bounded<T, COUNT, BYTES> {
    /// Adds the newest.
    pub(crate) fn push(&mut self, item: T) {
        self.bytes += item.weight();
        self.items.push_back(item);
    }

    /// Takes the oldest out, if there is more than the bounds allow.
    pub(crate) fn overflow(&mut self) -> Option<T> {
        let are_too_many = self.items.len() > COUNT || (self.bytes > BYTES && self.items.len() > 1);
        if !are_too_many {
            return None;
        }
        let oldest = self.items.pop_front()?;
        self.bytes -= oldest.weight();
        Some(oldest)
    }

    pub(crate) fn len(&self) -> usize {
        self.items.len()
    }

    /// By its place, of which the oldest has 0.
    pub(crate) fn get(&self, place: usize) -> Option<&T> {
        self.items.get(place)
    }

    pub(crate) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
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

    impl Weigh for usize {
        fn weight(&self) -> usize {
            *self
        }
    }

    type Small = Bounded<usize, 3, 10>;

    fn push(kept: &mut Small, item: usize) -> Vec<usize> {
        kept.push(item);
        std::iter::from_fn(|| kept.overflow()).collect()
    }

    fn kept(items: &[usize]) -> Small {
        let mut kept = Small::default();
        for item in items {
            assert!(push(&mut kept, *item).is_empty(), "{items:?}");
        }
        kept
    }

    #[test]
    fn what_is_within_both_bounds_stays() {
        let kept = kept(&[2, 5, 3]);
        assert_eq!((kept.len(), kept.bytes), (3, 10));
        assert_eq!(kept.iter().copied().collect::<Vec<_>>(), [2, 5, 3]);
        assert_eq!(
            (kept.get(0), kept.get(2), kept.get(3)),
            (Some(&2), Some(&3), None)
        );
    }

    #[test]
    fn one_too_many_sends_the_oldest_away() {
        let mut kept = kept(&[2, 1, 3]);
        assert_eq!(push(&mut kept, 4), [2]);
        assert_eq!((kept.len(), kept.bytes), (3, 8));
        assert_eq!(kept.get(0), Some(&1));
    }

    #[test]
    fn a_byte_too_many_sends_away_as_many_as_it_takes() {
        let mut kept = kept(&[4, 6]);
        assert_eq!(push(&mut kept, 1), [4]);
        assert_eq!(push(&mut kept, 10), [6, 1]);
        assert_eq!((kept.len(), kept.bytes), (1, 10));
    }

    #[test]
    fn one_thing_stays_whatever_its_weight() {
        let mut kept = kept(&[4]);
        assert_eq!(push(&mut kept, 11), [4]);
        assert_eq!((kept.len(), kept.bytes), (1, 11));
        assert_eq!(push(&mut kept, 0), [11]);
        assert_eq!((kept.len(), kept.bytes), (1, 0));
    }

    #[test]
    fn things_can_be_changed_where_they_are() {
        let mut kept = kept(&[1, 2, 3]);
        *kept.get_mut(1).unwrap() = 7;
        for item in kept.iter_mut().rev().take(1) {
            *item = 9;
        }
        assert_eq!(kept.iter().copied().collect::<Vec<_>>(), [1, 7, 9]);
    }
}
