//! The examples are exchanges that the contract describes.

use serde_json::{Map, Value};
use spec::{Contract, Example, Media, Operation};

use super::Fault;

/// Where the examples of an API do not fit its contract. The request of a refusal may break the contract on purpose,
/// so only the request of an example that is answered with success is held against it.
pub(super) fn faults(api: &str, contract: &Contract, examples: &[Example]) -> Vec<Fault> {
    examples
        .iter()
        .flat_map(|example| {
            problems(contract, example)
                .into_iter()
                .map(|(what, remedy)| Fault {
                    rule: "examples",
                    place: format!("spec/{api}/examples/{}.json", example.name),
                    what,
                    remedy,
                })
        })
        .collect()
}

type Problem = (String, &'static str);

fn problems(contract: &Contract, example: &Example) -> Vec<Problem> {
    let request = &example.request;
    let described = contract
        .operations
        .iter()
        .find(|operation| operation.method == request.method && is_instance(&request.path, &operation.path));
    let Some(operation) = described else {
        return vec![(
            format!("no operation is {} {}", request.method, request.path),
            "Correct method and path, or describe the operation in openapi.yaml.",
        )];
    };
    let mut problems = Vec::new();
    if example.response.status < 300 {
        problems.extend(request_problem(operation, example));
    }
    problems.extend(response_problem(operation, example));
    problems
}

/// Whether `path` is `template` with something in place of each name in braces.
fn is_instance(path: &str, template: &str) -> bool {
    let (path, template): (Vec<_>, Vec<_>) = (path.split('/').collect(), template.split('/').collect());
    path.len() == template.len()
        && path.iter().zip(&template).all(|(segment, pattern)| {
            segment == pattern || (pattern.starts_with('{') && pattern.ends_with('}') && !segment.is_empty())
        })
}

fn request_problem(operation: &Operation, example: &Example) -> Option<Problem> {
    let content_type = example
        .request
        .headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case("content-type"))
        .map(|(_, value)| value);
    let (content_type, body) = match (content_type, &example.request.body_text) {
        (None, None) => return None,
        (None, Some(_)) => {
            return Some((
                "the request has a body and no Content-Type".to_owned(),
                "Say what the body is.",
            ));
        }
        (Some(content_type), body) => (content_type, body.as_deref().unwrap_or_default()),
    };
    let media = operation
        .body
        .iter()
        .flat_map(|described| &described.content)
        .find(|media| media.media_type.eq_ignore_ascii_case(essence(content_type)));
    let Some(media) = media else {
        return Some((
            format!("the request's media type `{content_type}` is not documented"),
            "Correct the header, or describe the media type in openapi.yaml.",
        ));
    };
    let value = match decoded(media, body) {
        Ok(value) => value?,
        Err(error) => {
            return Some((
                format!("the body of the request is no JSON: {error}"),
                "Correct body_text.",
            ));
        }
    };
    let errors = media.validate(&value).err()?;
    Some((
        format!(
            "the body of the request does not fit its schema: {}",
            errors.join("; ")
        ),
        "Correct body_text, or the schema in openapi.yaml.",
    ))
}

fn response_problem(operation: &Operation, example: &Example) -> Option<Problem> {
    let status = example.response.status;
    let Some(response) = operation.response(status) else {
        return Some((
            format!("the answer {status} is not documented"),
            "Correct the status, or describe the answer in openapi.yaml.",
        ));
    };
    let body = example.response.body.as_ref()?;
    // The example holds its body as JSON, so it stands for an answer in JSON wherever one is described.
    let json: Vec<&Media> = response
        .content
        .iter()
        .filter(|media| is_json(&media.media_type))
        .collect();
    let described = if json.is_empty() {
        response.content.iter().collect()
    } else {
        json
    };
    let mut errors = Vec::new();
    for media in &described {
        match media.validate(body) {
            Ok(()) => return None,
            Err(found) => errors.extend(found),
        }
    }
    if described.is_empty() {
        return Some((
            format!("the answer {status} has a body, and no media type is documented for it"),
            "Remove the body, or describe it in openapi.yaml.",
        ));
    }
    Some((
        format!(
            "the body of the answer {status} does not fit its schema: {}",
            errors.join("; ")
        ),
        "Correct the body, or the schema in openapi.yaml.",
    ))
}

/// A media type without its parameters.
fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

fn is_json(media_type: &str) -> bool {
    media_type == "application/json" || media_type.ends_with("+json")
}

