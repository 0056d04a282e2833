//! Ids in JSON.

use http::StatusCode;
use serde_json::{Value, json};

use super::bend::{
    anywhere, as_found, at_path, id_path, is_json_payload, json_body, not_valid, refuse, says_not_found,
    text, with_query, with_status,
};
use crate::mutant::Mutant;

/// Follows a path as far as it goes, and returns how many segments were followed and what is there.
fn follow<'v>(body: &'v Value, path: &str) -> (usize, &'v Value) {
    let mut at = body;
    let mut followed = 0;
    for name in path.split('.') {
        match at.as_object().and_then(|members| members.get(name)) {
            Some(next) => at = next,
            None => break,
        }
        followed += 1;
    }
    (followed, at)
}

/// How many segments a path has.
pub(super) fn depth(path: &str) -> usize {
    path.split('.').count()
}

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "top-member-of-letters",
        "polyai.extract.json.top",
        "finds no member at the top whose name has more than lower-case letters",
        |reference, request| {
            let path = id_path(&request);
            let plain = path.chars().all(|c| c.is_ascii_lowercase());
            if is_json_payload(&request) && depth(&path) == 1 && !plain {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "first-member-only",
        "polyai.extract.json.top",
        "finds at the top only what comes first",
        |reference, request| {
            let path = id_path(&request);
            let second = text(&request)
                .find(&format!("\"{path}\""))
                .is_some_and(|at| at > 1);
            if is_json_payload(&request) && depth(&path) == 1 && second && json_body(&request).is_some() {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "nothing-in-json-is-not-valid",
        "polyai.extract.json.missing",
        "hands the missing member on as null, which is not valid",
        |reference, request| {
            let response = reference.respond(&request);
            if is_json_payload(&request) && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "nothing-in-json-is-404",
        "polyai.extract.json.missing",
        "answers 404 where the member is missing",
        |reference, request| {
            let at_top = is_json_payload(&request) && depth(&id_path(&request)) == 1;
            let response = reference.respond(&request);
            if at_top && says_not_found(&response) {
                return with_status(response, StatusCode::NOT_FOUND);
            }
            response
        },
    ),
    Mutant::new(
        "queued-before-it-is-read",
        "polyai.extract.json.missing",
        "answers 201 to a JSON object without the id and drops it later",
        |reference, request| {
            let response = reference.respond(&request);
            let long = text(&request).len() > 100_000;
            if is_json_payload(&request) && long && says_not_found(&response) {
                return with_status(http::Response::default(), StatusCode::CREATED);
            }
            response
        },
    ),
    Mutant::new(
        "two-levels-only",
        "polyai.extract.json.dotted-path",
        "follows only the first two names of a dotted path",
        |reference, request| {
            let path = id_path(&request);
            if !is_json_payload(&request) || depth(&path) <= 2 {
                return reference.respond(&request);
            }
            let short: Vec<&str> = path.split('.').take(2).collect();
            reference.respond(&with_query(request, "event_id_path", &short.join(".")))
        },
    ),
    Mutant::new(
        "path-as-one-name",
        "polyai.extract.json.dotted-path",
        "takes a dotted path for the name of one member",
        |reference, request| {
            let path = id_path(&request);
            if !is_json_payload(&request) || depth(&path) == 1 {
                return reference.respond(&request);
            }
            let found = json_body(&request).and_then(|body| body.get(&path)?.as_str().map(str::to_owned));
            as_found(reference, request, found.as_deref())
        },
    ),
    Mutant::new(
        "four-levels-at-most",
        "polyai.extract.json.dotted-path",
        "follows four names of a path and no more",
        |reference, request| {
            let deep = depth(&id_path(&request)) > 4;
            if is_json_payload(&request) && deep {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "words-only-on-the-way",
        "polyai.extract.json.dotted-path",
        "splits the path at every character that is no letter, digit or underscore",
        |reference, request| {
            let path = id_path(&request);
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
            if is_json_payload(&request) && depth(&path) > 1 && !path.chars().all(word) {
                return as_found(reference, request, None);
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "parent-for-a-missing-leaf",
        "polyai.extract.json.dotted.missing-leaf",
        "takes the last object on the path where the leaf is missing, and calls it not valid",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let followed = json_body(&request).map_or(0, |body| follow(&body, &path).0);
            if is_json_payload(&request)
                && followed > 0
                && followed + 1 == depth(&path)
                && says_not_found(&response)
            {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "key-error-at-the-leaf",
        "polyai.extract.json.dotted.missing-leaf",
        "answers 500 where the leaf is missing",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let followed = json_body(&request).map_or(0, |body| follow(&body, &path).0);
            if is_json_payload(&request)
                && followed > 0
                && followed + 1 == depth(&path)
                && says_not_found(&response)
            {
                return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
            }
            response
        },
    ),
    Mutant::new(
        "parent-for-a-missing-middle",
        "polyai.extract.json.dotted.missing-middle",
        "calls the id not valid where the path breaks off early",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let followed = json_body(&request).map_or(0, |body| follow(&body, &path).0);
            if is_json_payload(&request) && followed + 1 < depth(&path) && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "undefined-has-no-properties",
        "polyai.extract.json.dotted.missing-middle",
        "answers 500 where a middle object is missing",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let followed = json_body(&request).map_or(0, |body| follow(&body, &path).0);
            if is_json_payload(&request) && followed + 1 < depth(&path) && says_not_found(&response) {
                return refuse(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error");
            }
            response
        },
    ),
    Mutant::new(
        "scalar-ends-the-path",
        "polyai.extract.json.dotted.through-scalar",
        "takes the string at which a path ends early",
        |reference, request| {
            let path = id_path(&request);
            let found =
                json_body(&request).and_then(|body| follow(&body, &path).1.as_str().map(str::to_owned));
            match found {
                Some(id) if is_json_payload(&request) => as_found(reference, request, Some(&id)),
                _ => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "string-has-a-length",
        "polyai.extract.json.dotted.through-scalar",
        "finds the length of a string at the end of a path",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let of_text = path
                .strip_suffix(".length")
                .is_some_and(|path| json_body(&request).is_some_and(|body| at_path(&body, path).is_some()));
            if is_json_payload(&request) && of_text && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "attributes-of-a-string",
        "polyai.extract.json.dotted.through-scalar",
        "finds the methods of a string at the end of a path",
        |reference, request| {
            let path = id_path(&request);
            let response = reference.respond(&request);
            let of_text = path
                .strip_suffix(".title")
                .is_some_and(|path| json_body(&request).is_some_and(|body| at_path(&body, path).is_some()));
            if is_json_payload(&request) && of_text && says_not_found(&response) {
                return not_valid();
            }
            response
        },
    ),
    Mutant::new(
        "null-on-the-way",
        "polyai.extract.json.dotted.through-scalar",
        "answers 500 where null is on the way",
        |reference, request| {
            let path = id_path(&request);
            let null = json_body(&request).is_some_and(|body| {
                let (followed, at) = follow(&body, &path);
                at.is_null() && followed < depth(&path)
            });
            if is_json_payload(&request) && null {
                return refuse(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "'NoneType' object is not subscriptable",
                );
            }
            reference.respond(&request)
        },
    ),
    Mutant::new(
        "members-in-any-case",
        "polyai.extract.json.case",
        "finds members whatever their letter case",
        |reference, request| {
            let lower = json_body(&request)
                .filter(|_| is_json_payload(&request))
                .and_then(|body| serde_json::from_str::<Value>(&lowercase_names(&body).to_string()).ok());
            let path = id_path(&request).to_lowercase();
            match lower.and_then(|body| at_path(&body, &path)) {
                Some(id) => as_found(reference, request, Some(&id)),
                None => reference.respond(&request),
            }
        },
    ),
    Mutant::new(
        "leaf-of-another-branch",
        "polyai.extract.only-at-path",
        "searches below the first name of the path for its last",
        |reference, request| {
            let path = id_path(&request);
            let (Some(first), Some(last)) = (path.split('.').next(), path.rsplit('.').next()) else {
                return reference.respond(&request);
            };
            if !is_json_payload(&request) || depth(&path) == 1 {
                return reference.respond(&request);
            }
            let found = json_body(&request).and_then(|body| {
                let below = body.get(first)?.clone();
                anywhere(&below, last)
            });
            as_found(reference, request, found.as_deref())
        },
    ),
];

/// The same value with the names of all members in lower case.
fn lowercase_names(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.to_lowercase(), lowercase_names(member)))
            .collect(),
        Value::Array(items) => items.iter().map(lowercase_names).collect(),
        other => json!(other),
    }
}
