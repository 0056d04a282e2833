//! One line per exchange, written by a thread of its own so that no request waits for a terminal or a pipe.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::Mock;
use crate::journal::Exchange;

/// How many exchanges may wait for the thread. Further ones are counted and left out.
const QUEUE: usize = 4096;

/// How long the thread leaves further exchanges to gather after it has written what there was. Waking it costs the
/// server more than the line does; whoever watches the log sees no difference.
const GATHER: Duration = Duration::from_millis(2);

/// How long to wait at the end for a reader that does not read.
const FLUSH_TIMEOUT: Duration = Duration::from_secs(1);

enum Message {
    Exchange(Arc<Exchange>),
    /// Answered when everything before it is written.
    Flush(oneshot::Sender<()>),
}

/// The thread's end of the queue. The thread ends when this is dropped.
pub(super) struct Thread {
    queue: SyncSender<Message>,
    left_out: Arc<AtomicU64>,
}

impl Thread {
    pub(super) fn start(out: Box<dyn Write + Send>, mock: Arc<Mock>) -> io::Result<Self> {
        let (queue, messages) = sync_channel(QUEUE);
        let left_out = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&left_out);
        std::thread::Builder::new()
            .name("hookproof-log".into())
            .spawn(move || write(&messages, BufWriter::new(out), &mock, &counter))?;
        Ok(Self { queue, left_out })
    }

    /// Hands an exchange over. Never waits.
    pub(super) fn send(&self, exchange: Arc<Exchange>) {
        if self.queue.try_send(Message::Exchange(exchange)).is_err() {
            self.left_out.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Waits until all that was handed over is written, within bounds.
    pub(super) async fn flush(&self) {
        let written = async {
            let (sender, receiver) = oneshot::channel();
            let mut message = Message::Flush(sender);
            while let Err(std::sync::mpsc::TrySendError::Full(back)) = self.queue.try_send(message) {
                message = back;
                tokio::task::yield_now().await;
            }
            let _ = receiver.await;
        };
        let _ = tokio::time::timeout(FLUSH_TIMEOUT, written).await;
    }
}

/// Writes until the queue is closed. A stream that cannot be written to is nothing to stop the server for.
fn write(
    messages: &Receiver<Message>,
    mut out: BufWriter<Box<dyn Write + Send>>,
    mock: &Mock,
    left_out: &AtomicU64,
) {
    while let Ok(first) = messages.recv() {
        for message in std::iter::once(first).chain(messages.try_iter()) {
            match message {
                Message::Exchange(exchange) => {
                    let _ = writeln!(out, "{}", exchange.log_line(mock.secrets()));
                }
                Message::Flush(done) => {
                    tell_missing(&mut out, left_out);
                    let _ = out.flush();
                    let _ = done.send(());
                }
            }
        }
        tell_missing(&mut out, left_out);
        let _ = out.flush();
        std::thread::sleep(GATHER);
    }
    tell_missing(&mut out, left_out);
    let _ = out.flush();
}

/// Says how many exchanges the queue had no room for since this was said last.
fn tell_missing(out: &mut impl Write, left_out: &AtomicU64) {
    let missing = left_out.swap(0, Ordering::Relaxed);
    if missing > 0 {
        let _ = writeln!(
            out,
            "{missing} exchanges are not in this log, which could not keep up"
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use bytes::Bytes;
    use http::{Request, Response};
    use jiff::Timestamp;

    use super::*;
    use crate::{Fixtures, Trace};

    /// A stream that can be read while it is written, and that takes nothing while its lock is held.
    #[derive(Clone, Default)]
    struct Shared(Arc<Mutex<Vec<u8>>>);

    impl Write for Shared {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Shared {
        fn lines(&self) -> Vec<String> {
            let bytes = self.0.lock().unwrap();
            String::from_utf8_lossy(&bytes)
                .lines()
                .map(str::to_owned)
                .collect()
        }
    }

    fn exchange(target: &str) -> Arc<Exchange> {
        let request = Request::post(target).body(Bytes::new()).unwrap();
        let response = Response::new(Bytes::new());
        Arc::new(Exchange::new(
            &request,
            &response,
            Trace::new(),
            Timestamp::UNIX_EPOCH,
        ))
    }

    fn start(out: &Shared) -> Thread {
        let mock = Arc::new(Mock::new(Fixtures::builtin()));
        Thread::start(Box::new(out.clone()), mock).unwrap()
    }

    #[tokio::test]
    async fn each_exchange_is_one_line_without_secrets() {
        let out = Shared::default();
        let log = start(&out);
        log.send(exchange("/a?x=hookproof-valid-key"));
        log.send(exchange("/b"));
        log.flush().await;
        let lines = out.lines();
        assert_eq!(lines.len(), 2);
        assert!(
            lines[0].contains("POST /a?x=*** 200") && lines[1].contains("POST /b 200"),
            "{lines:?}"
        );
    }

    #[tokio::test]
    async fn a_stream_that_takes_nothing_holds_up_nobody_and_is_told_what_it_missed() {
        let out = Shared::default();
        let log = start(&out);
        let sent = 3 * QUEUE;
        {
            let _held = out.0.lock().unwrap();
            for _ in 0..sent {
                log.send(exchange("/a"));
            }
        }
        log.flush().await;
        let lines = out.lines();
        let missing = lines
            .iter()
            .filter_map(|line| line.split_once(" exchanges are not in this log"));
        let missing: usize = missing.map(|(number, _)| number.parse::<usize>().unwrap()).sum();
        let written = lines.iter().filter(|line| line.contains("POST /a")).count();
        assert!(missing > 0, "{} lines", lines.len());
        assert_eq!(written + missing, sent);
    }
}
