//! Requests of the tables, each made from the sample call.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;

use crate::inkeep::{Fixtures, Inkeep, PATH, Readings};
use crate::reply::Reply;

/// A request that differs from the sample call, with its token, in what is named.
#[derive(Clone)]
pub(super) struct Sent {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    pub(super) body: String,
}

pub(super) fn call(body: impl Into<String>) -> Sent {
    Sent {
        method: "POST",
        path: PATH.to_owned(),
        headers: vec![
            ("authorization", "Bearer hookproof-inkeep-valid-key".to_owned()),
            ("content-type", "application/json".to_owned()),
        ],
        body: body.into(),
    }
}

pub(super) fn sample() -> Sent {
    call(r#"{    "type": "string"  }"#)
}

/// A valid body with another `type`, as JSON.
pub(super) fn of_type(value: &str) -> Sent {
    call(format!(r#"{{"type":{value}}}"#))
}

/// A valid body with one member more, as JSON.
pub(super) fn with(name: &str, value: &str) -> Sent {
    call(format!(r#"{{"type":"string","{name}":{value}}}"#))
}

/// An object of so many members, as JSON.
pub(super) fn bag_of(members: usize) -> String {
    let members: Vec<String> = (0..members).map(|number| format!("\"k{number}\":0")).collect();
    format!("{{{}}}", members.join(","))
}

impl Sent {
    pub(super) fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    pub(super) fn path(mut self, path: &str) -> Self {
        path.clone_into(&mut self.path);
        self
    }

    /// Sets a header in place of those of its name.
    pub(super) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &'static str) -> Self {
        self.headers.retain(|(other, _)| *other != name);
        self
    }

    pub(super) fn token(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub(super) fn to(&self, server: &Inkeep) -> Reply {
        let mut request = Request::builder().method(self.method).uri(&*self.path);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let request = request
            .body(Bytes::from(self.body.clone()))
            .expect("the tests send legal requests");
        server.respond(&request, Timestamp::UNIX_EPOCH)
    }
}

pub(super) fn server(readings: Readings) -> Inkeep {
    Inkeep::new(Fixtures {
        readings,
        ..Fixtures::builtin()
    })
}

/// What an answer shows: its status and the requirement that decided it.
pub(super) fn decision(server: &Inkeep, sent: &Sent) -> String {
    let Reply { response, trace } = sent.to(server);
    format!(
        "{} {}",
        response.status().as_u16(),
        trace.decided_by().unwrap_or("nothing")
    )
}
