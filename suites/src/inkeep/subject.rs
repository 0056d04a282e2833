//! What the generated cases need to know of the API beyond its contract.

use std::sync::Arc;

use serde_json::json;
use spec::{Media, MediaExample, Operation};

use super::Inkeep;
use super::fixtures::post_under;
use crate::derive::Subject;
use crate::http::Request;

/// What the ids of generated cases are counted under.
const CASE: &str = "inkeep::contract";

pub(super) struct Derived(pub(super) Arc<Inkeep>);

impl Derived {
    /// The plainest event under a token.
    fn under(&self, token: &str) -> Request {
        let fixtures = &self.0.fixtures;
        post_under(token, &fixtures.plain_body(CASE, "hookproof_contract"))
    }
}

impl Subject for Derived {
    fn prefix(&self) -> String {
        CASE.to_owned()
    }

    fn operation(&self) -> &'static Operation {
        Inkeep::operation()
    }

    fn catalogue(&self) -> &'static spec::Catalogue {
        spec::api("inkeep")
            .expect("the embedded registry has inkeep")
            .catalogue()
    }

    fn acceptable(&self) -> Result<Request, String> {
        Ok(self.under(self.0.fixtures.key()?))
    }

    fn control(&self) -> Result<Request, String> {
        self.acceptable()
    }

    fn with_value(&self, parameter: &str, value: &str) -> Result<Request, String> {
        Ok(self.control()?.set_query(parameter, value))
    }

    fn example(&self, media: &Media, example: &MediaExample) -> Result<Request, String> {
        self.0.fixtures.key()?;
        let body = example.value.to_string();
        Ok(self.0.fixtures.request().body(&media.media_type, body))
    }

    fn provoke(&self, status: u16) -> Result<Request, String> {
        let fixtures = &self.0.fixtures;
        let keys = fixtures.keys();
        match status {
            200 => Ok(fixtures.post(&fixtures.stored()?.sent)),
            201 => self.control(),
            400 => Ok(fixtures.post(&json!({}))),
            401 => Ok(self.under("hookproof-unknown-key")),
            403 => keys.forbidden.as_deref().map(|key| self.under(key)).ok_or_else(|| {
                "no token is answered 403: declare one in inkeep.keys.forbidden".to_owned()
            }),
            // Where no token provokes it, a fault of the body may: the page does not divide faults between 400 and 422.
            422 => match keys.unprocessable.as_deref() {
                Some(key) => Ok(self.under(key)),
                None => Ok(fixtures.post(&json!({ "id": "a b", "type": "string" }))),
            },
            500 => keys.failing.as_deref().map(|key| self.under(key)).ok_or_else(|| {
                "no token makes the target fail: declare one in inkeep.keys.failing if it has such a switch".to_owned()
            }),
            _ => Err(format!("no request is known to lead to {status}")),
        }
    }

    fn credential(&self) -> Result<String, String> {
        self.0.fixtures.key().map(str::to_owned)
    }
}
