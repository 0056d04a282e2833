//! What came of a run, as text and as JSON, and the exit code.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use super::explained::explained;
use super::judge::Judgement;
use super::session::{EventOutcome, Outcome, Report, shortened};
use super::timeline::{Timeline, telling};
use crate::verdict::Verdict;

/// Name and version of the JSON form.
pub(crate) const SCHEMA: &str = "hookproof.sender/1";

/// How many events of a scenario are shown one by one.
const SHOWN_EVENTS: usize = 16;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Conformant,
    NotConformant,
    Incomplete,
}

impl Ending {
    pub(crate) fn exit_code(self) -> u8 {
        match self {
            Self::Conformant => 0,
            Self::NotConformant => 1,
            Self::Incomplete => 3,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Conformant => "CONFORMANT",
            Self::NotConformant => "NOT CONFORMANT",
            Self::Incomplete => "INCOMPLETE",
        }
    }
}

/// The worst verdict of each requirement, with where it came from.
fn by_requirement(report: &Report) -> BTreeMap<&'static str, (&Judgement, &str)> {
    let mut worst: BTreeMap<&'static str, (&Judgement, &str)> = BTreeMap::new();
    for outcome in &report.outcomes {
        for judgement in &outcome.judgements {
            let entry = (judgement, outcome.scenario.name.as_str());
            let is_meant = outcome
                .scenario
                .judges
                .iter()
                .any(|id| judgement.requirement.starts_with(id.as_str()));
            let known = worst.entry(judgement.requirement).or_insert(entry);
            // Of equal verdicts that of the scenario which is meant to decide says most.
            if judgement.verdict > known.0.verdict || (judgement.verdict == known.0.verdict && is_meant) {
                *known = entry;
            }
        }
    }
    worst
}

/// What is missing for the run to say anything, in sentences.
pub(crate) fn gaps(report: &Report) -> Vec<String> {
    let mut gaps = Vec::new();
    if let Some(why) = &report.stopped {
        gaps.push(why.clone());
    }
    for outcome in &report.outcomes {
        let name = &outcome.scenario.name;
        let silent: Vec<&EventOutcome> = outcome
            .events
            .iter()
            .filter(|event| event.attempts == 0)
            .collect();
        if let [first, .., last] = &silent[..] {
            gaps.push(format!(
                "{name}, {} events between {} and {}: nothing arrived at their addresses",
                silent.len(),
                first.number,
                last.number
            ));
        } else if let [only] = &silent[..] {
            gaps.push(format!(
                "{name}, event {}: nothing arrived at its address",
                only.number
            ));
        }
        for event in outcome.events.iter().filter(|event| event.attempts > 0) {
            let name = format!("{name}, event {}", event.number);
            if !event.unmet.is_empty() {
                let planned: Vec<String> = event.unmet.iter().map(ToString::to_string).collect();
                gaps.push(format!(
                    "{name}: planned and never met, since no further attempt came: {}",
                    planned.join(", ")
                ));
            } else if event.gone.unfinished {
                gaps.push(format!("{name}: still going on when the run was ended"));
            }
        }
    }
    gaps
}

/// How the run ended.
pub(crate) fn ending(report: &Report, strict: bool) -> Ending {
    let worst = by_requirement(report);
    let has = |verdict| worst.values().any(|(judgement, _)| judgement.verdict == verdict);
    if has(Verdict::Fail) || (strict && has(Verdict::Warn)) {
        Ending::NotConformant
    } else if !gaps(report).is_empty() || !has(Verdict::Pass) {
        Ending::Incomplete
    } else {
        Ending::Conformant
    }
}

