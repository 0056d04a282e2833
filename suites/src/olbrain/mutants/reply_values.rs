//! The values in a conversational agent's answer: who it names, what was counted, when, and its files.

use serde_json::{Value, json};

use super::parts::{fixtures, is_message};
use super::replies::{remove, replied, strip};
use crate::mutant::Mutant;

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant::new(
        "organization-empty",
        "olbrain.conv.org-id",
        "leaves organization_id empty",
        |reference, request| {
            replied(reference, &request, |body| {
                body["organization_id"] = Value::from("");
            })
        },
    ),
    Mutant::new(
        "organization-as-object",
        "olbrain.conv.org-id",
        "gives the organization itself in place of its id",
        |reference, request| {
            replied(reference, &request, |body| {
                body["organization_id"] = json!({ "id": body["organization_id"] });
            })
        },
    ),
    Mutant::new(
        "organization-without-prefix",
        "olbrain.conv.org-id.prefix",
        "gives the id of the organization without its prefix",
        |reference, request| replied(reference, &request, |body| strip(body, "organization_id", "org_")),
    ),
    Mutant::new(
        "organization-per-message",
        "olbrain.conv.org-id.constant",
        "makes a new id where the organization belongs",
        |reference, request| {
            let number = reference.earlier;
            replied(reference, &request, |body| {
                body["organization_id"] = Value::from(format!("org_01GZ{number:022}"));
            })
        },
    ),
    Mutant::new(
        "project-null",
        "olbrain.conv.project-id",
        "has no project for agents outside of one",
        |reference, request| replied(reference, &request, |body| body["project_id"] = Value::Null),
    ),
    Mutant::new(
        "project-empty",
        "olbrain.conv.project-id",
        "leaves project_id empty",
        |reference, request| replied(reference, &request, |body| body["project_id"] = Value::from("")),
    ),
    Mutant::new(
        "project-without-prefix",
        "olbrain.conv.project-id.prefix",
        "gives the id of the project without its prefix",
        |reference, request| replied(reference, &request, |body| strip(body, "project_id", "proj_")),
    ),
    Mutant::new(
        "project-of-the-session",
        "olbrain.conv.project-id.constant",
        "takes every other message for one of another project",
        |reference, request| {
            let other = is_message(reference, &request) && reference.memory().earlier("projects") % 2 == 1;
            replied(reference, &request, |body| {
                if other {
                    body["project_id"] = Value::from("proj_01HB00000000000000000000");
                }
            })
        },
    ),
    Mutant::new(
        "files-null",
        "olbrain.conv.files.array",
        "gives null where there are no files",
        |reference, request| {
            replied(reference, &request, |body| {
                if body["files"] == json!([]) {
                    body["files"] = Value::Null;
                }
            })
        },
    ),
    Mutant::new(
        "files-left-out",
        "olbrain.conv.files.array",
        "leaves files out where there are none, as an encoder that omits empty values does",
        |reference, request| {
            replied(reference, &request, |body| {
                if body["files"] == json!([]) {
                    remove(body, "files");
                }
            })
        },
    ),
    Mutant::new(
        "file-not-in-array",
        "olbrain.conv.files.array",
        "gives a single file without an array around it",
        |reference, request| {
            replied(reference, &request, |body| {
                if let Some(only) = body["files"].get(0).cloned() {
                    body["files"] = only;
                }
            })
        },
    ),
    Mutant::new(
        "files-of-others",
        "olbrain.conv.files.empty",
        "lists the files of the agents beside it",
        |reference, request| {
            let made = fixtures(reference)
                .pdf_agents
                .first()
                .cloned()
                .unwrap_or_default();
            let path = format!("/api/agents/webhook/{made}");
            let other = is_message(reference, &request)
                .then(|| reference.respond(&crate::mutant::bend::with_path(request.clone(), &path)));
            replied(reference, &request, |body| {
                let files = other.and_then(|other| serde_json::from_slice::<Value>(other.body()).ok());
                if body["files"] == json!([])
                    && let Some(files) = files
                {
                    body["files"] = files["files"].clone();
                }
            })
        },
    ),
    Mutant::new(
        "tokens-as-text",
        "olbrain.conv.tokens",
        "writes counts of tokens as text",
        |reference, request| {
            replied(reference, &request, |body| {
                let total = body["token_usage"]["total_tokens"].to_string();
                body["token_usage"]["total_tokens"] = Value::from(total);
            })
        },
    ),
    Mutant::new(
        "tokens-uncounted",
        "olbrain.conv.tokens",
        "does not count the tokens of a long message",
        |reference, request| {
            let is_long = request.body().len() > 64 * 1024;
            replied(reference, &request, |body| {
                if is_long && body["response"].is_string() {
                    body["token_usage"] = Value::Null;
                }
            })
        },
    ),
    Mutant::new(
        "tokens-with-fraction",
        "olbrain.conv.tokens",
        "estimates tokens from letters, with a fraction",
        |reference, request| {
            replied(reference, &request, |body| {
                let prompt = body["token_usage"]["prompt_tokens"].as_f64().unwrap_or_default();
                body["token_usage"]["prompt_tokens"] = Value::from(prompt + 0.25);
            })
        },
    ),
    Mutant::new(
        "tokens-by-other-names",
        "olbrain.conv.tokens",
        "names the counts as another vendor does",
        |reference, request| {
            replied(reference, &request, |body| {
                let usage = body["token_usage"].clone();
                body["token_usage"] = json!({
                    "input_tokens": usage["prompt_tokens"],
                    "output_tokens": usage["completion_tokens"],
                    "total_tokens": usage["total_tokens"],
                });
            })
        },
    ),
    Mutant::new(
        "tokens-unknown",
        "olbrain.conv.tokens",
        "counts -1 tokens where it does not know",
        |reference, request| {
            replied(reference, &request, |body| {
                body["token_usage"]["completion_tokens"] = Value::from(-1);
            })
        },
    ),
    Mutant::new(
        "total-without-completion",
        "olbrain.conv.tokens.sum",
        "adds the tokens up before the reply is there",
        |reference, request| {
            replied(reference, &request, |body| {
                body["token_usage"]["total_tokens"] = body["token_usage"]["prompt_tokens"].clone();
            })
        },
    ),
    Mutant::new(
        "time-negative",
        "olbrain.conv.processing-time",
        "takes the times in the wrong order",
        |reference, request| {
            replied(reference, &request, |body| {
                body["processing_time"] = Value::from(-0.0012);
            })
        },
    ),
    Mutant::new(
        "time-null",
        "olbrain.conv.processing-time",
        "does not know how long it took",
        |reference, request| replied(reference, &request, |body| body["processing_time"] = Value::Null),
    ),
    Mutant::new(
        "time-in-milliseconds",
        "olbrain.conv.processing-time.bound",
        "gives processing_time in milliseconds",
        |reference, request| {
            replied(reference, &request, |body| {
                let seconds = body["processing_time"].as_f64().unwrap_or_default();
                body["processing_time"] = Value::from((seconds * 1000.0).max(1240.0));
            })
        },
    ),
    Mutant::new(
        "time-of-the-sample",
        "olbrain.conv.processing-time.bound",
        "gives the time of the sample",
        |reference, request| {
            replied(reference, &request, |body| {
                body["processing_time"] = Value::from(1.24);
            })
        },
    ),
    Mutant::new(
        "timestamp-in-seconds",
        "olbrain.conv.timestamp",
        "gives the moment in seconds since 1970",
        |reference, request| {
            let now = reference.now().as_second();
            replied(reference, &request, |body| body["timestamp"] = Value::from(now))
        },
    ),
    Mutant::new(
        "timestamp-without-zone",
        "olbrain.conv.timestamp",
        "writes the moment without a zone, as a date that knows none does",
        |reference, request| {
            replied(reference, &request, |body| {
                let text = body["timestamp"]
                    .as_str()
                    .unwrap_or_default()
                    .trim_end_matches('Z')
                    .to_owned();
                body["timestamp"] = Value::from(text);
            })
        },
    ),
    Mutant::new(
        "timestamp-left-out",
        "olbrain.conv.timestamp",
        "leaves timestamp out, which the table of members does not name",
        |reference, request| replied(reference, &request, |body| remove(body, "timestamp")),
    ),
    Mutant::new(
        "timestamp-in-words",
        "olbrain.conv.timestamp",
        "writes the moment as the header Date does",
        |reference, request| {
            let text = reference.now().strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
            replied(reference, &request, |body| body["timestamp"] = Value::from(text))
        },
    ),
    Mutant::new(
        "timestamp-to-the-second",
        "olbrain.conv.timestamp.precision",
        "gives the moment to the second",
        |reference, request| {
            let text = reference.now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            replied(reference, &request, |body| body["timestamp"] = Value::from(text))
        },
    ),
    Mutant::new(
        "timestamp-with-offset",
        "olbrain.conv.timestamp.precision",
        "writes +00:00 for Z",
        |reference, request| {
            replied(reference, &request, |body| {
                let text = body["timestamp"]
                    .as_str()
                    .unwrap_or_default()
                    .replace('Z', "+00:00");
                body["timestamp"] = Value::from(text);
            })
        },
    ),
    Mutant::new(
        "timestamp-to-the-microsecond",
        "olbrain.conv.timestamp.precision",
        "gives the moment to the microsecond",
        |reference, request| {
            let text = reference.now().strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string();
            replied(reference, &request, |body| body["timestamp"] = Value::from(text))
        },
    ),
];
