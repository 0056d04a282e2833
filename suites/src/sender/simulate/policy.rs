//! Policies of senders: those that follow the documents, in every usual way, and those that do not.

use super::random::Random;

/// How delays follow each other before they are scattered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Growth {
    /// Each is this many times the one before.
    Times(f64),
    /// Each is so many seconds longer than the one before.
    Plus(f64),
    /// The squares: 1, 4, 9, and so on.
    Squares,
}

/// How a delay is scattered.
#[derive(Clone, Copy, Debug)]
pub(super) enum Jitter {
    /// Not at all.
    None,
    /// From half the delay to the whole.
    Equal,
    /// By this share of the delay to either side, over the cap too.
    Around(f64),
    /// From nothing to the whole.
    Full,
    /// From nothing to twice the delay, within the cap: the delay is the mean.
    FullDoubled,
    /// From nothing to the whole, in whole seconds.
    FullWhole,
    /// Up to so many seconds on top, within the cap.
    Added(f64),
    /// From the delay to its double, within the cap.
    Doubled,
    /// From the start to three times the delay before, within the cap.
    Decorrelated,
}

/// When a sender stops.
#[derive(Clone, Copy, Debug)]
pub(super) enum End {
    /// Before an attempt that would come after so many seconds.
    Before(f64),
    /// After the first attempt that came after so many seconds.
    After(f64),
    /// After so many retries.
    Retries(usize),
}

/// One policy.
#[derive(Clone, Copy, Debug)]
pub(super) struct Policy {
    pub(super) name: &'static str,
    pub(super) start_s: f64,
    pub(super) growth: Growth,
    pub(super) cap_s: f64,
    pub(super) jitter: Jitter,
    pub(super) end: End,
}

/// The documented numbers, without jitter; the factor is the usual one.
const DOCUMENTED: Policy = Policy {
    name: "no jitter",
    start_s: 1.0,
    growth: Growth::Times(2.0),
    cap_s: 60.0,
    jitter: Jitter::None,
    end: End::Before(600.0),
};

const fn with(name: &'static str, jitter: Jitter) -> Policy {
    Policy {
        name,
        jitter,
        ..DOCUMENTED
    }
}

const fn times(name: &'static str, factor: f64, jitter: Jitter) -> Policy {
    Policy {
        name,
        growth: Growth::Times(factor),
        jitter,
        ..DOCUMENTED
    }
}

/// Policies that no rule may fail.
pub(super) const CORRECT: &[Policy] = &[
    DOCUMENTED,
    Policy {
        name: "no jitter, stops after the first attempt past 10 min",
        end: End::After(600.0),
        ..DOCUMENTED
    },
    times("no jitter, ×1.5", 1.5, Jitter::None),
    times("no jitter, ×3", 3.0, Jitter::None),
    times("no jitter, ×4", 4.0, Jitter::None),
    with("equal jitter", Jitter::Equal),
    with("±10 %", Jitter::Around(0.1)),
    with("±25 %", Jitter::Around(0.25)),
    with("±50 %", Jitter::Around(0.5)),
    times("±50 %, ×1.5", 1.5, Jitter::Around(0.5)),
    with("full jitter", Jitter::Full),
    Policy {
        name: "full jitter, stops after the first attempt past 10 min",
        jitter: Jitter::Full,
        end: End::After(600.0),
        ..DOCUMENTED
    },
    times("full jitter, ×1.3", 1.3, Jitter::Full),
    times("full jitter, ×1.5", 1.5, Jitter::Full),
    times("full jitter, ×3", 3.0, Jitter::Full),
    with("full jitter in whole seconds", Jitter::FullWhole),
    with("full jitter around 1 s, up to 2 s", Jitter::FullDoubled),
    times("full jitter, ×4", 4.0, Jitter::Full),
    with("up to 1 s added", Jitter::Added(1.0)),
    times("up to 1 s added, ×3", 3.0, Jitter::Added(1.0)),
    with("up to 100 % added", Jitter::Doubled),
    with("decorrelated", Jitter::Decorrelated),
];

const fn starting(name: &'static str, start_s: f64, jitter: Jitter) -> Policy {
    Policy {
        name,
        start_s,
        jitter,
        ..DOCUMENTED
    }
}

const fn capped(name: &'static str, cap_s: f64, jitter: Jitter) -> Policy {
    Policy {
        name,
        cap_s,
        jitter,
        ..DOCUMENTED
    }
}

const fn constant(name: &'static str, delay_s: f64, jitter: Jitter) -> Policy {
    Policy {
        name,
        start_s: delay_s,
        growth: Growth::Times(1.0),
        jitter,
        ..DOCUMENTED
    }
}

const fn ending(name: &'static str, end: End, jitter: Jitter) -> Policy {
    Policy {
        name,
        jitter,
        end,
        ..DOCUMENTED
    }
}

