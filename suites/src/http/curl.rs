//! A `curl` line that sends one request again.

use super::send_command::{is_monotonous, is_spelled, written};
use super::{Framing, Redactor, Request};
use crate::transcript::one_line;

/// The longest body that stands in the command itself, in bytes. Linux takes no argument of 128 KiB.
const LONGEST_ARGUMENT: usize = 64 * 1024;

/// The shell command that repeats the request; secrets stand as variables. `options` say how curl gets to the target,
/// each with a blank before it.
pub(crate) fn reproduction(base_url: &str, request: &Request, redactor: &Redactor, options: &str) -> String {
    let mut line = String::new();
    let origin = request.origin.as_deref().unwrap_or(base_url);
    let text = std::str::from_utf8(&request.body)
        .ok()
        .filter(|text| is_plain(text) && text.len() <= LONGEST_ARGUMENT && !is_monotonous(&request.body));
    if text.is_none() {
        line.push_str(&written(&request.body, redactor));
        line.push_str(" | ");
    }
    line.push_str("curl -sS -i");
    line.push_str(options);
    if is_spelled(request) && origin.starts_with("https:") && !options.contains("--http2") {
        // HTTP/2 has no capitals in the names of header fields.
        line.push_str(" --http1.1");
    }
    if request.target().contains(['[', ']', '{', '}']) {
        // curl would take them for a pattern of many URLs.
        line.push_str(" -g");
    }
    if request
        .path
        .split('/')
        .any(|segment| matches!(segment, "." | ".."))
    {
        // curl would follow them itself.
        line.push_str(" --path-as-is");
    }
    if request.method != "POST" || request.body.is_empty() {
        line.push_str(&format!(" -X {}", request.method));
    }
    line.push(' ');
    line.push_str(&quoted(
        &format!("{}{}", origin.trim_end_matches('/'), request.target()),
        redactor,
    ));
    if request.header_value("content-type").is_none() {
        // curl would announce a form by itself.
        line.push_str(" -H 'Content-Type:'");
    }
    for (name, value) in &request.headers {
        let field = if value.is_empty() {
            format!("{name};")
        } else {
            format!("{name}: {value}")
        };
        line.push_str(" -H ");
        line.push_str(&quoted(&field, redactor));
    }
    if request.body.len() > 1024 {
        // curl would wait for permission to send a larger body.
        line.push_str(" -H 'Expect:'");
    }
    if matches!(request.framing, Framing::Chunked(_)) {
        line.push_str(" -H 'Transfer-Encoding: chunked'");
    }
    match text {
        None => line.push_str(" --data-binary @-"),
        Some(text) => {
            line.push_str(" --data-binary ");
            line.push_str(&quoted(text, redactor));
        }
    }
    line
}

/// Text that a POSIX shell passes on unchanged within quotes, and that is printed as it is. A leading `@` would make curl read
/// a file.
fn is_plain(text: &str) -> bool {
    !text.starts_with('@') && one_line(text) == text
}

/// Single quotes, with each secret's variable outside of them in double quotes.
fn quoted(text: &str, redactor: &Redactor) -> String {
    let mut out = String::new();
    for (position, piece) in text.split('\'').enumerate() {
        if position > 0 {
            out.push_str("\\'");
        }
        if !piece.is_empty() || text.is_empty() {
            out.push_str(&with_variables(piece, redactor));
        }
    }
    out
}

fn with_variables(piece: &str, redactor: &Redactor) -> String {
    for (value, variable) in redactor.pairs() {
        if let Some((before, after)) = piece.split_once(value) {
            let mut out = String::new();
            if !before.is_empty() {
                out.push_str(&with_variables(before, redactor));
            }
            out.push_str(&format!("\"${variable}\""));
            if !after.is_empty() {
                out.push_str(&with_variables(after, redactor));
            }
            return out;
        }
    }
    format!("'{piece}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redactor() -> Redactor {
        Redactor::new([("s3cret".to_owned(), "HOOKPROOF_POLYAI_KEY".to_owned())])
    }

    #[test]
    fn quotes_survive_and_secrets_are_variables() {
        let request = Request::new("POST", "/v1")
            .query("a", "b")
            .header("X-Api-Key", "s3cret")
            .body("application/json", r#"{"name":"O'Neil"}"#);
        assert_eq!(
            reproduction("http://127.0.0.1:1/", &request, &redactor(), ""),
            r#"curl -sS -i 'http://127.0.0.1:1/v1?a=b' -H 'X-Api-Key: '"$HOOKPROOF_POLYAI_KEY" -H 'Content-Type: application/json' --data-binary '{"name":"O'\''Neil"}'"#
        );
    }

    #[test]
    fn bytes_that_are_no_text_go_through_printf() {
        let request = Request::new("POST", "/").body("text/plain", vec![0u8, 255, b'a']);
        let line = reproduction("http://h", &request, &redactor(), "");
        assert!(line.starts_with(r"printf '\000\377a' | curl"), "{line}");
        assert!(line.ends_with("--data-binary @-"), "{line}");
    }

    #[test]
    fn a_body_of_several_lines_stays_one() {
        let request = Request::new("POST", "/").body("text/plain", "a\r\ns3cret\u{202e}%");
        let line = reproduction("http://h", &request, &redactor(), "");
        let start = r#"printf 'a\r\n%s\342\200\256%%' "$HOOKPROOF_POLYAI_KEY" | curl"#;
        assert!(line.starts_with(start), "{line}");
    }

    #[test]
    fn an_empty_header_and_no_content_type_are_expressible() {
        let request = Request::new("POST", "/").header("X-Api-Key", "");
        let line = reproduction("http://h", &request, &redactor(), "");
        assert!(
            line.contains("-H 'X-Api-Key;'") && line.contains("-H 'Content-Type:'"),
            "{line}"
        );
    }
}
