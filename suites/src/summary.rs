//! What a run came to, made from its events.

use std::collections::{BTreeMap, BTreeSet};

use spec::{Level, Requirement, Subject};

use crate::conduct::WITHHELD;
use crate::event::{CheckRecord, Event};
use crate::not_offered::{self, NotOffered};
use crate::verdict::Verdict;

/// Everything that the reports and the exit code need.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// Seed of the run.
    pub seed: u64,
    /// Base URL by API.
    pub targets: BTreeMap<String, String>,
    /// Whether the target was the mock inside this process.
    pub embedded: bool,
    /// APIs that were tested in safe mode.
    pub safe: BTreeSet<String>,
    /// Parts of the APIs that the targets do not offer, as was declared.
    pub not_offered: BTreeSet<String>,
    /// How many cases were planned.
    pub planned: usize,
    /// Cases with their verdicts and how long each took, in microseconds.
    pub cases: BTreeMap<String, (Option<Verdict>, u64)>,
    /// Every check.
    pub checks: Vec<CheckRecord>,
    /// Why the run ended early, and the exchange that shows it.
    pub stopped: Option<(String, Option<String>)>,
    /// Requests sent.
    pub requests: u64,
    /// Microseconds from the first to the last event.
    pub elapsed_us: u64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing failed, and something was verified.
    Conformant,
    /// Something failed.
    NotConformant,
    /// The target was unreachable, the run incomplete, or nothing was verified.
    Undecided,
}

impl Outcome {
    /// The exit code of the command.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Conformant => 0,
            Self::NotConformant => 1,
            Self::Undecided => 3,
        }
    }
}

/// Counts of requirements by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// All checks met.
    pub passed: usize,
    /// A *must* not met.
    pub failed: usize,
    /// A *should* not met.
    pub warned: usize,
    /// Not decided.
    pub skipped: usize,
    /// Open points that were looked at.
    pub observed: usize,
}

impl Tally {
    fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Pass => self.passed += 1,
            Verdict::Fail => self.failed += 1,
            Verdict::Warn => self.warned += 1,
            Verdict::Skip => self.skipped += 1,
            Verdict::Observed => self.observed += 1,
        }
    }
}

impl Summary {
    /// Takes one event in.
    pub fn take(&mut self, event: &Event) {
        match event {
            Event::RunStarted {
                seed,
                targets,
                embedded,
                safe,
                not_offered,
                cases,
                ..
            } => {
                self.seed = *seed;
                self.targets.clone_from(targets);
                self.embedded = *embedded;
                self.safe.clone_from(safe);
                self.not_offered.clone_from(not_offered);
                self.planned = *cases;
            }
            Event::CaseStarted { .. } | Event::Planned { .. } | Event::Exchange(_) => {}
            Event::Check(record) => self.checks.push((**record).clone()),
            Event::CaseFinished {
                case,
                verdict,
                elapsed_us,
                ..
            } => {
                self.cases.insert(case.clone(), (*verdict, *elapsed_us));
            }
            Event::Repeated {
                case,
                requirement,
                again,
                evidence,
            } => {
                for check in &mut self.checks {
                    if check.case == *case
                        && check.requirement == *requirement
                        && check.verdict == Verdict::Fail
                    {
                        check.flaky = !again;
                        if let Some(evidence) = evidence {
                            check.evidence = Some((**evidence).clone());
                        }
                    }
                }
            }
            Event::Stopped { reason, transcript } => {
                self.stopped = Some((reason.clone(), transcript.clone()));
            }
            Event::RunFinished { requests, elapsed_us } => {
                self.requests = *requests;
                self.elapsed_us = *elapsed_us;
                self.checks
                    .sort_by(|a, b| (&a.requirement, &a.case).cmp(&(&b.requirement, &b.case)));
            }
        }
    }

    /// The verdict of each requirement that was checked: the worst of its checks.
    pub fn requirements(&self) -> BTreeMap<&str, Verdict> {
        let mut verdicts: BTreeMap<&str, Verdict> = BTreeMap::new();
        for check in &self.checks {
            let worst = verdicts.entry(&check.requirement).or_insert(check.verdict);
            *worst = (*worst).max(check.verdict);
        }
        verdicts
    }