const fn linear(name: &'static str, step_s: f64, jitter: Jitter) -> Policy {
    Policy {
        name,
        growth: Growth::Plus(step_s),
        start_s: step_s,
        jitter,
        ..DOCUMENTED
    }
}

/// Policies that some rule ought to fail.
pub(super) const WRONG: &[Policy] = &[
    ending("immediate, 10 retries", End::Retries(10), Jitter::Full).at_once(),
    constant("fixed 1 s", 1.0, Jitter::None),
    constant("fixed 5 s", 5.0, Jitter::None),
    constant("fixed 10 s, ±50 %", 10.0, Jitter::Around(0.5)),
    constant("fixed 10 s, full jitter", 10.0, Jitter::Full),
    constant("fixed 60 s", 60.0, Jitter::None),
    starting("start 5 s", 5.0, Jitter::None),
    starting("start 5 s, ±25 %", 5.0, Jitter::Around(0.25)),
    starting("start 5 s, equal jitter", 5.0, Jitter::Equal),
    starting("start 3 s", 3.0, Jitter::None),
    starting("start 2 s", 2.0, Jitter::None),
    starting("start 500 ms", 0.5, Jitter::None),
    starting("start 100 ms", 0.1, Jitter::None),
    starting("start 100 ms, full jitter", 0.1, Jitter::Full),
    starting("start 5 s, full jitter", 5.0, Jitter::Full),
    starting("start 10 s, full jitter", 10.0, Jitter::Full),
    capped("cap 10 s", 10.0, Jitter::None),
    capped("cap 10 s, full jitter", 10.0, Jitter::Full),
    capped("cap 30 s", 30.0, Jitter::None),
    capped("cap 30 s, ±25 %", 30.0, Jitter::Around(0.25)),
    capped("cap 30 s, full jitter", 30.0, Jitter::Full),
    capped("cap 300 s", 300.0, Jitter::None),
    capped("cap 300 s, ±50 %", 300.0, Jitter::Around(0.5)),
    capped("no cap", f64::INFINITY, Jitter::None),
    capped("no cap, full jitter", f64::INFINITY, Jitter::Full),
    ending("3 retries", End::Retries(3), Jitter::None),
    ending("3 retries, full jitter", End::Retries(3), Jitter::Full),
    ending("1 min", End::Before(60.0), Jitter::None),
    ending("1 min, full jitter", End::Before(60.0), Jitter::Full),
    ending("1 h", End::Before(3600.0), Jitter::None),
    ending("1 h, full jitter", End::Before(3600.0), Jitter::Full),
    linear("linear", 1.0, Jitter::None),
    linear("linear, ±25 %", 1.0, Jitter::Around(0.25)),
    linear("linear, full jitter", 1.0, Jitter::Full),
    Policy {
        name: "squares",
        growth: Growth::Squares,
        ..DOCUMENTED
    },
    Policy {
        name: "squares, equal jitter",
        growth: Growth::Squares,
        jitter: Jitter::Equal,
        ..DOCUMENTED
    },
    Policy {
        name: "squares, full jitter",
        growth: Growth::Squares,
        jitter: Jitter::Full,
        ..DOCUMENTED
    },
];

impl Policy {
    const fn at_once(self) -> Self {
        Self { start_s: 0.0, ..self }
    }

    /// The delay before a retry, in seconds; retries count from 0.
    pub(super) fn delay(&self, retry: usize, before: f64, random: &mut Random) -> f64 {
        let retry = i32::try_from(retry).unwrap_or(i32::MAX);
        let nominal = match self.growth {
            Growth::Times(factor) => self.start_s * factor.powi(retry.min(200)),
            Growth::Plus(step) => self.start_s + step * f64::from(retry),
            Growth::Squares => self.start_s * f64::from(retry + 1).powi(2),
        };
        let capped = nominal.min(self.cap_s);
        match self.jitter {
            Jitter::None => capped,
            Jitter::Equal => random.between(capped / 2.0, capped),
            Jitter::Around(share) => capped * random.between(1.0 - share, 1.0 + share),
            Jitter::Full => random.between(0.0, capped),
            Jitter::FullDoubled => random.between(0.0, (nominal * 2.0).min(self.cap_s)),
            Jitter::FullWhole => random.between(0.0, capped.floor() + 1.0).floor(),
            Jitter::Added(most) => (nominal + random.between(0.0, most)).min(self.cap_s),
            Jitter::Doubled => (nominal * random.between(1.0, 2.0)).min(self.cap_s),
            Jitter::Decorrelated => random
                .between(self.start_s, before.max(self.start_s) * 3.0)
                .min(self.cap_s),
        }
    }

    /// Whether an attempt so many seconds after the first one is still made.
    pub(super) fn goes_on(&self, retry: usize, elapsed: f64, delay: f64) -> bool {
        match self.end {
            End::Before(budget) => elapsed + delay <= budget,
            End::After(budget) => elapsed < budget,
            End::Retries(count) => retry < count,
        }
    }
}
