//! A play from its first process to its last: starts the senders, listens until every event is over, and ends them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;

use super::desk::Part;
use super::pulse::Pulse;
use super::stage::Stage;
use super::wait::{Process, Terms};
use crate::sender::HostTrace;
use crate::sender::command::{self, Ended, Launch, Sender};
use crate::sender::handed::Handed;
use crate::sender::side::SenderSide;

/// How often processes and deadlines are looked at.
const LOOK: Duration = Duration::from_millis(20);

/// What any sender takes for an attempt, at least.
const GRAIN: Duration = Duration::from_millis(2);

/// A process counts as being started until its first request, but not for longer than this.
const STARTING: Duration = Duration::from_secs(3);

/// What is played, and on which terms.
pub(crate) struct Play {
    pub(crate) api: &'static str,
    pub(crate) side: &'static SenderSide,
    /// One for each event.
    pub(crate) events: Vec<Cast>,
    /// What the sender is told about time.
    pub(crate) handed_scale: f64,
    /// What sends. `None` where somebody else starts the senders.
    pub(crate) launch: Option<Launch>,
    /// Processes that may be starting at a time: those that are at work should not notice.
    pub(crate) starting: usize,
    /// When the play ends at the latest.
    pub(crate) at_most: Option<Duration>,
}

/// One event of a play.
pub(crate) struct Cast {
    pub(crate) part: Part,
    pub(crate) terms: Terms,
    /// Which scenario it belongs to. The events of one are listened to until all of them are over.
    pub(crate) scenario: usize,
}

/// How one event went, beside what is on the desk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gone {
    /// How its process ended; `None` where there was none.
    pub(crate) ended: Option<Ended>,
    /// It was still going on when the play was ended.
    pub(crate) unfinished: bool,
}

/// Why a play was ended before all events were over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stopped {
    /// The command cannot be started.
    NoCommand(String),
    /// The first process sent nothing to its address.
    NothingSent(String),
    /// Somebody, or the time, ended it.
    Cut(String),
}

/// What came of a play.
pub(crate) struct Played {
    pub(crate) stage: Arc<Stage>,
    pub(crate) gone: Vec<Gone>,
    /// Until when was listened to each event.
    pub(crate) until: Vec<Duration>,
    /// What the host did in the meantime.
    pub(crate) host: HostTrace,
    /// Why the play was ended before all events were over.
    pub(crate) stopped: Option<Stopped>,
}

impl Played {
    /// How long it took.
    pub(crate) fn lasted(&self) -> Duration {
        self.until.iter().max().copied().unwrap_or_default()
    }
}

/// One event on its way.
#[derive(Default)]
struct Way {
    process: Process,
    sender: Option<Sender>,
    gone: Gone,
    over: bool,
    /// Until when it was listened to.
    heard: Option<Duration>,
}

/// A play whose address is known and which has not begun.
pub(crate) struct Opened {
    play: Play,
    stage: Arc<Stage>,
    listener: TcpListener,
    pulse: Pulse,
}

impl Play {
    /// Takes a port.
    pub(crate) async fn open(mut self) -> io::Result<Opened> {
        let parts = self.events.iter().map(|cast| cast.part.clone()).collect();
        let scale = self.events.first().map_or(1.0, |cast| cast.terms.scale);
        let (stage, listener) = Stage::open(self.side, parts, scale).await?;
        self.starting = self.starting.max(1);
        let pulse = Pulse::start(stage.began(), scale)?;
        Ok(Opened {
            play: self,
            stage,
            listener,
            pulse,
        })
    }
}

impl Opened {
    pub(crate) fn stage(&self) -> &Arc<Stage> {
        &self.stage
    }

    /// What the sender of each event is handed.
    pub(crate) fn handed(&self) -> Vec<Handed> {
        let base = format!("http://{}", self.stage.addr());
        let hand = |(number, cast): (usize, &Cast)| {
            Handed::new(
                self.play.api,
                &base,
                &cast.part.given,
                number,
                self.play.handed_scale,
            )
        };
        self.play.events.iter().enumerate().map(hand).collect()
    }

