//! The problem document that every documented refusal carries (Inkeep, Log Event, `Response Body`).

use serde_json::{Map, Value};

use super::Inkeep;
use crate::derive;
use crate::http::{Exchange, Response};
use crate::probe::Probe;
use crate::verdict::Finding;

/// `error.message` repeats a detail of up to so many characters; what becomes of a longer one is not documented.
const REPEATED_CHARACTERS: usize = 100;

/// The members of an answer that claims to be a problem. `None` for other answers.
pub(super) fn problem(exchange: &Exchange) -> Option<Map<String, Value>> {
    match exchange.response().and_then(Response::json) {
        Some(Value::Object(problem)) if !exchange.is_success() => Some(problem),
        _ => None,
    }
}

/// Checks the answers with one of the five documented statuses. The form of others, such as 404 and 415, is open.
pub(super) fn inspect(probe: &Probe<'_>, exchange: &Exchange) {
    let Some(response) = exchange.response() else {
        return;
    };
    let (media_type, schema) = match response.status {
        400 => ("inkeep.err.ct.400", "inkeep.err.schema.400"),
        401 => ("inkeep.err.ct.401", "inkeep.err.schema.401"),
        403 => ("inkeep.err.ct.403", "inkeep.err.schema.403"),
        422 => ("inkeep.err.ct.422", "inkeep.err.schema.422"),
        500 => ("inkeep.err.ct.500", "inkeep.err.schema.500"),
        _ => return,
    };
    let operation = Inkeep::operation();
    if let Some(finding) = derive::content_type(operation, response) {
        probe.judge(media_type, exchange, finding);
    }
    if let Some(finding) = derive::schema(operation, response) {
        probe.judge(schema, exchange, finding);
    }
    let problem = problem(exchange);
    probe.judge(
        "inkeep.err.required",
        exchange,
        required(problem.as_ref(), exchange),
    );
    if let Some(problem) = problem {
        for (requirement, finding) in findings(response.status, &problem) {
            probe.judge(requirement, exchange, finding);
        }
    }
}

fn required(problem: Option<&Map<String, Value>>, exchange: &Exchange) -> Finding {
    let Some(problem) = problem else {
        return Finding::Broken {
            expected: "a JSON object with title, status, detail, code and error".to_owned(),
            got: exchange.in_short(),
        };
    };
    let error = problem.get("error").and_then(Value::as_object);
    let is_text = |value: Option<&Value>| value.is_some_and(Value::is_string);
    let missing: Vec<&str> = [
        ("title", is_text(problem.get("title"))),
        ("detail", is_text(problem.get("detail"))),
        ("code", is_text(problem.get("code"))),
        ("status", problem.get("status").is_some_and(is_whole)),
        ("error", error.is_some()),
        ("error.code", is_text(error.and_then(|error| error.get("code")))),
        (
            "error.message",
            is_text(error.and_then(|error| error.get("message"))),
        ),
    ]
    .into_iter()
    .filter_map(|(name, there)| (!there).then_some(name))
    .collect();
    Finding::when(
        missing.is_empty(),
        "the texts title, detail, code, error.code and error.message, and the whole number status",
        format!("{} without a proper {}", exchange.in_short(), missing.join(", ")),
    )
}

fn is_whole(value: &Value) -> bool {
    value.as_f64().is_some_and(|number| number.fract() == 0.0)
}

/// What the members of a problem say about each other and about the status.
fn findings(status: u16, problem: &Map<String, Value>) -> Vec<(&'static str, Finding)> {
    let mut findings = Vec::new();
    let wrong: Vec<String> = ["instance", "requestId"]
        .into_iter()
        .filter_map(|name| Some((name, problem.get(name)?)))
        // Null says as little as no such member, and many programs write it for one that they do not set.
        .filter(|(_, value)| !value.is_string() && !value.is_null())
        .map(|(name, value)| format!("{name} is {value}"))
        .collect();
    let optional = Finding::when(
        wrong.is_empty(),
        "texts as instance and requestId, where they are there",
        wrong.join(", "),
    );
    findings.push(("inkeep.err.optional", optional));
    if let Some(given) = problem.get("status").filter(|given| is_whole(given)) {
        let met = given.as_f64() == Some(f64::from(status));
        let finding = Finding::when(
            met,
            format!("status {status} in the body"),
            format!("HTTP {status} with status {given} in the body"),
        );
        findings.push(("inkeep.err.status-match", finding));
    }
    let text = |name: &str| problem.get(name).and_then(Value::as_str);
    for (requirement, name) in [
        ("inkeep.err.code-match", "code"),
        ("inkeep.err.title-match", "title"),
    ] {
        if let (Some(given), Some(sample)) = (text(name), sample(status, name)) {
            let finding = Finding::when(
                given == sample,
                format!("{name} \"{sample}\" with {status}"),
                format!("{name} \"{given}\""),
            );
            findings.push((requirement, finding));
        }
    }
    let error = |name: &str| problem.get("error")?.get(name)?.as_str();
    if let (Some(code), Some(repeated)) = (text("code"), error("code")) {
        let got = format!("error.code \"{repeated}\" and code \"{code}\"");
        let finding = Finding::when(code == repeated, "one code in both places", got);
        findings.push(("inkeep.err.legacy", finding));
    }
    if let (Some(detail), Some(message)) = (text("detail"), error("message"))
        && detail.chars().count() <= REPEATED_CHARACTERS
    {
        let got = format!("error.message \"{message}\" and detail \"{detail}\"");
        let finding = Finding::when(detail == message, "the detail again in error.message", got);
        findings.push(("inkeep.err.legacy.message", finding));
    }
    findings
}