/// The report for a terminal.
pub(crate) fn text(report: &Report, strict: bool, verbose: bool) -> String {
    let mut out = String::new();
    measured(&mut out, report);
    if let Some(scale) = report.outcomes.first().map(|first| first.recording.scale)
        && scale < 1.0
    {
        let _ = writeln!(
            out,
            "times below are in seconds of the schedule, of which one lasts {scale:.4} s here"
        );
    }
    let mut told = BTreeMap::new();
    for outcome in &report.outcomes {
        scenario(&mut out, outcome, &mut told, verbose);
    }
    requirements(&mut out, report);
    if report.stray_count > 0 {
        let _ = writeln!(
            out,
            "\n{} requests arrived that belong to no event:",
            report.stray_count
        );
        for stray in &report.strays {
            let _ = writeln!(out, "    {stray}");
        }
    }
    let gaps = gaps(report);
    if !gaps.is_empty() {
        let _ = writeln!(out, "\nnot carried out:");
        for gap in &gaps {
            let _ = writeln!(out, "    {gap}");
        }
    }
    last_line(&mut out, report, strict, gaps.len());
    out
}

fn measured(out: &mut String, report: &Report) {
    let (Some(measured), Some(first)) = (report.measured, report.outcomes.first()) else {
        return;
    };
    let scale = first.recording.scale;
    let part = |length: std::time::Duration| {
        let seconds = length.as_secs_f64();
        format!(
            "{:.1} ms ({:.2} s of the schedule)",
            seconds * 1000.0,
            seconds / scale
        )
    };
    let _ = write!(
        out,
        "measured: this host adds up to {}",
        part(measured.overhead.host)
    );
    if measured.has_retried {
        let _ = write!(out, ", the sender {}", part(measured.overhead.client));
    }
    let _ = writeln!(out, " to each gap");
    let host = &report.host;
    if !host.is_quiet() {
        let _ = writeln!(
            out,
            "    while it was judged, the host stood still for {} in all, for {} at most, and worked up to {:.1} times slower",
            part(host.stalled()),
            part(host.longest_stall()),
            host.slowest()
        );
    }
    if measured.overhead.per_gap().as_secs_f64() / scale > 0.5 {
        let _ = writeln!(
            out,
            "    That is much: what would fail only because of it is left undecided. A smaller --speed leaves more time."
        );
    }
}

/// What tells two judgements apart for a reader.
type Told<'r> = (&'static str, &'static str, &'r str);

