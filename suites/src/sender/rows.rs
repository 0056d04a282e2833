//! What the documents of an API say about sending an event again: the ids of the rows that a recording can decide.

/// What one API says about retries.
#[derive(Debug)]
pub(crate) enum Retries {
    /// It documents a schedule.
    Schedule(&'static ScheduleRows),
    /// It says nothing, or little: what a sender does is observed.
    Open(&'static OpenRows),
}

/// The rows of a documented schedule: delays that begin at 1 s, grow exponentially up to 60 s, and end after roughly
/// 10 minutes. The judge's thresholds are simulated for this one schedule.
#[derive(Debug)]
pub(crate) struct ScheduleRows {
    /// Statuses that are retried, each with its row.
    pub(crate) on: &'static [(u16, &'static str)],
    /// No retry after a 4xx.
    pub not_4xx: &'static str,
    /// No retry after a 4xx that came later.
    pub not_4xx_later: &'static str,
    /// No retry after success.
    pub(crate) stops: &'static str,
    /// What is done about a 500; open.
    pub on_500: &'static str,
    /// What is done where there was no whole answer; open.
    pub(crate) network_errors: &'static str,
    /// The first delay.
    pub(crate) start: &'static str,
    /// Growth up to the cap.
    pub(crate) exponential: &'static str,
    /// By which factor; open.
    pub(crate) factor: &'static str,
    /// How delays are scattered; open.
    pub(crate) jitter: &'static str,
    /// No delay above the cap.
    pub(crate) cap: &'static str,
    /// When the tries end.
    pub(crate) give_up: &'static str,
    /// That they end for good.
    pub(crate) give_up_final: &'static str,
    /// How many tries that makes.
    pub(crate) attempts: &'static str,
    /// One key for all tries of an event.
    pub(crate) same_key: &'static str,
    /// A key for each event.
    pub(crate) distinct_keys: &'static str,
    /// One body for all tries.
    pub(crate) same_body: &'static str,
    /// The key's place.
    pub(crate) key_in_body: &'static str,
    /// The member of the body that holds the key.
    pub(crate) key_member: &'static str,
    /// No retry while an answer is awaited.
    pub(crate) one_at_a_time: &'static str,
    /// Each event begins with the first delay.
    pub(crate) fresh_start: &'static str,
    /// `Retry-After` is waited for.
    pub(crate) retry_after: &'static str,
}

/// The rows of an API without a schedule.
#[derive(Debug)]
pub(crate) struct OpenRows {
    /// Whether and when an event is sent again; open.
    pub(crate) retries: &'static str,
    /// The row and the member of the body that stays the same when an event is sent again, where one is documented.
    pub(crate) stable: Option<(&'static str, &'static str)>,
}

impl Retries {
    /// Every row that a recording of this API can decide.
    pub(crate) fn rows(&self) -> Vec<&'static str> {
        match self {
            Self::Schedule(rows) => {
                let mut all: Vec<&'static str> = rows.on.iter().map(|(_, id)| *id).collect();
                all.extend([
                    rows.not_4xx,
                    rows.not_4xx_later,
                    rows.stops,
                    rows.on_500,
                    rows.network_errors,
                    rows.start,
                    rows.exponential,
                    rows.factor,
                    rows.jitter,
                    rows.cap,
                    rows.give_up,
                    rows.give_up_final,
                    rows.attempts,
                    rows.same_key,
                    rows.distinct_keys,
                    rows.same_body,
                    rows.key_in_body,
                    rows.one_at_a_time,
                    rows.fresh_start,
                    rows.retry_after,
                ]);
                all
            }
            Self::Open(rows) => std::iter::once(rows.retries)
                .chain(rows.stable.map(|(id, _)| id))
                .collect(),
        }
    }
}
