//! Where the view goes: a terminal that is drawn over, or anything else, which is written on line by line.
//!
//! On a terminal keys are read one by one and without an echo while the view is there; its former state comes back at the end,
//! also after a panic. Ctrl-C and a request to terminate end the program like `q`, by a flag.

use super::screen::Frame;
use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Set by a signal.
static QUIT: AtomicBool = AtomicBool::new(false);

/// How often keys are asked for while a frame stands.
const GLANCE: Duration = Duration::from_millis(20);

const ENTER: &str = "\x1b[?1049h\x1b[?25l";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";

/// See the module's description.
#[derive(Debug)]
pub(crate) struct Terminal {
    is_drawn: bool,
    colours: bool,
    _keys: Option<keys::Keys>,
    /// Something was drawn.
    entered: AtomicBool,
}

impl Terminal {
    /// `is_drawn`: frames are drawn one over the other.
    pub(crate) fn new(is_drawn: bool) -> Self {
        keys::quit_on_signals();
        let keys = if is_drawn { keys::Keys::take() } else { None };
        let colours = is_drawn && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
        Terminal { is_drawn, colours, _keys: keys, entered: AtomicBool::new(false) }
    }

    /// Lets so much time pass, or less if somebody wants to quit: then `true`.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let until = Instant::now() + time;
        loop {
            if QUIT.load(Ordering::Relaxed) || (self.is_drawn && keys::wants_quit()) {
                return true;
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            std::thread::sleep(left.min(GLANCE));
        }
    }

    pub(crate) fn show(&self, out: &mut impl Write, frame: &Frame) -> io::Result<()> {
        let lines = frame.lines(self.colours);
        if !self.is_drawn {
            writeln!(out, "{}\n", lines.join("\n"))?;
            return out.flush();
        }
        if !self.entered.swap(true, Ordering::Relaxed) {
            write!(out, "{ENTER}")?;
        }
        // Each line erases what was behind it, the last one what was below: nothing flickers.
        write!(
            out,
            "\x1b[H{}\x1b[K\r\n\x1b[K\r\nq or Ctrl-C ends this\x1b[J",
            lines.join("\x1b[K\r\n")
        )?;
        out.flush()
    }

    /// Gives the screen back.
    pub(crate) fn restore(&self, out: &mut impl Write) -> io::Result<()> {
        if self.entered.swap(false, Ordering::Relaxed) {
            write!(out, "{LEAVE}")?;
            out.flush()?;
        }
        Ok(())
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        _ = self.restore(&mut io::stdout());
    }
}

#[cfg(unix)]
mod keys {
    use super::QUIT;
    use std::mem::MaybeUninit;
    use std::sync::atomic::Ordering;

    /// What the terminal was like before.
    pub(super) struct Keys(libc::termios);

    impl std::fmt::Debug for Keys {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("Keys")
        }
    }

    impl Keys {
        /// Keys come one by one and unseen from now on; `None` if the input is no terminal.
        pub(super) fn take() -> Option<Keys> {
            let mut before = MaybeUninit::<libc::termios>::uninit();
            // SAFETY: the pointer is valid for writes of a termios.
            if unsafe { libc::tcgetattr(libc::STDIN_FILENO, before.as_mut_ptr()) } != 0 {
                return None;
            }
            // SAFETY: written by the successful call above.
            let before = unsafe { before.assume_init() };
            let mut raw = before;
            raw.c_lflag &= !(libc::ICANON | libc::ECHO);
            raw.c_cc[libc::VMIN] = 0;
            raw.c_cc[libc::VTIME] = 0;
            // SAFETY: a termios that the system gave, changed in documented fields.
            let result =
                unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, &raw const raw) };
            (result == 0).then_some(Keys(before))
        }
    }

    impl Drop for Keys {
        fn drop(&mut self) {
            // SAFETY: a termios that the system gave.
            _ = unsafe { libc::tcsetattr(libc::STDIN_FILENO, libc::TCSANOW, &raw const self.0) };
        }
    }

    /// Whether `q` was pressed since the last time. Nothing is waited for.
    pub(super) fn wants_quit() -> bool {
        let mut poll = libc::pollfd { fd: libc::STDIN_FILENO, events: libc::POLLIN, revents: 0 };
        let mut byte = 0_u8;
        loop {
            // SAFETY: one pollfd, as said.
            if unsafe { libc::poll(&raw mut poll, 1, 0) } <= 0 || poll.revents & libc::POLLIN == 0 {
                return false;
            }
            // SAFETY: the pointer is valid for writes of one byte.
            if unsafe { libc::read(libc::STDIN_FILENO, (&raw mut byte).cast(), 1) } != 1 {
                return false;
            }
            if byte == b'q' || byte == b'Q' {
                return true;
            }
        }
    }

    extern "C" fn note_signal(_: libc::c_int) {
        QUIT.store(true, Ordering::Relaxed);
    }

    /// Ctrl-C and a request to terminate set the flag.
    pub(super) fn quit_on_signals() {
        let handler: extern "C" fn(libc::c_int) = note_signal;
        for signal in [libc::SIGINT, libc::SIGTERM, libc::SIGHUP] {
            // SAFETY: the handler only stores to an atomic, which a handler may do.
            _ = unsafe { libc::signal(signal, handler as libc::sighandler_t) };
        }
    }
}

/// Elsewhere the program ends by itself, or by the system's Ctrl-C.
#[cfg(not(unix))]
mod keys {
    #[derive(Debug)]
    pub(super) struct Keys;

    impl Keys {
        pub(super) fn take() -> Option<Keys> {
            None
        }
    }

    pub(super) fn wants_quit() -> bool {
        false
    }

    pub(super) fn quit_on_signals() {}
}
