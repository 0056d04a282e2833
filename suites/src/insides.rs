//! What an answer shows of the insides of the server: a stack trace, or a place in its source.

use serde_json::Value;

/// What only a crash of the server's own code leaves in a body.
const STACK_TRACES: [&str; 11] = [
    "Traceback (most recent call last)",
    "\n    at ",
    "\n\tat ",
    "node_modules/",
    "node:internal/",
    "\n   at System.",
    "panicked at ",
    "goroutine ",
    "stack backtrace:",
    "Stack trace:",
    ", line ",
];

/// How the names of source files end, before a colon and the number of a line.
const SOURCES: [&str; 14] = [
    "js", "cjs", "mjs", "ts", "tsx", "py", "java", "kt", "go", "rs", "rb", "php", "cs", "ex",
];

/// The first sign of a trace or of a source file in an answer, as it stands or in a text of its JSON.
pub(crate) fn shown(text: &str) -> Option<String> {
    sign(text).or_else(|| in_texts(&serde_json::from_str(text).ok()?))
}

fn in_texts(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => sign(text),
        Value::Array(items) => items.iter().find_map(in_texts),
        Value::Object(members) => members.values().find_map(in_texts),
        _ => None,
    }
}

fn sign(text: &str) -> Option<String> {
    let trace = STACK_TRACES.iter().find(|sign| match **sign {
        "goroutine " => text.contains("goroutine ") && text.contains("[running]"),
        ", line " => text.contains("File \"") && text.contains(", line "),
        sign => text.contains(sign),
    });
    trace.map(|sign| sign.trim().to_owned()).or_else(|| source(text))
}

/// A file of source code with the number of a line, such as `src/events.ts:118`.
fn source(text: &str) -> Option<String> {
    text.split(|c: char| c.is_whitespace() || "()[]{}<>\"\'`,;".contains(c))
        .find(|word| {
            let mut parts = word.split(':');
            let (file, line) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
            let numbered = !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit());
            let named = file
                .rsplit_once('.')
                .is_some_and(|(name, end)| !name.is_empty() && SOURCES.contains(&end));
            numbered && named
        })
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn traces_of_many_languages_are_known() {
        for text in [
            "Traceback (most recent call last):\n  File \"a.py\", line 1",
            "File \"/srv/app/main.py\", line 41, in log_event",
            "Error: no\n    at JSON.parse (<anonymous>)",
            "java.lang.NullPointerException\n\tat com.example.A.b(A.java:5)",
            "thread 'main' panicked at src/main.rs:5:1",
            "goroutine 1 [running]:\nmain.main()",
            "/srv/app/server.go:88 +0x1d",
            "failed in /srv/app/src/events.ts:118:7",
            "#0 /var/www/index.php(12): main()\nStack trace:",
        ] {
            assert!(sign(text).is_some(), "{text}");
            let body = json!({ "detail": [{ "msg": text }] });
            assert!(shown(&body.to_string()).is_some(), "{text}");
        }
    }

    #[test]
    fn reasons_are_no_traces() {
        for text in [
            "",
            "Unexpected token } in JSON at position 17",
            "Expecting value: line 1 column 1 (char 0)",
            "type: Field required, at /type",
            "invalid character '}' looking for beginning of value",
            "expected ident at line 1 column 2",
            "id must match ^[a-zA-Z0-9\\-_.]+$",
            "https://docs.example:443/errors.ts",
            "2026-05-05T15:58:45.955Z",
            "req.go: bad request",
            "127.0.0.1:8080",
        ] {
            assert_eq!(sign(text), None, "{text}");
        }
    }
}
