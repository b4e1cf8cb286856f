//! Who takes part in a pool's schedule, whose turn it is, and what time it is for them.
//!
//! Invariants:
//! 1. At most one player *has the turn* (`State::turn`). Others run only if they have lost it: they were stuck outside of
//!    the scheduling points, in a lock of the user's, say, and come to themselves again; at the next point they wait.
//! 2. Whoever makes a player ready, or gives the turn back, sees to it that somebody has it, if anybody is ready.
//! 3. What is drawn from the generator depends on the seed, and on what the one who has the turn does, and on nothing else.
//!    So time is drawn too: each look at the clock and each point takes some, and a deadline is past when nobody is ready
//!    before it.
//!
//! The locks and condition variables are std's: nothing here is modelled.

use crate::tuning;
use crate::util::rng::Rng;
use crate::util::variable::Variable;
use std::cell::RefCell;
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

thread_local! {
    /// In whose schedule this thread takes part.
    static PART: RefCell<Option<Part>> = const { RefCell::new(None) };
}

/// One thread's part; dropped when the thread ends, if it has not left before.
struct Part {
    table: Arc<Table>,
    player: usize,
    is_worker: bool,
}

impl Drop for Part {
    fn drop(&mut self) {
        self.table.leave(self.player);
    }
}

/// What `f` makes of the calling thread's part, if it has one.
fn with_part<R>(f: impl FnOnce(&Part) -> R) -> Option<R> {
    PART.try_with(|part| part.try_borrow().ok().and_then(|part| part.as_ref().map(f))).ok()?
}

/// Whether the calling thread takes part in a schedule.
pub(crate) fn is_taking_turns() -> bool {
    with_part(|_| ()).is_some()
}

/// A scheduling point: the turn may pass to another thread.
pub(crate) fn point() {
    with_part(|part| part.table.point(part.player, false));
}

/// The calling thread has nothing to do at the moment: the turn passes to another thread, as a rule. `false` if it does not
/// take part in a schedule.
pub(crate) fn let_others() -> bool {
    with_part(|part| part.table.point(part.player, true)).is_some()
}

/// What time it is for a thread that takes part, in ns since its pool was built.
pub(crate) fn now_ns() -> Option<u64> {
    with_part(|part| part.table.lock().look())
}

/// The same, as a moment.
pub(crate) fn now() -> Option<Instant> {
    with_part(|part| part.table.origin + Duration::from_nanos(part.table.lock().look()))
}

/// The seed that the environment gives to pools whose builder does not.
pub(crate) fn seed_from_env() -> Option<u64> {
    static SEED: Variable = Variable::new("MOIRAI_SEED", "a number from 0 to 2^64 - 1");
    SEED.read(|text| text.parse().ok())
}

/// The schedule of one pool, if it has a seed.
pub(crate) struct Turns {
    table: Option<Arc<Table>>,
    seed: u64,
    workers: usize,
}

impl Turns {
    /// For a pool with so many workers. The calling thread takes part and has the turn, unless it is a worker.
    pub(crate) fn new(seed: Option<u64>, workers: usize) -> Self {
        let table = seed.map(|seed| {
            Arc::new(Table {
                state: Mutex::new(State::new(seed, workers)),
                came: Condvar::new(),
                origin: Instant::now(),
            })
        });
        let turns = Turns { table, seed: seed.unwrap_or(0), workers };
        turns.take_part();
        turns
    }

    /// What the random choices of the seats depend on; 0 without a seed.
    pub(crate) fn salt(&self) -> u64 {
        self.seed << 16
    }

    /// The calling thread is the worker with this index, until what this returns is dropped. It waits for its turn.
    pub(crate) fn seat_worker(&self, index: usize) -> Seated {
        let Some(table) = &self.table else { return Seated { before: None, is_seated: false } };
        let before = take(Part { table: Arc::clone(table), player: index, is_worker: true });
        let mut state = table.lock();
        state.players[index].phase = Phase::Ready;
        table.came.notify_all();
        table.wait_for_turn(state, index);
        Seated { before: before.filter(|part| part.is_worker), is_seated: true }
    }

