//! The figures as tables for people, or as one JSON object.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::figures::{Ratios, Sample, Spread, cpu_us_per_request, sender_share};
use super::memory::Memory;
use super::suite_rate::Turn;

/// What each figure is: printed below the tables and in the help text.
pub(super) const LEGEND: &str = "\
What the figures are:
  floor-hyper  a bare hyper server that reads the body and answers a constant status
  floor-axum   an axum router that parses the body with serde_json and answers a constant status
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
  suite        `hookproof test` with its defaults against its embedded mock, by its own last
               line; the plain loop is reqwest with as many requests under way (8) against
               floor-hyper, in turns with the suite
Ratios of one run say something beyond this machine, the figures themselves little. A load
average near or above the number of processors before the run means that other programs took
part in it.
";

/// Everything that was measured in one run.
#[derive(Debug, Clone, Default)]
pub(super) struct Report {
    /// The API and the example that was sent.
    pub(super) subject: String,
    /// Processors that this program may use.
    pub(super) processors: Option<usize>,
    /// How busy the machine was before the run: programs that wanted to run.
    pub(super) load_average: Option<f64>,
    pub(super) connections: u64,
    pub(super) rounds: u32,
    pub(super) round_seconds: f64,
    pub(super) floor_hyper: Vec<Sample>,
    pub(super) floor_axum: Vec<Sample>,
    pub(super) mock: Vec<Sample>,
    /// Milliseconds from the start of the mock to its first answer.
    pub(super) start_ms: Option<Spread>,
    pub(super) memory: Memory,
    pub(super) turns: Vec<Turn>,
}

impl Report {
    fn servers(&self) -> [(&'static str, &[Sample]); 3] {
        [
            ("floor-hyper", &self.floor_hyper),
            ("floor-axum", &self.floor_axum),
            ("mock", &self.mock),
        ]
    }

    fn ratios(&self) -> [(&'static str, Option<Ratios>); 2] {
        [
            ("mock/floor-axum", Ratios::of(&self.mock, &self.floor_axum)),
            ("mock/floor-hyper", Ratios::of(&self.mock, &self.floor_hyper)),
        ]
    }

    /// The tables, with what each figure is.
    pub(super) fn to_text(&self) -> String {
        let mut out = String::new();
        self.write_servers(&mut out);
        self.write_ratios(&mut out);
        self.write_mock(&mut out);
        self.write_suite(&mut out);
        let _ = write!(out, "\n{LEGEND}");
        out
    }

    fn write_servers(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "{}, {} connections; {} rounds of {:.2} s for each server, medians; {} processors, load average {}\n\n\
             {:<18}{:>12}{:>11}{:>11}{:>18}{:>14}",
            self.subject,
            self.connections,
            self.rounds,
            self.round_seconds,
            self.processors
                .map_or_else(|| "n/a".to_owned(), |count| count.to_string()),
            number(self.load_average, 2),
            "server",
            "requests/s",
            "p50 us",
            "p99 us",
            "CPU us/request",
            "sender busy"
        );
        for (name, samples) in self.servers() {
            let median = |figure: fn(&Sample) -> f64| {
                Spread::of(samples.iter().map(figure)).map(|spread| spread.median)
            };
            let _ = writeln!(
                out,
                "{name:<18}{:>12}{:>11}{:>11}{:>18}{:>14}",
                number(median(|sample| sample.rate), 0),
                number(median(|sample| sample.p50_us), 0),
                number(median(|sample| sample.p99_us), 0),
                number(cpu_us_per_request(samples), 1),
                number(sender_share(samples), 2),
            );
        }
    }

    fn write_ratios(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "\n{:<18}{:>20}{:>20}{:>20}",
            "ratio", "requests/s", "p99", "CPU"
        );
        for (name, ratios) in self.ratios() {
            let _ = writeln!(
                out,
                "{name:<18}{:>20}{:>20}{:>20}",
                spread(ratios.map(|ratios| ratios.rate)),
                spread(ratios.map(|ratios| ratios.p99)),
                number(ratios.and_then(|ratios| ratios.cpu), 2),
            );
        }
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
                "suite                   {} requests in {:.2} s = {:.0}/s; plain loop {:.0}/s; ratio {:.2}{}",
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
        let _ = writeln!(
            out,
            "suite/plain loop        {}",
            spread(Spread::of(self.turns.iter().map(Turn::ratio)))
        );
    }

