//! What the operations of channels may fail with. Errors of sends give the value back.

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};

/// Why a channel could not be made.
///
/// # Examples
///
/// ```
/// use moirai::channel::{self, CapacityError};
///
/// assert_eq!(channel::try_spsc::<u8>(0).unwrap_err(), CapacityError::Zero);
/// assert_eq!(channel::try_mpmc::<u8>(100).unwrap_err(), CapacityError::NotAPowerOfTwo(100));
/// // More than an address can reach is an error, not the end of the process.
/// assert!(matches!(channel::try_spsc::<u64>(1 << 61), Err(CapacityError::Allocation { .. })));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CapacityError {
    /// A channel needs at least one slot.
    Zero,
    /// The capacity is no power of two.
    NotAPowerOfTwo(usize),
    /// The capacity is larger than [`MAX_CAPACITY`](crate::channel::MAX_CAPACITY).
    TooLarge(usize),
    /// There is no memory for so many slots.
    Allocation {
        /// The number of slots that was asked for.
        capacity: usize,
    },
    /// The operating system refused to map the memory of a ring twice.
    Mapping {
        /// Its error code, as for [`std::io::Error::from_raw_os_error`].
        code: i32,
    },
}

impl Display for CapacityError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match *self {
            CapacityError::Zero => f.write_str("a channel's capacity must not be zero"),
            CapacityError::NotAPowerOfTwo(capacity) => {
                write!(f, "a channel's capacity must be a power of two, which {capacity} is not")
            }
            CapacityError::TooLarge(capacity) => {
                write!(f, "a channel cannot have {capacity} slots")
            }
            CapacityError::Allocation { capacity } => {
                write!(f, "there is no memory for a channel of {capacity} slots")
            }
            CapacityError::Mapping { code } => {
                let error = std::io::Error::from_raw_os_error(code);
                write!(f, "the memory of a channel could not be mapped: {error}")
            }
        }
    }
}

impl Error for CapacityError {}

/// The channel is closed, or its receivers are gone; the value comes back.
///
/// # Examples
///
/// ```
/// use moirai::channel::{self, SendError};
///
/// let (sender, receiver) = channel::spsc(1);
/// drop(receiver);
/// let error = sender.send("letter").unwrap_err();
/// assert_eq!(error, SendError("letter"));
/// assert_eq!(error.into_inner(), "letter");
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SendError<T>(pub T);

impl<T> SendError<T> {
    /// The value that was not sent.
    pub fn into_inner(self) -> T {
        self.0
    }
}

/// Why a send that does not wait has failed; the value comes back.
///
/// # Examples
///
/// ```
/// use moirai::channel::{self, TrySendError};
///
/// let (sender, receiver) = channel::spsc(1);
/// sender.try_send(1).unwrap();
/// assert_eq!(sender.try_send(2), Err(TrySendError::Full(2)));
/// drop(receiver);
/// assert_eq!(sender.try_send(3), Err(TrySendError::Disconnected(3)));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum TrySendError<T> {
    /// There is no free slot at the moment.
    Full(T),
    /// The channel is closed, or its receivers are gone.
    Disconnected(T),
}

impl<T> TrySendError<T> {
    /// The value that was not sent.
    pub fn into_inner(self) -> T {
        match self {
            TrySendError::Full(value) | TrySendError::Disconnected(value) => value,
        }
    }

    /// Whether a later try may succeed.
    pub fn is_full(&self) -> bool {
        matches!(self, TrySendError::Full(_))
    }
}

/// Why a send that waits for some time has failed; the value comes back.
///
/// # Examples
///
/// ```
/// use moirai::channel::{self, SendTimeoutError};
/// use std::time::Duration;
///
/// let (sender, _receiver) = channel::spsc(1);
/// sender.send(1).unwrap();
/// let error = sender.send_timeout(2, Duration::from_millis(1)).unwrap_err();
/// assert_eq!(error, SendTimeoutError::Timeout(2));
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SendTimeoutError<T> {
    /// No slot became free in time.
    Timeout(T),
    /// The channel is closed, or its receivers are gone.
    Disconnected(T),
}

