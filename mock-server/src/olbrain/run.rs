//! A run of a workflow agent: its states, and how it gets from one to the next as time passes.
//!
//! Source: Olbrain, Run management (<https://docs.olbrain.com/run-management>). How long each state lasts is ours.

use bytes::Bytes;
use jiff::{SignedDuration, Timestamp};

use super::shelf::Keep;
use crate::bounded::Weigh;

/// How long a run is queued before it starts.
pub const QUEUED_FOR: SignedDuration = SignedDuration::from_millis(50);

/// How long a run takes once it has started.
pub const RUNS_FOR: SignedDuration = SignedDuration::from_millis(200);

/// How long a run of a slow agent takes once it has started: long enough to pause it or to cancel it at leisure.
pub const SLOW_RUNS_FOR: SignedDuration = SignedDuration::from_mins(10);

/// The states that the page on run management names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RunStatus {
    /// It waits for its start.
    Queued,
    /// It has started.
    Running,
    /// It has ended and done what it should.
    Succeeded,
    /// It has ended without that.
    Failed,
    /// It was paused and waits to be resumed.
    Paused,
    /// It was ended by a call.
    Cancelled,
}

impl RunStatus {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Paused,
        Self::Cancelled,
    ];

    /// The word for it in requests and answers.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Paused => "paused",
            Self::Cancelled => "cancelled",
        }
    }
}

/// What a client can ask of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Control {
    Cancel,
    Pause,
    Resume,
    Retry,
}

impl Control {
    pub(crate) fn named(name: &str) -> Option<Self> {
        Some(match name {
            "cancel" => Self::Cancel,
            "pause" => Self::Pause,
            "resume" => Self::Resume,
            "retry" => Self::Retry,
            _ => return None,
        })
    }

    /// Whether the call fits a run in this state.
    pub(crate) fn fits(self, status: RunStatus) -> bool {
        match self {
            Self::Cancel => matches!(status, RunStatus::Queued | RunStatus::Running),
            Self::Pause => status == RunStatus::Running,
            Self::Resume => status == RunStatus::Paused,
            Self::Retry => status == RunStatus::Failed,
        }
    }
}

/// How the runs of an agent go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Course {
    /// How long one takes once it has started.
    pub(crate) lasts: SignedDuration,
    pub(crate) fails: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Queued { since: Timestamp },
    Running { since: Timestamp, left: SignedDuration },
    Paused { left: SignedDuration },
    Ended(RunStatus),
}

/// One run.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) id: String,
    pub(crate) agent_id: String,
    /// What the event gave as `inputs`, as JSON.
    pub(crate) inputs: Bytes,
    course: Course,
    phase: Phase,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
}

