//! What users of std's and crossbeam's channels expect: one program, run on all of them.

use std::time::Duration;

/// An adaptive channel whose messages are due when they are sent.
fn at_once<T: Send>(
    capacity: usize,
) -> (moirai::channel::adaptive::Sender<T>, moirai::channel::adaptive::Receiver<T>) {
    let options = moirai::channel::adaptive::Options {
        capacity,
        most: 1,
        deadline: Duration::ZERO,
        ..Default::default()
    };
    moirai::channel::adaptive(options).unwrap()
}

/// Runs the program on one implementation: `$channel(capacity)` makes a channel, `$errors` has the errors.
macro_rules! semantics {
    ($name:ident, $channel:expr, $errors:path) => {
        mod $name {
            use super::Duration;
            use $errors::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};

            const SHORT: Duration = Duration::from_millis(1);

            #[test]
            fn full_and_empty() {
                let (sender, receiver) = $channel(2);
                assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
                assert_eq!(sender.try_send(1), Ok(()));
                assert_eq!(sender.try_send(2), Ok(()));
                assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
                assert_eq!(receiver.recv(), Ok(1));
                assert_eq!(sender.send(3), Ok(()));
                assert_eq!(receiver.try_iter().collect::<Vec<_>>(), [2, 3]);
                assert_eq!(receiver.recv_timeout(SHORT), Err(RecvTimeoutError::Timeout));
                assert_eq!(receiver.recv_timeout(Duration::ZERO), Err(RecvTimeoutError::Timeout));
            }

            #[test]
            fn without_a_sender_what_was_sent_is_received() {
                let (sender, receiver) = $channel(4);
                sender.send(1).unwrap();
                sender.send(2).unwrap();
                drop(sender);
                assert_eq!(receiver.recv(), Ok(1));
                assert_eq!(receiver.recv_timeout(SHORT), Ok(2));
                assert_eq!(receiver.recv(), Err(RecvError));
                assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
                assert_eq!(receiver.recv_timeout(SHORT), Err(RecvTimeoutError::Disconnected));
                assert_eq!(receiver.iter().next(), None);
                assert_eq!(receiver.into_iter().next(), None);
            }

            #[test]
            fn without_a_receiver_values_come_back() {
                let (sender, receiver) = $channel(1);
                sender.send(1).unwrap();
                drop(receiver);
                assert_eq!(sender.send(2), Err(SendError(2)));
                assert_eq!(sender.try_send(3), Err(TrySendError::Disconnected(3)));
            }

            #[test]
            fn a_blocked_send_goes_on_or_comes_back() {
                watch!();
                let (sender, receiver) = $channel(1);
                let (went_on, has_gone_on) = std::sync::mpsc::channel();
                let thread = std::thread::spawn(move || {
                    assert_eq!(sender.send(1), Ok(()));
                    assert_eq!(sender.send(2), Ok(()));
                    went_on.send(()).unwrap();
                    sender.send(3)
                });
                std::thread::sleep(SHORT);
                assert_eq!(receiver.recv(), Ok(1));
                has_gone_on.recv().unwrap();
                std::thread::sleep(SHORT);
                drop(receiver);
                assert_eq!(thread.join().unwrap(), Err(SendError(3)));
            }

            #[test]
            fn a_blocked_receive_goes_on_or_ends() {
                watch!();
                let (sender, receiver) = $channel(1);
                let thread = std::thread::spawn(move || (receiver.recv(), receiver.recv()));
                std::thread::sleep(SHORT);
                sender.send(1).unwrap();
                std::thread::sleep(SHORT);
                drop(sender);
                assert_eq!(thread.join().unwrap(), (Ok(1), Err(RecvError)));
            }

            #[test]
            fn errors_say_what_they_are() {
                fn is_error<E: std::error::Error + Send + 'static>(error: E) {
                    assert!(!error.to_string().is_empty() && !format!("{error:?}").is_empty());
                }
                is_error(SendError(1));
                is_error(TrySendError::Full(1));
                is_error(TrySendError::Disconnected(1));
                is_error(RecvError);
                is_error(TryRecvError::Empty);
                is_error(RecvTimeoutError::Timeout);
            }
        }
    };
}

semantics!(spsc, moirai::channel::spsc, moirai::channel);
semantics!(mpmc, moirai::channel::mpmc, moirai::channel);
semantics!(adaptive, super::at_once, moirai::channel);
semantics!(std_sync_channel, std::sync::mpsc::sync_channel, std::sync::mpsc);
semantics!(crossbeam, crossbeam_channel::bounded, crossbeam_channel);
