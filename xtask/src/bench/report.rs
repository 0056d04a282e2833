//! The figures as tables for people, or as one JSON object.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::comparison::Comparison;
use super::figures::Spread;
use super::memory::Memory;
use super::shown::{number, spread, spread_json};
use super::suite_rate::Turn;

/// What each figure is: printed below the tables and in the help text.
pub(super) const LEGEND: &str = "\
What the figures are:
  floor-hyper  a bare hyper server that reads the body and answers a constant status
  floor-axum   an axum router that parses the body with serde_json and answers a constant status;
               an upload it reads and drops
  mock         `hookproof mock` with its defaults: trace header, journal and log are on
  requests/s   answers in a second, with one request under way on each connection
  p50, p99     the time within which 50 and 99 of 100 answers came, from the first byte sent to
               the last received
  CPU          time that the server's process spent in user and kernel mode, over all its rounds,
               for each request; on a busy machine the steadiest figure, as it leaves out the
               time in which others had the processors
  sender busy  how much of one processor the load generator, which has one thread, used; near 1
               it was the limit and not the server, and such rates look more alike than they are
  ratio        taken between rounds side by side: median (quartiles); of requests/s more is
               better, of the others less
  start        from before the mock's process is made to its first documented answer: median
               (quartiles)
  memory       resident pages of the mock; flat means that the second half of the requests
               raised the peak by no more than 1 MiB
  suite        `hookproof test --api API` against its embedded mock, by its own last line; the
               plain loop is reqwest with as many requests under way (8) against floor-hyper, in
               turns with the suite. Olbrain's suite spends most of its time waiting for runs
               that move on the mock's clock, so its rate says little about its speed
Ratios of one run say something beyond this machine, the figures themselves little. A load
average near or above the number of processors before the run means that other programs took
part in it.
";

/// Everything that was measured in one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Report {
    /// Processors that this program may use.
    pub(super) processors: Option<usize>,
    /// How busy the machine was before the run: programs that wanted to run.
    pub(super) load_average: Option<f64>,
    pub(super) connections: u64,
    pub(super) rounds: u32,
    pub(super) round_seconds: f64,
    /// One for each request that was measured.
    pub(super) comparisons: Vec<Comparison>,
    /// Milliseconds from the start of the mock to its first answer.
    pub(super) start_ms: Option<Spread>,
    pub(super) memory: Memory,
    pub(super) turns: Vec<Turn>,
}

impl Report {
    /// The tables, with what each figure is.
    pub(super) fn to_text(&self) -> String {
        let mut out = String::new();
        let _ = writeln!(
            out,
            "{} connections; {} rounds of {:.2} s for each request and server, medians; {} processors, load average {}",
            self.connections,
            self.rounds,
            self.round_seconds,
            self.processors
                .map_or_else(|| "n/a".to_owned(), |count| count.to_string()),
            number(self.load_average, 2),
        );
        for comparison in &self.comparisons {
            comparison.write_servers(&mut out);
            comparison.write_ratios(&mut out);
        }
        self.write_mock(&mut out);
        self.write_suite(&mut out);
        let _ = write!(out, "\n{LEGEND}");
        out
    }

    fn write_mock(&self, out: &mut String) {
        let start = |figure: fn(Spread) -> f64| number(self.start_ms.map(figure), 1);
        let _ = writeln!(
            out,
            "\nstart to first answer   {} ms ({}-{})",
            start(|spread| spread.median),
            start(|spread| spread.lower_quartile),
            start(|spread| spread.upper_quartile)
        );
        let _ = writeln!(
            out,
            "idle memory             {} MiB",
            number(self.memory.idle_kib.map(mib), 1)
        );
        match self.memory.course() {
            None => {
                let _ = writeln!(out, "memory under load       n/a");
            }
            Some(course) => {
                let growth = course.late_growth_kib;
                let _ = writeln!(
                    out,
                    "memory under load       {:.1} MiB after {} requests, {:.1} at most; peak {growth:+} KiB in the \
                     second half: {}",
                    mib(course.last_kib),
                    course.requests,
                    mib(course.peak_kib),
                    if course.flat { "flat" } else { "NOT flat" }
                );
            }
        }
    }

    fn write_suite(&self, out: &mut String) {
        for turn in &self.turns {
            let _ = writeln!(
                out,
                "{:<24}{} requests in {:.2} s = {:.0}/s; plain loop {:.0}/s; ratio {:.2}{}",
                format!("suite {}", turn.api),
                turn.requests,
                turn.seconds,
                turn.rate(),
                turn.plain_rate,
                turn.ratio(),
                if turn.conformant {
                    ""
                } else {
                    " (the suite did not find the mock conformant)"
                }
            );
        }
        for (api, ratio) in self.suite_ratios() {
            let _ = writeln!(out, "{:<24}{}", format!("suite/loop {api}"), spread(ratio));
        }
    }

    /// The suite's rate as a part of the loop's, for each API in the order of its turns.
    fn suite_ratios(&self) -> impl Iterator<Item = (&'static str, Option<Spread>)> {
        self.turns
            .chunk_by(|one, next| one.api == next.api)
            .filter_map(|turns| Some((turns.first()?.api, Spread::of(turns.iter().map(Turn::ratio)))))
    }

