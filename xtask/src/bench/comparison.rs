//! What one request took of the mock and of the floors beside it.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::figures::{Ratios, Sample, Spread, cpu_us_per_request, sender_share};
use super::shown::{number, spread, spread_json};

/// What one request took of the three servers.
#[derive(Debug, Clone, Default)]
pub(super) struct Comparison {
    /// The API and the example that was sent.
    pub(super) subject: String,
    pub(super) floor_hyper: Vec<Sample>,
    pub(super) floor_axum: Vec<Sample>,
    pub(super) mock: Vec<Sample>,
}

impl Comparison {
    /// Nothing was sent yet.
    pub(super) fn of(subject: &str) -> Self {
        Self {
            subject: subject.to_owned(),
            ..Self::default()
        }
    }

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

    /// Adds the table of the figures.
    pub(super) fn write_servers(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "\n{}\n{:<18}{:>12}{:>11}{:>11}{:>18}{:>14}",
            self.subject, "server", "requests/s", "p50 us", "p99 us", "CPU us/request", "sender busy"
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

    /// Adds the table of the ratios.
    pub(super) fn write_ratios(&self, out: &mut String) {
        let _ = writeln!(
            out,
            "{:<18}{:>20}{:>20}{:>20}",
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

    /// The same figures for programs.
    pub(super) fn to_json(&self) -> Value {
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
        json!({ "request": self.subject, "servers": servers, "ratios": ratios })
    }
}
