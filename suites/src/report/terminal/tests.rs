//! The report of a run that holds a verdict of each kind, and text of a hostile server.

use super::*;
use crate::by_hand;
use crate::event::Evidence;

fn record(requirement: &str, verdict: Verdict, expected: &str, got: &str) -> Event {
    let evidence = Evidence {
        transcript: "> POST /v1/external-events/webhook HTTP/1.1\n< HTTP 200\n".to_owned(),
        reproduce: "curl -sS -i 'http://127.0.0.1:8080/'".to_owned(),
        replay: Some("--replay 'polyai::extract::headers@00000000000000ff'".to_owned()),
        tried: Some("the same answer again: 200".to_owned()),
        second: None,
        exchange: None,
        before: Vec::new(),
    };
    Event::Check(Box::new(CheckRecord {
        got: got.to_owned(),
        evidence: Some(evidence),
        ..by_hand::record(requirement, verdict, expected)
    }))
}

fn summary() -> Summary {
    let mut summary = Summary::default();
    let targets = [("polyai".to_owned(), "http://127.0.0.1:8080".to_owned())].into();
    let case = || "polyai::extract::headers".to_owned();
    for event in [
        Event::RunStarted {
            schema: "s",
            version: "0",
            seed: 7,
            targets,
            embedded: false,
            run_id: None,
            not_offered: std::collections::BTreeSet::new(),
            safe: std::collections::BTreeSet::new(),
            cases: 1,
        },
        record(
            "polyai.extract.headers.ok",
            Verdict::Fail,
            "201",
            "200 \u{1b}[2J\u{202e}hostile",
        ),
        record("polyai.id.exact-messages", Verdict::Warn, "\"a\"", "\"b\""),
        record(
            "polyai.extract.json.array-index",
            Verdict::Observed,
            "",
            "not found",
        ),
        record("polyai.auth.revoked-key", Verdict::Skip, "no revoked key", ""),
        record("polyai.id.valid", Verdict::Skip, "no known id", ""),
        record("polyai.id.invalid", Verdict::Skip, "no known id", ""),
        record("polyai.auth.missing-key", Verdict::Pass, "", ""),
        Event::CaseFinished {
            case: case(),
            verdict: Some(Verdict::Fail),
            requests: 2,
            elapsed_us: 1,
        },
        Event::RunFinished {
            requests: 2,
            elapsed_us: 1_500_000,
        },
    ] {
        summary.take(&event);
    }
    summary
}

fn plain(summary: &Summary, format: Format) -> String {
    anstream::adapter::strip_str(&render(summary, format, false)).to_string()
}

fn snapshot(name: &str, text: &str) {
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/../snapshots/report"),
        prepend_module_to_snapshot => false, omit_expression => true,
    }, { insta::assert_snapshot!(name, text) });
}

#[test]
fn a_report_shows_every_kind_of_verdict() {
    snapshot("terminal", &plain(&summary(), Format::Pretty));
}

#[test]
fn what_a_server_sent_cannot_steer_the_terminal() {
    let text = plain(&summary(), Format::Terse);
    assert!(!text.contains('\u{1b}') && !text.contains('\u{202e}'), "{text:?}");
    assert!(text.contains("\\u{1b}[2J\\u{202e}hostile"), "{text}");
}

#[test]
fn a_run_that_stopped_says_why() {
    let mut stopped = Summary::default();
    let reason = "http://127.0.0.1:1 cannot be reached".to_owned();
    stopped.take(&Event::Stopped {
        reason,
        transcript: Some("> POST /\n".to_owned()),
    });
    snapshot("stopped", &plain(&stopped, Format::Pretty));
}
