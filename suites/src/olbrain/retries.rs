//! What Olbrain's page says about sending an event again.

use crate::sender::{Retries, ScheduleRows};

/// "Retry on 502, 503, and 504 with exponential backoff — start at 1 s, cap at 60 s, give up after roughly 10 minutes. Do
/// not retry on 4xx."
pub(crate) static RETRIES: Retries = Retries::Schedule(&ScheduleRows {
    on: &[
        (502, "olbrain.retry.on-502"),
        (503, "olbrain.retry.on-503"),
        (504, "olbrain.retry.on-504"),
    ],
    not_4xx: "olbrain.retry.not-4xx",
    not_4xx_later: "olbrain.retry.not-4xx.later",
    stops: "olbrain.retry.stops",
    on_500: "olbrain.retry.500",
    network_errors: "olbrain.retry.network-errors",
    start: "olbrain.retry.start",
    exponential: "olbrain.retry.exponential",
    factor: "olbrain.retry.factor",
    jitter: "olbrain.retry.jitter",
    cap: "olbrain.retry.cap",
    give_up: "olbrain.retry.giveup",
    give_up_final: "olbrain.retry.giveup.final",
    attempts: "olbrain.retry.attempts",
    same_key: "olbrain.retry.same-key",
    distinct_keys: "olbrain.retry.distinct-keys",
    same_body: "olbrain.retry.same-body",
    key_in_body: "olbrain.idem.in-body",
    key_member: "Idempotency-Key",
    one_at_a_time: "olbrain.retry.one-at-a-time",
    fresh_start: "olbrain.retry.fresh-start",
    retry_after: "olbrain.retry.retry-after",
});