/// One scenario. What is `told` already, and under which scenario, is not told again: one wrong header is found in each.
fn scenario<'r>(
    out: &mut String,
    outcome: &'r Outcome,
    told: &mut BTreeMap<Told<'r>, &'r str>,
    verbose: bool,
) {
    let _ = writeln!(out, "\n{}  {}", outcome.scenario.name, outcome.scenario.about);
    let timeline = Timeline::new(&outcome.recording, &outcome.judgements);
    let number = |event: &EventOutcome| u32::try_from(event.number).unwrap_or(u32::MAX);
    for event in outcome.events.iter().take(SHOWN_EVENTS) {
        let _ = writeln!(
            out,
            "    event {:<3} {}",
            event.number,
            timeline.row(number(event))
        );
        process(out, event, verbose);
    }
    if outcome.events.len() > SHOWN_EVENTS {
        let _ = writeln!(out, "    and {} events more", outcome.events.len() - SHOWN_EVENTS);
    }
    let (mut new, mut again) = (Vec::new(), Vec::new());
    for judgement in &outcome.judgements {
        if !verbose && !matches!(judgement.verdict, Verdict::Warn | Verdict::Fail) {
            continue;
        }
        let key = (judgement.requirement, judgement.rule, judgement.value.as_str());
        match told.get(&key) {
            Some(scenario) if !verbose => again.push((judgement, *scenario)),
            _ => {
                told.insert(key, &outcome.scenario.name);
                new.push(judgement);
            }
        }
    }
    if !new.is_empty() {
        let telling = telling(&outcome.recording, &outcome.judgements);
        let table = timeline.table(|event| verbose || telling.first() == Some(&event));
        let _ = writeln!(out, "\n{}", indented(&table));
    }
    for judgement in new {
        out.push_str(&indented(&explained(judgement)));
    }
    for (judgement, scenario) in again {
        let word = judgement.verdict.word().to_uppercase();
        let _ = writeln!(
            out,
            "    {word} {} ({}), as under {scenario}",
            judgement.requirement, judgement.rule
        );
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

/// What there is to say about the process of an event.
fn process(out: &mut String, event: &EventOutcome, verbose: bool) {
    if event.flooded {
        let _ = writeln!(
            out,
            "              sent {} times; after that nothing was answered any more",
            event.attempts
        );
    }
    for other in &event.astray {
        let _ = writeln!(out, "              no attempt: {other}");
    }
    let Some(ended) = &event.gone.ended else { return };
    if event.attempts == 0 || verbose {
        let how = ended.by_itself.as_deref().unwrap_or("had to be ended");
        let _ = writeln!(out, "              the command {how}");
        if !ended.said.is_empty() {
            let _ = writeln!(out, "{}", shortened(&ended.said));
        }
    }
}

fn requirements(out: &mut String, report: &Report) {
    let _ = writeln!(out, "\nrequirements");
    for (id, (judgement, scenario)) in by_requirement(report) {
        let because = match judgement.verdict {
            Verdict::Skip => judgement.note.clone().unwrap_or_default(),
            _ => judgement.value.clone(),
        };
        let _ = writeln!(
            out,
            "    {:<8} {id:<34} {scenario}: {because}",
            judgement.verdict.word()
        );
    }
}

fn last_line(out: &mut String, report: &Report, strict: bool, gaps: usize) {
    let worst = by_requirement(report);
    let count = |verdict| {
        worst
            .values()
            .filter(|(judgement, _)| judgement.verdict == verdict)
            .count()
    };
    let attempts: usize = report
        .outcomes
        .iter()
        .map(|outcome| outcome.recording.attempts.len())
        .sum();
    let _ = writeln!(
        out,
        "\n{}: {} requirements met, {} broken, {} warned about, {} undecided, {} observed; {} scenarios, {attempts} attempts{}",
        ending(report, strict).words(),
        count(Verdict::Pass),
        count(Verdict::Fail),
        count(Verdict::Warn),
        count(Verdict::Skip),
        count(Verdict::Observed),
        report.outcomes.len(),
        if gaps == 0 {
            String::new()
        } else {
            format!(", {gaps} things not carried out")
        }
    );
}

/// The report as JSON; the recordings in it can be judged again by `hookproof judge`.
pub(crate) fn json(report: &Report, strict: bool) -> Value {
    let scenarios: Vec<Value> = report
        .outcomes
        .iter()
        .map(|outcome| {
            let processes: Vec<Value> = outcome
                .events
                .iter()
                .map(|event| {
                    let ended = event.gone.ended.as_ref();
                    json!({
                        "event": event.number,
                        "ended": ended.and_then(|ended| ended.by_itself.clone()),
                        "said": ended.map(|ended| ended.said.clone()),
                        "astray": event.astray,
                        "flooded": event.flooded,
                        "unmet": event.unmet.iter().map(ToString::to_string).collect::<Vec<_>>(),
                    })
                })
                .collect();
            json!({
                "scenario": outcome.scenario.name,
                "recording": outcome.recording,
                "judgements": outcome.judgements,
                "timeline": Timeline::new(&outcome.recording, &outcome.judgements).lines(),
                "events": processes,
            })
        })
        .collect();
    let requirements: serde_json::Map<String, Value> = by_requirement(report)
        .into_iter()
        .map(|(id, (judgement, _))| (id.to_owned(), json!(judgement.verdict)))
        .collect();
    json!({
        "schema": SCHEMA,
        "version": env!("CARGO_PKG_VERSION"),
        "ending": ending(report, strict).words().to_lowercase(),
        "requirements": requirements,
        "not_carried_out": gaps(report),
        "strays": report.strays,
        "scenarios": scenarios,
    })
}
