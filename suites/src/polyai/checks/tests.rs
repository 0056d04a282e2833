//! What the checks of every exchange catch: answers made by hand, each with the requirements that it breaks, and no others.

use std::time::Duration;

use crate::http::{Exchange, Request, Response};
use crate::probe::Probe;
use crate::registry;
use crate::run::{Run, Settings};
use crate::verdict::Verdict;

/// An answer to the documented call.
fn answered(status: u16, media: &str, body: &str) -> Exchange {
    Exchange {
        number: 1,
        request: Request::new("POST", super::PATH).body("application/json", "{}"),
        answer: Ok(Response {
            status,
            headers: vec![("Content-Type".to_owned(), media.to_owned())],
            body: body.to_owned().into(),
            cut: false,
        }),
        elapsed: Duration::ZERO,
    }
}

/// The requirements that the exchange is failed for.
fn failed(exchange: &Exchange) -> Vec<String> {
    let suites = registry::listed();
    let suite = suites.iter().find(|suite| suite.api().id() == "polyai").unwrap();
    let run = Run::new(Settings::default(), Vec::new());
    let probe = Probe::new(
        &run,
        suite.as_ref(),
        "by hand",
        suite.target().check_out().unwrap(),
    );
    suite.inspect(&probe, exchange);
    let (log, _) = probe.finish();
    let broken = log.records().filter(|record| record.verdict == Verdict::Fail);
    broken.map(|record| record.requirement).collect()
}

const JSON: &str = "application/json";

#[test]
fn each_wrong_answer_is_failed_for_what_it_breaks() {
    for (exchange, ids) in [
        (
            answered(200, JSON, "{}"),
            &["polyai.response.201", "polyai.response.no-200"][..],
        ),
        (answered(302, JSON, ""), &["polyai.response.no-redirect"]),
        (answered(503, JSON, "{}"), &["polyai.response.no-server-error"]),
        (
            answered(401, "text/html", r#"{"error_message":"no"}"#),
            &["polyai.response.401-content-type"],
        ),
    ] {
        assert_eq!(failed(&exchange), ids, "{}", exchange.in_short());
    }
}

#[test]
fn a_right_answer_is_failed_for_nothing() {
    for exchange in [
        answered(201, JSON, ""),
        answered(401, JSON, r#"{"error_message":"no"}"#),
        answered(404, "text/plain", "nothing"),
    ] {
        assert_eq!(failed(&exchange), Vec::<String>::new(), "{}", exchange.in_short());
    }
}
