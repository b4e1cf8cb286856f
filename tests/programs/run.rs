//! Programs on pools, compared with what must come of them.

use super::bytes::Bytes;
use super::chain::ALIVE;
use super::program::{CAUGHT, Kind, Node, Outcome, POOLS, Program, ScopeKind, combine, leaf_value};
use moirai::prelude::*;
use moirai::{ThreadPool, ThreadPoolBuilder, WaitPolicy, channel};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

/// The pools that programs run on.
#[derive(Debug)]
pub(crate) struct Pools([ThreadPool; POOLS.len()]);

impl Pools {
    /// With the feature `seeded`, their schedules are drawn from the seed.
    pub(crate) fn new(seed: u64) -> Pools {
        let pool = |threads: usize| {
            // Who waits by `yield_now` has other waits on top of it.
            let builder = ThreadPoolBuilder::new().num_threads(threads).stack_size(64 << 20);
            let builder = match threads {
                4 => builder.wait_policy(WaitPolicy::Anything),
                _ => builder,
            };
            #[cfg(feature = "seeded")]
            let builder = builder.seed(seed + threads as u64);
            #[cfg(not(feature = "seeded"))]
            let _ = seed;
            builder.build().expect("a pool")
        };
        Pools(POOLS.map(pool))
    }
}

/// Builds a program from the bytes and runs it.
///
/// # Panics
///
/// If anything else comes of it than must.
pub(crate) fn check(bytes: &[u8], pools: &Pools) {
    let program = Program::new(&mut Bytes::new(bytes));
    let machine =
        Machine { pools, runs: program.runs.iter().map(|_| AtomicUsize::new(0)).collect() };
    let alive = ALIVE.load(Ordering::Relaxed);
    let root = &program.root;
    let result =
        catch_unwind(AssertUnwindSafe(|| pools.0[program.pool].install(|| machine.run(root))));
    compare(root, &result);
    for (id, ((least, most), runs)) in program.runs.iter().zip(&machine.runs).enumerate() {
        let runs = runs.load(Ordering::Relaxed);
        assert!((*least..=*most).contains(&runs), "leaf {id} was run {runs} times: {program:#?}");
    }
    assert_eq!(ALIVE.load(Ordering::Relaxed), alive, "items are left: {program:#?}");
}

/// Whether what came of a node is what must.
fn compare(node: &Node, result: &std::thread::Result<u64>) {
    match (&node.outcome, result) {
        (Outcome::Value(expected), Ok(value)) => assert_eq!(value, expected, "{node:#?}"),
        (Outcome::Panics(codes), Err(payload)) => match payload.downcast_ref::<u8>() {
            Some(code) => assert!(codes.contains(code), "payload {code}: {node:#?}"),
            // A check further inside has failed.
            None => panic!("{:?}", payload.downcast_ref::<String>()),
        },
        (Outcome::Value(_), Err(payload)) => panic!(
            "a panic, {:?} {:?}: {node:#?}",
            payload.downcast_ref::<u8>(),
            payload.downcast_ref::<String>()
        ),
        (Outcome::Panics(_), Ok(value)) => panic!("{value}, and no panic: {node:#?}"),
    }
}

struct Machine<'p> {
    pools: &'p Pools,
    runs: Vec<AtomicUsize>,
}

impl Machine<'_> {
    /// Runs a node on the calling thread, which belongs to a pool.
    fn run(&self, node: &Node) -> u64 {
        match &node.kind {
            Kind::Leaf(id) => {
                self.runs[*id].fetch_add(1, Ordering::Relaxed);
                leaf_value(*id)
            }
            Kind::Panic(code) => resume_unwind(Box::new(*code)),
            Kind::Join(halves) => {
                let (left, right) = moirai::join(|| self.run(&halves[0]), || self.run(&halves[1]));
                combine(left, right)
            }
            Kind::Scope(kind, children) => self.run_scope(*kind, children),
            Kind::Detached(child) => self.run_detached(child),
            Kind::Messages(count) => run_messages(*count),
            Kind::Install(pool, child) => self.pools.0[*pool].install(|| self.run(child)),
            Kind::Broadcast(child) => {
                let values = moirai::broadcast(|_| self.run(child));
                assert_eq!(values.len(), moirai::current_num_threads());
                assert!(values.iter().all(|value| *value == values[0]));
                values[0]
            }
            Kind::Catch(child) => {
                let result = catch_unwind(AssertUnwindSafe(|| self.run(child)));
                compare(child, &result);
                result.unwrap_or(CAUGHT)
            }
            Kind::Each(items, child) => {
                let values = (0..*items).into_par_iter().map(|item| item ^ self.run(child));
                values.collect::<Vec<u64>>().into_iter().fold(0, combine)
            }
            Kind::Chain(chain) => chain.run(),
        }
    }

    fn run_scope(&self, kind: ScopeKind, children: &[Node]) -> u64 {
        let values: Vec<_> = children.iter().map(|_| Mutex::new(0)).collect();
        let jobs = || children.iter().zip(&values);
        let run = |child, value: &Mutex<u64>| {
            let result = self.run(child);
            *value.lock().expect("nobody panics with the lock") = result;
        };
        match kind {
            ScopeKind::LastInFirstOut => moirai::scope(|s| {
                jobs().for_each(|(child, value)| s.spawn(move |_| run(child, value)));
            }),
            ScopeKind::FirstInFirstOut => moirai::scope_fifo(|s| {
                jobs().for_each(|(child, value)| s.spawn_fifo(move |_| run(child, value)));
            }),
            ScopeKind::InPlace => moirai::in_place_scope(|s| {
                jobs().for_each(|(child, value)| s.spawn(move |_| run(child, value)));
            }),
        }
        let values = values.into_iter().map(|value| value.into_inner().expect("as above"));
        values.fold(0, combine)
    }

    /// A job that the pool does not wait for; this function does, and runs others meanwhile.
    fn run_detached(&self, child: &Node) -> u64 {
        let (sender, receiver) = mpsc::channel();
        // Addresses instead of references, which may not outlive this frame for all that `spawn` knows.
        let (machine, child) = (
            std::ptr::from_ref(self).expose_provenance(),
            std::ptr::from_ref(child).expose_provenance(),
        );
        moirai::spawn(move || {
            // SAFETY: the frame of `run_detached` waits for the message.
            let machine = unsafe { &*std::ptr::with_exposed_provenance::<Machine<'_>>(machine) };
            // SAFETY: as above.
            let child = unsafe { &*std::ptr::with_exposed_provenance::<Node>(child) };
            // A check that fails inside ends the wait as well.
            let result = catch_unwind(AssertUnwindSafe(|| machine.run(child)));
            let _ = sender.send(result);
        });
        loop {
            match receiver.try_recv() {
                Ok(Ok(value)) => return value,
                Ok(Err(payload)) => resume_unwind(payload),
                Err(_) => drop(moirai::yield_now()),
            }
        }
    }
}

/// One job sends, this thread receives.
fn run_messages(count: u64) -> u64 {
    let (sender, receiver) = channel::mpmc(256);
    moirai::scope(|s| {
        s.spawn(move |_| (0..count).for_each(|n| sender.send(n).expect("the receiver is there")));
        let mut all = 0;
        loop {
            match receiver.try_recv() {
                Ok(n) => all = combine(all, n),
                Err(channel::TryRecvError::Disconnected) => return all,
                Err(channel::TryRecvError::Empty) => drop(moirai::yield_now()),
            }
        }
    })
}
