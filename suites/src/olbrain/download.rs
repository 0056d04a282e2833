//! Addresses that answers give: which of them the suite fetches, and what it finds there.
//!
//! An address comes from the target and so from outside. The suite goes nowhere with it but to the target's own host.

use std::net::IpAddr;

use crate::http::{BaseUrl, Exchange, Request, Response};
use crate::probe::Probe;
use crate::verdict::Finding;

/// The plain GET of an address, or why it is not sent.
pub(crate) fn request(base: &BaseUrl, url: &str) -> Result<Request, String> {
    let request =
        Request::absolute(url).ok_or_else(|| "the address is no absolute http or https URL".to_owned())?;
    let host = request.origin.as_deref().map(host_of).unwrap_or_default();
    let is_loopback =
        |host: &str| host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if host == host_of(base.as_str()) || (base.is_loopback() && is_loopback(host)) {
        Ok(request)
    } else {
        Err(format!(
            "the address leads to another host than the target's ({host}), where the suite sends nothing"
        ))
    }
}

/// So many redirects are followed, one after the other.
const MOST_HOPS: usize = 5;

/// Sends the plain GET and follows where it is led. The error says why that ends at an address that is not asked.
pub(crate) fn followed(
    base: &BaseUrl,
    probe: &Probe<'_>,
    request: Request,
) -> (Exchange, Result<(), String>) {
    let mut exchange = probe.send(request);
    for _ in 0..MOST_HOPS {
        match next(base, &exchange) {
            None => break,
            Some(Ok(request)) => exchange = probe.send(request),
            Some(Err(reason)) => return (exchange, Err(reason)),
        }
    }
    (exchange, Ok(()))
}

/// Where an answer leads, if it leads anywhere.
fn next(base: &BaseUrl, exchange: &Exchange) -> Option<Result<Request, String>> {
    let response = exchange
        .response()
        .filter(|response| (300..400).contains(&response.status))?;
    let location = response.header("location")?;
    let asked = &exchange.request;
    let here = format!("{}{}", asked.origin.as_deref()?, asked.target());
    let there = reqwest::Url::parse(&here).and_then(|here| here.join(location));
    Some(
        there
            .map_err(|error| error.to_string())
            .and_then(|there| self::request(base, there.as_str())),
    )
}

/// The host of an absolute URL, without brackets and port.
fn host_of(url: &str) -> &str {
    let authority = url.split("//").nth(1).unwrap_or_default();
    let authority = authority.split('/').next().unwrap_or_default();
    if let Some((host, _)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return host;
    }
    authority.split(':').next().unwrap_or_default()
}

/// Whether as many bytes came as were announced elsewhere.
pub(crate) fn size(response: &Response, announced: u64) -> Finding {
    let length = if response.cut {
        // More than is kept came; the header then has to do.
        response
            .header("content-length")
            .and_then(|value| value.trim().parse().ok())
    } else {
        u64::try_from(response.body.len()).ok()
    };
    match length {
        Some(length) => Finding::when(
            length == announced,
            format!("{announced} bytes, as size_bytes says"),
            format!("{length} bytes"),
        ),
        None => Finding::Undecided("the file is too large to be read whole".to_owned()),
    }
}

/// A value shorter than this is no token.
const TOKEN_LENGTH: usize = 8;

