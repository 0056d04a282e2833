//! The body of a request, read against the documented schema, or a refusal.
//!
//! Source: Inkeep, Log Event, `Request Body`.

use std::borrow::Cow;

use super::bag::{self, Identified};
use super::json_text::{Kind, Members, is_document, text};
use super::readings::{
    AnchorEmpty, AnchorNull, IdNew, IdNull, IdOuterWhitespace, Readings, TypeMax, TypeWhitespace,
    UnknownFields,
};

/// Longest `type`, in characters, where one is too long. The page names no length; it is that of the vendor's storage.
const MAX_TYPE_LENGTH: usize = 256;

/// Longest `id`, in characters.
const MAX_ID_LENGTH: usize = 255;

/// What a caller says about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    pub(crate) id: Option<String>,
    pub(crate) event_type: String,
    pub(crate) agent_id: Option<String>,
    pub(crate) conversation_id: Option<String>,
    pub(crate) message_id: Option<String>,
    /// The three bags as JSON texts.
    pub(crate) properties: Option<String>,
    pub(crate) user_properties: Option<Identified>,
    pub(crate) metadata: Option<String>,
}

/// What kind of fault a body has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It is no JSON at all.
    Syntax,
    /// It is JSON that does not fit.
    Schema,
}

/// Why a body cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) fault: Fault,
    /// The member; empty for the body as a whole.
    pub(crate) member: &'static str,
    /// What was found in its place.
    pub(crate) found: &'static str,
    /// What the client is told.
    pub(crate) detail: Cow<'static, str>,
    pub(crate) requirement: &'static str,
}

impl Refusal {
    pub(crate) fn schema(
        member: &'static str,
        found: &'static str,
        detail: impl Into<Cow<'static, str>>,
        requirement: &'static str,
    ) -> Self {
        Self {
            fault: Fault::Schema,
            member,
            found,
            detail: detail.into(),
            requirement,
        }
    }
}

/// The members as they stand in the body. Of two with one name the last one counts, as in most parsers.
#[derive(Default)]
struct Slots<'r> {
    id: Option<&'r str>,
    event_type: Option<&'r str>,
    agent_id: Option<&'r str>,
    conversation_id: Option<&'r str>,
    message_id: Option<&'r str>,
    properties: Option<&'r str>,
    user_properties: Option<&'r str>,
    metadata: Option<&'r str>,
    has_unknown: bool,
}

impl<'r> Slots<'r> {
    fn of(document: &'r str) -> Self {
        let mut slots = Self::default();
        for (name, value) in Members::of(document) {
            let slot = match &*name {
                "id" => &mut slots.id,
                "type" => &mut slots.event_type,
                "agentId" => &mut slots.agent_id,
                "conversationId" => &mut slots.conversation_id,
                "messageId" => &mut slots.message_id,
                "properties" => &mut slots.properties,
                "userProperties" => &mut slots.user_properties,
                "metadata" => &mut slots.metadata,
                _ => {
                    slots.has_unknown = true;
                    continue;
                }
            };
            *slot = Some(value);
        }
        slots
    }
}

impl Input {
    /// Reads a body whose media type says that it is JSON.
    pub(crate) fn parse(body: &[u8], readings: &Readings) -> Result<Self, Refusal> {
        let document = std::str::from_utf8(body)
            .ok()
            .filter(|text| is_document(text))
            .ok_or(Refusal {
                fault: Fault::Syntax,
                member: "",
                found: "no JSON",
                detail: "request body is not valid JSON".into(),
                requirement: "inkeep.body.malformed",
            })?;
        let kind = Kind::of(document);
        if kind != Kind::Object {
            return Err(Refusal::schema(
                "",
                kind.with_article(),
                "request body must be a JSON object",
                "inkeep.body.not-object",
            ));
        }
        let slots = Slots::of(document);
        let input = Self {
            event_type: event_type(slots.event_type, readings)?,
            id: id(slots.id, readings)?,
            agent_id: anchor("agentId", slots.agent_id, "inkeep.str.agent-id", readings)?,
            conversation_id: anchor(
                "conversationId",
                slots.conversation_id,
                "inkeep.str.conversation-id",
                readings,
            )?,
            message_id: anchor("messageId", slots.message_id, "inkeep.str.message-id", readings)?,
            properties: bag("properties", slots.properties, readings)?,
            user_properties: bag("userProperties", slots.user_properties, readings)?.map(bag::identified),
            metadata: bag("metadata", slots.metadata, readings)?,
        };
        if slots.has_unknown && readings.unknown_fields == UnknownFields::Refused {
            return Err(Refusal::schema(
                "",
                "a member that is not in the schema",
                "request body has a member that is not in the schema",
                "inkeep.body.unknown-fields",
            ));
        }
        Ok(input)
    }
}

