//! Starts somebody's sender for one event, keeps what it says within bounds, and ends it with everything it started.
//!
//! Each sender leads a process group of its own, and nothing but that group is ever ended. Its leader is not reaped
//! before the group has been ended, so that its number cannot have passed to anybody else.

use std::io;
use std::process::Stdio;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::process::{Child, Command};
use tokio::task::JoinHandle;

use super::handed::Handed;
use crate::http::Redactor;
use crate::process_group::{Group, told};
use crate::transcript::harmless;

/// How much of each end of what a sender says is kept, in bytes.
const KEPT_BYTES: usize = 4 * 1024;

/// How long a process group may take to end by itself once it is asked to.
const GRACE: Duration = Duration::from_millis(300);

/// How often it is looked whether it has.
const LOOK: Duration = Duration::from_millis(10);

/// What is run for each event.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    /// The program and its arguments; placeholders are filled in for each event.
    pub(crate) words: Vec<String>,
    /// Variables beside those of the event.
    pub(crate) variables: Vec<(String, String)>,
}

/// The beginning and the end of what a process said.
#[derive(Debug, Default)]
struct Said {
    first: Vec<u8>,
    last: std::collections::VecDeque<u8>,
    left_out: u64,
}

impl Said {
    fn take(&mut self, piece: &[u8]) {
        let room = KEPT_BYTES.saturating_sub(self.first.len()).min(piece.len());
        self.first.extend_from_slice(&piece[..room]);
        self.last.extend(&piece[room..]);
        while self.last.len() > KEPT_BYTES {
            self.last.pop_front();
            self.left_out += 1;
        }
    }

    fn text(&self) -> String {
        let last: Vec<u8> = self.last.iter().copied().collect();
        let mut text = String::from_utf8_lossy(&self.first).into_owned();
        if self.left_out > 0 {
            text.push_str(&format!("\n[{} bytes left out]\n", self.left_out));
        }
        text.push_str(&String::from_utf8_lossy(&last));
        text
    }
}

/// How a sender ended, and what it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// How it ended by itself; `None` where it had to be ended.
    pub(crate) by_itself: Option<String>,
    /// Whether it says that it succeeded.
    pub(crate) success: bool,
    /// What it wrote, without the key and harmless to a terminal.
    pub(crate) said: String,
}

/// A sender that runs. Dropping it ends its process group at once.
pub(crate) struct Sender {
    child: Child,
    group: Option<Group>,
    said: [Arc<Mutex<Said>>; 2],
    readers: Vec<JoinHandle<()>>,
}

/// Starts a sender.
///
/// # Errors
/// What the system says where the program cannot be started.
pub(crate) fn start(launch: &Launch, handed: &Handed) -> io::Result<Sender> {
    let mut words = launch.words.iter().map(|word| handed.fill(word));
    let program = words
        .next()
        .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "there is no command"))?;
    let mut command = Command::new(program);
    command
        .args(words)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    for (name, value) in handed.variables() {
        command.env(name, value);
    }
    for (name, value) in &launch.variables {
        command.env(name, value);
    }
    #[cfg(unix)]
    command.process_group(0);
    let mut child = command.spawn()?;
    let group = child.id().and_then(Group::of);
    let said = [Arc::default(), Arc::default()];
    let mut readers = Vec::new();
    if let Some(out) = child.stdout.take() {
        readers.push(tokio::spawn(listen(out, Arc::clone(&said[0]))));
    }
    if let Some(err) = child.stderr.take() {
        readers.push(tokio::spawn(listen(err, Arc::clone(&said[1]))));
    }
    Ok(Sender {
        child,
        group,
        said,
        readers,
    })
}

async fn listen(mut from: impl AsyncRead + Unpin, said: Arc<Mutex<Said>>) {
    let mut piece = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut piece).await {
        said.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take(&piece[..length]);
    }
}

