//! Credentials: missing, wrong, nearly right, in the wrong place.

use spec::{Operation, SecurityScheme};

use super::{Body, Subject, control_passes, refused};
use crate::http::{Request, basic_credentials};
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) fn aspect(operation: &'static Operation, aspect: &str) -> Option<Body> {
    let scheme = operation.security.first()?;
    let header: &'static str = match scheme {
        SecurityScheme::ApiKey { header, .. } => header,
        SecurityScheme::Bearer { .. } => "Authorization",
    };
    let bearer = matches!(scheme, SecurityScheme::Bearer { .. });
    let shown = move |key: &str| {
        if bearer {
            format!("Bearer {key}")
        } else {
            key.to_owned()
        }
    };
    match aspect {
        "valid" => Some(Box::new(|subject, row, probe| {
            accepted(subject, row, probe, |request| request);
        })),
        "name-case" => Some(Box::new(move |subject, row, probe| {
            for spelling in [header.to_ascii_lowercase(), header.to_ascii_uppercase()] {
                accepted(subject, row, probe, |request| {
                    respelled(request, header, &spelling)
                });
            }
        })),
        "missing" => Some(faulty("there is no credential", move |request, _| {
            vec![request.without_header(header)]
        })),
        "unknown" => Some(faulty("the credential is unknown", move |request, key| {
            unknown_keys(key)
                .into_iter()
                .map(|k| request.clone().set_header(header, &shown(&k)))
                .collect()
        })),
        "empty" => Some(faulty("the credential is empty", move |request, _| {
            let values: &[&str] = if bearer { &["Bearer", "Bearer "] } else { &[""] };
            values
                .iter()
                .map(|value| request.clone().set_header(header, value).exact())
                .collect()
        })),
        "near-miss" => Some(faulty(
            "the credential only resembles the valid one",
            move |request, key| {
                // A scheme belongs to Authorization; in a header of its own the word is part of the key.
                let with_scheme = (!bearer).then(|| format!("Bearer {key}"));
                near_keys(key)
                    .into_iter()
                    .chain(with_scheme)
                    .map(|k| request.clone().set_header(header, &shown(&k)))
                    .collect()
            },
        )),
        "key-case" => Some(faulty(
            "the credential differs in letter case",
            move |request, key| {
                changed_case(key)
                    .into_iter()
                    .map(|k| request.clone().set_header(header, &shown(&k)))
                    .collect()
            },
        )),
        "in-query" => Some(faulty(
            "the credential stands in the query",
            move |request, key| {
                ["api_key", "key", "apikey", "access_token", "token", header]
                    .map(|name| request.clone().without_header(header).query(name, key))
                    .to_vec()
            },
        )),
        "as-bearer" if !bearer => Some(faulty(
            "the credential stands in another header",
            move |request, key| in_other_headers(&request.without_header(header), key),
        )),
        "no-scheme" if bearer => Some(faulty(
            "the token stands without its scheme",
            move |request, key| {
                // In one word with it is without it: what follows Bearer begins behind a blank.
                [key.to_owned(), format!("Bearer{key}")]
                    .map(|value| request.clone().set_header(header, &value))
                    .to_vec()
            },
        )),
        "other-scheme" if bearer => Some(faulty("the scheme is not Bearer", move |request, key| {
            under_other_schemes(&request, header, key)
        })),
        "other-header" if bearer => Some(faulty(
            "the token stands in another header",
            move |request, key| {
                let bare = request.without_header(header);
                let mut faulty: Vec<Request> = ["X-Api-Key", "Api-Key", "X-Auth-Token", "X-Access-Token"]
                    .map(|name| bare.clone().header(name, key))
                    .to_vec();
                faulty.push(bare.clone().header("Proxy-Authorization", &shown(key)));
                faulty.push(bare.header("Cookie", &format!("token={key}; access_token={key}")));
                faulty
            },
        )),
        _ => None,
    }
}

/// The key where other APIs have theirs: in Authorization, in one way or another, and under a shorter name.
fn in_other_headers(bare: &Request, key: &str) -> Vec<Request> {
    let [as_user, as_password] = basic_credentials(key);
    let mut faulty: Vec<Request> = [
        format!("Bearer {key}"),
        key.to_owned(),
        format!("Basic {key}"),
        format!("Basic {as_user}"),
        format!("Basic {as_password}"),
    ]
    .iter()
    .map(|value| bare.clone().header("Authorization", value))
    .collect();
    faulty.push(bare.clone().header("Api-Key", key));
    faulty
}

/// The key after other words than Bearer, and in base64 after Basic.
fn under_other_schemes(request: &Request, header: &str, key: &str) -> Vec<Request> {
    // A colon belongs to the word in front of it: what stands there then is not Bearer.
    let plain = ["Basic", "Token", "Digest", "ApiKey", "Bearer:"].map(|scheme| format!("{scheme} {key}"));
    let pairs = basic_credentials(key).map(|pair| format!("Basic {pair}"));
    plain
        .iter()
        .chain(&pairs)
        .map(|value| request.clone().set_header(header, value))
        .collect()
}

