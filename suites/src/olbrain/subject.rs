//! What the generated cases need to know of each operation beyond the contract.

use std::sync::Arc;

use spec::{Media, MediaExample, Operation};

use super::Olbrain;
use super::answers::Message;
use super::calls::{self, Control};
use super::fixtures::{AUTHORIZATION, Kind};
use super::multipart::{Part, with_form};
use super::padding::{Filling, LIMIT_BYTES, padded};
use super::preflight::Run;
use crate::derive::Subject;
use crate::http::Request;

/// The id of an uploaded file as the documented examples print it.
const PRINTED_FILE_ID: &str = "fi_a1b2c3d4e5f6...";

/// One operation, under test.
pub(super) struct Derived {
    pub(super) olbrain: Arc<Olbrain>,
    pub(super) operation: &'static Operation,
}

impl Derived {
    fn message(&self) -> Result<&Message, String> {
        self.olbrain.fixtures.conversational()?;
        self.olbrain.known().message.as_ref().ok_or_else(|| {
            "the conversational agent has not answered with a session_id and a message_id".to_owned()
        })
    }

    fn run(&self) -> Result<&Run, String> {
        self.olbrain.fixtures.workflow()?;
        let run = self.olbrain.known().run.as_ref();
        run.ok_or_else(|| "the workflow agent has not answered with a run_id".to_owned())
    }

    fn is_about_runs(&self) -> bool {
        self.operation.path.contains("/runs")
    }

    /// The path of the call for another agent, with ids that were given out for the usual one.
    fn path_for(&self, agent: &str) -> Result<String, String> {
        let path = match self.operation.id.as_str() {
            "trigger" => calls::trigger(agent),
            "upload" => calls::upload(agent),
            "list-runs" => calls::runs(agent),
            "list-sessions" => calls::sessions(agent),
            "get-run" => calls::run(agent, &self.run()?.run),
            "get-session" => calls::session(agent, &self.message()?.session),
            "list-messages" => calls::messages(agent, &self.message()?.session),
            "get-message" => calls::message(agent, &self.message()?.session, &self.message()?.message),
            id => match Control::ALL.iter().find(|control| control.operation() == id) {
                Some(control) => calls::control(agent, &self.run()?.run, *control),
                None => return Err(format!("no request is known for {id}")),
            },
        };
        Ok(path)
    }

    /// The agent that the call is meant for.
    fn agent(&self) -> Result<&str, String> {
        let fixtures = &self.olbrain.fixtures;
        match self.operation.id.as_str() {
            "trigger" | "upload" => fixtures.any(),
            _ if self.is_about_runs() => fixtures.workflow(),
            _ => fixtures.conversational(),
        }
    }

    /// A correct request for any agent.
    fn request_for(&self, agent: &str) -> Result<Request, String> {
        let fixtures = &self.olbrain.fixtures;
        fixtures.key()?;
        let request = fixtures.signed(&self.operation.method, &self.path_for(agent)?);
        Ok(match self.operation.id.as_str() {
            "trigger" => fixtures.event(agent),
            "upload" => with_form(
                request,
                &[Part::file("customers.csv", "text/csv", "name,email\r\n")],
            ),
            _ => request,
        })
    }

    /// A request that leads to a 400 of this operation.
    fn bad(&self) -> Result<Request, String> {
        let fixtures = &self.olbrain.fixtures;
        match self.operation.id.as_str() {
            "trigger" => Ok(fixtures.trigger(self.agent()?, "{\"message\":")),
            "upload" => {
                let part = Part {
                    name: "document".to_owned(),
                    ..Part::file("a.txt", "text/plain", "a")
                };
                Ok(with_form(self.request_for(self.agent()?)?, &[part]))
            }
            // The call is one for agents of the other kind.
            _ if self.is_about_runs() => self.request_for(fixtures.agent(Kind::Conversational)?),
            _ => self.request_for(fixtures.agent(Kind::Workflow)?),
        }
    }
}

impl Subject for Derived {
    fn prefix(&self) -> String {
        format!("olbrain::contract::{}", self.operation.id.replace('-', "_"))
    }

    fn operation(&self) -> &'static Operation {
        self.operation
    }

    fn catalogue(&self) -> &'static spec::Catalogue {
        spec::api("olbrain")
            .expect("the embedded registry has olbrain")
            .catalogue()
    }

    fn acceptable(&self) -> Result<Request, String> {
        self.control()
    }

    fn control(&self) -> Result<Request, String> {
        self.request_for(self.agent()?)
    }

    fn with_value(&self, parameter: &str, value: &str) -> Result<Request, String> {
        Ok(self.control()?.set_query(parameter, value))
    }

    fn example(&self, media: &Media, example: &MediaExample) -> Result<Request, String> {
        let fixtures = &self.olbrain.fixtures;
        let kind = if example.value.get("inputs").is_some() {
            Kind::Workflow
        } else {
            Kind::Conversational
        };
        let mut body = example.value.to_string();
        if body.contains(PRINTED_FILE_ID) {
            let file = self.olbrain.known().file.as_deref();
            let file = file.ok_or("no uploaded file, whose id would stand in place of the printed one")?;
            body = body.replace(PRINTED_FILE_ID, file);
        }
        let agent = fixtures.agent(kind)?;
        let request = fixtures.trigger(agent, body);
        Ok(if media.media_type == "application/json" {
            request
        } else {
            request.set_header("Content-Type", &media.media_type)
        })
    }

    fn provoke(&self, status: u16) -> Result<Request, String> {
        let fixtures = &self.olbrain.fixtures;
        let is_trigger = self.operation.id == "trigger";
        match status {
            200 if is_trigger => self.request_for(fixtures.conversational()?),
            202 if is_trigger => self.request_for(fixtures.workflow()?),
            200 => self.control(),
            400 => self.bad(),
            401 => Ok(self.control()?.without_header(AUTHORIZATION)),
            404 => self.request_for(&fixtures.unknown_agent()),
            413 => {
                let agent = self.agent()?;
                let body = padded(&fixtures.body_for(agent), 2 * LIMIT_BYTES, Filling::Letters);
                Ok(fixtures.trigger(agent, body.unwrap_or_default()).exact())
            }
            415 => Ok(self.control()?.body("application/json", "{}")),
            500 => {
                let agent = fixtures.failing_upload().next();
                self.request_for(agent.ok_or(
                    "no agent makes an upload fail: declare one in olbrain.failing_upload_agents if the target has such a \
                     switch",
                )?)
            }
            502 => {
                let agent = fixtures.failing().next();
                self.request_for(agent.ok_or(
                    "no agent fails behind the service: declare one in olbrain.upstream_error_agents if the target has \
                     such a switch",
                )?)
            }
            _ => Err(format!("no request is known to lead to {status}")),
        }
    }

    fn credential(&self) -> Result<String, String> {
        self.olbrain.fixtures.key().map(str::to_owned)
    }
}
