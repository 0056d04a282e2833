//! `hookproof send`.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::{Failure, say, say_note};
use crate::http::verbatim::{self, End};
use crate::http::{BaseUrl, Limits, NoAnswerKind, Transport};
use crate::transcript::harmless;

/// Exit code where no whole answer came.
const UNANSWERED: u8 = 3;

/// Most bytes of a file that are sent.
const LONGEST_FILE: u64 = 256 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The request as it goes over the wire, byte for byte; - is standard input. It may hold several
    file: PathBuf,
    /// The server to send it to; the path is that of the request
    #[arg(long, value_name = "URL")]
    target: String,
    /// Send each request of the file only after the answer to the one before, all on one connection
    #[arg(long)]
    one_by_one: bool,
    /// Seconds to wait for each answer
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// Certificates to trust in place of this machine's, in PEM
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The client's own certificate and its key, in one file of PEM
    #[arg(long, value_name = "FILE")]
    client_cert: Option<PathBuf>,
    /// Accept any certificate of the server
    #[arg(long)]
    insecure: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let base = BaseUrl::parse(&arguments.target).map_err(|error| Failure::usage(error.to_string()))?;
    let transport = Transport {
        ca: arguments.ca.clone(),
        client_cert: arguments.client_cert.clone(),
        insecure: arguments.insecure,
        ..Transport::default()
    };
    transport
        .check()
        .map_err(|error| Failure::usage(error.to_string()))?;
    let bytes = content(&arguments.file)?;
    let limits = Limits {
        request_time: Duration::from_secs(arguments.timeout),
        response_bytes: 1024 * 1024,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::incomplete(format!("no connection can be made: {error}")))?;
    let sent = runtime.block_on(verbatim::send(
        &base,
        &transport,
        limits,
        &bytes,
        arguments.one_by_one,
    ));
    let received = sent.map_err(|none| {
        let how = match none.kind {
            NoAnswerKind::Tls => "could not be spoken to over TLS",
            _ => "cannot be reached",
        };
        Failure::incomplete(format!("{} {how}: {}", base.as_str(), none.detail))
    })?;
    let mut text = harmless(&String::from_utf8_lossy(&received.bytes).replace("\r\n", "\n"));
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    say(&text)?;
    let (remark, code) = match received.end {
        End::Answered => return Ok(ExitCode::SUCCESS),
        End::Closed if received.bytes.is_empty() => {
            ("the target closed the connection without a byte", UNANSWERED)
        }
        // An answer without a length ends with its connection.
        End::Closed if ends_with_the_connection(&received.bytes) => return Ok(ExitCode::SUCCESS),
        End::Closed => (
            "the target closed the connection before the whole answer had come",
            UNANSWERED,
        ),
        End::TimedOut => ("nothing more came in time; --timeout waits longer", UNANSWERED),
        End::TooLong => ("the answer is longer than what is shown", 0),
    };
    say_note(remark);
    Ok(ExitCode::from(code))
}

/// Whether the bytes are an answer whose end is that of its connection: RFC 9112 §6.3.
fn ends_with_the_connection(bytes: &[u8]) -> bool {
    let mut fields = [httparse::EMPTY_HEADER; 128];
    let mut response = httparse::Response::new(&mut fields);
    let is_head = matches!(response.parse(bytes), Ok(httparse::Status::Complete(_)));
    let has = |name: &str| {
        response
            .headers
            .iter()
            .any(|field| field.name.eq_ignore_ascii_case(name))
    };
    is_head && !has("content-length") && !has("transfer-encoding")
}

fn content(file: &Path) -> Result<Vec<u8>, Failure> {
    let name = file.display().to_string();
    let unreadable = |error: std::io::Error| Failure::usage(format!("{name} cannot be read: {error}"));
    let mut bytes = Vec::new();
    if file.as_os_str() == "-" {
        std::io::stdin()
            .lock()
            .take(LONGEST_FILE)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
    } else {
        let file = std::fs::File::open(file).map_err(unreadable)?;
        file.take(LONGEST_FILE)
            .read_to_end(&mut bytes)
            .map_err(unreadable)?;
    }
    if bytes.is_empty() {
        return Err(Failure::usage(format!(
            "{name} is empty: there is nothing to send"
        )));
    }
    Ok(bytes)
}
