//! A small map for a handful of entries; a hash map would weigh more than the rest of this crate.

/// Entries by number, in order of insertion.
#[derive(Debug)]
pub(crate) struct Table<T>(Vec<(u32, T)>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Table<T> {
    pub fn insert(&mut self, number: u32, entry: T) {
        self.0.push((number, entry));
    }

    pub fn get(&self, number: u32) -> Option<&T> {
        self.0.iter().find(|(known, _)| *known == number).map(|(_, entry)| entry)
    }

    pub fn get_mut(&mut self, number: u32) -> Option<&mut T> {
        self.0.iter_mut().find(|(known, _)| *known == number).map(|(_, entry)| entry)
    }

    pub fn remove(&mut self, number: u32) -> Option<T> {
        let place = self.0.iter().position(|(known, _)| *known == number)?;
        Some(self.0.swap_remove(place).1)
    }

    pub fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        self.0.iter().map(|(number, entry)| (*number, entry))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}