/// The request with its token changed, and with its token left out. Empty where nothing looks like a token.
pub(crate) fn spoiled(request: &Request) -> Vec<Request> {
    let query = request.raw_query.clone().unwrap_or_default();
    let pairs: Vec<(&str, &str)> = query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    let named = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["token", "signature", "sig", "secret", "key"]
            .iter()
            .any(|word| name.contains(word))
    };
    let token = pairs
        .iter()
        .find(|(name, value)| named(name) && !value.is_empty())
        .or_else(|| {
            let long = pairs.iter().filter(|(_, value)| value.len() >= TOKEN_LENGTH);
            long.max_by_key(|(_, value)| value.len())
        });
    if let Some((name, value)) = token {
        let written = format!("{name}={value}");
        let replaced = query.replace(&written, &format!("{name}={}", other(value)));
        let left: Vec<&str> = query.split('&').filter(|pair| *pair != written).collect();
        return [replaced, left.join("&")]
            .into_iter()
            .map(|query| request.clone().raw_query(query))
            .collect();
    }
    // Without a query the token can only stand in the path.
    let longest = request
        .path
        .split('/')
        .max_by_key(|segment| segment.len())
        .unwrap_or_default();
    if longest.len() < TOKEN_LENGTH {
        return Vec::new();
    }
    let stem = longest.split('.').next().unwrap_or(longest);
    let spoiled = longest.replacen(stem, &other(stem), 1);
    vec![request.clone().path(&request.path.replace(longest, &spoiled))]
}

/// Another value of the same form: every letter and digit is moved on by one, escapes stay as they are.
fn other(value: &str) -> String {
    let mut escaped = 0;
    value
        .chars()
        .map(|character| {
            if character == '%' {
                escaped = 2;
                return character;
            }
            if escaped > 0 {
                escaped -= 1;
                return character;
            }
            match character {
                'z' => 'a',
                'Z' => 'A',
                '9' => '0',
                c if c.is_ascii_alphanumeric() => char::from(c as u8 + 1),
                c => c,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> BaseUrl {
        BaseUrl::parse(text).unwrap()
    }

    #[test]
    fn only_the_targets_own_host_is_asked() {
        let here = base("http://127.0.0.1:80/gateway");
        for url in [
            "http://127.0.0.1:81/f?token=1",
            "http://localhost/f",
            "http://[::1]:9/f",
            "https://127.0.0.1/f",
        ] {
            assert!(request(&here, url).is_ok(), "{url}");
        }
        for url in [
            "http://10.0.0.1/f",
            "https://storage.example/f",
            "http://127.0.0.1.example/f",
            "/f",
            "ftp://127.0.0.1/f",
        ] {
            assert!(request(&here, url).is_err(), "{url}");
        }
        let there = base("https://api.example");
        assert!(request(&there, "https://api.example/f").is_ok());
        assert!(request(&there, "http://127.0.0.1/f").is_err());
    }

    #[test]
    fn the_token_is_what_is_spoiled() {
        let spoil = |url: &str| -> Vec<String> {
            let request = Request::absolute(url).unwrap();
            spoiled(&request).iter().map(Request::target).collect()
        };
        assert_eq!(
            spoil("http://h/o/a%2Fb.pdf?alt=media&token=9fz"),
            ["/o/a%2Fb.pdf?alt=media&token=0ga", "/o/a%2Fb.pdf?alt=media"]
        );
        assert_eq!(
            spoil("http://h/a?alt=media&x=abcdefghi"),
            ["/a?alt=media&x=bcdefghij", "/a?alt=media"]
        );
        assert_eq!(
            spoil("http://h/files/abcdefgh12/a.pdf"),
            ["/files/bcdefghi23/a.pdf"]
        );
        assert!(spoil("http://h/a.pdf?alt=media").is_empty());
        assert_eq!(other("a%2Fz"), "b%2Fa");
    }

    #[test]
    fn a_file_that_was_cut_is_measured_by_its_header() {
        let response = |cut, length: Option<&str>| Response {
            status: 200,
            headers: length
                .map(|value| ("Content-Length".to_owned(), value.to_owned()))
                .into_iter()
                .collect(),
            body: "abc".into(),
            cut,
        };
        assert_eq!(size(&response(false, None), 3), Finding::Met);
        assert!(matches!(
            size(&response(false, Some("4")), 4),
            Finding::Broken { .. }
        ));
        assert_eq!(size(&response(true, Some("4")), 4), Finding::Met);
        assert!(matches!(size(&response(true, None), 4), Finding::Undecided(_)));
    }
}
