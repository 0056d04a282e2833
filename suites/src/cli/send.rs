//! `hookproof send`.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::Args;

use super::reach::Way;
use super::{Failure, picked, say, say_note, variable};
use crate::config::Config;
use crate::http::verbatim::{self, End};
use crate::http::{BaseUrl, Limits, NoAnswerKind, Redactor};
use crate::transcript::harmless;

/// Exit code where no whole answer came.
const UNANSWERED: u8 = 3;

/// Most bytes of a file that are sent.
const LONGEST_FILE: u64 = 256 * 1024 * 1024;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// The request as it goes over the wire, byte for byte; - is standard input. It may hold several
    file: PathBuf,
    /// The server to send it to; the path is that of the request. Without it the configuration file says where
    #[arg(long, value_name = "URL", required_unless_present = "config")]
    target: Option<String>,
    /// Take the address and the way to the target from this file
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The API whose server is meant, where the file gives several
    #[arg(long, requires = "config")]
    api: Option<String>,
    /// Send each request of the file only after the answer to the one before, all on one connection
    #[arg(long)]
    one_by_one: bool,
    /// Seconds to wait for each answer [default: 10]
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: Option<u64>,
    #[command(flatten)]
    way: Way,
}

/// Where the configuration file says that the server is.
fn place(config: &Config, api: Option<&String>) -> Result<String, Failure> {
    let apis = match api {
        Some(api) => picked(std::slice::from_ref(api))?,
        None => picked(&[])?,
    };
    let general = config.fixtures().target.base_url.as_deref();
    let mut urls: Vec<&str> = apis.iter().filter_map(|api| config.base_url(api)).collect();
    if urls.is_empty() {
        urls.extend(general);
    }
    urls.dedup();
    match urls[..] {
        [url] => Ok(url.to_owned()),
        [] => Err(Failure::usage(
            "the configuration file gives no base_url; name the server with --target",
        )),
        _ => Err(Failure::usage(
            "the configuration file gives several servers; name one with --api or --target",
        )),
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    // Only a file that was named: bytes go as they stand, unless somebody asks for more.
    let config = match &arguments.config {
        Some(path) => Config::load(Some(path), variable)?,
        None => Config::load(None, variable)?,
    };
    let url = match &arguments.target {
        Some(url) => url.clone(),
        None => place(&config, arguments.api.as_ref())?,
    };
    let base = BaseUrl::parse(&url).map_err(|error| Failure::usage(error.to_string()))?;
    let transport = arguments.way.transport(&config.transport()?)?;
    transport
        .http_proxy()
        .map_err(|error| Failure::usage(error.to_string()))?;
    if transport.http2 {
        say_note("the bytes are sent as HTTP/1.1, whatever target.http2 says");
    }
    let redactor = Redactor::new(transport.secrets());
    let timeout = arguments.timeout.or(config.fixtures().target.timeout);
    let bytes = content(&arguments.file)?;
    let limits = Limits {
        request_time: timeout.map_or(Limits::default().request_time, Duration::from_secs),
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
        Failure::incomplete(format!(
            "{} {how}: {}",
            base.as_str(),
            redactor.text(&none.detail)
        ))
    })?;
    let shown = redactor.text(&String::from_utf8_lossy(&received.bytes));
    let mut text = harmless(&shown.replace("\r\n", "\n"));
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
