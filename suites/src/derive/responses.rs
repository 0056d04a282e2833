//! Documented answers: media type and body schema of each status.

use spec::Operation;

use super::Body;
use crate::http::Response;
use crate::verdict::Finding;

/// Provokes a status and holds the answer against the contract.
pub(super) fn aspect(operation: &'static Operation, status: u16, aspect: &str) -> Option<Body> {
    operation
        .responses
        .iter()
        .find(|response| response.status == status)?;
    let judge: fn(&'static Operation, &Response) -> Option<Finding> = match aspect {
        "content-type" => content_type,
        "schema" => schema,
        _ => return None,
    };
    Some(Box::new(move |subject, row, probe| {
        match subject.provoke(status) {
            Ok(request) => {
                let exchange = probe.send(request);
                let Some(response) = exchange.response().filter(|response| response.status == status) else {
                    let reason = format!("{status} was not provoked: {}", exchange.in_short());
                    return probe.judge(&row.id, &exchange, Finding::Undecided(reason));
                };
                if let Some(finding) = judge(operation, response) {
                    probe.judge(&row.id, &exchange, finding);
                }
            }
            Err(missing) => probe.skip(&row.id, missing),
        }
    }))
}

/// The answer's media type is one that the contract documents for its status. `None` where it documents none.
pub(crate) fn content_type(operation: &'static Operation, response: &Response) -> Option<Finding> {
    let documented = operation.responses.iter().find(|r| r.status == response.status)?;
    let allowed: Vec<&str> = documented
        .content
        .iter()
        .map(|media| media.media_type.as_str())
        .collect();
    if allowed.is_empty() {
        return None;
    }
    let got = response.media_type();
    let met = got
        .as_deref()
        .is_some_and(|media_type| allowed.contains(&media_type));
    let got = got.map_or_else(
        || "no Content-Type".to_owned(),
        |media_type| format!("Content-Type {media_type}"),
    );
    Some(Finding::when(
        met,
        format!("Content-Type {}", allowed.join(" or ")),
        format!("{} with {got}", response.status),
    ))
}

/// The body is valid against the schema that the contract gives for its status. `None` where it gives none.
pub(crate) fn schema(operation: &'static Operation, response: &Response) -> Option<Finding> {
    let documented = operation.responses.iter().find(|r| r.status == response.status)?;
    let media = documented.content.first()?;
    let expected = format!("a JSON body as documented for {}", response.status);
    let Some(body) = response.json() else {
        let text: String = String::from_utf8_lossy(&response.body)
            .chars()
            .take(120)
            .collect();
        return Some(Finding::Broken {
            expected,
            got: format!("no JSON: {text}"),
        });
    };
    Some(match media.validate(&body) {
        Ok(()) => Finding::Met,
        Err(faults) => Finding::Broken {
            expected,
            got: faults.join("; "),
        },
    })
}