    /// The same figures for programs. A figure that this machine does not tell is `null`.
    pub(super) fn to_json(&self) -> String {
        let turns: Vec<Value> = self
            .turns
            .iter()
            .map(|turn| {
                json!({
                    "api": turn.api,
                    "requests": turn.requests,
                    "seconds": turn.seconds,
                    "conformant": turn.conformant,
                    "requests_per_second": turn.rate(),
                    "plain_requests_per_second": turn.plain_rate,
                    "ratio": turn.ratio(),
                })
            })
            .collect();
        let report = json!({
            "processors": self.processors,
            "load_average": self.load_average,
            "connections": self.connections,
            "rounds": self.rounds,
            "round_seconds": self.round_seconds,
            "requests": self.comparisons.iter().map(Comparison::to_json).collect::<Vec<_>>(),
            "start_to_first_answer_ms": spread_json(self.start_ms),
            "memory": {
                "idle_kib": self.memory.idle_kib,
                "kib_after_requests": self.memory.samples(),
                "under_load": self.memory.course().map(|course| json!({
                    "requests": course.requests,
                    "last_kib": course.last_kib,
                    "peak_kib": course.peak_kib,
                    "second_half_growth_kib": course.late_growth_kib,
                    "flat": course.flat,
                })),
            },
            "suite": {
                "turns": turns,
                "ratios": self
                    .suite_ratios()
                    .map(|(api, ratio)| (api.to_owned(), spread_json(ratio)))
                    .collect::<serde_json::Map<_, _>>(),
            },
        });
        format!("{report:#}\n")
    }
}

fn mib(kib: u32) -> f64 {
    f64::from(kib) / 1024.0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::super::comparison::Comparison;
    use super::super::figures::Sample;
    use super::{Report, Spread, Turn};

    fn report() -> Report {
        let sample = |requests: u32, cpu_ms| Sample {
            requests,
            rate: f64::from(requests),
            p50_us: 400.0,
            p99_us: 1000.0,
            cpu_time: Some(Duration::from_millis(cpu_ms)),
            elapsed: Duration::from_secs(1),
            own_cpu_time: Some(Duration::from_millis(900)),
        };
        let mut report = Report {
            processors: Some(2),
            load_average: Some(0.5),
            connections: 32,
            rounds: 1,
            round_seconds: 1.0,
            comparisons: vec![Comparison {
                subject: "polyai/json-payload".to_owned(),
                floor_hyper: vec![sample(20_000, 200)],
                floor_axum: vec![sample(16_000, 200)],
                mock: vec![sample(15_000, 225)],
            }],
            start_ms: Spread::of([9.0, 8.0, 10.0]),
            turns: vec![Turn {
                api: "polyai",
                requests: 5000,
                seconds: 2.0,
                conformant: true,
                plain_rate: 5000.0,
            }],
            ..Report::default()
        };
        report.memory.idle_kib = Some(8192);
        report.memory.note(500_000, Some(9000));
        report.memory.note(1_000_000, Some(9216));
        report
    }

    #[test]
    fn the_text_shows_every_figure_and_what_it_is() {
        let text = report().to_text();
        for line in [
            "32 connections; 1 rounds of 1.00 s for each request and server, medians; 2 processors, load average 0.50",
            "polyai/json-payload",
            "mock                     15000        400       1000              15.0          0.90",
            "mock/floor-axum       0.94 (0.94-0.94)    1.00 (1.00-1.00)                1.20",
            "mock/floor-hyper      0.75 (0.75-0.75)    1.00 (1.00-1.00)                1.50",
            "start to first answer   9.0 ms (8.0-10.0)",
            "idle memory             8.0 MiB",
            "memory under load       9.0 MiB after 1000000 requests, 9.0 at most; peak +216 KiB in the second half: flat",
            "suite polyai            5000 requests in 2.00 s = 2500/s; plain loop 5000/s; ratio 0.50",
            "suite/loop polyai       0.50 (0.50-0.50)",
            "What the figures are:",
        ] {
            assert!(
                text.lines().any(|shown| shown == line),
                "{line}\nis not in\n{text}"
            );
        }
    }

    #[test]
    fn figures_that_are_not_to_be_had_are_said_to_be_missing() {
        let mut report = report();
        report.comparisons[0].mock[0].cpu_time = None;
        report.memory = super::Memory::default();
        report.turns[0].conformant = false;
        let text = report.to_text();
        for part in [
            "idle memory             n/a MiB",
            "memory under load       n/a",
            "did not find the mock conformant",
        ] {
            assert!(text.contains(part), "{part}\nis not in\n{text}");
        }
        let json: Value = serde_json::from_str(&report.to_json()).unwrap();
        assert_eq!(
            json["requests"][0]["servers"]["mock"]["cpu_us_per_request"],
            Value::Null
        );
        assert_eq!(
            json["requests"][0]["ratios"]["mock/floor-axum"]["cpu"],
            Value::Null
        );
        assert_eq!(
            json["memory"],
            json!({ "idle_kib": null, "kib_after_requests": [], "under_load": null })
        );
    }

    #[test]
    fn the_json_holds_the_same_figures() {
        let json: Value = serde_json::from_str(&report().to_json()).unwrap();
        assert_eq!(
            json["requests"][0]["ratios"]["mock/floor-hyper"]["requests_per_second"],
            json!({ "median": 0.75, "lower_quartile": 0.75, "upper_quartile": 0.75 })
        );
        assert_eq!(json["start_to_first_answer_ms"]["median"], 9.0);
        assert_eq!(json["memory"]["under_load"]["flat"], true);
        assert_eq!(json["suite"]["ratios"]["polyai"]["median"], 0.5);
    }
}
