//! What the standard library does with lists, without its fast paths. The code for each type of item and
//! each closure is a third of the size, and there are some hundred of them; the lists are short.

/// Makes lists out of what an iterator brings.
pub trait CollectVec: Iterator + Sized {
    /// As `collect` into a `Vec`.
    fn collect_vec(self) -> Vec<Self::Item> {
        let mut list = Vec::new();
        for item in self {
            list.push(item);
        }
        list
    }
}

impl<I: Iterator> CollectVec for I {}

/// Chooses items of a list.
pub trait Keep<T> {
    /// As `retain`.
    fn keep(&mut self, is_kept: impl FnMut(&T) -> bool);
    /// As `extract_if`, all at once.
    fn take_out(&mut self, is_taken: impl FnMut(&T) -> bool) -> Vec<T>;
}

impl<T> Keep<T> for Vec<T> {
    fn keep(&mut self, mut is_kept: impl FnMut(&T) -> bool) {
        let mut place = 0;
        while let Some(item) = self.get(place) {
            if is_kept(item) {
                place = place.saturating_add(1);
            } else {
                self.remove(place);
            }
        }
    }

    fn take_out(&mut self, mut is_taken: impl FnMut(&T) -> bool) -> Vec<T> {
        let mut taken = Vec::new();
        let mut place = 0;
        while let Some(item) = self.get(place) {
            if is_taken(item) {
                taken.push(self.remove(place));
            } else {
                place = place.saturating_add(1);
            }
        }
        taken
    }
}

#[cfg(test)]
mod tests {
    use super::{CollectVec as _, Keep as _};

    #[test]
    fn collects_keeps_and_takes_out_in_order() {
        let mut list = (0..6).filter(|number| *number != 2).collect_vec();
        assert_eq!(list, [0, 1, 3, 4, 5]);
        assert_eq!(list.take_out(|number| number % 2 == 1), [1, 3, 5]);
        assert_eq!(list, [0, 4]);
        list.extend([6, 8]);
        list.keep(|number| *number != 4);
        assert_eq!(list, [0, 6, 8]);
        list.keep(|_| false);
        assert!(list.is_empty());
    }
}
