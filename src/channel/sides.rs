//! What the sides of channels do in the same way, on what each of them can do at once: wait, wait for some time, be polled.

use crate::channel::errors::{
    RecvError, RecvTimeoutError, SendError, SendTimeoutError, TryRecvError, TrySendError,
};
use crate::channel::waiting::{Waiters, deadline_after};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// The number of the task of a side that cannot be cloned.
pub(super) const ONLY_TASK: usize = 0;

/// A side that sends.
pub(super) trait Sends {
    type Value;

    /// Sends without waiting.
    fn try_send(&self, value: Self::Value) -> Result<(), TrySendError<Self::Value>>;

    /// Those who wait for a free slot.
    fn waiters(&self) -> &Waiters;

    /// Registers the side's task unless `look` finds something.
    fn poll<R>(&self, context: &mut Context<'_>, look: impl FnMut() -> Option<R>) -> Poll<R> {
        self.waiters().poll(context, ONLY_TASK, look)
    }
}

#[inline]
pub(super) fn send<S: Sends>(side: &S, value: S::Value) -> Result<(), SendError<S::Value>> {
    match side.try_send(value) {
        Ok(()) => Ok(()),
        Err(TrySendError::Disconnected(value)) => Err(SendError(value)),
        Err(TrySendError::Full(value)) => {
            send_waiting(side, value, None).map_err(|error| SendError(error.into_inner()))
        }
    }
}

pub(super) fn send_timeout<S: Sends>(
    side: &S,
    value: S::Value,
    timeout: Duration,
) -> Result<(), SendTimeoutError<S::Value>> {
    match side.try_send(value) {
        Ok(()) => Ok(()),
        Err(TrySendError::Disconnected(value)) => Err(SendTimeoutError::Disconnected(value)),
        Err(TrySendError::Full(value)) => send_waiting(side, value, deadline_after(timeout)),
    }
}

pub(super) fn poll_send<S: Sends>(
    side: &S,
    context: &mut Context<'_>,
    value: &mut Option<S::Value>,
) -> Poll<Result<(), SendError<S::Value>>> {
    side.poll(context, || look_for_room(side, value))
}

#[cold]
#[inline(never)]
fn send_waiting<S: Sends>(
    side: &S,
    value: S::Value,
    deadline: Option<Instant>,
) -> Result<(), SendTimeoutError<S::Value>> {
    let mut value = Some(value);
    match side.waiters().wait(deadline, || look_for_room(side, &mut value)) {
        Some(sent) => sent.map_err(SendTimeoutError::from),
        None => Err(SendTimeoutError::Timeout(value.expect("the value was not sent"))),
    }
}

/// Tries to send what `value` holds; `None`, and the value stays, if the channel is full.
fn look_for_room<S: Sends>(
    side: &S,
    value: &mut Option<S::Value>,
) -> Option<Result<(), SendError<S::Value>>> {
    match side.try_send(value.take().expect("there is a value to send")) {
        Ok(()) => Some(Ok(())),
        Err(TrySendError::Disconnected(value)) => Some(Err(SendError(value))),
        Err(TrySendError::Full(back)) => {
            *value = Some(back);
            None
        }
    }
}

/// A side that receives.
pub(super) trait Receives {
    type Value;

    /// Receives without waiting.
    fn try_recv(&self) -> Result<Self::Value, TryRecvError>;

    /// Those who wait for a value.
    fn waiters(&self) -> &Waiters;

    /// Registers the side's task unless `look` finds something.
    fn poll<R>(&self, context: &mut Context<'_>, look: impl FnMut() -> Option<R>) -> Poll<R> {
        self.waiters().poll(context, ONLY_TASK, look)
    }

    /// Receives, and waits if there is nothing.
    #[inline]
    fn recv(&self) -> Result<Self::Value, RecvError> {
        match self.try_recv() {
            Ok(value) => Ok(value),
            Err(TryRecvError::Disconnected) => Err(RecvError),
            Err(TryRecvError::Empty) => recv_waiting(self, None).map_err(|_| RecvError),
        }
    }
}

pub(super) fn recv_timeout<S: Receives>(
    side: &S,
    timeout: Duration,
) -> Result<S::Value, RecvTimeoutError> {
    match side.try_recv() {
        Ok(value) => Ok(value),
        Err(TryRecvError::Disconnected) => Err(RecvTimeoutError::Disconnected),
        Err(TryRecvError::Empty) => recv_waiting(side, deadline_after(timeout)),
    }
}

pub(super) fn poll_recv<S: Receives>(
    side: &S,
    context: &mut Context<'_>,
) -> Poll<Result<S::Value, RecvError>> {
    side.poll(context, || look_for_value(side))
}

#[cold]
#[inline(never)]
fn recv_waiting<S: Receives + ?Sized>(
    side: &S,
    deadline: Option<Instant>,
) -> Result<S::Value, RecvTimeoutError> {
    match side.waiters().wait(deadline, || look_for_value(side)) {
        Some(received) => received.map_err(RecvTimeoutError::from),
        None => Err(RecvTimeoutError::Timeout),
    }
}

/// `None`: nothing yet.
fn look_for_value<S: Receives + ?Sized>(side: &S) -> Option<Result<S::Value, RecvError>> {
    match side.try_recv() {
        Ok(value) => Some(Ok(value)),
        Err(TryRecvError::Disconnected) => Some(Err(RecvError)),
        Err(TryRecvError::Empty) => None,
    }
}
