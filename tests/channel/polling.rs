//! Tasks: wakers are called when there is something to do.

use crate::messages;
use moirai::channel;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::thread::{self, Thread};

struct Unpark(Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

/// The smallest executor.
fn block_on<F: Future>(future: F) -> F::Output {
    let waker = Waker::from(Arc::new(Unpark(thread::current())));
    let mut context = Context::from_waker(&waker);
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut context) {
            Poll::Ready(output) => return output,
            Poll::Pending => thread::park(),
        }
    }
}

#[test]
fn one_to_one() {
    watch!();
    let total = messages(200_000);
    let (sender, receiver) = channel::spsc(4);
    let producer = thread::spawn(move || {
        block_on(async {
            for n in 0..total {
                let mut value = Some(n);
                poll_fn(|context| sender.poll_send(context, &mut value)).await.unwrap();
            }
        });
    });
    block_on(async {
        for n in 0..total {
            assert_eq!(poll_fn(|context| receiver.poll_recv(context)).await, Ok(n));
        }
        assert!(poll_fn(|context| receiver.poll_recv(context)).await.is_err());
    });
    producer.join().unwrap();
}

#[test]
fn a_task_takes_what_an_adaptive_channel_has() {
    watch!();
    let total = messages(200_000);
    let options = channel::adaptive::Options { capacity: 8, least: 8, ..Default::default() };
    let (sender, receiver) = channel::adaptive(options).unwrap();
    // A lone message: no batch, no flush, no timer.
    sender.send(usize::MAX).unwrap();
    assert_eq!(block_on(poll_fn(|context| receiver.poll_recv(context))), Ok(usize::MAX));
    let producer = thread::spawn(move || {
        block_on(async {
            for n in 0..total {
                let mut value = Some(n);
                poll_fn(|context| sender.poll_send(context, &mut value)).await.unwrap();
            }
        });
    });
    block_on(async {
        for n in 0..total {
            assert_eq!(poll_fn(|context| receiver.poll_recv(context)).await, Ok(n));
        }
        assert!(poll_fn(|context| receiver.poll_recv(context)).await.is_err());
    });
    producer.join().unwrap();
    assert!(receiver.statistics().by_request >= 1);
}

#[test]
fn a_waker_that_panics_keeps_nobody_from_being_woken() {
    watch!();
    struct Panics;
    impl Wake for Panics {
        fn wake(self: Arc<Self>) {
            panic!("a waker panics");
        }
    }
    let (sender, receiver) = channel::mpmc(2);
    let other = receiver.clone();
    let thread = thread::spawn(move || block_on(poll_fn(|context| other.poll_recv(context))));
    let waker = Waker::from(Arc::new(Panics));
    let mut context = Context::from_waker(&waker);
    // A young registration is polled again at once, which is a call of the waker, too.
    while std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        receiver.poll_recv(&mut context).is_ready()
    }))
    .is_err()
    {}
    sender.send(1).unwrap();
    sender.send(2).unwrap();
    drop(sender);
    assert!(thread.join().unwrap().is_ok());
    assert!(receiver.try_recv().is_ok());
}

#[test]
fn tasks_and_threads_together() {
    watch!();
    let total = messages(100_000);
    let (sender, receiver) = channel::mpmc(2);
    thread::scope(|s| {
        let counts = [true, false, true].map(|is_task| {
            let receiver = receiver.clone();
            s.spawn(move || {
                let mut count = 0;
                if is_task {
                    while block_on(poll_fn(|context| receiver.poll_recv(context))).is_ok() {
                        count += 1;
                    }
                } else {
                    count = receiver.iter().count();
                }
                count
            })
        });
        for n in 0..total {
            if n % 2 == 0 {
                sender.send(n).unwrap();
            } else {
                let mut value = Some(n);
                block_on(poll_fn(|context| sender.poll_send(context, &mut value))).unwrap();
            }
        }
        drop(sender);
        let counts = counts.map(|count| count.join().unwrap());
        assert_eq!(counts.iter().sum::<usize>(), total);
    });
}

#[test]
fn a_task_that_is_gone_passes_its_wake_up_on() {
    watch!();
    let (sender, receiver) = channel::mpmc(1);
    let other = receiver.clone();
    let mut context = Context::from_waker(Waker::noop());
    assert!(receiver.poll_recv(&mut context).is_pending());
    let thread = thread::spawn(move || other.recv());
    while !thread.is_finished() && sender.is_empty() {
        thread::sleep(std::time::Duration::from_millis(1));
        if sender.try_send(1).is_ok() {
            break;
        }
    }
    // Whoever was woken: the thread gets it once the task is gone.
    drop(receiver);
    assert_eq!(thread.join().unwrap(), Ok(1));
}