    /// Tallies by area of the catalogue.
    pub fn areas(&self) -> BTreeMap<&'static str, Tally> {
        let mut areas: BTreeMap<&'static str, Tally> = BTreeMap::new();
        for (id, verdict) in self.requirements() {
            if let Some(requirement) = spec::requirement(id) {
                areas.entry(area(requirement)).or_default().add(verdict);
            }
        }
        areas
    }

    /// The checks with this verdict, by requirement.
    pub fn with(&self, verdict: Verdict) -> BTreeMap<&str, Vec<&CheckRecord>> {
        let mut found: BTreeMap<&str, Vec<&CheckRecord>> = BTreeMap::new();
        for check in self.checks.iter().filter(|check| check.verdict == verdict) {
            found.entry(&check.requirement).or_default().push(check);
        }
        found
    }

    /// Failed requirements, those of which no failure repeated apart from the others.
    pub fn failed(&self) -> (Vec<&str>, Vec<&str>) {
        self.with(Verdict::Fail)
            .into_iter()
            .map(|(id, checks)| (id, checks.iter().all(|check| check.flaky)))
            .fold(
                (Vec::new(), Vec::new()),
                |(mut steady, mut flaky), (id, is_flaky)| {
                    if is_flaky {
                        flaky.push(id);
                    } else {
                        steady.push(id);
                    }
                    (steady, flaky)
                },
            )
    }

    /// Requirements that nothing in this run decided, each with the reasons.
    pub fn undecided(&self) -> Vec<(&str, Vec<&str>)> {
        let verdicts = self.requirements();
        self.with(Verdict::Skip)
            .into_iter()
            .filter(|(id, _)| verdicts.get(id) == Some(&Verdict::Skip))
            .map(|(id, checks)| {
                let mut seen = BTreeSet::new();
                let reasons = checks.iter().map(|check| check.expected.as_str());
                (id, reasons.filter(|reason| seen.insert(*reason)).collect())
            })
            .collect()
    }

    /// Requirements that the declaration of what is not offered left open: those of the parts, and those that only the parts
    /// would have shown. Of the former those that could fail a target.
    pub fn left_open_as_not_offered(&self) -> BTreeSet<&str> {
        let Ok(parts) = NotOffered::new(self.not_offered.iter().cloned()) else {
            return BTreeSet::new();
        };
        let rows = self
            .targets
            .keys()
            .filter_map(|api| spec::api(api))
            .flat_map(|api| api.catalogue().iter())
            .filter(|row| row.can_fail() && parts.holds(row))
            .map(|row| row.id.as_str());
        let shown_by_them = self
            .undecided()
            .into_iter()
            .filter(|(_, reasons)| reasons.iter().all(|reason| not_offered::is_reason(reason)))
            .map(|(id, _)| id);
        rows.chain(shown_by_them).collect()
    }

    /// What stays open beside what safe mode keeps back and beside what is not offered: each reason with the requirements that it holds for, in the order
    /// of the first of them.
    pub fn not_decided(&self) -> Vec<(String, Vec<&str>)> {
        let mut kept_back = self.left_open_by_safe_mode();
        kept_back.append(&mut self.left_open_as_not_offered());
        let undecided = self
            .undecided()
            .into_iter()
            .filter(|(id, _)| !kept_back.contains(id))
            .map(|(id, reasons)| (id, reasons.join("; ")));
        let untestable = self.unverified_musts().into_iter().filter_map(|row| {
            let why = row.untestable.as_ref()?;
            Some((row.id.as_str(), format!("not testable: {why}")))
        });
        let mut open: Vec<(&str, String)> = undecided.chain(untestable).collect();
        open.sort_by(|a, b| a.0.cmp(b.0));
        open.dedup_by(|later, earlier| later.0 == earlier.0);
        let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
        for (id, reason) in open {
            match groups.iter_mut().find(|(known, _)| *known == reason) {
                Some((_, ids)) => ids.push(id),
                None => groups.push((reason, vec![id])),
            }
        }
        groups
    }

    /// *Musts* that nothing was said about: their cases were not chosen, or the run ended before them.
    pub fn not_asked(&self) -> usize {
        let verdicts = self.requirements();
        self.unverified_musts()
            .iter()
            .filter(|row| row.untestable.is_none() && !verdicts.contains_key(row.id.as_str()))
            .count()
    }

    /// Requirements of level *should* that are not met.
    pub fn warned(&self) -> usize {
        let verdicts = self.requirements();
        verdicts
            .values()
            .filter(|verdict| **verdict == Verdict::Warn)
            .count()
    }

    /// Requirements that safe mode alone left open.
    pub fn left_open_by_safe_mode(&self) -> BTreeSet<&str> {
        self.undecided()
            .into_iter()
            .filter(|(_, reasons)| reasons.contains(&WITHHELD))
            .map(|(id, _)| id)
            .collect()
    }

    /// Server *musts* of the APIs in this run that could fail a target but were not decided, save for those of what the target
    /// does not offer.
    pub fn unverified_musts(&self) -> Vec<&'static Requirement> {
        let verdicts = self.requirements();
        let not_offered = self.left_open_as_not_offered();
        self.targets
            .keys()
            .filter_map(|api| spec::api(api))
            .flat_map(|api| api.catalogue().iter())
            .filter(|row| row.level == Level::Must && row.subject == Subject::Server && row.can_fail())
            .filter(|row| matches!(verdicts.get(row.id.as_str()), None | Some(Verdict::Skip)))
            .filter(|row| !not_offered.contains(row.id.as_str()))
            .collect()
    }

    /// How the run ended. A failure that was seen stands, even if the run could not go on after it.
    pub fn outcome(&self, strict: bool) -> Outcome {
        let has = |verdict: Verdict| self.checks.iter().any(|check| check.verdict == verdict);
        if has(Verdict::Fail) || (strict && has(Verdict::Warn)) {
            Outcome::NotConformant
        } else if self.stopped.is_some() || !(has(Verdict::Pass) || has(Verdict::Warn)) {
            Outcome::Undecided
        } else {
            Outcome::Conformant
        }
    }
}

/// Areas with fewer rows are shown as part of the one above them.
const SMALL_AREA: usize = 5;

/// The area a requirement is counted under: the finest that has more than a few rows.
pub fn area(requirement: &'static Requirement) -> &'static str {
    let finest = requirement.area();
    let api = finest.split('.').next().unwrap_or(finest);
    let rows = spec::api(api).map_or(0, |api| {
        api.catalogue().iter().filter(|row| row.area() == finest).count()
    });
    let two = finest
        .match_indices('.')
        .nth(1)
        .map_or(finest, |(at, _)| &finest[..at]);
    if rows >= SMALL_AREA { finest } else { two }
}

#[cfg(test)]
mod tests;