impl Run {
    pub(crate) fn queued(
        id: String,
        agent_id: String,
        inputs: Bytes,
        course: Course,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            agent_id,
            inputs,
            course,
            phase: Phase::Queued { since: now },
            started_at: None,
            completed_at: None,
        }
    }

    /// Does what has become due. A clock that goes back undoes nothing.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        if let Phase::Queued { since } = self.phase
            && has_passed(since, QUEUED_FOR, now)
        {
            let since = after(since, QUEUED_FOR);
            self.started_at = Some(since);
            self.phase = Phase::Running {
                since,
                left: self.course.lasts,
            };
        }
        if let Phase::Running { since, left } = self.phase
            && has_passed(since, left, now)
        {
            self.end(
                if self.course.fails {
                    RunStatus::Failed
                } else {
                    RunStatus::Succeeded
                },
                after(since, left),
            );
        }
    }

    fn end(&mut self, status: RunStatus, at: Timestamp) {
        self.phase = Phase::Ended(status);
        // However the clock went meanwhile, a run does not end before it starts.
        self.completed_at = Some(self.started_at.map_or(at, |started| started.max(at)));
    }

    /// The state, as of the last [`Run::advance`].
    pub(crate) fn status(&self) -> RunStatus {
        match self.phase {
            Phase::Queued { .. } => RunStatus::Queued,
            Phase::Running { .. } => RunStatus::Running,
            Phase::Paused { .. } => RunStatus::Paused,
            Phase::Ended(status) => status,
        }
    }

    pub(crate) fn started_at(&self) -> Option<Timestamp> {
        self.started_at
    }

    pub(crate) fn completed_at(&self) -> Option<Timestamp> {
        self.completed_at
    }

    /// How far the run is, in whole percent. `None` where it ended early.
    pub(crate) fn progress_percent(&self, now: Timestamp) -> Option<u64> {
        let left = match self.phase {
            Phase::Queued { .. } => self.course.lasts,
            Phase::Running { since, left } => left - elapsed(since, now).min(left),
            Phase::Paused { left } => left,
            Phase::Ended(RunStatus::Succeeded) => SignedDuration::ZERO,
            Phase::Ended(_) => return None,
        };
        let whole = self.course.lasts.as_millis().max(1);
        u64::try_from((whole - left.as_millis()) * 100 / whole).ok()
    }

    /// Does what a call asks, if it fits. The run has to be advanced to `now` before.
    pub(crate) fn control(&mut self, control: Control, now: Timestamp) -> bool {
        if !control.fits(self.status()) {
            return false;
        }
        match (control, self.phase) {
            (Control::Cancel, _) => self.end(RunStatus::Cancelled, now),
            (Control::Pause, Phase::Running { since, left }) => {
                self.phase = Phase::Paused {
                    left: left - elapsed(since, now).min(left),
                };
            }
            (Control::Resume, Phase::Paused { left }) => self.phase = Phase::Running { since: now, left },
            (Control::Retry, _) => {
                self.phase = Phase::Queued { since: now };
                self.started_at = None;
                self.completed_at = None;
            }
            // Excluded by the check of the state.
            (Control::Pause | Control::Resume, _) => return false,
        }
        true
    }

    /// Another run with the same inputs.
    pub(crate) fn again(&self, id: String, now: Timestamp) -> Self {
        Self::queued(id, self.agent_id.clone(), self.inputs.clone(), self.course, now)
    }
}

