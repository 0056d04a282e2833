//! Fields of a body that are called like the parameters.

use bytes::Bytes;
use http::{Request, Response};

use super::bend::{FORM, Reference, form_field, is_json_payload, is_payload, with_query};
use super::query::FOUR;
use crate::mutant::Mutant;

/// The reference's answer where fields of these names go before the parameters.
fn over(
    reference: &Reference<'_>,
    mut request: Request<Bytes>,
    names: &[&str],
    field: impl Fn(&Request<Bytes>, &str) -> Option<String>,
) -> Response<Bytes> {
    for name in names {
        if let Some(value) = field(&request, name) {
            request = with_query(request, name, &value);
        }
    }
    reference.respond(&request)
}

fn member(request: &Request<Bytes>, name: &str) -> Option<String> {
    if !is_json_payload(request) {
        return None;
    }
    let body: serde_json::Value = serde_json::from_slice(request.body()).ok()?;
    body.get(name)?.as_str().map(str::to_owned)
}

fn pair(request: &Request<Bytes>, name: &str) -> Option<String> {
    form_field(request.body(), name).filter(|_| is_payload(request, FORM))
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "members-over-parameters",
        "polyai.query.in-query",
        "merges the members of the body into the parameters, as a framework does",
        |reference, request| over(reference, request, &FOUR, member),
    ),
    Mutant::new(
        "project-of-the-body",
        "polyai.query.in-query",
        "believes the project that a body names",
        |reference, request| over(reference, request, &["project_id"], member),
    ),
    Mutant::new(
        "path-of-the-body",
        "polyai.query.in-query",
        "looks at the path that a body names",
        |reference, request| over(reference, request, &["event_id_path"], member),
    ),
    Mutant::new(
        "fields-over-parameters",
        "polyai.query.in-query",
        "keeps query and form in one table, where the form comes last",
        |reference, request| over(reference, request, &FOUR, pair),
    ),
];