    /// The calling thread, which is no worker, calls the pool: from now on it takes part, until it leaves, calls another
    /// pool with a seed, or ends.
    pub(crate) fn take_part(&self) {
        let Some(table) = &self.table else { return };
        let stays = with_part(|part| part.is_worker || Arc::ptr_eq(&part.table, table));
        if stays == Some(true) {
            return;
        }
        let player = table.lock().add(self.workers);
        drop(take(Part { table: Arc::clone(table), player, is_worker: false }));
        let_others();
    }

    /// The threads of the workers from `first` on have been started: waits until they have come, and lets the first have its
    /// turn.
    pub(crate) fn begin(&self, first: usize) {
        let Some(table) = &self.table else { return };
        let is_missing =
            |state: &mut State| state.players[first..self.workers].iter().any(Player::is_absent);
        let limit = Duration::from_millis(tuning::TURNS_BEGIN_MS);
        let came = table.came.wait_timeout_while(table.lock(), limit, is_missing);
        came.unwrap_or_else(PoisonError::into_inner).0.begin();
    }

    /// The calling thread takes part no more, if it has and is no worker; the others go on.
    pub(crate) fn leave(&self) {
        let Some(table) = &self.table else { return };
        let leaves = with_part(|part| !part.is_worker && Arc::ptr_eq(&part.table, table));
        if leaves == Some(true) {
            let _ = PART.try_with(|part| drop(part.take()));
        }
        table.lock().begin();
    }
}

/// A worker that takes part; dropped when it has ended.
pub(crate) struct Seated {
    /// The thread's part as a worker of another pool, inside of which it runs this one.
    before: Option<Part>,
    is_seated: bool,
}

impl Drop for Seated {
    fn drop(&mut self) {
        if self.is_seated {
            let _ = PART.try_with(|part| drop(part.replace(self.before.take())));
        }
    }
}

/// Makes `part` the calling thread's, and gives the one before. A thread that is about to end, whose locals are gone, takes part
/// no more.
fn take(part: Part) -> Option<Part> {
    PART.try_with(|place| place.replace(Some(part))).ok()?
}

/// See the module's description.
struct Table {
    state: Mutex<State>,
    /// A worker has come.
    came: Condvar,
    origin: Instant,
}

struct State {
    rng: Rng,
    /// The workers by index, then threads from outside.
    players: Vec<Player>,
    turn: Option<usize>,
    /// Before, nobody is given the turn.
    has_begun: bool,
    now_ns: u64,
    /// Counts what those who take part do.
    steps: u64,
    /// At one point of so many the turn passes on.
    patience: u64,
}

struct Player {
    phase: Phase,
    /// How much more likely than others it is to get the turn.
    weight: u64,
    has_turn: Arc<Condvar>,
    /// Where the system says what the thread is doing, if anywhere.
    status: PathBuf,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// No thread.
    Absent,
    /// Waits for its turn.
    Ready,
    /// Has its turn and knows it, or has lost it and does not know.
    Running,
    /// Sleeps until it is woken, or this time has come, in ns.
    Asleep { until_ns: u64 },
}

impl Player {
    fn is_absent(&self) -> bool {
        self.phase == Phase::Absent
    }

    fn is_ready(&self, now_ns: u64) -> bool {
        match self.phase {
            Phase::Ready => true,
            Phase::Asleep { until_ns } => until_ns <= now_ns,
            Phase::Absent | Phase::Running => false,
        }
    }
}

impl State {
    fn new(seed: u64, workers: usize) -> Self {
        let mut state = State {
            rng: Rng::new(seed ^ 0x5EED_0000_0000_0000),
            players: Vec::new(),
            turn: None,
            has_begun: false,
            now_ns: 0,
            steps: 0,
            patience: 1,
        };
        // Short turns find bugs of few steps, long ones those for which somebody must be far ahead; likewise for threads that
        // are favoured or starve.
        state.patience = [1, 2, 4, 16][state.below(4) as usize];
        (0..workers).for_each(|_| state.push_player());
        state
    }