fn event_type(value: Option<&str>, readings: &Readings) -> Result<String, Refusal> {
    let refused =
        |found, detail: &'static str, requirement| Err(Refusal::schema("type", found, detail, requirement));
    let Some(value) = value else {
        return refused("nothing", "type is required", "inkeep.type.required");
    };
    let Some(text) = text(value) else {
        let kind = Kind::of(value);
        let requirement = match kind {
            Kind::Null => "inkeep.type.null",
            _ => "inkeep.type.string",
        };
        return refused(kind.with_article(), "type must be a string", requirement);
    };
    if text.is_empty() {
        refused(
            "an empty text",
            "type must not be empty",
            "inkeep.type.min-length",
        )
    } else if readings.type_whitespace == TypeWhitespace::Refused && text.chars().all(char::is_whitespace) {
        refused("blanks", "type must not be blank", "inkeep.type.whitespace")
    } else if readings.type_max == TypeMax::Refused && text.chars().nth(MAX_TYPE_LENGTH).is_some() {
        refused(
            "a text of more than 256 characters",
            "type must not be longer than 256 characters",
            "inkeep.type.max",
        )
    } else {
        Ok(text.into_owned())
    }
}

fn id(value: Option<&str>, readings: &Readings) -> Result<Option<String>, Refusal> {
    let refused =
        |found, detail: &'static str, requirement| Err(Refusal::schema("id", found, detail, requirement));
    let Some(value) = value else {
        return Ok(None);
    };
    let Some(text) = text(value) else {
        return match Kind::of(value) {
            Kind::Null if readings.id_null == IdNull::Accepted => Ok(None),
            Kind::Null => refused("null", "id may be absent but must not be null", "inkeep.id.null"),
            kind => refused(kind.with_article(), "id must be a string", "inkeep.id.type"),
        };
    };
    let trimmed = text.trim_matches(is_cut_off);
    if trimmed.len() < text.len() && readings.id_outer_whitespace == IdOuterWhitespace::Refused {
        return refused(
            "a text with blanks around it",
            "id must not begin or end with blanks",
            "inkeep.id.trim",
        );
    }
    if trimmed.is_empty() {
        refused("an empty text", "id must not be empty", "inkeep.id.len.min")
    } else if trimmed.chars().nth(MAX_ID_LENGTH).is_some() {
        refused(
            "a text of more than 255 characters",
            "id must not be longer than 255 characters",
            "inkeep.id.len.max",
        )
    } else if !trimmed
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    {
        refused(
            "a text with other characters",
            "id must hold nothing but letters a-z and A-Z, digits, hyphens, underscores and dots",
            "inkeep.id.pattern",
        )
    } else if trimmed == "new" && readings.id_new == IdNew::Refused {
        refused(
            "the word new",
            "id must not be the word new",
            "inkeep.id.reserved-new",
        )
    } else {
        Ok(Some(trimmed.to_owned()))
    }
}

/// The white space of ECMAScript, whose trimming the vendor's server applies: that of Unicode without the control
/// character NEL, and with the byte order mark.
fn is_cut_off(character: char) -> bool {
    (character.is_whitespace() && character != '\u{85}') || character == '\u{feff}'
}

fn anchor(
    name: &'static str,
    value: Option<&str>,
    requirement: &'static str,
    readings: &Readings,
) -> Result<Option<String>, Refusal> {
    let refused = |found, rule: &str, requirement| {
        Err(Refusal::schema(
            name,
            found,
            format!("{name} {rule}"),
            requirement,
        ))
    };
    let Some(value) = value else {
        return Ok(None);
    };
    match text(value) {
        Some(text) if text.is_empty() && readings.anchor_empty == AnchorEmpty::Refused => {
            refused("an empty text", "must not be empty", "inkeep.str.empty")
        }
        Some(text) => Ok(Some(text.into_owned())),
        None => match Kind::of(value) {
            Kind::Null if readings.anchor_null == AnchorNull::Accepted => Ok(None),
            Kind::Null => refused("null", "may be absent but must not be null", "inkeep.str.null"),
            kind => refused(kind.with_article(), "must be a string", requirement),
        },
    }
}

fn bag(name: &'static str, value: Option<&str>, readings: &Readings) -> Result<Option<String>, Refusal> {
    value.map_or(Ok(None), |document| bag::read(name, document, readings))
}

#[cfg(test)]
mod tests;
