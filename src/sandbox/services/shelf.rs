//! Owns the keeping of numbered things: ids that follow one another, and a bound.
//! It must never know what it keeps.

/// The most things of one kind; the oldest makes room for a further one.
const MAX_KEPT: usize = 1_000;

/// Things of one kind, oldest first.
pub(super) struct Shelf<T> {
    things: Vec<(String, T)>,
    /// Counts up for ever, so that no id is given twice.
    made: u64,
    id: fn(u64) -> String,
}

impl<T> Shelf<T> {
    /// An empty shelf; `id` makes the id of the nth thing, from 1 on.
    pub(super) fn new(id: fn(u64) -> String) -> Self {
        Self { things: Vec::new(), made: 0, id }
    }

    /// Adds a thing under the next id.
    pub(super) fn add(&mut self, thing: T) -> String {
        if self.things.len() >= MAX_KEPT {
            self.things.remove(0);
        }
        self.made += 1;
        let id = (self.id)(self.made);
        self.things.push((id.clone(), thing));
        id
    }

    pub(super) fn get(&self, id: &str) -> Option<&T> {
        self.iter().find(|(known, _)| *known == id).map(|(_, thing)| thing)
    }

    pub(super) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.things.iter_mut().find(|(known, _)| known == id).map(|(_, thing)| thing)
    }

    /// Takes a thing away. False when there was none.
    pub(super) fn remove(&mut self, id: &str) -> bool {
        let before = self.things.len();
        self.things.retain(|(known, _)| known != id);
        self.things.len() < before
    }

    /// All ids with their things.
    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (&str, &T)> {
        self.things.iter().map(|(id, thing)| (id.as_str(), thing))
    }

    pub(super) fn len(&self) -> usize {
        self.things.len()
    }
}

/// The nth id of a family of UUIDs that begin with the same two digits.
pub(super) fn uuid(family: &str, n: u64) -> String {
    format!("{family}000000-0000-4000-8000-{n:012x}")
}