impl Sender {
    /// Whether the process that was started has ended. What it started may go on.
    pub(crate) fn has_ended(&mut self) -> bool {
        match &self.group {
            Some(group) => group.leader_has_ended(),
            None => matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)),
        }
    }

    /// Ends the whole process group, and tells how it went.
    pub(crate) async fn end(mut self, redactor: &Redactor) -> Ended {
        let had_ended = self.has_ended();
        if let Some(group) = &self.group {
            group.ask_to_end();
            let mut waited = Duration::ZERO;
            while !self.has_ended() && waited < GRACE {
                tokio::time::sleep(LOOK).await;
                waited += LOOK;
            }
            if let Some(group) = &self.group {
                group.kill();
            }
        } else {
            let _ = self.child.start_kill();
        }
        let status = self.child.wait().await.ok();
        self.group = None;
        for reader in &mut self.readers {
            // Something that left the group may hold the pipe; what it says is of no interest.
            let _ = tokio::time::timeout(GRACE, &mut *reader).await;
            reader.abort();
        }
        Ended {
            success: had_ended && status.is_some_and(|status| status.success()),
            by_itself: status.filter(|_| had_ended).map(told),
            said: self.said(redactor),
        }
    }

    /// What it wrote so far.
    pub(crate) fn said(&self, redactor: &Redactor) -> String {
        let texts: Vec<String> = self
            .said
            .iter()
            .map(|said| said.lock().unwrap_or_else(PoisonError::into_inner).text())
            .map(|text| harmless(&redactor.text(&text)).trim_end().to_owned())
            .filter(|text| !text.is_empty())
            .collect();
        texts.join("\n")
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        if let Some(group) = self.group.take() {
            group.kill();
        }
        for reader in &self.readers {
            reader.abort();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry;

    fn handed() -> Handed {
        let given = (registry::sender_side("olbrain").unwrap().given)(3);
        Handed::new("olbrain", "http://127.0.0.1:1", &given, 3, 0.02)
    }

    #[test]
    fn only_both_ends_of_a_long_text_are_kept() {
        let mut said = Said::default();
        for _ in 0..1000 {
            said.take(&[b'x'; 1000]);
        }
        said.take(b"the end");
        let text = said.text();
        assert!(text.len() < 3 * KEPT_BYTES && text.ends_with("the end"));
        assert!(text.contains("bytes left out]"));
    }

    #[cfg(unix)]
    fn shell(script: &str) -> Launch {
        Launch {
            words: ["sh", "-c", script].map(str::to_owned).to_vec(),
            variables: Vec::new(),
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_sender_ends_with_everything_it_started() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let redactor = Redactor::default();
            let launch = shell("trap '' TERM; sleep 1000 & echo started $!; wait");
            let mut sender = start(&launch, &handed()).unwrap();
            while !sender.said(&redactor).contains("started") {
                tokio::time::sleep(LOOK).await;
            }
            assert!(!sender.has_ended());
            let pid: i32 = sender.said(&redactor).replace("started ", "").parse().unwrap();
            let ended = sender.end(&redactor).await;
            assert_eq!((ended.by_itself, ended.success), (None, false));
            let grandchild = rustix::process::Pid::from_raw(pid).unwrap();
            // Whoever adopted it may take a moment to reap it.
            for _ in 0..500 {
                let state = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
                if rustix::process::test_kill_process(grandchild).is_err() || state.contains(") Z ") {
                    return;
                }
                tokio::time::sleep(LOOK).await;
            }
            panic!("process {pid} goes on");
        });
    }

    #[cfg(unix)]
    #[test]
    fn how_it_ended_and_what_it_said_is_told() {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let redactor =
                Redactor::new([("ak_hookproof_sender".to_owned(), "HOOKPROOF_API_KEY".to_owned())]);
            let launch = shell("printf '\\033[2J%s' $HOOKPROOF_API_KEY >&2; exit 7");
            let mut sender = start(&launch, &handed()).unwrap();
            while !sender.has_ended() {
                tokio::time::sleep(LOOK).await;
            }
            let ended = sender.end(&redactor).await;
            assert_eq!(ended.by_itself.as_deref(), Some("exited with 7"));
            assert_eq!(ended.said, "\\u{1b}[2J$HOOKPROOF_API_KEY");
            let missing = Launch {
                words: vec!["no-such-program-anywhere".to_owned()],
                variables: Vec::new(),
            };
            let error = start(&missing, &handed()).err().unwrap();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        });
    }
}
