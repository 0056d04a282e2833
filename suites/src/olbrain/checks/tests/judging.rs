//! How cases judge what they send: each way of judging is met, and is not.

use mock_server::Fixtures as All;
use mock_server::olbrain::Fixtures;

use super::super::{accepted, coded, control, equivalent, refused, refused_beside, undecided_unless};
use super::{JSON, agent, answered, conversational, event};
use crate::embedded::Embedded;
use crate::http::{Limits, Redactor, Request};
use crate::olbrain::Olbrain;
use crate::olbrain::fixtures::AUTHORIZATION;
use crate::probe::Probe;
use crate::run::{Run, Settings};
use crate::suite::Suite;
use crate::target::Target;
use crate::verdict::{Finding, Verdict};

/// The row names its status.
const MISSING: &str = "olbrain.auth.missing";
/// The row names none, so any refusal is one.
const PERMISSION: &str = "olbrain.auth.permission";
/// The row names a status and a code.
const SESSION: &str = "olbrain.sess.404";

/// What a case that judges so says of this requirement, against the reference.
fn said(id: &str, case: impl FnOnce(&Probe<'_>)) -> Vec<Verdict> {
    let embedded = Embedded::start(All::builtin()).unwrap();
    let target = Target::new(
        embedded.base().clone(),
        Limits::default(),
        true,
        Redactor::default(),
    );
    let olbrain = Olbrain::new(target, Fixtures::builtin(), 0);
    let run = Run::new(Settings::default(), Vec::new());
    let wire = olbrain.target().check_out().unwrap();
    let probe = Probe::new(&run, &olbrain, "by hand", wire);
    case(&probe);
    let (log, _) = probe.finish();
    let records = log.records().filter(|record| record.requirement == id);
    records.map(|record| record.verdict).collect()
}

/// An event that the reference takes.
fn taken() -> Request {
    event(&conversational())
}

/// The same without a key, which it answers with 401 and `unauthorized`.
fn keyless() -> Request {
    taken().without_header(AUTHORIZATION)
}

/// One for nobody, which it answers with 404 and `agent_not_found`.
fn unknown() -> Request {
    event("agt_of_nobody")
}

/// One that fails behind the service, which is answered with 502.
fn failing() -> Request {
    event(&agent(|fixtures| fixtures.upstream_error_agents))
}

#[test]
fn what_its_control_refuses_decides_nothing() {
    let controlled = |request: Request, is_fine: bool| {
        said(MISSING, |probe| {
            assert_eq!(control(probe, MISSING, request).is_some(), is_fine);
        })
    };
    assert_eq!(controlled(taken(), true), []);
    assert_eq!(controlled(keyless(), false), [Verdict::Skip]);
}

#[test]
fn what_has_to_be_accepted_is() {
    let judged = |request: Request| {
        said(MISSING, |probe| {
            accepted(probe, MISSING, "why", request);
        })
    };
    assert_eq!(judged(taken()), [Verdict::Pass]);
    assert_eq!(judged(unknown()), [Verdict::Fail]);
    let beside = |plain: Request, variant: Request| {
        said(MISSING, |probe| {
            equivalent(probe, MISSING, "why", plain, variant);
        })
    };
    assert_eq!(beside(taken(), taken()), [Verdict::Pass]);
    assert_eq!(beside(taken(), unknown()), [Verdict::Fail]);
    assert_eq!(beside(unknown(), taken()), [Verdict::Skip]);
}

#[test]
fn what_has_to_be_refused_is_with_the_status_of_its_row() {
    let judged = |id: &'static str, request: Request| {
        said(id, |probe| {
            refused(probe, id, "why", request);
        })
    };
    assert_eq!(judged(MISSING, keyless()), [Verdict::Pass]);
    for other in [taken(), unknown(), failing()] {
        assert_eq!(judged(MISSING, other), [Verdict::Fail]);
    }
    for refusal in [keyless(), unknown()] {
        assert_eq!(judged(PERMISSION, refusal), [Verdict::Pass]);
    }
    for other in [taken(), failing()] {
        assert_eq!(judged(PERMISSION, other), [Verdict::Fail]);
    }
    let beside = |plain: Request, faulty: Request| {
        said(MISSING, |probe| {
            refused_beside(probe, MISSING, "why", plain, [faulty]);
        })
    };
    assert_eq!(beside(taken(), keyless()), [Verdict::Pass]);
    assert_eq!(beside(taken(), taken()), [Verdict::Fail]);
    assert_eq!(beside(unknown(), keyless()), [Verdict::Skip]);
}

#[test]
fn what_has_to_be_refused_with_a_code_is() {
    let judged = |request: Request| {
        said(SESSION, |probe| {
            coded(probe, SESSION, "why", request);
        })
    };
    let path = format!("/api/agents/{}/sessions/sess_of_nobody", conversational());
    let session = taken().method("GET").path(&path).body(JSON, "");
    assert_eq!(judged(session.clone()), [Verdict::Pass]);
    // The status of another error, and the code of another one with the same status.
    assert_eq!(judged(session.without_header(AUTHORIZATION)), [Verdict::Fail]);
    for other in [taken(), failing(), unknown()] {
        assert_eq!(judged(other), [Verdict::Fail]);
    }
}

#[test]
fn a_target_that_has_had_enough_shows_nothing_by_it() {
    let broken = || Finding::when(false, "200", "another");
    let at = |status: u16, finding: Finding| {
        undecided_unless(&answered(taken(), status, "text/plain", ""), finding)
    };
    assert!(matches!(at(429, broken()), Finding::Undecided(_)));
    assert_eq!(at(429, Finding::Met), Finding::Met);
    assert_eq!(at(428, broken()), broken());
}
