//! The parameters of the two lists. Of a parameter that is given twice the first one counts; others are ignored.
//!
//! Source: Olbrain, Run management, List runs, Query parameters; Session management, List sessions, Query parameters.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// How many sessions are listed without a limit.
pub(crate) const SESSIONS_LISTED: u64 = 20;

/// The largest limit on sessions; a larger one counts as this.
pub(crate) const MOST_SESSIONS_LISTED: u64 = 100;

/// How many runs are listed without a limit. No page says how many.
pub(crate) const RUNS_LISTED: u64 = 50;

/// A parameter as it was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Given<T> {
    Nothing,
    Value(T),
    /// It is there, and cannot be what it should.
    Unusable,
}

impl<T> Given<T> {
    fn of(text: Option<String>, read: impl FnOnce(&str) -> Option<T>) -> Self {
        match text {
            None => Self::Nothing,
            Some(text) => read(&text).map_or(Self::Unusable, Self::Value),
        }
    }
}

/// The parameters that one of the lists knows, as texts.
pub(crate) struct Query {
    limit: Option<String>,
    status: Option<String>,
    since: Option<String>,
}

impl Query {
    pub(crate) fn parse(query: &str) -> Self {
        let first = |wanted: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value.into_owned())
        };
        Self {
            limit: first("limit"),
            status: first("status"),
            since: first("since"),
        }
    }

    /// A positive whole number, which may be larger than any that can be counted to.
    pub(crate) fn limit(&self) -> Given<u64> {
        Given::of(self.limit.clone(), |text| {
            let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let is_zero = text.bytes().all(|byte| byte == b'0');
            (is_number && !is_zero).then(|| text.parse().unwrap_or(u64::MAX))
        })
    }

    /// One of these states, named as `name` says.
    pub(crate) fn status<S: Copy>(&self, all: &[S], name: impl Fn(S) -> &'static str) -> Given<S> {
        Given::of(self.status.clone(), |text| {
            all.iter().copied().find(|state| name(*state) == text)
        })
    }

    /// A moment in ISO 8601: with an offset, or without one and then in UTC, or a date, and then its beginning.
    pub(crate) fn since(&self) -> Given<Timestamp> {
        Given::of(self.since.clone(), |text| {
            text.parse().ok().or_else(|| {
                let civil: DateTime = text.parse().ok()?;
                Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::olbrain::conversation::SessionStatus;

    #[test]
    fn a_limit_is_a_positive_whole_number() {
        for (query, expected) in [
            ("", Given::Nothing),
            ("Limit=5", Given::Nothing),
            ("limit=5", Given::Value(5)),
            ("limit=007&limit=9", Given::Value(7)),
            ("limit=99999999999999999999999", Given::Value(u64::MAX)),
            ("x=1&limit=%31", Given::Value(1)),
            ("limit=0", Given::Unusable),
            ("limit=-1", Given::Unusable),
            ("limit=1.5", Given::Unusable),
            ("limit=%2B5", Given::Unusable),
            ("limit=abc", Given::Unusable),
            ("limit=", Given::Unusable),
            ("limit", Given::Unusable),
        ] {
            assert_eq!(Query::parse(query).limit(), expected, "{query}");
        }
    }

    #[test]
    fn a_status_is_one_of_those_named() {
        let status = |query| Query::parse(query).status(&SessionStatus::ALL, SessionStatus::as_str);
        assert_eq!(status("status=closed"), Given::Value(SessionStatus::Closed));
        assert_eq!(status("status=Closed"), Given::Unusable);
        assert_eq!(status("status="), Given::Unusable);
        assert_eq!(status(""), Given::Nothing);
    }

    #[test]
    fn since_takes_the_forms_of_iso_8601() {
        let moment: Timestamp = "2026-05-27T08:14:22Z".parse().unwrap();
        for text in [
            "2026-05-27T08:14:22Z",
            "2026-05-27T08:14:22.000Z",
            "2026-05-27T10:14:22%2B02:00",
            "2026-05-27T08:14:22",
            "20260527T081422Z",
        ] {
            let query = format!("since={text}");
            assert_eq!(Query::parse(&query).since(), Given::Value(moment), "{text}");
        }
        let midnight: Timestamp = "2026-05-27T00:00:00Z".parse().unwrap();
        assert_eq!(Query::parse("since=2026-05-27").since(), Given::Value(midnight));
        for text in ["", "yesterday", "1716797662", "2026-13-01", "9999999-01-01"] {
            let query = format!("since={text}");
            assert_eq!(Query::parse(&query).since(), Given::Unusable, "{text}");
        }
    }
}
