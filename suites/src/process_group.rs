//! The group of processes that a started program leads: it is ended with everything it started, and nothing else is.
//!
//! The leader must not be reaped before the group has been ended, so that its number cannot have passed to anybody else.

use std::io;
use std::process::ExitStatus;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::process::{Child, Command};

/// The leaders of the groups that are to end with this process, whatever ends it.
static LIVE: Mutex<Vec<u32>> = Mutex::new(Vec::new());

fn live() -> MutexGuard<'static, Vec<u32>> {
    LIVE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers a group for [`end_all`], until it is dropped.
pub(crate) struct Remembered(u32);

impl Remembered {
    /// Starts the leader of a group and remembers it, in one step: [`end_all`] knows it, or it is not started.
    ///
    /// # Errors
    /// The program cannot be started.
    pub(crate) fn start(command: &mut Command) -> io::Result<(Child, Option<Self>)> {
        let mut live = live();
        let child = command.spawn()?;
        let remembered = child.id().map(|leader| {
            live.push(leader);
            Self(leader)
        });
        Ok((child, remembered))
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        live().retain(|leader| *leader != self.0);
    }
}

/// Ends every group that is remembered, for a process that is about to end without further ado. None is started any more: the
/// lock is never given back.
pub(crate) fn end_all() {
    let live = live();
    for group in live.iter().filter_map(|leader| Group::of(*leader)) {
        group.kill();
    }
    std::mem::forget(live);
}

/// How a process ended, in words.
pub(crate) fn told(status: ExitStatus) -> String {
    #[cfg(unix)]
    {
        use std::os::unix::process::ExitStatusExt as _;
        if let Some(signal) = status.signal() {
            return format!("ended by signal {signal}");
        }
    }
    match status.code() {
        Some(code) => format!("exited with {code}"),
        None => "ended".to_owned(),
    }
}

/// A process group whose leader this process started and has not reaped.
#[cfg(unix)]
pub(crate) struct Group(rustix::process::Pid);

#[cfg(unix)]
impl Group {
    /// The group of a process that was started as the leader of one of its own.
    pub(crate) fn of(leader: u32) -> Option<Self> {
        let raw = i32::try_from(leader).ok()?;
        rustix::process::Pid::from_raw(raw).map(Self)
    }

    /// Asks every process of the group to end.
    pub(crate) fn ask_to_end(&self) {
        // It may be gone already, which is as well.
        let _ = rustix::process::kill_process_group(self.0, rustix::process::Signal::TERM);
    }

    /// Ends every process of the group.
    pub(crate) fn kill(&self) {
        let _ = rustix::process::kill_process_group(self.0, rustix::process::Signal::KILL);
    }

    /// Whether the process that was started has ended. What it started may go on.
    pub(crate) fn leader_has_ended(&self) -> bool {
        use rustix::process::{WaitId, WaitIdOptions, waitid};
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        // Where it is no child any more it has ended, too.
        waitid(WaitId::Pid(self.0), options).map_or(true, |status| status.is_some())
    }
}

/// Elsewhere there are no process groups: only the process itself is ended.
#[cfg(not(unix))]
pub(crate) struct Group;

#[cfg(not(unix))]
impl Group {
    pub(crate) fn of(_leader: u32) -> Option<Self> {
        None
    }

    pub(crate) fn ask_to_end(&self) {}

    pub(crate) fn kill(&self) {}

    pub(crate) fn leader_has_ended(&self) -> bool {
        false
    }
}
