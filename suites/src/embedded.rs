//! The mock inside this process: the target of a run that names none.

use std::sync::Arc;
use std::thread::JoinHandle;

use mock_server::serve::{Log, Options, Server};
use mock_server::{Fixtures, Mock};
use tokio::sync::oneshot;

use crate::http::BaseUrl;

/// Ids beyond the declared ones, so that each accepted request of a run has its own.
const EXTRA_IDS: u32 = 20_000;

/// A mock on a loopback port of the system's choice, served until this value is dropped.
pub struct Embedded {
    base: BaseUrl,
    fixtures: Fixtures,
    mock: Arc<Mock>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// The mock could not be started.
#[derive(Debug, thiserror::Error)]
#[error("the embedded mock cannot be started: {0}")]
pub struct EmbeddedError(String);

/// The fixtures with enough ids for a whole run.
pub fn with_plenty_of_ids(fixtures: Fixtures) -> Fixtures {
    with_more_ids(fixtures, EXTRA_IDS)
}

/// The fixtures with so many more ids.
pub(crate) fn with_more_ids(mut fixtures: Fixtures, count: u32) -> Fixtures {
    fixtures
        .polyai
        .known_ids
        .extend((0..count).map(|n| format!("evt_01HK{n:015}")));
    fixtures
}

impl Embedded {
    /// Starts a mock that holds these fixtures.
    pub fn start(fixtures: Fixtures) -> Result<Self, EmbeddedError> {
        let failed = |error: &dyn std::fmt::Display| EmbeddedError(error.to_string());
        let mock = Arc::new(Mock::new(fixtures.clone()));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| failed(&error))?;
        let options = Options {
            log: Log::Off,
            trace_header: true,
            ..Options::default()
        };
        let options = Options {
            addr: ([127, 0, 0, 1], 0).into(),
            ..options
        };
        let server = runtime
            .block_on(Server::bind(Arc::clone(&mock), options))
            .map_err(|error| failed(&error))?;
        let base = BaseUrl::parse(&format!("http://{}", server.addr())).map_err(|error| failed(&error))?;
        let (stop, stopped) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("embedded-mock".to_owned())
            .spawn(move || {
                runtime.block_on(server.run(async {
                    // A dropped sender means the same as a message.
                    let _ = stopped.await;
                }));
                runtime.shutdown_background();
            })
            .map_err(|error| failed(&error))?;
        Ok(Self {
            base,
            fixtures,
            mock,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it listens.
    pub fn base(&self) -> &BaseUrl {
        &self.base
    }

    /// What it holds.
    pub fn fixtures(&self) -> &Fixtures {
        &self.fixtures
    }

    /// The mock itself.
    pub fn mock(&self) -> &Mock {
        &self.mock
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A panic of the server thread was already printed; dropping must not panic again.
            let _ = thread.join();
        }
    }
}
