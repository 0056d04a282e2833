//! The shell command that sends requests again byte by byte, where `curl` says them in another way.

use super::Redactor;
use super::base_url::BaseUrl;
use super::raw;
use super::request::{Framing, Request, Spelling};
use super::transport::{RUN_HEADER, Transport};

/// Whether `curl` sends the request as it is meant. It writes a body in chunks of its own.
pub(crate) fn is_for_curl(request: &Request) -> bool {
    !matches!(request.framing, Framing::Chunked(size) if request.body.len() > size)
}

/// The shell command that sends these requests again on one connection, each after the answer to the one before. Secrets stand
/// as variables.
pub(crate) fn command(
    base: &BaseUrl,
    transport: &Transport,
    requests: &[&Request],
    redactor: &Redactor,
) -> String {
    let fields: Vec<(String, String)> = transport
        .fields()
        .filter(|(name, _)| *name != RUN_HEADER)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let bytes: Vec<u8> = requests
        .iter()
        .flat_map(|request| raw::serialize(base, &fields, request))
        .collect();
    let mut line = written(&bytes, redactor);
    line.push_str(&format!(" | hookproof send - --target '{}'", base.origin()));
    if requests.len() > 1 {
        line.push_str(" --one-by-one");
    }
    line.push_str(&transport.send_options());
    line
}

/// A command that sends less than the run did, and says so in a comment of the shell: it can still be carried out.
pub(crate) fn in_part(command: &str, before: usize) -> String {
    let lost = match before {
        0 => "the chunks of its body".to_owned(),
        1 => "the request before it on its connection".to_owned(),
        count => format!("the {count} requests before it on its connection"),
    };
    format!("{command} # in part only: over this way no command sends {lost} as the run did")
}

/// A piece that is repeated over more bytes than these is written as its repetition, in bytes.
const LONG: usize = 1024;

/// The longest piece whose repetition is looked for, in bytes: a character in UTF-8.
const LONGEST_PIECE: usize = 4;

/// Whether something in these bytes is repeated so often that a command should not spell it out.
pub(super) fn is_monotonous(bytes: &[u8]) -> bool {
    repetition(bytes).is_some()
}

/// The shell command that writes these bytes, in printable characters alone. Secrets stand as variables.
pub(super) fn written(bytes: &[u8], redactor: &Redactor) -> String {
    let mut commands = Vec::new();
    let mut rest = bytes;
    while let Some((start, piece, times)) = repetition(rest) {
        if start > 0 {
            commands.push(printf(&rest[..start], redactor));
        }
        let once = printf(&rest[start..start + piece], redactor);
        commands.push(format!("yes \"$({once})\" | head -n {times} | tr -d '\\n'"));
        rest = &rest[start + piece * times..];
    }
    if !rest.is_empty() || commands.is_empty() {
        commands.push(printf(rest, redactor));
    }
    match commands.as_slice() {
        [one] => one.clone(),
        several => format!("{{ {}; }}", several.join("; ")),
    }
}

/// Where the first long repetition begins, how many bytes are repeated, and how often they stand there.
fn repetition(bytes: &[u8]) -> Option<(usize, usize, usize)> {
    (1..=LONGEST_PIECE)
        .filter_map(|piece| {
            let mut start = 0;
            while start + LONG <= bytes.len() {
                let same = bytes[start..]
                    .iter()
                    .zip(&bytes[start + piece..])
                    .take_while(|(byte, next)| byte == next && !matches!(byte, 0 | b'\n'))
                    .count();
                if same + piece >= LONG {
                    return Some((start, piece, (same + piece) / piece));
                }
                start += same + 1;
            }
            None
        })
        .min_by_key(|(start, piece, _)| (*start, *piece))
}

/// The call of `printf` that writes these bytes.
fn printf(bytes: &[u8], redactor: &Redactor) -> String {
    let mut format = String::with_capacity(bytes.len());
    let mut variables = Vec::new();
    let mut at = 0;
    'bytes: while let Some(byte) = bytes.get(at) {
        for (value, variable) in redactor.pairs() {
            if bytes[at..].starts_with(value.as_bytes()) {
                format.push_str("%s");
                variables.push(variable.to_owned());
                at += value.len();
                continue 'bytes;
            }
        }
        match byte {
            b'\r' => format.push_str("\\r"),
            b'\n' => format.push_str("\\n"),
            b'\\' => format.push_str("\\\\"),
            b'%' => format.push_str("%%"),
            b'\'' => format.push_str("'\\''"),
            b' '..=b'~' => format.push(char::from(*byte)),
            _ => format.push_str(&format!("\\{byte:03o}")),
        }
        at += 1;
    }
    let mut line = format!("printf '{format}'");
    for variable in variables {
        line.push_str(&format!(" \"${variable}\""));
    }
    line
}

