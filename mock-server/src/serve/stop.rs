//! The end of a server: connections finish the exchange under way and close.
//!
//! `hyper-util` has the same, but asks after the end whenever a connection is woken. Here a connection registers
//! once, is woken by the end itself, and pays for no more than an atomic load in between.

use std::convert::Infallible;
use std::future::{Future as _, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper_util::server::graceful::GracefulConnection;
use tokio::sync::{Notify, mpsc};

/// Ends all connections of a server.
pub(super) struct Stopper {
    signal: Arc<Signal>,
    /// Nothing is ever sent. The channel closes when the last connection has ended.
    alive: mpsc::Sender<Infallible>,
    all_ended: mpsc::Receiver<Infallible>,
}

#[derive(Default)]
struct Signal {
    is_given: AtomicBool,
    to_all: Notify,
}

/// One connection's share in the end.
pub(super) struct Stop {
    signal: Arc<Signal>,
    _alive: mpsc::Sender<Infallible>,
}

impl Stopper {
    pub(super) fn new() -> Self {
        let (alive, all_ended) = mpsc::channel(1);
        Self {
            signal: Arc::default(),
            alive,
            all_ended,
        }
    }

    /// For one more connection.
    pub(super) fn stop(&self) -> Stop {
        Stop {
            signal: Arc::clone(&self.signal),
            _alive: self.alive.clone(),
        }
    }

    /// Tells all connections to end, and waits until they have.
    pub(super) async fn stop_all(mut self) {
        self.signal.is_given.store(true, Ordering::SeqCst);
        self.signal.to_all.notify_waiters();
        drop(self.alive);
        let _ = self.all_ended.recv().await;
    }
}

impl Stop {
    /// Drives a connection to its end, and towards it once the signal is given. To be the only thing that its task
    /// does: the signal wakes the task that asked first.
    pub(super) async fn watch<C: GracefulConnection>(self, connection: C) -> Result<(), C::Error> {
        let mut connection = pin!(connection);
        // Made before the flag is looked at, so that a signal in between is not lost.
        let mut signal = pin!(self.signal.to_all.notified());
        let (mut is_registered, mut is_told) = (false, false);
        poll_fn(|context| {
            if !is_registered {
                is_registered = true;
                // Ready or not: the flag says the same.
                let _ = signal.as_mut().poll(context);
            }
            if !is_told && self.signal.is_given.load(Ordering::SeqCst) {
                is_told = true;
                connection.as_mut().graceful_shutdown();
            }
            connection.as_mut().poll(context)
        })
        .await
    }
}