impl Keep for Run {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Weigh for Run {
    fn weight(&self) -> usize {
        self.inputs.len()
    }
}

fn elapsed(since: Timestamp, now: Timestamp) -> SignedDuration {
    now.duration_since(since).max(SignedDuration::ZERO)
}

fn has_passed(since: Timestamp, duration: SignedDuration, now: Timestamp) -> bool {
    now.duration_since(since) >= duration
}

/// The end of time stands in for what would be after it.
pub(crate) fn after(at: Timestamp, duration: SignedDuration) -> Timestamp {
    at.checked_add(duration).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::UNIX_EPOCH;

    fn at(millis: i64) -> Timestamp {
        after(START, SignedDuration::from_millis(millis))
    }

    fn run(fails: bool) -> Run {
        let course = Course {
            lasts: RUNS_FOR,
            fails,
        };
        Run::queued(
            "run_1".into(),
            "agt_1".into(),
            Bytes::from_static(b"{}"),
            course,
            START,
        )
    }

    fn status(run: &mut Run, millis: i64) -> RunStatus {
        run.advance(at(millis));
        run.status()
    }

    #[test]
    fn a_run_goes_on_by_itself() {
        let mut run = run(false);
        assert_eq!(status(&mut run, 49), RunStatus::Queued);
        assert_eq!((run.started_at(), run.progress_percent(at(49))), (None, Some(0)));
        assert_eq!(status(&mut run, 50), RunStatus::Running);
        assert_eq!(run.progress_percent(at(150)), Some(50));
        assert_eq!(status(&mut run, 249), RunStatus::Running);
        assert_eq!(status(&mut run, 250), RunStatus::Succeeded);
        assert_eq!(
            (run.started_at(), run.completed_at()),
            (Some(at(50)), Some(at(250)))
        );
        assert_eq!(run.progress_percent(at(300)), Some(100));
    }

    #[test]
    fn who_looks_late_sees_the_same_times() {
        let mut run = run(true);
        assert_eq!(status(&mut run, 1_000_000), RunStatus::Failed);
        assert_eq!(
            (run.started_at(), run.completed_at()),
            (Some(at(50)), Some(at(250)))
        );
        assert_eq!(run.progress_percent(at(0)), None);
    }

    #[test]
    fn a_paused_run_stands_still_and_goes_on_where_it_was() {
        let mut run = run(false);
        assert_eq!(status(&mut run, 100), RunStatus::Running);
        assert!(run.control(Control::Pause, at(100)));
        assert_eq!(status(&mut run, 100_000), RunStatus::Paused);
        assert_eq!(run.progress_percent(at(100_000)), Some(25));
        assert!(run.control(Control::Resume, at(100_000)));
        assert_eq!(status(&mut run, 100_149), RunStatus::Running);
        assert_eq!(status(&mut run, 100_150), RunStatus::Succeeded);
    }

    #[test]
    fn a_retry_begins_anew() {
        let mut run = run(true);
        assert_eq!(status(&mut run, 250), RunStatus::Failed);
        assert!(run.control(Control::Retry, at(300)));
        assert_eq!((run.status(), run.completed_at()), (RunStatus::Queued, None));
        assert_eq!(status(&mut run, 349), RunStatus::Queued);
        assert_eq!(status(&mut run, 550), RunStatus::Failed);
        let other = run.again("run_2".into(), at(600));
        assert_eq!((other.status(), other.inputs), (RunStatus::Queued, run.inputs));
    }

    #[test]
    fn each_call_fits_its_states_and_leaves_the_others_alone() {
        let in_state = |wanted: RunStatus| {
            let mut made = run(wanted == RunStatus::Failed);
            match wanted {
                RunStatus::Queued => {}
                RunStatus::Running => made.advance(at(60)),
                RunStatus::Succeeded | RunStatus::Failed => made.advance(at(250)),
                RunStatus::Paused => {
                    made.advance(at(60));
                    assert!(made.control(Control::Pause, at(60)));
                }
                RunStatus::Cancelled => assert!(made.control(Control::Cancel, START)),
            }
            made
        };
        for before in RunStatus::ALL {
            for (name, fitting, then) in [
                (
                    "cancel",
                    &[RunStatus::Queued, RunStatus::Running][..],
                    RunStatus::Cancelled,
                ),
                ("pause", &[RunStatus::Running], RunStatus::Paused),
                ("resume", &[RunStatus::Paused], RunStatus::Running),
                ("retry", &[RunStatus::Failed], RunStatus::Queued),
            ] {
                let mut made = in_state(before);
                assert_eq!(made.status(), before);
                let fits = fitting.contains(&before);
                assert_eq!(made.control(Control::named(name).unwrap(), at(300)), fits);
                assert_eq!(
                    made.status(),
                    if fits { then } else { before },
                    "{name} {before:?}"
                );
            }
        }
        assert_eq!(Control::named("stop"), None);
    }

    #[test]
    fn a_clock_that_goes_back_or_ends_does_no_harm() {
        let mut run = run(false);
        assert_eq!(status(&mut run, 60), RunStatus::Running);
        assert_eq!(status(&mut run, -100_000), RunStatus::Running);
        assert_eq!(run.progress_percent(at(-5)), Some(0));
        assert!(run.control(Control::Cancel, at(-5)));
        assert_eq!(run.completed_at(), Some(at(50)));
        let late = Run::queued(
            "run_1".into(),
            "agt_1".into(),
            Bytes::new(),
            run.course,
            Timestamp::MAX,
        );
        let mut late = late;
        late.advance(Timestamp::MAX);
        assert_eq!(late.status(), RunStatus::Queued);
        late.advance(Timestamp::MIN);
        assert_eq!(late.status(), RunStatus::Queued);
    }
}
