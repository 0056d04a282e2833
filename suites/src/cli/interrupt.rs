//! What ends a run early: Ctrl-C, the signal that asks a process to end, and the time that a person allows.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::http::Pace;
use crate::process_group;
use crate::run::Run;

/// Exit code of a run that was interrupted.
pub(super) const INTERRUPTED: u8 = 3;

/// Listens for Ctrl-C, and for the signal that asks to end, from now on. The first lets requests in flight finish and ends the run with what is decided; the
/// second ends the process. Returns whether there was a first.
pub(super) fn on_ctrl_c(run: &Arc<Run>, pace: &Arc<Pace>) -> Arc<AtomicBool> {
    let seen = Arc::new(AtomicBool::new(false));
    let (run, pace, mark) = (Arc::clone(run), Arc::clone(pace), Arc::clone(&seen));
    // Without this thread Ctrl-C does what it always does, so a failure to start it costs nothing but the report.
    let _ = std::thread::Builder::new()
        .name("interrupt".to_owned())
        .spawn(move || {
            let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
                return;
            };
            runtime.block_on(async {
                if asked_to_end().await.is_err() {
                    return;
                }
                mark.store(true, Ordering::Relaxed);
                end(&run, &pace, "interrupted; what was decided before stands");
                if asked_to_end().await.is_ok() {
                    at_once();
                }
            });
        });
    seen
}

/// Until a person or a program, such as `timeout`, wants the process to end.
async fn asked_to_end() -> std::io::Result<()> {
    #[cfg(unix)]
    {
        let mut terminate = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed,
            _ = terminate.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await
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
