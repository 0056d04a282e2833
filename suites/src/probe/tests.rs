//! What an exchange decides before anybody looks at the rule.

use super::*;
use crate::by_hand;
use crate::run::Settings;

/// The verdict where the answer is not what a rule asks for.
fn verdict(exchange: &Exchange) -> Verdict {
    const MUST: &str = "olbrain.sess.messages.found";
    let suite = by_hand::suite("olbrain");
    let run = Run::new(Settings::default(), Vec::new());
    let wire = suite.target().check_out().unwrap();
    let probe = Probe::new(&run, suite.as_ref(), "by hand", wire);
    probe.judge(
        MUST,
        exchange,
        Finding::when(false, "the message", "a list without it"),
    );
    let (log, _) = probe.finish();
    log.verdict().unwrap()
}

fn answered(status: u16, media_type: &str, cut: bool) -> Exchange {
    let request = Request::new("GET", "/api/agents/a/sessions/s/messages");
    let mut exchange = by_hand::exchange(
        request,
        status,
        &[("Content-Type", media_type)],
        "{\"messages\":[",
    );
    if let Ok(response) = &mut exchange.answer {
        response.cut = cut;
    }
    exchange
}

#[test]
fn a_list_that_was_read_in_part_breaks_nothing() {
    let json = "application/json; charset=utf-8";
    assert_eq!(verdict(&answered(200, json, true)), Verdict::Skip);
    assert_eq!(verdict(&answered(200, json, false)), Verdict::Fail);
    // Of these the length or the status is enough.
    assert_eq!(verdict(&answered(200, "application/pdf", true)), Verdict::Fail);
    assert_eq!(verdict(&answered(500, json, true)), Verdict::Fail);
}

#[test]
fn an_answer_that_never_came_or_came_too_often_breaks_nothing() {
    let without = |kind: NoAnswerKind| Exchange {
        answer: Err(NoAnswer {
            kind,
            detail: "nobody is there".to_owned(),
        }),
        ..answered(200, "application/json", false)
    };
    for kind in [
        NoAnswerKind::Unreachable,
        NoAnswerKind::Withheld,
        NoAnswerKind::TimedOut,
    ] {
        assert_eq!(verdict(&without(kind)), Verdict::Skip, "{kind:?}");
    }
    for kind in [NoAnswerKind::Closed, NoAnswerKind::Cut, NoAnswerKind::Malformed] {
        assert_eq!(verdict(&without(kind)), Verdict::Fail, "{kind:?}");
    }
    assert_eq!(verdict(&answered(429, "application/json", false)), Verdict::Skip);
}
