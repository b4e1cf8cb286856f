//! Locks and condition variables at which some threads do not block: see [`lock`](super).

use crate::util::clock::HAS_CLOCK;
use std::cell::Cell;
use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{self, LockResult, PoisonError, TryLockError, TryLockResult};
use std::time::{Duration, Instant};

thread_local!(static MAY_BLOCK: Cell<bool> = const { Cell::new(false) });

/// Whether the calling thread may wait in the system.
pub(crate) fn may_block() -> bool {
    MAY_BLOCK.get()
}

/// The calling thread works for a pool until that ends.
pub(crate) fn is_worker() {
    MAY_BLOCK.set(true);
}

/// A moment in which others go on.
fn pause() {
    // Where there are threads to yield to.
    std::thread::yield_now();
    std::hint::spin_loop();
}

#[derive(Debug, Default)]
pub(crate) struct Mutex<T>(sync::Mutex<T>);

#[derive(Debug)]
pub(crate) struct MutexGuard<'a, T> {
    mutex: &'a Mutex<T>,
    guard: sync::MutexGuard<'a, T>,
}

impl<T> Mutex<T> {
    pub(crate) const fn new(value: T) -> Self {
        Mutex(sync::Mutex::new(value))
    }

    fn guarded<'a>(
        &'a self,
        result: LockResult<sync::MutexGuard<'a, T>>,
    ) -> LockResult<MutexGuard<'a, T>> {
        match result {
            Ok(guard) => Ok(MutexGuard { mutex: self, guard }),
            Err(poison) => {
                Err(PoisonError::new(MutexGuard { mutex: self, guard: poison.into_inner() }))
            }
        }
    }

    pub(crate) fn try_lock(&self) -> TryLockResult<MutexGuard<'_, T>> {
        match self.0.try_lock() {
            Ok(guard) => Ok(MutexGuard { mutex: self, guard }),
            Err(TryLockError::WouldBlock) => Err(TryLockError::WouldBlock),
            Err(TryLockError::Poisoned(poison)) => self.guarded(Err(poison)).map_err(From::from),
        }
    }

    pub(crate) fn lock(&self) -> LockResult<MutexGuard<'_, T>> {
        if may_block() {
            return self.guarded(self.0.lock());
        }
        loop {
            match self.try_lock() {
                Ok(guard) => return Ok(guard),
                Err(TryLockError::Poisoned(poison)) => return Err(poison),
                Err(TryLockError::WouldBlock) => pause(),
            }
        }
    }

    pub(crate) fn into_inner(self) -> LockResult<T> {
        self.0.into_inner()
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.guard
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.guard
    }
}

/// Counts what it was told, for those who do not block.
#[derive(Debug, Default)]
pub(crate) struct Condvar {
    told: AtomicU32,
    blocked: sync::Condvar,
}

impl Condvar {
    pub(crate) const fn new() -> Self {
        Condvar { told: AtomicU32::new(0), blocked: sync::Condvar::new() }
    }

    fn tell(&self) {
        // ORDERING: Relaxed. Who sees it takes the lock before it looks at what has changed.
        self.told.fetch_add(1, Ordering::Relaxed);
    }

    #[allow(dead_code, reason = "where there are futexes, nobody calls it")]
    pub(crate) fn notify_one(&self) {
        self.tell();
        self.blocked.notify_one();
    }

    pub(crate) fn notify_all(&self) {
        self.tell();
        self.blocked.notify_all();
    }

    /// May return early, as every such wait may.
    pub(crate) fn wait<'a, T>(&self, guard: MutexGuard<'a, T>) -> LockResult<MutexGuard<'a, T>> {
        let MutexGuard { mutex, guard } = guard;
        if may_block() {
            return mutex.guarded(self.blocked.wait(guard));
        }
        self.spin(mutex, guard, None)
    }

    /// The same, for so long at most; whether the time is over is not said.
    pub(crate) fn wait_timeout<'a, T>(
        &self,
        guard: MutexGuard<'a, T>,
        limit: Duration,
    ) -> LockResult<(MutexGuard<'a, T>, ())> {
        let MutexGuard { mutex, guard } = guard;
        let result = if may_block() {
            let waited = self.blocked.wait_timeout(guard, limit);
            mutex.guarded(match waited {
                Ok((guard, _)) => Ok(guard),
                Err(poison) => Err(PoisonError::new(poison.into_inner().0)),
            })
        } else {
            self.spin(mutex, guard, Some(limit))
        };
        match result {
            Ok(guard) => Ok((guard, ())),
            Err(poison) => Err(PoisonError::new((poison.into_inner(), ()))),
        }
    }

    /// Until something was told, or the time is over. Without a clock that is at once: the caller looks and comes again.
    fn spin<'a, T>(
        &self,
        mutex: &'a Mutex<T>,
        guard: sync::MutexGuard<'a, T>,
        limit: Option<Duration>,
    ) -> LockResult<MutexGuard<'a, T>> {
        // ORDERING: Relaxed both, as in `tell`: read under the lock, under which what it stands for changes.
        let before = self.told.load(Ordering::Relaxed);
        drop(guard);
        let end = limit.filter(|_| HAS_CLOCK).and_then(|limit| Instant::now().checked_add(limit));
        let is_over = || match limit {
            None => false,
            Some(_) if !HAS_CLOCK => true,
            Some(_) => end.is_some_and(|end| Instant::now() >= end),
        };
        // ORDERING: Relaxed, see above.
        while self.told.load(Ordering::Relaxed) == before && !is_over() {
            pause();
        }
        mutex.lock()
    }
}
