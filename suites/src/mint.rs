//! Ids that a program of the user's makes, one at each call. Nothing that it prints is trusted.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::{Child, Command};

use crate::process_group::{Group, Remembered, told};
use crate::transcript::one_line;

/// How long the program may take for one id.
const USUAL_TIME: Duration = Duration::from_secs(30);

/// How often it is looked whether it has ended.
const LOOK: Duration = Duration::from_millis(2);

/// How much of what it prints is looked at, in bytes. The rest is read and forgotten.
const KEPT_BYTES: usize = 4 * 1024;

/// Longest id, in bytes.
const LONGEST_ID: usize = 1024;

/// A program that makes ids.
#[derive(Clone, Debug)]
pub(crate) struct Mint {
    words: Vec<String>,
    /// Where it runs.
    folder: PathBuf,
    time: Duration,
}

/// Why there is no id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MintError {
    /// The program is not there, or is none.
    #[error("`{program}` cannot be started: {reason}")]
    NotStarted {
        /// Its name.
        program: String,
        /// What the system says.
        reason: String,
    },
    /// It did not end in time.
    #[error("`{program}` was ended because it took longer than {time:?} for one id")]
    TooSlow {
        /// Its name.
        program: String,
        /// How long it may take.
        time: Duration,
    },
    /// It says that it failed.
    #[error("`{program}` {how}{said}")]
    Failed {
        /// Its name.
        program: String,
        /// How it ended.
        how: String,
        /// What it said on standard error.
        said: String,
    },
    /// The first line of what it printed is no id.
    #[error("`{program}` printed {what} where the first line of its output has to be an id")]
    NoId {
        /// Its name.
        program: String,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Mint {
    /// The program of these words, the first of which is its name; `None` where there are none. A name with a slash is a path
    /// from the folder on.
    pub(crate) fn new(words: &[String], folder: &Path) -> Option<Self> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        (!words.is_empty()).then(|| Self {
            words: words.to_vec(),
            folder,
            time: USUAL_TIME,
        })
    }

    fn program(&self) -> PathBuf {
        let name = &self.words[0];
        if name.contains('/') {
            self.folder.join(name)
        } else {
            PathBuf::from(name)
        }
    }

    fn shown(&self) -> String {
        one_line(&self.words[0])
    }

    /// Runs the program once, and returns the first line that it prints, without blanks around it. Whatever it started is
    /// ended with it.
    pub(crate) fn id(&self) -> Result<String, MintError> {
        let failed = |reason: &std::io::Error| MintError::NotStarted {
            program: self.shown(),
            reason: reason.to_string(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        runtime.block_on(async {
            let mut command = Command::new(self.program());
            command
                .args(&self.words[1..])
                .current_dir(&self.folder)
                .stdin(Stdio::null())
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .kill_on_drop(true);
            #[cfg(unix)]
            command.process_group(0);
            let (child, remembered) = Remembered::start(&mut command).map_err(|error| failed(&error))?;
            self.read(child, remembered).await
        })
    }

    async fn read(&self, mut child: Child, remembered: Option<Remembered>) -> Result<String, MintError> {
        let group = child.id().and_then(Group::of);
        let (mut out, mut err) = (Kept::default(), Kept::default());
        let (mut stdout, mut stderr) = (child.stdout.take(), child.stderr.take());
        let ended = tokio::time::timeout(self.time, async {
            tokio::join!(
                out.listen(stdout.as_mut(), || has_ended(group.as_ref())),
                err.listen(stderr.as_mut(), || has_ended(group.as_ref())),
            );
            while !has_ended(group.as_ref()) {
                tokio::time::sleep(LOOK).await;
            }
        })
        .await
        .is_ok();
        match &group {
            Some(group) => group.kill(),
            None if !ended => drop(child.start_kill()),
            None => {}
        }
        // The number is the leader's until the leader is reaped, and not a moment longer.
        drop(remembered);
        let status = child.wait().await;
        if !ended {
            return Err(MintError::TooSlow {
                program: self.shown(),
                time: self.time,
            });
        }
        match status {
            Ok(status) if status.success() => self.first_line(&out.0),
            Ok(status) => Err(self.failed(told(status), &err.0)),
            Err(error) => Err(self.failed(error.to_string(), &err.0)),
        }
    }

    fn failed(&self, how: String, said: &[u8]) -> MintError {
        let said = String::from_utf8_lossy(said);
        let last = said.lines().rev().find(|line| !line.trim().is_empty());
        let said = last.map_or_else(String::new, |line| {
            let short: String = line.trim().chars().take(200).collect();
            format!(", and said: {}", one_line(&short))
        });
        MintError::Failed {
            program: self.shown(),
            how,
            said,
        }
    }

    fn first_line(&self, printed: &[u8]) -> Result<String, MintError> {
        let no_id = |what: &'static str| MintError::NoId {
            program: self.shown(),
            what,
        };
        let line = printed.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let text = std::str::from_utf8(line)
            .map_err(|_| no_id("what is no text"))?
            .trim();
        if text.is_empty() {
            Err(no_id("nothing"))
        } else if text.len() > LONGEST_ID {
            Err(no_id("more than 1024 bytes"))
        } else if text.chars().any(char::is_control) {
            Err(no_id("a control character"))
        } else {
            Ok(text.to_owned())
        }
    }
}

/// Where processes have no groups, the end of the output is the end.
fn has_ended(group: Option<&Group>) -> bool {
    group.is_none_or(Group::leader_has_ended)
}

/// The beginning of what a program prints.
#[derive(Default)]
struct Kept(Vec<u8>);

impl Kept {
    /// Reads to the end, which is there as well when the program has ended and what it left behind is read: something that
    /// it started may hold the pipe for ever.
    async fn listen(
        &mut self,
        from: Option<&mut (impl tokio::io::AsyncRead + Unpin)>,
        ended: impl Fn() -> bool,
    ) {
        let Some(from) = from else {
            return;
        };
        let mut piece = [0; 4096];
        loop {
            let had_ended = ended();
            match tokio::time::timeout(LOOK, from.read(&mut piece)).await {
                Ok(Ok(length @ 1..)) => {
                    let room = KEPT_BYTES.saturating_sub(self.0.len()).min(length);
                    self.0.extend_from_slice(&piece[..room]);
                }
                Ok(Ok(0) | Err(_)) => return,
                Err(_) if had_ended => return,
                Err(_) => {}
            }
        }
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Mint {
        let words = ["sh", "-c", script].map(str::to_owned);
        Mint::new(&words, Path::new(".")).unwrap()
    }

    fn told(mint: &Mint) -> String {
        mint.id().unwrap_err().to_string()
    }

    #[test]
    fn the_first_line_is_the_id() {
        assert_eq!(shell("printf '  evt_1 \\r\\nmore\\n'").id().unwrap(), "evt_1");
        assert_eq!(shell("echo evt_2; yes | head -c 300000").id().unwrap(), "evt_2");
        let folder = tempfile::tempdir().unwrap();
        let words = ["sh".to_owned(), "-c".to_owned(), "basename \"$PWD\"".to_owned()];
        let id = Mint::new(&words, folder.path()).unwrap().id().unwrap();
        assert_eq!(
            Some(id.as_str()),
            folder.path().file_name().and_then(|name| name.to_str())
        );
        assert!(Mint::new(&[], Path::new(".")).is_none());
    }

    #[test]
    fn what_is_no_id_is_told_and_steers_no_terminal() {
        for (script, word) in [
            ("true", "nothing"),
            ("printf '\\033[2J\\n'", "a control character"),
            ("printf '\\377\\n'", "what is no text"),
            ("printf '%02000d' 1", "more than 1024 bytes"),
            (
                "echo evt_1; echo 'no \\033[2Jquota' >&2; exit 7",
                "exited with 7, and said: no \\u{1b}[2Jquota",
            ),
            ("kill -9 $$", "ended by signal 9"),
        ] {
            let told = told(&shell(script));
            assert!(
                told.contains(word) && !told.contains('\u{1b}'),
                "{script}: {told}"
            );
        }
        let missing = Mint::new(&["./no-such-program".to_owned()], Path::new(".")).unwrap();
        assert!(
            told(&missing).contains("`./no-such-program` cannot be started"),
            "{}",
            told(&missing)
        );
    }

    #[test]
    fn a_slow_program_is_ended_with_what_it_started() {
        let folder = tempfile::tempdir().unwrap();
        let words = ["sh", "-c", "sleep 1000 & echo $! > pid; wait"].map(str::to_owned);
        let mut slow = Mint::new(&words, folder.path()).unwrap();
        // Long enough for a shell to start on a busy machine.
        slow.time = Duration::from_secs(3);
        assert!(told(&slow).contains("took longer than 3s"), "{}", told(&slow));
        let pid = std::fs::read_to_string(folder.path().join("pid")).unwrap();
        let started = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        let is_gone = || {
            let state = std::fs::read_to_string(format!("/proc/{}/stat", pid.trim())).unwrap_or_default();
            // Whoever adopted it may take a moment to reap it.
            rustix::process::test_kill_process(started).is_err() || state.contains(") Z ")
        };
        while !is_gone() {
            std::thread::yield_now();
        }
    }

    #[test]
    fn what_a_program_leaves_behind_holds_nobody_up() {
        assert_eq!(shell("sleep 1000 & echo evt_1").id().unwrap(), "evt_1");
    }
}
