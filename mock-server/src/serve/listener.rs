//! Accepts connections until told to stop.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::connection::{self, Shared};
use super::stop::Stopper;

/// How long to wait before the next try when the system has no means for another connection.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_millis(20);

pub(super) async fn run(listener: TcpListener, shared: &Arc<Shared>, shutdown: impl Future<Output = ()>) {
    let stopper = Stopper::new();
    let builder = connection::builder(&shared.options);
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                connection::spawn(stream, peer.ip(), &builder, stopper.stop(), Arc::clone(shared));
            }
            Err(error) if concerns_one_connection(&error) => {}
            // Out of file descriptors, most likely. They come back when connections end.
            Err(_) => tokio::time::sleep(PAUSE_AFTER_FAILURE).await,
        }
    }
    // Whoever tries to connect from now on is refused at once instead of left waiting.
    drop(listener);
    let _ = tokio::time::timeout(shared.options.shutdown_grace, stopper.stop_all()).await;
}

/// Whether accepting failed because a client went away before it was accepted.
fn concerns_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}
