//! Uploads as the cases make them.

use super::Olbrain;
use super::answers;
use super::calls;
use super::multipart::{Part, with_form};
use crate::http::Request;
use crate::probe::Probe;

/// The upload of one part.
pub(crate) fn request(olbrain: &Olbrain, agent: &str, part: Part) -> Request {
    with_form(olbrain.fixtures.signed("POST", &calls::upload(agent)), &[part])
}

/// An ordinary small file.
pub(crate) fn small() -> Part {
    Part::file(
        "customers.csv",
        "text/csv",
        "name,email\r\nJane Doe,buyer@example.com\r\n",
    )
}

/// The id of a file that was just uploaded for an agent, or why there is none.
pub(crate) fn made(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str) -> Result<String, String> {
    let exchange = probe.send(request(olbrain, agent, small()));
    if !exchange.is_success() {
        return Err(format!("no file could be uploaded: {}", exchange.in_short()));
    }
    answers::member(&exchange, "file_id")
        .ok_or_else(|| "the upload was answered without a file_id".to_owned())
}