impl<T> SendTimeoutError<T> {
    /// The value that was not sent.
    pub fn into_inner(self) -> T {
        match self {
            SendTimeoutError::Timeout(value) | SendTimeoutError::Disconnected(value) => value,
        }
    }
}

/// The channel is closed, or its senders are gone, and everything that was sent has been received.
///
/// # Examples
///
/// ```
/// use moirai::channel::{self, RecvError};
///
/// let (sender, receiver) = channel::spsc(2);
/// sender.send(1).unwrap();
/// drop(sender);
/// assert_eq!(receiver.recv(), Ok(1));
/// assert_eq!(receiver.recv(), Err(RecvError));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecvError;

/// Why a receive that does not wait has failed.
///
/// # Examples
///
/// ```
/// use moirai::channel::{self, TryRecvError};
///
/// let (sender, receiver) = channel::spsc::<u8>(1);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
/// drop(sender);
/// assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TryRecvError {
    /// There is nothing at the moment.
    Empty,
    /// As [`RecvError`].
    Disconnected,
}

/// Why a receive that waits for some time has failed.
///
/// # Examples
///
/// ```
/// use moirai::channel::{self, RecvTimeoutError};
/// use std::time::Duration;
///
/// let (_sender, receiver) = channel::spsc::<u8>(1);
/// let error = receiver.recv_timeout(Duration::from_millis(1)).unwrap_err();
/// assert_eq!(error, RecvTimeoutError::Timeout);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecvTimeoutError {
    /// Nothing came in time.
    Timeout,
    /// As [`RecvError`].
    Disconnected,
}

const CLOSED: &str = "the channel is closed";

impl<T> Debug for SendError<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("SendError").finish_non_exhaustive()
    }
}

impl<T> Debug for TrySendError<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_full() { "Full(..)" } else { "Disconnected(..)" })
    }
}

impl<T> Debug for SendTimeoutError<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            SendTimeoutError::Timeout(_) => f.write_str("Timeout(..)"),
            SendTimeoutError::Disconnected(_) => f.write_str("Disconnected(..)"),
        }
    }
}

impl<T> Display for SendError<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(CLOSED)
    }
}

impl<T> Display for TrySendError<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(if self.is_full() { "the channel is full" } else { CLOSED })
    }
}

impl<T> Display for SendTimeoutError<T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            SendTimeoutError::Timeout(_) => f.write_str("the channel stayed full for too long"),
            SendTimeoutError::Disconnected(_) => f.write_str(CLOSED),
        }
    }
}

impl Display for RecvError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("the channel is closed and empty")
    }
}

impl Display for TryRecvError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            TryRecvError::Empty => f.write_str("the channel is empty"),
            TryRecvError::Disconnected => Display::fmt(&RecvError, f),
        }
    }
}

impl Display for RecvTimeoutError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            RecvTimeoutError::Timeout => f.write_str("the channel stayed empty for too long"),
            RecvTimeoutError::Disconnected => Display::fmt(&RecvError, f),
        }
    }
}

impl<T> Error for SendError<T> {}
impl<T> Error for TrySendError<T> {}
impl<T> Error for SendTimeoutError<T> {}
impl Error for RecvError {}
impl Error for TryRecvError {}
impl Error for RecvTimeoutError {}

impl<T> From<SendError<T>> for TrySendError<T> {
    fn from(SendError(value): SendError<T>) -> Self {
        TrySendError::Disconnected(value)
    }
}

impl<T> From<SendError<T>> for SendTimeoutError<T> {
    fn from(SendError(value): SendError<T>) -> Self {
        SendTimeoutError::Disconnected(value)
    }
}

impl From<RecvError> for TryRecvError {
    fn from(_: RecvError) -> Self {
        TryRecvError::Disconnected
    }
}

impl From<RecvError> for RecvTimeoutError {
    fn from(_: RecvError) -> Self {
        RecvTimeoutError::Disconnected
    }
}
