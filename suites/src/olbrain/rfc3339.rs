//! Moments in the form of RFC 3339.

use jiff::Timestamp;

/// Reads a date and time in the form of RFC 3339 §5.6, and in no other form of ISO 8601.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    has_form(text)
        .then(|| text.to_ascii_uppercase().parse().ok())
        .flatten()
}

/// `2026-05-27T08:14:22`, then a fraction or none, then `Z` or `+05:30`. Letters may be small; a blank may not stand for
/// the T, since few readers take it.
fn has_form(text: &str) -> bool {
    const PATTERN: &[u8] = b"dddd-dd-ddTdd:dd:dd";
    let bytes = text.as_bytes();
    let Some((moment, rest)) = bytes.split_at_checked(PATTERN.len()) else {
        return false;
    };
    if !fits(moment, PATTERN) {
        return false;
    }
    let zone = match rest.split_first() {
        Some((b'.', fraction)) => {
            let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
            if digits == 0 {
                return false;
            }
            &fraction[digits..]
        }
        _ => rest,
    };
    matches!(zone, b"Z" | b"z") || fits(zone, b"+dd:dd") || fits(zone, b"-dd:dd")
}

fn fits(text: &[u8], pattern: &[u8]) -> bool {
    text.len() == pattern.len()
        && text.iter().zip(pattern).all(|(byte, wanted)| match wanted {
            b'd' => byte.is_ascii_digit(),
            other => byte.eq_ignore_ascii_case(other),
        })
}

/// Whether the text has three digits behind the second and ends in Z, as the samples of the trigger have.
pub(crate) fn has_milliseconds_and_zulu(text: &str) -> bool {
    fits(text.as_bytes(), b"dddd-dd-ddTdd:dd:dd.dddZ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_of_rfc_3339_are_read() {
        let expected = parse("2026-05-27T08:14:22Z").unwrap();
        for text in [
            "2026-05-27t08:14:22z",
            "2026-05-27T08:14:22.000Z",
            "2026-05-27T08:14:22.0+00:00",
            "2026-05-27T13:44:22+05:30",
            "2026-05-27T03:14:22.000000000-05:00",
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_forms_are_not() {
        for text in [
            "",
            "2026-05-27",
            "2026-05-27T08:14:22",
            "2026-05-27T08:14:22.381",
            "2026-05-27 08:14:22Z",
            "2026-05-27T08:14Z",
            "2026-05-27T08:14:22.Z",
            "2026-05-27T08:14:22+0530",
            "2026-05-27T08:14:22+05",
            "2026-13-27T08:14:22Z",
            "2026-05-27T25:14:22Z",
            "20260527T081422Z",
            "1779869662",
            "2026-05-27T08:14:22Z[UTC]",
            "Wed, 27 May 2026 08:14:22 GMT",
            "２026-05-27T08:14:22Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn precision_and_zone_are_those_of_the_samples() {
        assert!(has_milliseconds_and_zulu("2026-05-27T08:14:22.381Z"));
        for text in [
            "2026-05-27T08:14:22Z",
            "2026-05-27T08:14:22.381+00:00",
            "2026-05-27T08:14:22.381000Z",
        ] {
            assert!(!has_milliseconds_and_zulu(text), "{text}");
        }
    }
}
