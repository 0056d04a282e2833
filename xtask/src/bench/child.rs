//! A server in a process of its own, ended when its value is dropped.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, anyhow};

use super::process;

/// What a server writes first, before its base URL.
const GREETING: &str = "listening on http://";

/// A server that listens.
pub(super) struct ChildServer {
    child: Child,
    addr: SocketAddr,
    /// Kept open: the server may have more to say, and must not fail for want of a reader.
    _stdout: BufReader<ChildStdout>,
}

impl ChildServer {
    /// Starts the program and waits until it says where it listens.
    ///
    /// # Errors
    /// The program cannot be started, or its first line is not the greeting.
    pub(super) fn start(command: &mut Command) -> anyhow::Result<Self> {
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{program} cannot be started"))?;
        let mut stdout = BufReader::new(child.stdout.take().expect("the output was asked for as a pipe"));
        let mut line = String::new();
        let greeting = stdout
            .read_line(&mut line)
            .map_err(anyhow::Error::from)
            .and_then(|_| listening_at(&line).ok_or_else(|| anyhow!("its first line is {line:?}")));
        match greeting {
            Ok(addr) => Ok(Self {
                child,
                addr,
                _stdout: stdout,
            }),
            Err(error) => {
                end(&mut child);
                Err(error.context(format!("{program} does not say where it listens")))
            }
        }
    }

    /// Where it listens.
    pub(super) fn addr(&self) -> SocketAddr {
        self.addr
    }

    /// CPU time that it has used so far.
    pub(super) fn cpu_time(&self) -> Option<Duration> {
        process::cpu_time(self.child.id())
    }

    /// Memory that is resident now, in KiB.
    pub(super) fn resident_kib(&self) -> Option<u32> {
        process::resident_kib(self.child.id())
    }
}

impl Drop for ChildServer {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

fn end(child: &mut Child) {
    // It may have ended by itself already.
    let _ = child.kill();
    let _ = child.wait();
}

fn listening_at(line: &str) -> Option<SocketAddr> {
    line.trim_end().strip_prefix(GREETING)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::listening_at;

    #[test]
    fn the_address_is_read_from_the_greeting() {
        assert_eq!(
            listening_at("listening on http://127.0.0.1:4600\n"),
            Some(([127, 0, 0, 1], 4600).into())
        );
        for line in ["", "listening on http://localhost\n", "error: address in use\n"] {
            assert_eq!(listening_at(line), None, "{line}");
        }
    }
}
