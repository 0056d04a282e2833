//! What a case leaves for people: records of checks and exchanges, the command that sends a request again, and what came of
//! carrying it out.

use std::collections::BTreeMap;

use spec::Requirement;

use super::Probe;
use crate::event::{CheckRecord, Event, Evidence, ExchangeRecord};
use crate::http::{Exchange, Request, reproduction, send_command};
use crate::transcript;
use crate::verdict::{Finding, Verdict};

impl Probe<'_> {
    /// The shell command that sends a request again, on one line, after what has to go before it on its connection. What
    /// `curl` cannot say is a command of ours.
    pub(super) fn reproduction(&self, request: &Request, before: &[Request]) -> String {
        let target = self.suite.target();
        let transport = target.transport();
        let is_for_curl = before.is_empty() && send_command::is_for_curl(request);
        if !is_for_curl && send_command::is_exact(transport, request) {
            let requests: Vec<&Request> = before.iter().chain([request]).collect();
            return send_command::command(target.base(), transport, &requests, target.redactor());
        }
        let curl = transcript::one_line(&reproduction(
            target.base().as_str(),
            request,
            target.redactor(),
            &transport.curl_options(),
        ));
        if is_for_curl {
            return curl;
        }
        send_command::in_part(&curl, before.len())
    }

    pub(super) fn check_record(
        &self,
        requirement: &Requirement,
        verdict: Verdict,
        finding: Finding,
        exchange: Option<&Exchange>,
    ) -> CheckRecord {
        // Nobody reads the evidence of a pass.
        let evidence = exchange
            .filter(|_| verdict != Verdict::Pass)
            .map(|exchange| self.evidence(exchange, verdict));
        let redact = |text: String| self.suite.target().redactor().text(&text);
        let (expected, got) = match finding {
            Finding::Met => (String::new(), String::new()),
            Finding::Broken { expected, got } => (expected, redact(got)),
            Finding::Undecided(reason) => (redact(reason), String::new()),
        };
        CheckRecord {
            case: self.case.to_owned(),
            requirement: requirement.id.clone(),
            level: requirement.level,
            basis: requirement.basis,
            verdict,
            flaky: false,
            count: 1,
            expected,
            got,
            evidence,
        }
    }

    fn evidence(&self, exchange: &Exchange, verdict: Verdict) -> Evidence {
        let target = self.suite.target();
        let before = self
            .before
            .borrow()
            .get(&exchange.number)
            .cloned()
            .unwrap_or_default();
        Evidence {
            transcript: transcript::render(exchange, target.base().prefix(), target.redactor()),
            reproduce: self.reproduction(&exchange.request, &before),
            before,
            tried: None,
            second: None,
            exchange: (verdict == Verdict::Fail).then(|| Box::new(exchange.clone())),
            replay: self.input_seed.get().map(|seed| {
                let replay = format!("--replay '{}@{seed:016x}'", self.case);
                if target.is_embedded() {
                    return replay;
                }
                format!(
                    "--api {} --target {} {replay}",
                    self.suite.api().id(),
                    target.base().as_str()
                )
            }),
        }
    }

    pub(super) fn exchange_record(&self, exchange: &Exchange) -> ExchangeRecord {
        let redactor = self.suite.target().redactor();
        let fields = |headers: &[(String, String)]| {
            headers
                .iter()
                .map(|(name, value)| (redactor.text(name), redactor.text(value)))
                .collect()
        };
        let text = |bytes: &[u8]| redactor.text(&String::from_utf8_lossy(bytes));
        let request = &exchange.request;
        let response = exchange.response();
        ExchangeRecord {
            case: self.case.to_owned(),
            number: exchange.number,
            method: request.method.clone(),
            target: redactor.text(&request.target()),
            request_headers: fields(&request.headers),
            request_body: text(&request.body),
            status: exchange.status(),
            response_headers: response.map(|r| fields(&r.headers)).unwrap_or_default(),
            response_body: response.map(|r| text(&r.body)).unwrap_or_default(),
            no_answer: exchange.answer.as_ref().err().map(|none| none.kind),
            elapsed_us: u64::try_from(exchange.elapsed.as_micros()).unwrap_or(u64::MAX),
        }
    }

    /// The requirements that the case failed for so far, each with its evidence; the log is empty afterwards.
    pub(crate) fn take_failures(&self) -> BTreeMap<String, Option<Evidence>> {
        let log = self.log.take();
        log.records()
            .filter(|record| record.verdict == Verdict::Fail)
            .map(|record| (record.requirement, record.evidence))
            .collect()
    }

    /// Sends the request of a failure again, on its own and as it stands, and says what came of it. The reproduction that
    /// a person is given has then been carried out.
    pub(crate) fn tried(&self, mut evidence: Evidence, repeats: bool) -> Evidence {
        let Some(first) = evidence.exchange.take() else {
            return evidence;
        };
        let before = std::mem::take(&mut evidence.before);
        let mut second = None;
        let _unjudged = self.apart(|| {
            second = if before.is_empty() {
                Some(self.send(first.request.clone()))
            } else {
                let count = before.len() + 1;
                let requests = before.into_iter().chain([first.request.clone()]).collect();
                let mut again = self.send_on_one_connection(requests);
                // The target may end the connection before the last of them.
                again.pop().filter(|_| again.len() + 1 == count)
            };
        });
        let Some(second) = second else {
            evidence.tried = Some(
                "not verified: sent again on its own connection, the requests before it ended the connection"
                    .to_owned(),
            );
            return evidence;
        };
        let redactor = self.suite.target().redactor();
        let got = redactor.text(&second.in_short());
        let same = match (&first.answer, &second.answer) {
            (Ok(first), Ok(second)) => first.status == second.status,
            (Err(first), Err(second)) => first.kind == second.kind,
            _ => false,
        };
        evidence.tried = Some(if second.is_withheld() {
            format!("not verified: {got}")
        } else if same {
            let length = got.chars().count();
            let short: String = got.chars().take(60).collect();
            format!(
                "sent again on its own: the same, {short}{}",
                if length > 60 { "…" } else { "" }
            )
        } else {
            format!(
                "not verified: sent again on its own it was answered {got}; the failure depends on more than this request, \
                 such as an id that is used up, its connection, or others in flight"
            )
        });
        if !repeats && !second.is_withheld() {
            let prefix = self.suite.target().base().prefix();
            evidence.second = Some(transcript::render(&second, prefix, redactor));
        }
        evidence
    }

    /// The event of a stop, with the exchange that shows the reason.
    pub(crate) fn stop_event(&self, reason: &str, exchange: Option<&Exchange>) -> Event {
        let target = self.suite.target();
        Event::Stopped {
            reason: target.redactor().text(reason),
            transcript: exchange.map(|e| transcript::render(e, target.base().prefix(), target.redactor())),
        }
    }
}
