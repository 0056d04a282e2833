//! One run of `hookproof sender`: what is played on which terms, and what is made of what was recorded.

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

use super::calibrate::{self, FASTER_CLOCK, FASTER_SCALED, Measured};
use super::command::Launch;
use super::each_request::each_request;
use super::fake_clock;
use super::judge::{Judgement, judge};
use super::play::desk::Part;
use super::play::run::{Cast, Gone, Opened, Play, Played, Stopped};
use super::play::wait::Terms;
use super::scenario::{Scenario, Step, Then};
use super::side::SenderSide;
use super::{HostTrace, Mode, Recording};

/// What the host did so long before a scenario's first attempt still has to do with it.
const LEAD: Duration = Duration::from_secs(1);

/// What makes the clock of the senders run faster.
#[derive(Clone, Debug)]
pub(crate) struct FakeClock {
    /// The library.
    pub(crate) library: PathBuf,
    /// What is preloaded already.
    pub(crate) preloaded: Option<String>,
}

/// What somebody wants to have judged.
pub(crate) struct Session {
    pub(crate) api: &'static str,
    pub(crate) side: &'static SenderSide,
    pub(crate) scenarios: Vec<Scenario>,
    /// How many events there are where a scenario has all of them.
    pub(crate) all_events: u32,
    /// What sends; `None` where somebody else starts the senders.
    pub(crate) words: Option<Vec<String>>,
    /// How many times faster than the documents say: above 1 the sender is told, or its clock is made to run faster.
    pub(crate) speed: f64,
    pub(crate) fake_clock: Option<FakeClock>,
    /// Whether the ten minutes are watched also where they take ten minutes.
    pub(crate) full: bool,
    /// Whether a duplicate does harm, whatever the scenario says.
    pub(crate) side_effects: bool,
    /// How long a first request may take, in real time.
    pub(crate) first: Duration,
    pub(crate) at_most: Option<Duration>,
    /// Processes that may be starting at a time.
    pub(crate) starting: usize,
}

/// Why nothing can be judged.
#[derive(Debug)]
pub(crate) enum Hindrance {
    /// The command line has to be changed.
    Usage(String),
    /// Nothing that can be judged was sent.
    Incomplete(String),
}

/// What came of one scenario.
pub(crate) struct Outcome {
    pub(crate) scenario: Scenario,
    pub(crate) recording: Recording,
    pub(crate) judgements: Vec<Judgement>,
    pub(crate) events: Vec<EventOutcome>,
}

/// What came of one event, beside its attempts.
pub(crate) struct EventOutcome {
    /// Its number, as the sender was told.
    pub(crate) number: usize,
    /// How many attempts it took.
    pub(crate) attempts: usize,
    /// Planned faults that were never met.
    pub(crate) unmet: Vec<Step>,
    /// Requests to its address that were no attempts.
    pub(crate) astray: Vec<String>,
    pub(crate) flooded: bool,
    pub(crate) gone: Gone,
}

/// What came of a run.
pub(crate) struct Report {
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) measured: Option<Measured>,
    /// What the host did during the play.
    pub(crate) host: HostTrace,
    pub(crate) strays: Vec<String>,
    pub(crate) stray_count: u64,
    /// Why it ended before everything was over.
    pub(crate) stopped: Option<String>,
}

impl Session {
    pub(crate) fn mode(&self) -> Mode {
        match (&self.fake_clock, self.speed > 1.0) {
            (Some(_), _) => Mode::FakeClock,
            (None, true) => Mode::Scaled,
            (None, false) => Mode::Real,
        }
    }

    /// Real seconds for one second of the documented schedule.
    pub(crate) fn scale(&self) -> f64 {
        1.0 / self.speed
    }

    fn is_smoke(&self) -> bool {
        self.mode() == Mode::Real && !self.full
    }

    /// What starts a sender on a schedule that is `faster` times as fast as that of the run.
    fn launch(&self, faster: f64) -> Option<Launch> {
        let variables = self.fake_clock.as_ref().map(|clock| {
            fake_clock::variables(&clock.library, self.speed * faster, clock.preloaded.as_deref())
        });
        Some(Launch {
            words: self.words.clone()?,
            variables: variables.unwrap_or_default(),
        })
    }

    /// What the sender is told about time.
    fn handed_scale(&self, faster: f64) -> f64 {
        match self.mode() {
            Mode::Scaled => self.scale() / faster,
            _ => 1.0,
        }
    }

