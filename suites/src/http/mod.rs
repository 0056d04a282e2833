//! HTTP as the suite needs it: requests as values, two ways to send them, and the record of what came back.

mod base_url;
mod basic;
mod client;
mod curl;
mod exchange;
mod messages;
mod pace;
mod proxy;
mod raw;
mod redact;
mod request;
pub(crate) mod send_command;
mod transport;
pub(crate) mod verbatim;
mod wire;

pub use base_url::{BaseUrl, BaseUrlError};
pub use exchange::{Exchange, NoAnswer, NoAnswerKind, Response};
pub use pace::{Bounds, Pace};
pub use redact::Redactor;
pub use request::{Framing, Request, Spelling, percent_encode};
pub use transport::{RUN_HEADER, Transport, TransportError};
pub use wire::{Limits, Wire, WireError};

pub(crate) use basic::basic_credentials;
pub(crate) use curl::reproduction;