    /// Plays until every event is over or `stop` is.
    pub(crate) async fn run(self, stop: impl Future<Output = &'static str>) -> Played {
        let handed = self.handed();
        let server = tokio::spawn(Arc::clone(&self.stage).serve(self.listener));
        let mut ways: Vec<Way> = self.play.events.iter().map(|_| Way::default()).collect();
        let mut progress = self.stage.subscribe();
        let mut stop = std::pin::pin!(stop);
        let mut stopped = None;
        loop {
            if let Some(why) = step(&self.play, &self.stage, &self.pulse, &handed, &mut ways).await {
                stopped = Some(why);
            }
            let now = self.stage.now();
            if self.play.at_most.is_some_and(|at_most| now >= at_most) && stopped.is_none() {
                stopped = Some(Stopped::Cut("the time for the run was over".to_owned()));
            }
            if stopped.is_some() || ways.iter().all(|way| way.over) {
                break;
            }
            tokio::select! {
                why = &mut stop => stopped = Some(Stopped::Cut(why.to_owned())),
                _ = tokio::time::timeout(LOOK, progress.changed()) => {}
            }
            // Requests come in bursts, and none of them is worth a look of its own.
            tokio::time::sleep(LOOK / 4).await;
        }
        let until = self.stage.now();
        server.abort();
        let _ = server.await;
        let (mut gone, mut heard) = (Vec::new(), Vec::new());
        for mut way in ways {
            heard.push(way.heard.unwrap_or(until));
            if let Some(sender) = way.sender.take() {
                way.gone.ended = Some(sender.end(self.stage.redactor()).await);
            }
            way.gone.unfinished = !way.over;
            gone.push(way.gone);
        }
        Played {
            stage: self.stage,
            gone,
            until: heard,
            host: self.pulse.trace(),
            stopped,
        }
    }
}

/// Starts what may start, and sees what is over. Returns why there is no point in going on.
async fn step(
    play: &Play,
    stage: &Stage,
    pulse: &Pulse,
    handed: &[Handed],
    ways: &mut [Way],
) -> Option<Stopped> {
    let now = stage.now();
    let mut starting = 0;
    let mut ending = Vec::new();
    {
        let desk = stage.desk();
        for (number, way) in ways.iter_mut().enumerate() {
            let (Some(event), Some(Cast { terms, .. })) = (desk.events.get(number), play.events.get(number))
            else {
                continue;
            };
            if way.over {
                continue;
            }
            if let Some(sender) = &mut way.sender
                && way.process.ended.is_none()
                && sender.has_ended()
            {
                way.process.ended = Some(now);
            }
            if let Some(started) = way.process.started
                && event.attempts.is_empty()
                && event.astray.is_empty()
                && way.process.ended.is_none()
                && now < started + STARTING
            {
                starting += 1;
            }
            let is_started = play.launch.is_none() || way.process.started.is_some();
            if is_started
                && event.open == 0
                && terms
                    .over_at(event, way.process, |at| {
                        pulse.lost_since(at, terms.overhead.max(GRAIN))
                    })
                    .is_some_and(|at| now >= at)
            {
                way.over = true;
                ending.push(number);
            }
        }
    }
    for number in ending {
        let scenario = play.events[number].scenario;
        let together = || (0..ways.len()).filter(|other| play.events[*other].scenario == scenario);
        // What is needed no more would only slow the others down. As long as one event of a scenario goes on, the others
        // are listened to as well, and nobody is silent because we ended it.
        let done: Vec<usize> = if stage.desk().events[number].flooded {
            vec![number]
        } else if together().all(|other| ways[other].over) {
            together().collect()
        } else {
            Vec::new()
        };
        for done in done {
            ways[done].heard.get_or_insert(stage.now());
            if let Some(sender) = ways[done].sender.take() {
                ways[done].gone.ended = Some(sender.end(stage.redactor()).await);
            }
        }
        // The first one shows whether the command sends at all; another hundred would only take their time.
        if number == 0 && !has_sent(stage, 0) && play.launch.is_some() {
            if let Some(sender) = ways[0].sender.take() {
                ways[0].gone.ended = Some(sender.end(stage.redactor()).await);
            }
            let desk = stage.desk();
            let why = nothing(&ways[0].gone, desk.stray_count, desk.strays.first());
            return Some(Stopped::NothingSent(why));
        }
    }
    let launch = play.launch.as_ref()?;
    for number in 0..ways.len() {
        if starting >= play.starting {
            break;
        }
        // Before the first one has sent something, there is no reason to start others.
        if number > 0 && !has_sent(stage, 0) && !ways[0].over {
            break;
        }
        let way = &mut ways[number];
        if way.over || way.process.started.is_some() {
            continue;
        }
        way.process.started = Some(stage.now());
        starting += 1;
        match command::start(launch, &handed[number]) {
            Ok(sender) => way.sender = Some(sender),
            Err(error) => {
                way.over = true;
                return Some(Stopped::NoCommand(format!(
                    "`{}` cannot be started: {error}",
                    launch.words[0].escape_debug()
                )));
            }
        }
    }
    None
}

fn has_sent(stage: &Stage, event: usize) -> bool {
    let desk = stage.desk();
    let event = &desk.events[event];
    !event.attempts.is_empty() || !event.astray.is_empty()
}

fn nothing(gone: &Gone, strays: u64, first: Option<&String>) -> String {
    let how = match &gone.ended {
        Some(Ended {
            by_itself: Some(how), ..
        }) => format!("the command {how} and sent nothing to the address that it was handed"),
        _ => "the command sent nothing to the address that it was handed, and did not end either".to_owned(),
    };
    let mut text = how;
    if let Some(first) = first {
        text.push_str(&format!(
            "; {strays} other requests arrived, the first was {first}"
        ));
    }
    text
}