    fn terms(&self, scenario: &Scenario, overhead: Duration) -> Terms {
        Terms {
            scale: self.scale(),
            retry_after_scale: if self.fake_clock.is_some() {
                self.scale()
            } else {
                1.0
            },
            overhead,
            first: self.first,
            quiet_s: scenario.quiet_s,
            watch_s: scenario.watch_s,
            smoke: self.is_smoke(),
        }
    }

    /// Measures host and sender. `None` where somebody else starts the senders.
    ///
    /// # Errors
    /// Nothing can be judged.
    pub(crate) async fn measure(
        &self,
        stop: impl Future<Output = &'static str>,
    ) -> Result<Option<Measured>, Hindrance> {
        let host = calibrate::host().await;
        let faster = match self.mode() {
            Mode::Scaled => FASTER_SCALED,
            Mode::FakeClock => FASTER_CLOCK,
            // In real time nothing that a sender adds is worth measuring.
            _ => {
                return Ok(Some(calibrate::unmeasured(host)));
            }
        };
        let Some(launch) = self.launch(faster) else {
            return Ok(None);
        };
        let script = [503, 502, 504, 503].map(Step::status).to_vec();
        let events = (0..calibrate::PROCESSES)
            .map(|number| Cast {
                part: Part {
                    given: (self.side.given)(number),
                    script: script.clone(),
                    then: Then::Success,
                },
                // Whoever means to try again has done so within a second of real time, or does not follow.
                terms: Terms {
                    scale: self.scale() / faster,
                    retry_after_scale: 0.0,
                    overhead: calibrate::LISTENED / 2,
                    first: self.first,
                    quiet_s: 0.0,
                    watch_s: 1e6,
                    smoke: false,
                },
                scenario: number as usize,
            })
            .collect();
        let play = Play {
            api: self.api,
            side: self.side,
            events,
            handed_scale: self.handed_scale(faster),
            launch: Some(launch),
            starting: 1,
            at_most: None,
        };
        let opened = play.open().await.map_err(|error| no_port(&error))?;
        let played = opened.run(stop).await;
        hindrance(&played)?;
        let attempts: Vec<_> = {
            let desk = played.stage.desk();
            desk.events.iter().map(|event| event.attempts.clone()).collect()
        };
        let first_delay = match self.mode() {
            Mode::FakeClock => Duration::from_secs_f64(self.scale() / faster),
            _ => Duration::ZERO,
        };
        let measured = calibrate::read(host, first_delay, &attempts, &played.host, played.lasted());
        match measured.not_followed {
            None => Ok(Some(measured)),
            Some(gap) if self.fake_clock.is_some() => Err(Hindrance::Incomplete(format!(
                "the command waited {:.2} s before its first retry although its clock was to run {} times as fast: it \
                 does not ask the C library for the time. Judge it in real time with --full, or let it read \
                 HOOKPROOF_TIME_SCALE and use --speed",
                gap.as_secs_f64(),
                self.speed * faster
            ))),
            Some(gap) => Err(Hindrance::Incomplete(format!(
                "the command waited {:.2} s before its first retry although HOOKPROOF_TIME_SCALE was {}: it does not \
                 multiply its delays by it, so that nothing can be judged on this scale. Leave --speed out, or use \
                 --fake-clock {} for a command that cannot be told",
                gap.as_secs_f64(),
                self.handed_scale(faster),
                self.speed
            ))),
        }
    }

    /// Takes a port and sets the scenarios up.
    ///
    /// # Errors
    /// There is no port.
    pub(crate) async fn open(&self, measured: Option<Measured>) -> Result<Opened, Hindrance> {
        let overhead = measured.map_or(Duration::ZERO, |measured| measured.overhead.client);
        let mut events = Vec::new();
        for (scenario_number, scenario) in self.scenarios.iter().enumerate() {
            for script in scenario.events(self.all_events) {
                let number = u32::try_from(events.len()).unwrap_or(u32::MAX);
                events.push(Cast {
                    part: Part {
                        given: (self.side.given)(number),
                        script: script.to_vec(),
                        then: scenario.then,
                    },
                    terms: self.terms(scenario, overhead),
                    scenario: scenario_number,
                });
            }
        }
        let play = Play {
            api: self.api,
            side: self.side,
            events,
            handed_scale: self.handed_scale(1.0),
            launch: self.launch(1.0),
            starting: self.starting,
            at_most: self.at_most,
        };
        play.open().await.map_err(|error| no_port(&error))
    }