/// What the sample of the contract shows for a status.
fn sample(status: u16, name: &str) -> Option<&'static str> {
    let media = Inkeep::operation().response(status)?.content.first()?;
    media.examples.first()?.value.get(name)?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::event::tests::answered;
    use super::*;
    use crate::http::Request;

    fn proper() -> Value {
        json!({
            "title": "Bad Request",
            "status": 400,
            "detail": "type is missing",
            "code": "bad_request",
            "error": { "code": "bad_request", "message": "type is missing" },
        })
    }

    fn judged(body: &Value) -> Vec<&'static str> {
        let exchange = answered(Request::new("POST", "/"), 400, "application/problem+json", body);
        let problem = problem(&exchange);
        let mut all = vec![("inkeep.err.required", required(problem.as_ref(), &exchange))];
        if let Some(problem) = problem {
            all.extend(findings(400, &problem));
        }
        all.into_iter()
            .filter(|(_, finding)| *finding != Finding::Met)
            .map(|(requirement, _)| requirement)
            .collect()
    }

    #[test]
    fn a_proper_problem_breaks_nothing() {
        assert!(judged(&proper()).is_empty());
        let mut long = proper();
        long["detail"] = json!("x".repeat(101));
        long["instance"] = json!("/run/v1/events");
        long["requestId"] = Value::Null;
        long["status"] = json!(400.0);
        assert!(judged(&long).is_empty());
    }

    #[test]
    fn each_fault_breaks_its_own_rule() {
        for (pointer, value, broken) in [
            ("/title", json!("Invalid"), "inkeep.err.title-match"),
            ("/status", json!(422), "inkeep.err.status-match"),
            ("/status", json!("400"), "inkeep.err.required"),
            ("/status", json!(400.5), "inkeep.err.required"),
            ("/detail", json!(null), "inkeep.err.required"),
            ("/error", json!("bad_request"), "inkeep.err.required"),
            ("/error/message", json!(1), "inkeep.err.required"),
            ("/error/message", json!("no"), "inkeep.err.legacy.message"),
            ("/error/code", json!("BAD"), "inkeep.err.legacy"),
        ] {
            let mut body = proper();
            *body.pointer_mut(pointer).unwrap() = value;
            assert_eq!(judged(&body), [broken], "{pointer}");
        }
        let mut optional = proper();
        optional["requestId"] = json!(7);
        assert_eq!(judged(&optional), ["inkeep.err.optional"]);
        let mut code = proper();
        code["code"] = json!("BAD_REQUEST");
        code["error"]["code"] = json!("BAD_REQUEST");
        assert_eq!(judged(&code), ["inkeep.err.code-match"]);
    }

    #[test]
    fn what_is_no_object_or_no_refusal_is_no_problem() {
        let request = || Request::new("POST", "/");
        assert_eq!(
            problem(&answered(request(), 201, "application/json", &proper())),
            None
        );
        assert!(problem(&answered(request(), 404, "application/json", &proper())).is_some());
        assert_eq!(judged(&json!([])), ["inkeep.err.required"]);
        assert_eq!(judged(&json!("Bad Request")), ["inkeep.err.required"]);
    }

    #[test]
    fn every_documented_refusal_has_a_sample() {
        for status in [400, 401, 403, 422, 500] {
            assert!(
                sample(status, "code").is_some() && sample(status, "title").is_some(),
                "{status}"
            );
        }
        assert_eq!(sample(404, "code"), None);
    }
}