    /// A number below `end`.
    fn below(&mut self, end: u64) -> u64 {
        (self.rng.next_u64() >> 16) % end
    }

    fn push_player(&mut self) {
        let weight = [1, 4, 4, 16][self.below(4) as usize];
        self.players.push(Player {
            phase: Phase::Absent,
            weight,
            has_turn: Arc::new(Condvar::new()),
            status: PathBuf::new(),
        });
    }

    /// One more thread from outside; it runs for the moment.
    fn add(&mut self, workers: usize) -> usize {
        let free = (workers..self.players.len()).find(|player| self.players[*player].is_absent());
        let player = free.unwrap_or_else(|| {
            self.push_player();
            self.players.len() - 1
        });
        self.players[player].phase = Phase::Running;
        if !self.has_begun && self.turn.is_none() {
            self.turn = Some(player);
        }
        player
    }

    /// From now on the turn is given to somebody.
    fn begin(&mut self) {
        self.has_begun = true;
        // Who waits already is to look after the one who has the turn.
        self.players.iter().for_each(|player| player.has_turn.notify_all());
        self.choose_if_free();
    }

    /// Some time passes; what time it is, in ns.
    fn look(&mut self) -> u64 {
        self.steps += 1;
        // From 1 ns to 65 us.
        let magnitude = self.below(17);
        self.now_ns += 1 << magnitude;
        self.now_ns
    }

    /// Gives the turn to somebody, if nobody has it (invariant 2).
    fn choose_if_free(&mut self) {
        if self.turn.is_some() || !self.has_begun {
            return;
        }
        let deadlines = self.players.iter().filter_map(|player| match player.phase {
            Phase::Asleep { until_ns } => Some(until_ns),
            _ => None,
        });
        if !self.players.iter().any(|player| player.is_ready(self.now_ns)) {
            match deadlines.min() {
                Some(until_ns) if until_ns < u64::MAX => self.now_ns = until_ns,
                _ => return,
            }
        }
        let now_ns = self.now_ns;
        let weight_of = |player: &Player| if player.is_ready(now_ns) { player.weight } else { 0 };
        let all = self.players.iter().map(weight_of).sum();
        let mut left = self.below(all);
        for (index, player) in self.players.iter().enumerate() {
            let weight = weight_of(player);
            if left < weight {
                self.turn = Some(index);
                player.has_turn.notify_all();
                return;
            }
            left -= weight;
        }
    }
}

impl Table {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// See [`point`] and [`let_others`].
    fn point(&self, player: usize, is_idle: bool) {
        let mut state = self.lock();
        state.look();
        if state.turn == Some(player) {
            let stays = !is_idle && state.patience > 1 && {
                let patience = state.patience;
                state.below(patience) != 0
            };
            if stays || !state.has_begun {
                return;
            }
            state.turn = None;
        }
        state.players[player].phase = Phase::Ready;
        self.wait_for_turn(state, player);
    }

    /// Sleeps while `still` says so, until woken or the deadline has come.
    fn block_while(&self, player: usize, still: impl Fn() -> bool, until: Option<Instant>) {
        let mut state = self.lock();
        state.look();
        if !still() {
            return;
        }
        let until_ns = until.map_or(u64::MAX, |until| {
            let from_origin = until.saturating_duration_since(self.origin);
            u64::try_from(from_origin.as_nanos()).unwrap_or(u64::MAX)
        });
        if state.turn == Some(player) {
            state.turn = None;
        }
        state.players[player].phase = Phase::Asleep { until_ns };
        self.wait_for_turn(state, player);
    }

    fn wake(&self, player: usize) {
        let mut state = self.lock();
        if matches!(state.players[player].phase, Phase::Asleep { .. }) {
            state.players[player].phase = Phase::Ready;
            // It may have to look after the one who has the turn.
            state.players[player].has_turn.notify_all();
            state.choose_if_free();
        }
    }

