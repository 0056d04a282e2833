//! The calls of run management: list, fetch, cancel, pause, resume, retry.
//!
//! Source: Olbrain, Run management (<https://docs.olbrain.com/run-management>). The page shows one answer, that of a
//! fetched run which has succeeded; the answers of the control calls, `steps`, and what a run shows before its end are
//! the mock's own, and so are `progress_percent`, `duration_seconds` and `error`, whose names are those of the vendor's
//! client.

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use jiff::Timestamp;

use super::agents::AgentType;
use super::answer::{self, Refusal};
use super::files;
use super::object_text::{ObjectText, array};
use super::pdf;
use super::query::{Given, Query, RUNS_LISTED};
use super::readings::{
    ControlStatus, RetryRun, RunWrongState, RunsLimitInvalid, RunsListShape, RunsStatusUnknown,
};
use super::respond::{AgentRows, Olbrain};
use super::route::RunCall;
use super::run::{Control, Run, RunStatus};
use super::state::Kept;
use crate::trace::Trace;

const ROWS: AgentRows = AgentRows {
    unknown: "olbrain.agent.unknown",
    of_another: "olbrain.runs.404.other-org",
};

impl Olbrain {
    pub(super) fn run_call(
        &self,
        agent_id: &str,
        call: &RunCall<'_>,
        request: &Request<Bytes>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        let organization = self.authenticate(request, trace)?;
        let agent = self.find_agent(agent_id, organization, &ROWS, trace)?;
        Self::only_for(AgentType::Workflow, agent, "olbrain.runs.kind", trace)?;
        match call {
            RunCall::List => self.list_runs(agent_id, request, now, trace),
            RunCall::Get(run_id) => self.get_run(agent_id, run_id, request, now, trace),
            RunCall::Control(run_id, control) => self.control_run(agent_id, run_id, *control, now, trace),
        }
    }

    fn list_runs(
        &self,
        agent_id: &str,
        request: &Request<Bytes>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        let query = Query::parse(request.uri().query().unwrap_or(""));
        let limit = match (query.limit(), self.readings().runs_limit_invalid) {
            (Given::Value(limit), _) => limit,
            (Given::Unusable, RunsLimitInvalid::Refused) => {
                trace.step(
                    "limit",
                    &["query"],
                    &["no positive whole number"],
                    "olbrain.runs.list.limit.invalid",
                );
                return Err(Refusal::bad_request("limit has to be a positive whole number."));
            }
            _ => RUNS_LISTED,
        };
        let mut only = None;
        match (
            query.status(&RunStatus::ALL, RunStatus::as_str),
            self.readings().runs_status_unknown,
        ) {
            (Given::Value(status), _) => only = Some(status),
            (Given::Nothing, _) => {}
            (Given::Unusable, reading) => {
                trace.step(
                    "status",
                    &["query"],
                    &["no state of a run"],
                    "olbrain.runs.list.status.unknown",
                );
                match reading {
                    RunsStatusUnknown::Empty => return Ok(self.runs_answer(Vec::new())),
                    RunsStatusUnknown::Refused => {
                        return Err(Refusal::bad_request("status has to be a state of a run."));
                    }
                    RunsStatusUnknown::Ignored => {}
                }
            }
        }
        let mut kept = self.state.lock();
        let listed: Vec<String> = kept
            .runs
            .iter_mut()
            .rev()
            .filter(|run| run.agent_id == agent_id)
            .filter_map(|run| {
                run.advance(now);
                let is_wanted = only.is_none_or(|status| run.status() == status);
                is_wanted.then(|| self.run_text(run, now).end())
            })
            .take(usize::try_from(limit).unwrap_or(usize::MAX))
            .collect();
        drop(kept);
        let count = listed.len().to_string();
        trace.step(
            "runs",
            &["runs of the agent"],
            &[&count, " of them"],
            "olbrain.runs.list",
        );
        Ok(self.runs_answer(listed))
    }

    fn runs_answer(&self, runs: Vec<String>) -> Response<Bytes> {
        let body = match self.readings().runs_list_shape {
            RunsListShape::Array => array(runs),
            RunsListShape::Object => ObjectText::new().list("runs", runs).end(),
        };
        answer::json(StatusCode::OK, body)
    }

    fn get_run(
        &self,
        agent_id: &str,
        run_id: &str,
        request: &Request<Bytes>,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        let mut kept = self.state.lock();
        let run = find(&mut kept, agent_id, run_id, now, trace)?;
        trace.step("run", &[&run.id], &[run.status().as_str()], "olbrain.runs.get");
        let mut entry = None;
        let text = self.run_text(run, now);
        if run.status() == RunStatus::Succeeded {
            let (written, link) = self.output_file(run, self.report(run), &files::base(request), now);
            entry = Some(written);
            kept.links.push(link);
        }
        drop(kept);
        Ok(answer::json(
            StatusCode::OK,
            text.list("output_files", entry).end(),
        ))
    }