/// Whether `hookproof send` can send the request as it was sent.
pub(crate) fn is_exact(transport: &Transport, request: &Request) -> bool {
    transport.http_proxy().is_ok() && !transport.http2 && request.origin.is_none()
}

/// Whether letters of a header's name are the point.
pub(crate) fn is_spelled(request: &Request) -> bool {
    request.spelling == Spelling::Exact
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_holds_every_byte_and_no_secret() {
        let redactor = Redactor::new([("s3cret".to_owned(), "HOOKPROOF_POLYAI_KEY".to_owned())]);
        let base = BaseUrl::parse("http://127.0.0.1:1/gate").unwrap();
        let first = Request::new("POST", "/v1").header("X-Api-Key", "s3cret");
        let second = Request::new("GET", "/a").body("text/plain", &b"50% o'\\\xff\0"[..]);
        let line = command(&base, &Transport::default(), &[&first, &second], &redactor);
        assert!(
            line.starts_with("printf 'POST /gate/v1 HTTP/1.1\\r\\nHost: 127.0.0.1:1\\r\\n"),
            "{line}"
        );
        assert!(
            line.contains("X-Api-Key: %s\\r\\n")
                && line.contains("50%% o'\\''\\\\\\377\\000' \"$HOOKPROOF_POLYAI_KEY\""),
            "{line}"
        );
        assert!(
            line.ends_with(" | hookproof send - --target 'http://127.0.0.1:1' --one-by-one"),
            "{line}"
        );
        assert!(!line.contains("s3cret"));
    }

    /// What a shell writes when it carries the command out.
    #[cfg(unix)]
    fn carried_out(command: &str) -> Vec<u8> {
        let shell = std::process::Command::new("sh")
            .args(["-c", command])
            .env("HOOKPROOF_POLYAI_KEY", "s3cret")
            .output();
        shell.unwrap().stdout
    }

    #[cfg(unix)]
    #[test]
    fn a_command_writes_the_bytes_and_spells_no_repetition_out() {
        let redactor = Redactor::new([("s3cret".to_owned(), "HOOKPROOF_POLYAI_KEY".to_owned())]);
        let long = |piece: &str, bytes: usize| piece.repeat(bytes / piece.len());
        for body in [
            String::new(),
            "%d 'a' \\ s3cret\r\n".to_owned(),
            long("x", 300_000),
            format!("{{\"note\":\"{}\"}}", long("x", 200_000)),
            format!("s3cret{}é{}s3cret", long("é", 5_000), long("%", 2_000)),
            format!("{}{}", long("😀", 40_000), long("ab", 3_001)),
            long("\n", 2_000),
        ] {
            let command = written(body.as_bytes(), &redactor);
            assert_eq!(carried_out(&command), body.as_bytes(), "{command:.200}");
            assert!(!command.contains("s3cret"));
            assert!(command.len() < 5_000, "{} bytes", command.len());
        }
    }

    #[test]
    fn what_no_command_says_is_marked() {
        let transport = |proxy: Option<&str>, http2| Transport {
            proxy: proxy.map(str::to_owned),
            http2,
            ..Transport::default()
        };
        let request = Request::new("POST", "/");
        assert!(is_exact(&transport(None, false), &request));
        assert!(is_exact(&transport(Some("http://proxy:3128"), false), &request));
        assert!(!is_exact(&transport(Some("https://proxy"), false), &request));
        assert!(!is_exact(&transport(None, true), &request));
        assert_eq!(
            in_part("curl --http2 http://h", 2),
            "curl --http2 http://h # in part only: over this way no command sends the 2 requests before it on its \
             connection as the run did"
        );
    }

    #[test]
    fn many_chunks_are_not_for_curl() {
        let chunked = |size| {
            Request::new("POST", "/")
                .body("a/b", "abc")
                .framing(Framing::Chunked(size))
        };
        assert!(is_for_curl(&chunked(3)) && !is_for_curl(&chunked(2)));
    }
}
