//! Cases generated from a contract and its catalogue alone.
//!
//! Each facet of an operation that a catalogue row names (`facet = "parameter/query/account_id/required"`) becomes
//! a case. A change of the contract or of the catalogue changes the list of cases by itself.

mod bodies;
mod methods;
mod parameters;
mod properties;
mod responses;
mod security;

pub(crate) use properties::refusable;
pub(crate) use responses::{content_type, schema};

use std::sync::Arc;

use spec::{Media, MediaExample, Operation, Requirement};

use crate::case::{Case, Origin};
use crate::http::{Exchange, Request};
use crate::probe::Probe;
use crate::verdict::Finding;

/// What an API's suite knows that its contract does not say: how to make a request that is accepted.
pub(crate) trait Subject: Send + Sync {
    /// What the names of the generated cases begin with: `polyai::contract`, and for an API of several operations
    /// their own ids behind it.
    fn prefix(&self) -> String;

    /// The operation under test.
    fn operation(&self) -> &'static Operation;

    /// The API's rows.
    fn catalogue(&self) -> &'static spec::Catalogue;

    /// A request that a conformant server accepts. It is only ever sent with one thing made wrong, so it may use a
    /// fixture that a refusal leaves untouched. The error says which fixture is missing.
    fn acceptable(&self) -> Result<Request, String>;

    /// A request that a conformant server refuses for its key alone, once the key is made wrong. In safe mode it may be
    /// one that is refused under the valid key too, with another answer.
    fn under_a_wrong_key(&self) -> Result<Request, String> {
        self.acceptable()
    }

    /// The same, meant to be accepted. The control of every refusal.
    fn control(&self) -> Result<Request, String>;

    /// The control with a parameter at one of its documented values.
    fn with_value(&self, parameter: &str, value: &str) -> Result<Request, String>;

    /// A documented example of a body, with a fixture of this target in place of the printed id.
    fn example(&self, media: &Media, example: &MediaExample) -> Result<Request, String>;

    /// A request that leads to this documented status.
    fn provoke(&self, status: u16) -> Result<Request, String>;

    /// The valid credential.
    fn credential(&self) -> Result<String, String>;
}

/// A generated case before it has a name: what it does for one row.
type Body = Box<dyn Fn(&dyn Subject, &'static Requirement, &Probe<'_>) + Send + Sync>;

/// Cases for every row that names a facet of the subject's operation.
pub(crate) fn cases(subject: &Arc<dyn Subject>) -> Vec<Case> {
    let operation = subject.operation();
    let mut cases = Vec::new();
    for facet in spec::facets(operation) {
        let Some(row) = subject.catalogue().for_facet(operation, &facet) else {
            continue;
        };
        let Some(body) = body(&facet, operation) else {
            continue;
        };
        let name = format!("{}::{}", subject.prefix(), path_of(&facet));
        let subject = Arc::clone(subject);
        cases.push(Case::new(Origin::Derived, name, &[&row.id], move |probe| {
            body(subject.as_ref(), row, probe);
        }));
    }
    cases
}

/// Whether a facet has a generator. `cargo xtask check` asks.
pub fn is_derivable(facet: &str, operation: &'static Operation) -> bool {
    body(facet, operation).is_some()
}

fn body(facet: &str, operation: &'static Operation) -> Option<Body> {
    let parts: Vec<&str> = facet.split('/').collect();
    match parts.as_slice() {
        ["method", "other"] => Some(methods::other()),
        ["parameter", "query", name, aspect] => parameters::query(operation, name, aspect),
        ["security", _, aspect] => security::aspect(operation, aspect),
        ["body", .., "property", name, rule] => {
            properties::property(operation, &parts[1..parts.len() - 3].join("/"), name, rule)
        }
        ["body", .., "examples"] => bodies::examples(operation, &parts[1..parts.len() - 1].join("/")),
        ["response", status, aspect] => responses::aspect(operation, status.parse().ok()?, aspect),
        _ => None,
    }
}

/// `body/application/json/examples` becomes `body::application_json::examples`.
fn path_of(facet: &str) -> String {
    let parts: Vec<&str> = facet.split('/').collect();
    let joined = match parts.as_slice() {
        ["body", major, minor, rest @ ..] => {
            let mut all = vec!["body".to_owned(), format!("{major}_{minor}")];
            all.extend(rest.iter().map(|part| (*part).to_owned()));
            all
        }
        ["parameter", _, rest @ ..] => std::iter::once("parameter")
            .chain(rest.iter().copied())
            .map(str::to_owned)
            .collect(),
        ["security", _, aspect] => vec!["security".to_owned(), (*aspect).to_owned()],
        _ => parts.iter().map(|part| (*part).to_owned()).collect(),
    };
    joined.join("::").replace(['-', '.', '+'], "_")
}

/// Sends the control; a refusal proves nothing where the request is refused even without its fault.
fn control_passes(subject: &dyn Subject, row: &Requirement, probe: &Probe<'_>) -> bool {
    let request = match subject.control() {
        Ok(request) => request,
        Err(missing) => {
            probe.skip(&row.id, missing);
            return false;
        }
    };
    let exchange = probe.send(request);
    if exchange.is_withheld() {
        // The preflight has seen that the credentials get through; the refusal has to stand for itself.
        return true;
    }
    if !exchange.is_success() {
        let reason = format!("the control was not accepted: {}", exchange.in_short());
        probe.judge(&row.id, &exchange, Finding::Undecided(reason));
    }
    exchange.is_success()
}

/// Judges a refusal by the statuses that the row allows.
fn refused(row: &Requirement, exchange: &Exchange, fault: &str) -> Finding {
    let allowed = &row.status;
    let expected = if allowed.is_empty() {
        format!("a refusal, because {fault}")
    } else {
        let list: Vec<String> = allowed.iter().map(u16::to_string).collect();
        format!("{}, because {fault}", list.join(" or "))
    };
    let met = match exchange.status() {
        Some(status) if allowed.is_empty() => !(200..300).contains(&status) && status < 500,
        Some(status) => allowed.contains(&status),
        None => false,
    };
    Finding::when(met, expected, exchange.in_short())
}

/// Sends a request with one fault and judges the refusal.
fn send_faulty(
    subject: &dyn Subject,
    row: &'static Requirement,
    probe: &Probe<'_>,
    fault: &str,
    make: impl Fn(Request) -> Request,
) {
    match subject.acceptable() {
        Ok(request) => {
            let exchange = probe.send(make(request));
            probe.judge(&row.id, &exchange, refused(row, &exchange, fault));
        }
        Err(missing) => probe.skip(&row.id, missing),
    }
}