    fn wait_for_turn<'a>(&'a self, mut state: MutexGuard<'a, State>, player: usize) {
        if state.players[player].status.as_os_str().is_empty() {
            state.players[player].status = status_of_this_thread();
        }
        let mut looks = Looks::default();
        loop {
            state.choose_if_free();
            if state.turn == Some(player) {
                state.players[player].phase = Phase::Running;
                return;
            }
            let has_turn = Arc::clone(&state.players[player].has_turn);
            let never = Phase::Asleep { until_ns: u64::MAX };
            state = if state.players[player].phase != never && state.has_begun {
                let look = Duration::from_millis(tuning::TURNS_LOOK_MS);
                let waited = has_turn.wait_timeout(state, look);
                looks.look(self, waited.unwrap_or_else(PoisonError::into_inner).0)
            } else {
                has_turn.wait(state).unwrap_or_else(PoisonError::into_inner)
            };
        }
    }

    /// The player is not there any more.
    fn leave(&self, player: usize) {
        let mut state = self.lock();
        state.players[player].phase = Phase::Absent;
        state.players[player].status = PathBuf::new();
        if state.turn == Some(player) {
            state.turn = None;
        }
        state.choose_if_free();
    }
}

/// What a player that waits has seen of the one who has the turn.
#[derive(Default)]
struct Looks {
    /// The steps at the first look, and who had the turn.
    at: (u64, Option<usize>),
    awake: u32,
    asleep: u32,
}

impl Looks {
    /// Takes the turn from one who is stuck.
    fn look<'a>(
        &mut self,
        table: &'a Table,
        mut state: MutexGuard<'a, State>,
    ) -> MutexGuard<'a, State> {
        let at = (state.steps, state.turn);
        if self.at != at {
            *self = Looks { at, awake: 0, asleep: 0 };
        }
        let Some(holder) = state.turn else { return state };
        if state.players[holder].phase != Phase::Running {
            return state; // It has not noticed yet.
        }
        let status = state.players[holder].status.clone();
        // Not under the lock, or the holder might be asleep because of that.
        drop(state);
        let is_asleep = is_asleep(&status);
        state = table.lock();
        if (state.steps, state.turn) != at {
            return state;
        }
        if is_asleep {
            self.asleep += 1;
        } else {
            (self.asleep, self.awake) = (0, self.awake + 1);
        }
        if self.asleep >= tuning::TURNS_LOOKS_ASLEEP || self.awake >= tuning::TURNS_LOOKS_AWAKE {
            state.steps += 1;
            state.turn = None;
        }
        state
    }
}

/// Where Linux says what the calling thread is doing.
fn status_of_this_thread() -> PathBuf {
    let thread = std::fs::read_link("/proc/thread-self").unwrap_or_else(|_| PathBuf::from("none"));
    PathBuf::from("/proc").join(thread).join("stat")
}

/// Whether the thread sleeps, as far as the system says.
fn is_asleep(status: &std::path::Path) -> bool {
    let text = std::fs::read_to_string(status).unwrap_or_default();
    // The state follows the name, which may hold anything.
    text.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('S'))
}

/// Where one sleeps who takes part.
pub(crate) struct Sleeper(Mutex<Option<(Arc<Table>, usize)>>);

impl Sleeper {
    pub(crate) fn new() -> Self {
        Sleeper(Mutex::new(None))
    }

    fn lock(&self) -> MutexGuard<'_, Option<(Arc<Table>, usize)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps while `still` says so, at most until woken or the deadline has come. `false`, at once, if the calling thread
    /// takes no part in a schedule.
    pub(crate) fn block_while(&self, still: impl Fn() -> bool, until: Option<Instant>) -> bool {
        with_part(|part| {
            // Before the look at what it waits for: who changes that afterwards finds the sleeper here.
            *self.lock() = Some((Arc::clone(&part.table), part.player));
            part.table.block_while(part.player, still, until);
            *self.lock() = None;
        })
        .is_some()
    }

    /// Wakes the one that sleeps here; `false` if none does.
    pub(crate) fn wake(&self) -> bool {
        let sleeper = self.lock().clone();
        sleeper.map(|(table, player)| table.wake(player)).is_some()
    }
}

impl std::fmt::Debug for Sleeper {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sleeper")
    }
}