/// A case that sends requests with a fault in the credential, after its control.
fn faulty(fault: &'static str, make: impl Fn(Request, &str) -> Vec<Request> + Send + Sync + 'static) -> Body {
    Box::new(move |subject, row, probe| {
        // In safe mode nothing is accepted; the preflight has then seen that the valid key is answered otherwise.
        if !probe.is_safe() && !control_passes(subject, row, probe) {
            return;
        }
        let (request, key) = match subject
            .under_a_wrong_key()
            .and_then(|r| Ok((r, subject.credential()?)))
        {
            Ok(both) => both,
            Err(missing) => return probe.skip(&row.id, missing),
        };
        let requests = make(request, &key);
        if requests.is_empty() {
            probe.skip(
                &row.id,
                "the credential has nothing that could be changed in this way",
            );
        }
        for faulty in requests {
            let exchange = probe.send(faulty);
            probe.judge(&row.id, &exchange, refused(row, &exchange, fault));
        }
    })
}

fn accepted(
    subject: &dyn Subject,
    row: &'static spec::Requirement,
    probe: &Probe<'_>,
    make: impl Fn(Request) -> Request,
) {
    match subject.control() {
        Ok(request) => {
            let exchange = probe.send(make(request));
            let expected = "success, because the credential is valid";
            probe.judge(
                &row.id,
                &exchange,
                Finding::when(exchange.is_success(), expected, exchange.in_short()),
            );
        }
        Err(missing) => probe.skip(&row.id, missing),
    }
}

fn respelled(mut request: Request, header: &str, spelling: &str) -> Request {
    for (name, _) in &mut request.headers {
        if name.eq_ignore_ascii_case(header) {
            spelling.clone_into(name);
        }
    }
    request.exact()
}

/// Keys that nobody issued: a word, one of the valid key's own shape, and names that every object has in JavaScript or Python,
/// which a look-up in an object finds.
fn unknown_keys(key: &str) -> Vec<String> {
    let mut keys = vec!["hookproof-unknown-key".to_owned(), rotated(key)];
    keys.extend(["constructor", "__proto__", "toString", "__class__"].map(str::to_owned));
    keys
}

/// The same shape with every letter and digit moved on by one.
fn rotated(key: &str) -> String {
    let next = |c: char| match c {
        'z' => 'a',
        'Z' => 'A',
        '9' => '0',
        c if c.is_ascii_alphanumeric() => char::from(c as u8 + 1),
        c => c,
    };
    // A prefix that names the kind of key stays, so that only the key itself is wrong.
    match key.rfind('_') {
        Some(at) => format!(
            "{}{}",
            &key[..=at],
            key[at + 1..].chars().map(next).collect::<String>()
        ),
        None => key.chars().map(next).collect(),
    }
}

/// Beginnings, extensions and single changes of the valid key, and patterns that match it.
fn near_keys(key: &str) -> Vec<String> {
    let mut keys = vec![format!("{key}x"), format!("x{key}"), format!("{key}{key}")];
    // In quotes, as the first of a list, and with an escape, for those who read the field as if it had a syntax.
    keys.extend([format!("\"{key}\""), format!("{key},hookproof")]);
    if let Some(first) = key.bytes().next() {
        keys.extend(key.get(1..).map(|rest| format!("%{first:02x}{rest}")));
    }
    let characters: Vec<char> = key.chars().collect();
    if characters.len() > 1 {
        keys.push(characters[..characters.len() - 1].iter().collect());
        keys.push(characters[1..].iter().collect());
        // SQL's LIKE and the patterns of shells and of Redis, for the end of the key, for one character and for all of it.
        for wild in ['%', '_', '*', '?'] {
            let start = characters.len()
                - if matches!(wild, '_' | '?') {
                    1
                } else {
                    characters.len().min(4)
                };
            let mut pattern: String = characters[..start].iter().collect();
            pattern.push(wild);
            keys.push(pattern);
        }
        keys.push("%".to_owned());
        let mut changed = characters;
        if let Some(last) = changed.last_mut() {
            *last = if *last == '0' { '1' } else { '0' };
        }
        keys.push(changed.into_iter().collect());
    }
    keys.retain(|near| near != key && !near.trim().is_empty());
    keys
}

fn changed_case(key: &str) -> Vec<String> {
    [key.to_ascii_uppercase(), key.to_ascii_lowercase()]
        .into_iter()
        .filter(|changed| changed != key)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_wrong_key_is_the_right_one() {
        for key in ["hookproof-valid-key", "ak_0zZ9", "k"] {
            let wrong = [unknown_keys(key), near_keys(key), changed_case(key)].concat();
            assert!(!wrong.iter().any(|w| w == key), "{wrong:?}");
        }
        assert!(unknown_keys("ak_az9")[1].starts_with("ak_"));
    }

    #[test]
    fn patterns_match_the_key_and_are_not_it() {
        let near = near_keys("ak_0123456789");
        for pattern in ["ak_012345%", "ak_012345678_", "ak_012345*", "ak_012345678?", "%"] {
            assert!(near.iter().any(|key| key == pattern), "{pattern} in {near:?}");
        }
        assert!(!near_keys("ak_").iter().any(|key| key == "ak_"));
    }
}
