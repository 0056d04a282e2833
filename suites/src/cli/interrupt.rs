//! What ends a run early: Ctrl-C, the signal that asks a process to end, and the time that a person allows.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::runtime::Runtime;
#[cfg(unix)]
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::http::Pace;
use crate::process_group;
use crate::run::Run;

/// Exit code of a run that was interrupted.
pub(super) const INTERRUPTED: u8 = 3;

/// Listens for Ctrl-C, and for the signal that asks to end, from now on: when this returns, neither ends the process by itself
/// any more. The first lets requests in flight finish and ends the run with what is decided; the second ends the process.
/// Returns whether there was a first.
pub(super) fn on_ctrl_c(run: &Arc<Run>, pace: &Arc<Pace>) -> Arc<AtomicBool> {
    let seen = Arc::new(AtomicBool::new(false));
    // Where nobody can listen Ctrl-C does what it always does, which costs nothing but the report.
    let Ok((runtime, mut signals)) = listen() else {
        return seen;
    };
    let (run, pace, mark) = (Arc::clone(run), Arc::clone(pace), Arc::clone(&seen));
    let _ = std::thread::Builder::new()
        .name("interrupt".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                if signals.next().await.is_err() {
                    return;
                }
                mark.store(true, Ordering::Relaxed);
                end(&run, &pace, "interrupted; what was decided before stands");
                if signals.next().await.is_ok() {
                    at_once();
                }
            });
        });
    seen
}

/// Takes the signals over before anything is started that a signal should not leave behind.
fn listen() -> io::Result<(Runtime, Signals)> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let signals = {
        let _inside = runtime.enter();
        Signals::listen()?
    };
    Ok((runtime, signals))
}

/// What a person or a program, such as `timeout`, asks a process with to end.
#[cfg(unix)]
struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> io::Result<()> {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
        Ok(())
    }
}

/// Elsewhere there is Ctrl-C alone.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) -> io::Result<()> {
        tokio::signal::ctrl_c().await
    }
}

/// Ends the run after so long.
pub(super) fn after(time: Duration, run: &Arc<Run>, pace: &Arc<Pace>) {
    let (run, pace) = (Arc::clone(run), Arc::clone(pace));
    // A run whose clock cannot be started goes on to its own end.
    let _ = std::thread::Builder::new()
        .name("max-time".to_owned())
        .spawn(move || {
            std::thread::sleep(time);
            let reason = format!(
                "{} s are over, which is as long as --max-time allows",
                time.as_secs()
            );
            end(&run, &pace, &reason);
        });
}

fn end(run: &Run, pace: &Pace, reason: &str) {
    run.stop(reason.to_owned(), None);
    pace.halt();
}

#[expect(clippy::exit, reason = "whoever presses Ctrl-C twice waits for nothing")]
fn at_once() -> ! {
    process_group::end_all();
    std::process::exit(i32::from(INTERRUPTED))
}
