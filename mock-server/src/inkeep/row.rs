//! The stored event as the answers show it.
//!
//! Source of the envelope and of the eleven members: Inkeep, Log Event, `Response Body`.

use bytes::Bytes;
use jiff::Timestamp;

use super::bag::Identified;
use super::input::Input;
use super::json_text::quoted;
use super::readings::{AbsentMembers, Readings, ServerMetadata};

/// What `serverMetadata` says about an API key where it says anything. The word is ours.
const AUTH_METHOD: &str = r#"{"authMethod":"api_key"}"#;

/// Writes the body of a 201, which every later 200 for the same id repeats.
///
/// The times are in UTC with milliseconds, and both are that of the insertion. What only the server sets comes from
/// here and never from the input, which does not even hold it.
pub(crate) fn write(
    input: &Input,
    id: &str,
    bound_agent: Option<&str>,
    now: Timestamp,
    readings: &Readings,
) -> Bytes {
    let mut members = Writer {
        out: String::with_capacity(512),
        with_absent: readings.absent_members == AbsentMembers::Null,
    };
    let now = format!("\"{now:.3}\"");
    let agent_id = input.agent_id.as_deref().or(bound_agent);
    let user_properties = match &input.user_properties {
        Some(Identified::Untouched(bag) | Identified::Stripped(bag)) => Some(bag.as_str()),
        Some(Identified::Dropped) | None => None,
    };
    let server_metadata = match readings.server_metadata {
        ServerMetadata::Empty => "{}",
        ServerMetadata::AuthMethod => AUTH_METHOD,
    };
    members.out.push_str(r#"{"data":{"#);
    members.text("agentId", agent_id);
    members.text("conversationId", input.conversation_id.as_deref());
    members.document("createdAt", Some(&now));
    members.text("id", Some(id));
    members.text("messageId", input.message_id.as_deref());
    members.document("metadata", input.metadata.as_deref());
    members.document("properties", input.properties.as_deref());
    members.document("serverMetadata", Some(server_metadata));
    members.text("type", Some(&input.event_type));
    members.document("updatedAt", Some(&now));
    members.document("userProperties", user_properties);
    members.out.push_str("}}");
    Bytes::from(members.out)
}

/// Writes members one after the other.
struct Writer {
    out: String,
    /// Whether a member without a value is null; it is left out otherwise.
    with_absent: bool,
}

impl Writer {
    fn text(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.document(name, Some(&quoted(value))),
            None => self.document(name, None),
        }
    }

    /// Writes a member whose value is JSON already.
    fn document(&mut self, name: &str, value: Option<&str>) {
        if value.is_none() && !self.with_absent {
            return;
        }
        if !self.out.ends_with('{') {
            self.out.push(',');
        }
        self.out.push('"');
        self.out.push_str(name);
        self.out.push_str("\":");
        self.out.push_str(value.unwrap_or("null"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn written(body: &str, agent: Option<&str>, readings: &Readings) -> String {
        let input = Input::parse(body.as_bytes(), readings).unwrap();
        let now = at("2026-05-05T15:58:45.955999Z");
        String::from_utf8(write(&input, "the-id", agent, now, readings).to_vec()).unwrap()
    }

    #[test]
    fn what_was_not_sent_is_null_or_left_out() {
        let mut readings = Readings::default();
        assert_eq!(
            written(r#"{"type":"string"}"#, None, &readings),
            r#"{"data":{"agentId":null,"conversationId":null,"createdAt":"2026-05-05T15:58:45.955Z","id":"the-id","messageId":null,"metadata":null,"properties":null,"serverMetadata":{},"type":"string","updatedAt":"2026-05-05T15:58:45.955Z","userProperties":null}}"#
        );
        readings.absent_members = AbsentMembers::Omitted;
        readings.server_metadata = ServerMetadata::AuthMethod;
        assert_eq!(
            written(r#"{"type":"string"}"#, None, &readings),
            r#"{"data":{"createdAt":"2026-05-05T15:58:45.955Z","id":"the-id","serverMetadata":{"authMethod":"api_key"},"type":"string","updatedAt":"2026-05-05T15:58:45.955Z"}}"#
        );
    }

    #[test]
    fn what_was_sent_comes_back_to_the_digit() {
        let body = r#"{"type":"a\"b\n","agentId":"","conversationId":"c","messageId":"é😀",
            "metadata":{"n":0.30000000000000004,"i":123456789012345678901,"e":1E+2},"properties":{},
            "userProperties":{"identificationType":"ID_PROVIDED","u":1.0}}"#;
        assert_eq!(
            written(body, Some("bound"), &Readings::default()),
            r#"{"data":{"agentId":"","conversationId":"c","createdAt":"2026-05-05T15:58:45.955Z","id":"the-id","messageId":"é😀","metadata":{"n":0.30000000000000004,"i":123456789012345678901,"e":1E+2},"properties":{},"serverMetadata":{},"type":"a\"b\n","updatedAt":"2026-05-05T15:58:45.955Z","userProperties":{"u":1.0}}}"#
        );
    }

    #[test]
    fn the_agent_of_the_token_stands_in_for_one_that_was_not_sent() {
        let readings = Readings::default();
        for (body, agent) in [
            (r#"{"type":"a"}"#, "bound"),
            (r#"{"type":"a","agentId":null}"#, "bound"),
            (r#"{"type":"a","agentId":"sent"}"#, "sent"),
        ] {
            let row: serde_json::Value =
                serde_json::from_str(&written(body, Some("bound"), &readings)).unwrap();
            assert_eq!(row["data"]["agentId"], agent, "{body}");
        }
    }

    #[test]
    fn times_have_three_digits_after_the_second() {
        let input = Input::parse(br#"{"type":"a"}"#, &Readings::default()).unwrap();
        for (now, shown) in [
            ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000Z"),
            ("2026-01-02T03:04:05.1Z", "2026-01-02T03:04:05.100Z"),
            ("2026-12-31T23:59:59.9999999Z", "2026-12-31T23:59:59.999Z"),
            ("1969-12-31T23:59:59.9999Z", "1969-12-31T23:59:59.999Z"),
        ] {
            let body = write(&input, "a", None, at(now), &Readings::default());
            let row: serde_json::Value = serde_json::from_slice(&body).unwrap();
            assert_eq!(row["data"]["createdAt"], shown);
            assert_eq!(row["data"]["updatedAt"], shown);
        }
    }
}
