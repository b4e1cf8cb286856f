//! Spawned jobs: closures in pooled frames.

use crate::frames::Store;
use crate::pool::counters::Counter;
use crate::pool::frame::{self, Frame};
use crate::pool::job::{JobHeader, JobRef};
use crate::pool::registry::Registry;
use crate::pool::seat::Seat;
use crate::trace::{Caller, Job};
use crate::util::frame::keep_frame;
use std::alloc::Layout;
use std::ptr::NonNull;

/// A closure that runs once on whatever thread takes the job.
#[repr(C)]
pub(crate) struct SpawnedJob<F> {
    header: JobHeader,
    home: Option<NonNull<Store>>,
    caller: Caller,
    func: F,
}

impl<F: FnOnce(&Seat) + Send> SpawnedJob<F> {
    /// Puts `func`, which must not unwind, into a frame of the calling thread: from its seat, or from the pool's home for
    /// threads without one.
    pub(crate) fn make(registry: &Registry, seat: Option<&Seat>, func: F) -> JobRef {
        let layout = Layout::new::<Self>();
        let Frame { memory, home } = match seat {
            Some(seat) => {
                // SAFETY: the caller holds its seat.
                let frame = unsafe { seat.frames.acquire(layout) };
                let is_hit = frame.home.is_some();
                seat.counters.bump(if is_hit { Counter::FrameHits } else { Counter::FrameMisses });
                frame
            }
            None => registry.group(registry.outside_group()).frames.acquire(layout),
        };
        let job: *mut Self = memory.as_ptr().cast();
        let (header, caller) = (JobHeader::new(Self::execute_spawned), Caller::here());
        // SAFETY: a fresh frame of this layout.
        unsafe { job.write(SpawnedJob { header, home, caller, func }) };
        // SAFETY: the frame stays until the job is executed; the closure is `Send`.
        unsafe { JobRef::new(job.cast()) }
    }

    /// Its frame is where a profile shows that a spawned job begins.
    unsafe fn execute_spawned(job: JobRef, seat: &Seat) {
        let this = job.cast::<Self>().cast_mut();
        // SAFETY: alive until executed, and executed once: the closure moves out, and the frame is free for the jobs that
        // the closure spawns (rule F3).
        let SpawnedJob { home, caller, func, .. } = unsafe { this.read() };
        if home.is_some_and(|home| !seat.frames.has(home, Layout::new::<Self>())) {
            seat.counters.bump(Counter::FramesReturned);
        }
        // SAFETY: frames are not null.
        let memory = unsafe { NonNull::new_unchecked(this.cast()) };
        // SAFETY: acquired in `make` with this layout, in this pool, and empty now; the caller holds its seat.
        unsafe {
            frame::release(
                Frame { memory, home },
                Layout::new::<Self>(),
                &seat.frames,
                &seat.returns,
            )
        };
        keep_frame(|| seat.log.run(Job::Spawned, &caller, || func(seat)));
    }
}
