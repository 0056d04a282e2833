//! How figures are written. One that this machine does not tell is `n/a`, or `null`.

use serde_json::{Value, json};

use super::figures::Spread;

/// A figure with so many decimals.
pub(super) fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "n/a".to_owned(), |value| format!("{value:.decimals$}"))
}

/// The median, and the quartiles in parentheses.
pub(super) fn spread(value: Option<Spread>) -> String {
    value.map_or_else(
        || "n/a".to_owned(),
        |Spread {
             median,
             lower_quartile,
             upper_quartile,
         }| format!("{median:.2} ({lower_quartile:.2}-{upper_quartile:.2})"),
    )
}

/// Median and quartiles for programs.
pub(super) fn spread_json(value: Option<Spread>) -> Value {
    value.map_or(Value::Null, |spread| {
        json!({
            "median": spread.median,
            "lower_quartile": spread.lower_quartile,
            "upper_quartile": spread.upper_quartile,
        })
    })
}