    fn control_run(
        &self,
        agent_id: &str,
        run_id: &str,
        control: Control,
        now: Timestamp,
        trace: &mut Trace,
    ) -> Result<Response<Bytes>, Refusal> {
        let readings = self.readings();
        let mut kept = self.state.lock();
        let run = find(&mut kept, agent_id, run_id, now, trace)?;
        let status = run.status();
        if !control.fits(status) {
            trace.step(
                "run",
                &[&run.id],
                &[status.as_str(), ", which the call does not fit"],
                "olbrain.runs.control.wrong-state.status",
            );
            let answered = match readings.run_wrong_state {
                RunWrongState::Conflict => StatusCode::CONFLICT,
                RunWrongState::BadRequest => StatusCode::BAD_REQUEST,
            };
            return Err(Refusal::new(
                answered,
                "run_wrong_state",
                "The state of the run does not allow this call.",
            ));
        }
        let requirement = match control {
            Control::Cancel => "olbrain.runs.cancel",
            Control::Pause => "olbrain.runs.pause",
            Control::Resume => "olbrain.runs.resume",
            Control::Retry => "olbrain.runs.retry",
        };
        let text = if control == Control::Retry && readings.retry_run == RetryRun::NewRun {
            let other = run.again(self.random.id("run_"), now);
            trace.step("run", &[&run.id], &["tried again as ", &other.id], requirement);
            let text = self.run_text(&other, now);
            kept.runs.push(other);
            text
        } else {
            run.control(control, now);
            trace.step(
                "run",
                &[&run.id],
                &[status.as_str(), " before, ", run.status().as_str(), " now"],
                requirement,
            );
            self.run_text(run, now)
        };
        drop(kept);
        let answered = match readings.control_status {
            ControlStatus::Ok => StatusCode::OK,
            ControlStatus::Accepted => StatusCode::ACCEPTED,
        };
        Ok(answer::json(answered, text.list("output_files", None).end()))
    }

    /// A run without its output files, which only fetching it shows.
    fn run_text(&self, run: &Run, now: Timestamp) -> ObjectText {
        let status = run.status();
        let moment = |at: Option<Timestamp>| at.map(in_seconds);
        let duration = run.started_at().zip(run.completed_at()).map(|(start, end)| {
            let millis = end.duration_since(start).as_millis();
            format!("{}.{:03}", millis / 1000, millis % 1000)
        });
        let progress = run.progress_percent(now).map(|percent| percent.to_string());
        let null = || "null".to_owned();
        let step = ObjectText::new()
            .text("name", "process")
            .text("status", status.as_str())
            .end();
        let error = if status == RunStatus::Failed {
            ObjectText::new()
                .text("code", "step_failed")
                .text("message", "A step of the run failed.")
                .end()
        } else {
            null()
        };
        let inputs = String::from_utf8_lossy(&run.inputs);
        ObjectText::new()
            .text("run_id", &run.id)
            .text("workflow_id", &run.agent_id)
            .text("status", status.as_str())
            .text_or_null("started_at", moment(run.started_at()).as_deref())
            .text_or_null("completed_at", moment(run.completed_at()).as_deref())
            .raw("duration_seconds", &duration.unwrap_or_else(null))
            .raw("progress_percent", &progress.unwrap_or_else(null))
            .raw("inputs", &self.secrets.mask(&inputs))
            .list("steps", [step])
            .raw("error", &error)
    }

    /// What a run leaves behind.
    fn report(&self, run: &Run) -> Bytes {
        let inputs = String::from_utf8_lossy(&run.inputs);
        let ended = run.completed_at().map(in_seconds).unwrap_or_default();
        let lines = [
            format!("Run {} of {}", run.id, run.agent_id),
            format!("succeeded at {ended}"),
            String::new(),
            format!("Inputs: {}", self.secrets.mask(&inputs)),
        ];
        pdf::document("Report", &lines.each_ref().map(String::as_str))
    }
}

/// Finds a run of this agent, and brings it up to date.
fn find<'k>(
    kept: &'k mut Kept,
    agent_id: &str,
    run_id: &str,
    now: Timestamp,
    trace: &mut Trace,
) -> Result<&'k mut Run, Refusal> {
    let (found, requirement) = match kept.runs.get_mut(run_id) {
        Some(run) if run.agent_id == agent_id => {
            run.advance(now);
            return Ok(run);
        }
        Some(_) => ("a run of another agent", "olbrain.runs.404.other-agent"),
        None => ("no such run", "olbrain.runs.404"),
    };
    trace.step("run", &["runs of the agent"], &[found], requirement);
    Err(answer::RUN_NOT_FOUND)
}

/// A moment as runs and sessions show it: RFC 3339 in UTC, whole seconds.
pub(super) fn in_seconds(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}