    /// The numbers of the events of each scenario.
    pub(crate) fn ranges(&self) -> Vec<Range<usize>> {
        let mut next = 0;
        self.scenarios
            .iter()
            .map(|scenario| {
                let first = next;
                next += scenario.events(self.all_events).len();
                first..next
            })
            .collect()
    }

    /// The scenarios by name, with the numbers of their events.
    pub(crate) fn names(&self) -> Vec<(String, Range<usize>)> {
        let names = self.scenarios.iter().map(|scenario| scenario.name.clone());
        names.zip(self.ranges()).collect()
    }

    /// Judges what was recorded.
    ///
    /// # Errors
    /// There is nothing to judge.
    pub(crate) fn report(&self, measured: Option<Measured>, played: Played) -> Result<Report, Hindrance> {
        hindrance(&played)?;
        let Played {
            stage,
            gone,
            until,
            host,
            stopped,
        } = played;
        let desk = stage.desk();
        let mut gone: Vec<Option<Gone>> = gone.into_iter().map(Some).collect();
        let outcomes = self
            .scenarios
            .iter()
            .zip(self.ranges())
            .map(|(scenario, range)| {
                let events = &desk.events[range.clone()];
                let watched_until = until[range.clone()].iter().max().copied().unwrap_or_default();
                let heads = events
                    .iter()
                    .filter_map(|event| Some(event.attempts.first()?.head));
                let trace = host
                    .within(
                        heads.min().unwrap_or_default().saturating_sub(LEAD),
                        watched_until,
                    )
                    .compared_with(measured.map_or(1.0, |measured| measured.busy));
                let recording = Recording {
                    scenario: Some(scenario.name.clone()),
                    mode: self.mode(),
                    scale: self.scale(),
                    watched_until,
                    overhead: measured.map(|measured| measured.overhead),
                    host: Some(trace),
                    numbered: self.words.is_some(),
                    side_effects: self.side_effects || scenario.side_effects,
                    one_process: false,
                    attempts: events.iter().flat_map(|event| event.attempts.clone()).collect(),
                    ..Recording::new(self.api)
                };
                let mut judgements = each_request(events, range.start);
                judgements.extend(judge(&recording));
                Outcome {
                    scenario: scenario.clone(),
                    recording,
                    judgements,
                    events: range
                        .clone()
                        .map(|number| EventOutcome {
                            number,
                            attempts: desk.events[number].attempts.len(),
                            unmet: desk.events[number].unmet(),
                            astray: desk.events[number].astray.clone(),
                            flooded: desk.events[number].flooded,
                            gone: gone[number].take().unwrap_or_default(),
                        })
                        .collect(),
                }
            })
            .collect();
        Ok(Report {
            outcomes,
            measured,
            host,
            strays: desk.strays.clone(),
            stray_count: desk.stray_count,
            stopped: stopped.map(|stopped| match stopped {
                Stopped::NoCommand(why) | Stopped::NothingSent(why) | Stopped::Cut(why) => why,
            }),
        })
    }
}

fn no_port(error: &std::io::Error) -> Hindrance {
    Hindrance::Incomplete(format!("no port of this machine can be listened on: {error}"))
}

/// Whether a play that ended early leaves anything to judge; if not, why, with what the command said.
fn hindrance(played: &Played) -> Result<(), Hindrance> {
    let said = played.gone.first().and_then(|gone| gone.ended.as_ref());
    let with_its_words = |why: &str| match said {
        Some(ended) if !ended.said.is_empty() => {
            format!("{why}. It said:\n{}", shortened(&ended.said))
        }
        _ => why.to_owned(),
    };
    match &played.stopped {
        Some(Stopped::NoCommand(why)) => Err(Hindrance::Usage(why.clone())),
        Some(Stopped::NothingSent(why)) => Err(Hindrance::Incomplete(with_its_words(why))),
        _ => Ok(()),
    }
}

/// The last lines of what a command said, marked as quoted.
pub(crate) fn shortened(said: &str) -> String {
    const LINES: usize = 8;
    let lines: Vec<&str> = said.lines().collect();
    let shown = &lines[lines.len().saturating_sub(LINES)..];
    let quoted: Vec<String> = shown
        .iter()
        .map(|line| format!("    | {}", line.chars().take(200).collect::<String>()))
        .collect();
    quoted.join("\n")
}