    /// The same figures for programs. A figure that this machine does not tell is `null`.
    pub(super) fn to_json(&self) -> String {
        let servers: serde_json::Map<String, Value> = self
            .servers()
            .into_iter()
            .map(|(name, samples)| {
                let figures = json!({
                    "requests_per_second": spread_json(Spread::of(samples.iter().map(|sample| sample.rate))),
                    "p50_us": spread_json(Spread::of(samples.iter().map(|sample| sample.p50_us))),
                    "p99_us": spread_json(Spread::of(samples.iter().map(|sample| sample.p99_us))),
                    "cpu_us_per_request": cpu_us_per_request(samples),
                    "sender_busy": sender_share(samples),
                });
                (name.to_owned(), figures)
            })
            .collect();
        let ratios: serde_json::Map<String, Value> = self
            .ratios()
            .into_iter()
            .map(|(name, ratios)| {
                let figures = json!({
                    "requests_per_second": spread_json(ratios.map(|ratios| ratios.rate)),
                    "p99": spread_json(ratios.map(|ratios| ratios.p99)),
                    "cpu": ratios.and_then(|ratios| ratios.cpu),
                });
                (name.to_owned(), figures)
            })
            .collect();
        let turns: Vec<Value> = self
            .turns
            .iter()
            .map(|turn| {
                json!({
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
            "request": self.subject,
            "processors": self.processors,
            "load_average": self.load_average,
            "connections": self.connections,
            "rounds": self.rounds,
            "round_seconds": self.round_seconds,
            "servers": servers,
            "ratios": ratios,
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
                "ratio": spread_json(Spread::of(self.turns.iter().map(Turn::ratio))),
            },
        });
        format!("{report:#}\n")
    }
}

fn mib(kib: u32) -> f64 {
    f64::from(kib) / 1024.0
}

fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.decimals$}"))
}

fn spread(value: Option<Spread>) -> String {
    value.map_or_else(
        || "n/a".to_owned(),
        |Spread {
             median,
             lower_quartile,
             upper_quartile,
         }| format!("{median:.2} ({lower_quartile:.2}-{upper_quartile:.2})"),
    )
}

fn spread_json(value: Option<Spread>) -> Value {
    value.map_or(Value::Null, |spread| {
        json!({
            "median": spread.median,
            "lower_quartile": spread.lower_quartile,
            "upper_quartile": spread.upper_quartile,
        })
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::{Report, Sample, Spread, Turn};

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
            subject: "polyai/json-payload".to_owned(),
            processors: Some(2),
            load_average: Some(0.5),
            connections: 32,
            rounds: 1,
            round_seconds: 1.0,
            floor_hyper: vec![sample(20_000, 200)],
            floor_axum: vec![sample(16_000, 200)],
            mock: vec![sample(15_000, 225)],
            start_ms: Spread::of([9.0, 8.0, 10.0]),
            turns: vec![Turn {
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
            "polyai/json-payload, 32 connections; 1 rounds of 1.00 s for each server, medians; 2 processors, load average 0.50",
            "mock                     15000        400       1000              15.0          0.90",
            "mock/floor-axum       0.94 (0.94-0.94)    1.00 (1.00-1.00)                1.20",
            "mock/floor-hyper      0.75 (0.75-0.75)    1.00 (1.00-1.00)                1.50",
            "start to first answer   9.0 ms (8.0-10.0)",
            "idle memory             8.0 MiB",
            "memory under load       9.0 MiB after 1000000 requests, 9.0 at most; peak +216 KiB in the second half: flat",
            "suite                   5000 requests in 2.00 s = 2500/s; plain loop 5000/s; ratio 0.50",
            "suite/plain loop        0.50 (0.50-0.50)",
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
        report.mock[0].cpu_time = None;
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
        assert_eq!(json["servers"]["mock"]["cpu_us_per_request"], Value::Null);
        assert_eq!(json["ratios"]["mock/floor-axum"]["cpu"], Value::Null);
        assert_eq!(
            json["memory"],
            json!({ "idle_kib": null, "kib_after_requests": [], "under_load": null })
        );
    }

    #[test]
    fn the_json_holds_the_same_figures() {
        let json: Value = serde_json::from_str(&report().to_json()).unwrap();
        assert_eq!(
            json["ratios"]["mock/floor-hyper"]["requests_per_second"],
            json!({ "median": 0.75, "lower_quartile": 0.75, "upper_quartile": 0.75 })
        );
        assert_eq!(json["start_to_first_answer_ms"]["median"], 9.0);
        assert_eq!(json["memory"]["under_load"]["flat"], true);
        assert_eq!(json["suite"]["ratio"]["median"], 0.5);
    }
}