/// A body as its schema sees it, or `None` where the schema speaks of parts that a text does not show.
fn decoded(media: &Media, body: &str) -> Result<Option<Value>, serde_json::Error> {
    let media_type = media.media_type.as_str();
    if is_json(media_type) {
        return serde_json::from_str(body).map(Some);
    }
    Ok(match media_type {
        "application/x-www-form-urlencoded" => {
            let fields: Map<String, Value> = form_urlencoded::parse(body.as_bytes())
                .map(|(name, value)| (name.into_owned(), Value::from(value.into_owned())))
                .collect();
            Some(Value::Object(fields))
        }
        multipart if multipart.starts_with("multipart/") => None,
        _ => Some(Value::from(body)),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use spec::Example;

    use super::{faults, is_instance};

    /// Breaks one thing in an example of the contract and tells what is found.
    fn found(name: &str, break_it: impl FnOnce(&mut Example)) -> Vec<String> {
        let api = spec::api("polyai").expect("the contract is embedded");
        let mut example = api
            .examples()
            .iter()
            .find(|example| example.name == name)
            .expect("the example is embedded")
            .clone();
        break_it(&mut example);
        faults("polyai", api.contract(), &[example])
            .into_iter()
            .map(|fault| {
                assert_eq!(fault.place, format!("spec/polyai/examples/{name}.json"));
                fault.what
            })
            .collect()
    }

    fn content_type(example: &mut Example, value: Option<&str>) {
        example.request.headers.retain(|(name, _)| name != "Content-Type");
        let header = value.map(|value| ("Content-Type".to_owned(), value.to_owned()));
        example.request.headers.extend(header);
    }

    #[test]
    fn examples_as_they_are_have_no_fault() {
        for name in [
            "json-payload",
            "form-encoded",
            "xml-payload",
            "raw-text",
            "error-missing",
        ] {
            assert!(found(name, |_| ()).is_empty(), "{name}");
        }
    }

    #[test]
    fn an_operation_or_answer_that_is_not_described_is_found() {
        assert_eq!(
            found("json-payload", |example| example.request.method =
                "PUT".to_owned()),
            ["no operation is PUT /v1/external-events/webhook"]
        );
        assert_eq!(
            found("error-missing", |example| example.response.status = 404),
            ["the answer 404 is not documented"]
        );
    }

    #[test]
    fn a_request_of_an_unknown_or_untold_media_type_is_found() {
        assert_eq!(
            found("json-payload", |example| content_type(example, Some("image/png"))),
            ["the request's media type `image/png` is not documented"]
        );
        assert_eq!(
            found("json-payload", |example| content_type(example, None)),
            ["the request has a body and no Content-Type"]
        );
        let parameters =
            |example: &mut Example| content_type(example, Some("Application/JSON; charset=utf-8"));
        assert!(found("json-payload", parameters).is_empty());
    }

    #[test]
    fn a_request_body_outside_its_schema_is_found() {
        let array = found("json-payload", |example| {
            example.request.body_text = Some("[]".to_owned());
        });
        assert!(
            matches!(&array[..], [what] if what.starts_with("the body of the request does not fit its schema")),
            "{array:?}"
        );
        let cut = found("json-payload", |example| {
            example.request.body_text = Some("{".to_owned());
        });
        assert!(
            matches!(&cut[..], [what] if what.starts_with("the body of the request is no JSON")),
            "{cut:?}"
        );
        let refused = found("error-missing", |example| {
            example.request.body_text = Some("[]".to_owned());
        });
        assert!(refused.is_empty(), "a refused request may be wrong: {refused:?}");
    }

    #[test]
    fn a_response_body_outside_its_schema_is_found() {
        let number = found("error-missing", |example| {
            example.response.body = Some(json!({ "error_message": 1 }));
        });
        assert!(
            matches!(&number[..], [what] if what.starts_with("the body of the answer 400 does not fit its schema")),
            "{number:?}"
        );
        assert_eq!(
            found("json-payload", |example| example.response.body = Some(json!({}))),
            ["the answer 201 has a body, and no media type is documented for it"]
        );
    }

    #[test]
    fn names_in_braces_stand_for_one_segment() {
        assert!(is_instance("/agents/a1/runs", "/agents/{agent_id}/runs"));
        for path in [
            "/agents//runs",
            "/agents/a1",
            "/agents/a1/runs/2",
            "/agent/a1/runs",
        ] {
            assert!(!is_instance(path, "/agents/{agent_id}/runs"), "{path}");
        }
    }
}
