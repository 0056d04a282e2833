//! The files that a run leaves: where they are, how large, and how long their addresses last.

use jiff::SignedDuration;
use serde_json::Value;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::{Exchange, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::download;
use crate::olbrain::patience;
use crate::olbrain::rfc3339;
use crate::olbrain::runs;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[(
    "run_outputs::output_files",
    Scenario,
    &[
        "olbrain.runs.get.output-files",
        "olbrain.runs.get.url",
        "olbrain.runs.get.url.size",
        "olbrain.runs.get.url.expiry",
        "olbrain.runs.get.url.fresh",
    ],
    output_files,
)];

/// How long the address of an output file is good for.
const GOOD_FOR: SignedDuration = SignedDuration::from_mins(15);

/// What two clocks, and the time that the call took, may make of those 15 minutes.
const TOLERANCE: SignedDuration = SignedDuration::from_secs(60);

/// The output files of a run that has ended; an empty list leaves everything about them open.
fn output_files(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.runs.get.output-files";
    let agent = match olbrain.fixtures.workflow() {
        Ok(agent) => agent,
        Err(missing) => return probe.skip(ID, missing),
    };
    let Some((run, exchange)) = runs::ended(olbrain, probe, ID, agent) else {
        return;
    };
    let files = outputs(&exchange);
    let Some(first) = files.first() else {
        return probe.skip(ID, "the run has left no file");
    };
    for file in &files {
        let missing: Vec<&str> = ["name", "size_bytes", "url", "url_expires_at"]
            .into_iter()
            .filter(|name| file.get(*name).is_none_or(Value::is_null))
            .collect();
        let expected = format!("an entry with {}", missing.join(", "));
        let finding = Finding::when(missing.is_empty(), expected, format!("the entry {file}"));
        probe.judge(ID, &exchange, finding);
    }
    expiry(olbrain, probe, agent, &run, &exchange, first);
    let url = answers::text(first, "url").unwrap_or_default();
    fetch(olbrain, probe, &exchange, first, &url);
}

/// The address of a file is a whole one, and a plain GET of it gives as many bytes as the entry says.
fn fetch(olbrain: &Olbrain, probe: &Probe<'_>, shown: &Exchange, entry: &Value, url: &str) {
    const ID: &str = "olbrain.runs.get.url";
    if !url.is_empty() && Request::absolute(url).is_none() {
        let expected = "a url that is a whole address, as a signed one is";
        return probe.judge(ID, shown, Finding::when(false, expected, format!("url: {url}")));
    }
    let base = olbrain.target.base();
    let request = match download::request(base, url) {
        Ok(request) => request,
        Err(reason) => return probe.skip(ID, reason),
    };
    let (file, way) = download::followed(base, probe, request);
    if let Err(reason) = way {
        return probe.judge(ID, &file, Finding::Undecided(reason));
    }
    let fetched = file.status() == Some(200);
    let expected = "200 for a plain GET of the address, without Authorization";
    probe.judge(ID, &file, Finding::when(fetched, expected, file.in_short()));
    let announced = entry.get("size_bytes").and_then(Value::as_u64);
    if let Some((response, size)) = file.response().filter(|_| fetched).zip(announced) {
        let finding = download::size(response, size);
        probe.judge("olbrain.runs.get.url.size", &file, finding);
    }
}

/// The entries of `output_files` that are objects.
fn outputs(exchange: &Exchange) -> Vec<Value> {
    let files = answers::body(exchange).and_then(|body| body.get("output_files")?.as_array().cloned());
    files
        .unwrap_or_default()
        .into_iter()
        .filter(Value::is_object)
        .collect()
}

/// Addresses end 15 minutes after the call that gave them, and a later call gives new ones.
fn expiry(olbrain: &Olbrain, probe: &Probe<'_>, agent: &str, run: &str, exchange: &Exchange, file: &Value) {
    const ID: &str = "olbrain.runs.get.url.expiry";
    if file.get("url_expires_at").is_none_or(Value::is_null) {
        // That it is missing is judged with the entry.
        return;
    }
    let ends = |file: &Value| rfc3339::parse(&answers::text(file, "url_expires_at")?);
    let Some(end) = ends(file) else {
        let finding = Finding::when(
            false,
            "url_expires_at: a moment in the form of RFC 3339",
            exchange.in_short(),
        );
        return probe.judge(ID, exchange, finding);
    };
    let finding = match answers::clock(exchange) {
        Some(now) => {
            let off = end.duration_since(now) - GOOD_FOR;
            let expected = format!("an end 15 minutes after {now}");
            Finding::when(off.abs() <= TOLERANCE, expected, format!("url_expires_at: {end}"))
        }
        None => Finding::Undecided("the answer has no Date, so the target's time is unknown".to_owned()),
    };
    probe.judge(ID, exchange, finding);
    // The samples count in seconds, so a later call shows itself after one of them.
    let request = runs::fetch(olbrain, agent, run);
    let later = |exchange: &Exchange| {
        outputs(exchange)
            .first()
            .and_then(ends)
            .is_some_and(|new| new > end)
    };
    let (again, fresh) = patience::until(olbrain, probe, patience::TO_MOVE_ON, &request, later);
    let expected = format!("a url_expires_at after {end}, because the call came later");
    let finding = Finding::when(fresh, expected, again.in_short());
    probe.judge("olbrain.runs.get.url.fresh", &again, finding);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{Request, Response};

    #[test]
    fn only_objects_are_entries() {
        let read = Exchange {
            number: 1,
            request: Request::new("GET", "/"),
            answer: Ok(Response {
                status: 200,
                headers: Vec::new(),
                body: "{\"output_files\":[{},7]}".into(),
                cut: false,
            }),
            elapsed: std::time::Duration::ZERO,
        };
        assert_eq!(outputs(&read), [Value::Object(serde_json::Map::new())]);
    }
}
