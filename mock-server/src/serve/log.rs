//! One line per exchange, written by a thread of its own so that no request waits for a terminal or a pipe.

use std::io::{self, BufWriter, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::Mock;
use crate::journal::Exchange;

/// How many exchanges may wait for the thread. Further ones are counted and left out.
const QUEUE: usize = 4096;

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
    loop {
        let message = match messages.try_recv() {
            Ok(message) => message,
            Err(TryRecvError::Disconnected) => break,
            Err(TryRecvError::Empty) => {
                let missing = left_out.swap(0, Ordering::Relaxed);
                if missing > 0 {
                    let _ = writeln!(
                        out,
                        "{missing} exchanges are not in this log, which could not keep up"
                    );
                }
                let _ = out.flush();
                match messages.recv() {
                    Ok(message) => message,
                    Err(_) => break,
                }
            }
        };
        match message {
            Message::Exchange(exchange) => {
                let _ = writeln!(out, "{}", exchange.log_line(mock.secrets()));
            }
            Message::Flush(done) => {
                let _ = out.flush();
                let _ = done.send(());
            }
        }
    }
    let _ = out.flush();
}
