//! `hookproof mock`.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Args;
use mock_server::serve::{Log, Options, Server};
use mock_server::{Fixtures, Mock};

use super::{Failure, say};
use crate::config::Config;

#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of its own on the command line"
)]
pub(super) struct Arguments {
    /// Address to listen on; port 0 lets the system choose
    #[arg(long, default_value = "127.0.0.1:4600")]
    addr: SocketAddr,
    /// Accounts, keys and ids that the mock holds [default: built-in ones]
    #[arg(long, value_name = "FILE")]
    fixtures: Option<PathBuf>,
    /// Print the fixtures and exit; the output is a hookproof.toml
    #[arg(long)]
    print_fixtures: bool,
    /// Accept any well-formed id
    #[arg(long)]
    accept_any_id: bool,
    /// Leave the x-hookproof-trace header out
    #[arg(long)]
    no_trace: bool,
    /// Let other machines use the admin routes, which show and forget what was received
    #[arg(long)]
    open_admin: bool,
    /// Log nothing
    #[arg(long)]
    quiet: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let config = Config::load(arguments.fixtures.as_deref(), |_| None)?;
    let mut fixtures = config.fixtures().clone();
    fixtures.polyai.accept_any_id |= arguments.accept_any_id;
    if arguments.print_fixtures {
        say(&fixtures.to_toml())?;
        return Ok(ExitCode::SUCCESS);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::incomplete(format!("the mock cannot be started: {error}")))?;
    let defaults = Options {
        addr: arguments.addr,
        ..Options::default()
    };
    let options = Options {
        trace_header: arguments.addr.ip().is_loopback() && !arguments.no_trace,
        open_admin: arguments.open_admin,
        log: if arguments.quiet { Log::Off } else { Log::Stderr },
        ..defaults
    };
    runtime.block_on(async {
        let greeting_fixtures = fixtures.clone();
        let server = Server::bind(Arc::new(Mock::new(fixtures)), options)
            .await
            .map_err(|error| Failure::usage(error.to_string()))?;
        say(&greeting(server.addr(), &greeting_fixtures))?;
        server
            .run(async {
                // Without a signal handler the process ends at the signal anyway.
                let _ = tokio::signal::ctrl_c().await;
            })
            .await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Where the mock listens, and a line to try for each API.
fn greeting(addr: SocketAddr, fixtures: &Fixtures) -> String {
    let base = format!("http://{addr}");
    let mut out = format!("listening on {base}\n");
    let polyai = &fixtures.polyai;
    let key = polyai.keys.valid.as_deref().unwrap_or("YOUR-KEY");
    let id = polyai.known_ids.first().map_or("evt_1", String::as_str);
    let _ = writeln!(out, "\nPolyAI external events:");
    let _ = writeln!(
        out,
        "  curl -i '{base}/v1/external-events/webhook?event_id_location=payload&event_id_path=cid&account_id={}\
         &project_id={}' -H 'X-Api-Key: {key}' -H 'Content-Type: application/json' -d '{{\"cid\":\"{id}\"}}'",
        polyai.account_id, polyai.project_id
    );
    let key = fixtures.inkeep.keys.valid.as_deref().unwrap_or("YOUR-KEY");
    let _ = writeln!(out, "\nInkeep events:");
    let _ = writeln!(
        out,
        "  curl -i '{base}/run/v1/events' -H 'Authorization: Bearer {key}' -H 'Content-Type: application/json' \
         -d '{{\"type\":\"string\"}}'"
    );
    let olbrain = &fixtures.olbrain;
    let key = olbrain.keys.valid.as_deref().unwrap_or("YOUR-KEY");
    let agents = olbrain
        .conversational_agents
        .iter()
        .chain(&olbrain.workflow_agents);
    let agent = agents.map(String::as_str).next().unwrap_or("YOUR-AGENT");
    let _ = writeln!(out, "\nOlbrain webhooks:");
    let _ = writeln!(
        out,
        "  curl -i '{base}/api/agents/webhook/{agent}' -H 'Authorization: Bearer {key}' \
         -H 'Content-Type: application/json' -d '{{\"message\":\"hello\"}}'"
    );
    let _ = writeln!(
        out,
        "\nReceived events: {base}/_hookproof/events?api=polyai   End: Ctrl-C"
    );
    out
}
