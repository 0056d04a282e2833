//! What the generated cases need to know of the API beyond its contract.

use std::sync::Arc;

use spec::{Media, MediaExample, Operation};

use super::Polyai;
use super::fixtures::{Purpose, baseline_body};
use crate::derive::Subject;
use crate::http::Request;

/// The id that the documented examples show.
const PRINTED_ID: &str = "evt_01HF2MNW2ZQ1Z8E2S3J";

/// Documented values of `event_id_location`, and the request that puts an id there.
pub(super) fn at_location(polyai: &Polyai, location: &str, id: &str) -> Request {
    let request = polyai.fixtures.request(location, "cid");
    let plain = r#"{"status":"succeeded"}"#;
    match location {
        // Spelled as in the documented sample: letter case has a requirement of its own.
        "headers" => request.header("cid", id).body("application/json", plain).exact(),
        "querystring" => request.query("cid", id).body("application/json", plain),
        _ => request.body("application/json", baseline_body(id)),
    }
}

pub(super) struct Derived(pub(super) Arc<Polyai>);

impl Subject for Derived {
    fn prefix(&self) -> String {
        "polyai::contract".to_owned()
    }

    fn operation(&self) -> &'static Operation {
        Polyai::operation()
    }

    fn catalogue(&self) -> &'static spec::Catalogue {
        spec::api("polyai")
            .expect("the embedded registry has polyai")
            .catalogue()
    }

    /// The id stands at `cid` in all three locations, so that a location that is misread finds it as well.
    fn acceptable(&self) -> Result<Request, String> {
        self.0.fixtures.key()?;
        let id = self.0.fixtures.refusal_id()?;
        Ok(self.0.fixtures.baseline(&id).query("cid", &id).header("cid", &id))
    }

    fn under_a_wrong_key(&self) -> Result<Request, String> {
        self.0.fixtures.key()?;
        let id = self.0.fixtures.id_under_a_wrong_key()?;
        Ok(self.0.fixtures.baseline(&id).query("cid", &id).header("cid", &id))
    }

    fn control(&self) -> Result<Request, String> {
        self.0.fixtures.key()?;
        let id = self.0.fixtures.spend(Purpose::Case)?.id;
        Ok(self.0.fixtures.baseline(&id).query("cid", &id).header("cid", &id))
    }

    fn with_value(&self, parameter: &str, value: &str) -> Result<Request, String> {
        if parameter != "event_id_location" {
            return Ok(self.control()?.set_query(parameter, value));
        }
        Ok(at_location(
            &self.0,
            value,
            &self.0.fixtures.spend(Purpose::Case)?.id,
        ))
    }

    fn example(&self, media: &Media, example: &MediaExample) -> Result<Request, String> {
        let known = self.0.fixtures.spend(Purpose::Case)?;
        let printed = match (&example.value, media.media_type.as_str()) {
            (serde_json::Value::String(text), _) => text.clone(),
            (value, "application/x-www-form-urlencoded") => form(value),
            (value, _) => value.to_string(),
        };
        let body = printed.replace(PRINTED_ID, &known.id);
        let path = if media.media_type == "application/xml"
            && !self.0.xml().without_root
            && self.0.xml().with_root
        {
            "root.cid"
        } else {
            "cid"
        };
        Ok(self
            .0
            .fixtures
            .request("payload", path)
            .body(&media.media_type, body))
    }

    fn provoke(&self, status: u16) -> Result<Request, String> {
        let fixtures = &self.0.fixtures;
        match status {
            201 => self.control(),
            400 => Ok(fixtures.baseline(&fixtures.unknown_id())),
            401 => Ok(self
                .under_a_wrong_key()?
                .set_header("X-Api-Key", "hookproof-unknown-key")),
            500 => {
                let id = fixtures.declared().failing_ids.first().ok_or(
                    "no id makes the target fail: declare one in polyai.failing_ids if the target has such a switch",
                )?;
                Ok(fixtures.baseline(id))
            }
            _ => Err(format!("no request is known to lead to {status}")),
        }
    }

    fn credential(&self) -> Result<String, String> {
        self.0.fixtures.key().map(str::to_owned)
    }
}

fn form(value: &serde_json::Value) -> String {
    let mut out = form_urlencoded::Serializer::new(String::new());
    for (name, value) in value.as_object().into_iter().flatten() {
        out.append_pair(name, value.as_str().unwrap_or_default());
    }
    out.finish()
}
