//! What several ask for at the same moment is made once, for all of them.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::OnceCell;

/// What is being made, by its key.
pub(super) struct Underway<K: Eq + Hash, V>(Mutex<Table<K, V>>);

type Table<K, V> = HashMap<K, Arc<OnceCell<V>>>;

impl<K: Eq + Hash, V> Default for Underway<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Underway<K, V> {
    fn table(&self) -> MutexGuard<'_, Table<K, V>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Joins those who wait for what has this key.
    pub fn join(&self, key: K) -> Waiter<'_, K, V> {
        let cell = self.table().entry(key.clone()).or_default().clone();
        Waiter {
            underway: self,
            key,
            cell,
        }
    }

    /// Who joins from now on does not get what is being made at this moment.
    pub fn forget(&self, is_meant: impl Fn(&K) -> bool) {
        self.table().retain(|key, _| !is_meant(key));
    }
}

/// One who waits. The last to go takes the entry with them, also where nothing was made: else strangers who ask for
/// ever other pages and hang up would fill the memory.
pub(super) struct Waiter<'a, K: Eq + Hash, V> {
    underway: &'a Underway<K, V>,
    key: K,
    cell: Arc<OnceCell<V>>,
}

impl<K: Clone + Eq + Hash, V: Clone> Waiter<'_, K, V> {
    /// What `make` gives to the first who comes, for all. Where that fails or is given up, the next one's is tried.
    pub async fn get<E>(&self, make: impl Future<Output = Result<V, E>>) -> Result<V, E> {
        self.cell.get_or_try_init(|| make).await.cloned()
    }

    /// Ends it with `keep`, unless it was forgotten or ended meanwhile.
    pub fn end(&self, keep: impl FnOnce()) {
        let mut table = self.underway.table();
        let current = table.get(&self.key);
        if current.is_some_and(|current| Arc::ptr_eq(current, &self.cell)) {
            table.remove(&self.key);
            keep();
        }
    }
}

impl<K: Eq + Hash, V> Drop for Waiter<'_, K, V> {
    fn drop(&mut self) {
        let table = self.underway.0.lock();
        let mut table = table.unwrap_or_else(PoisonError::into_inner);
        // Within the lock: of two who go at once, one is the last.
        drop(std::mem::take(&mut self.cell));
        if table
            .get(&self.key)
            .is_some_and(|left| Arc::strong_count(left) == 1)
        {
            table.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        convert::Infallible,
        future::{pending, ready},
        pin::pin,
    };

    use futures_util::poll;

    use super::*;

    const MADE: Result<u8, Infallible> = Ok(1);

    #[tokio::test]
    async fn who_hangs_up_leaves_nothing_behind_and_the_next_one_makes_it() {
        let underway: Underway<&str, u8> = Underway::default();
        let (one, other) = (underway.join("page"), underway.join("page"));
        {
            let making = pin!(one.get(pending::<Result<u8, Infallible>>()));
            assert!(poll!(making).is_pending());
        }
        drop(one);
        assert_eq!(underway.table().len(), 1, "another waits");
        assert_eq!(other.get(ready(MADE)).await, MADE);
        drop(other);
        assert!(underway.table().is_empty());
    }

    #[tokio::test]
    async fn what_fails_is_tried_by_the_next_and_leaves_nothing_behind() {
        let underway: Underway<&str, u8> = Underway::default();
        let one = underway.join("page");
        assert_eq!(one.get(ready(Err("away"))).await, Err("away"));
        assert_eq!(one.get(ready(Ok::<_, &str>(1))).await, Ok(1));
        drop(one);
        assert!(underway.table().is_empty());
    }

    #[tokio::test]
    async fn what_was_forgotten_meanwhile_is_not_kept() {
        let underway: Underway<&str, u8> = Underway::default();
        let before = underway.join("page");
        assert_eq!(before.get(ready(MADE)).await, MADE);
        underway.forget(|key| *key == "page");
        let after = underway.join("page");
        before.end(|| unreachable!("it is of before"));
        drop(before);
        let mut kept = false;
        after.end(|| kept = true);
        assert!(kept);
    }
}
