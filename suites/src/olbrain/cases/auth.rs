//! Keys beyond what the contract's security scheme gives rise to.

use serde_json::json;

use super::Entry;
use crate::case::Origin::Scenario;
use crate::http::Request;
use crate::olbrain::Olbrain;
use crate::olbrain::answers;
use crate::olbrain::calls;
use crate::olbrain::checks;
use crate::olbrain::fixtures::{AUTHORIZATION, bearer};
use crate::olbrain::upload;
use crate::probe::Probe;
use crate::verdict::Finding;

pub(super) const CASES: &[Entry] = &[
    (
        "auth::each_agent",
        Scenario,
        &["olbrain.auth.missing", "olbrain.auth.unknown"],
        each_agent,
    ),
    (
        "auth::no_token",
        Scenario,
        &["olbrain.auth.malformed.no-token"],
        |olbrain, probe| {
            let why = "there is no key behind the word Bearer";
            under(
                olbrain,
                probe,
                "olbrain.auth.malformed.no-token",
                why,
                &["Bearer", "Bearer "],
            );
        },
    ),
    (
        "auth::empty",
        Scenario,
        &["olbrain.auth.malformed.empty"],
        |olbrain, probe| {
            under(
                olbrain,
                probe,
                "olbrain.auth.malformed.empty",
                "the header is empty",
                &[""],
            );
        },
    ),
    (
        "auth::no_ak_prefix",
        Scenario,
        &["olbrain.auth.no-ak-prefix"],
        no_ak_prefix,
    ),
    ("auth::key_case", Scenario, &["olbrain.auth.key-case"], key_case),
    ("auth::in_body", Scenario, &["olbrain.auth.body"], in_body),
    (
        "auth::revoked_and_expired",
        Scenario,
        &["olbrain.auth.revoked", "olbrain.auth.expired"],
        revoked_and_expired,
    ),
    (
        "auth::permission",
        Scenario,
        &["olbrain.auth.permission", "olbrain.auth.permission.status"],
        permission,
    ),
    (
        "auth::organization",
        Scenario,
        &["olbrain.auth.org"],
        organization,
    ),
    (
        "auth::spelling",
        Scenario,
        &["olbrain.auth.scheme-case", "olbrain.auth.token-blanks"],
        spelling,
    ),
    (
        "auth::wording",
        Scenario,
        &[
            "olbrain.auth.message",
            "olbrain.auth.code",
            "olbrain.auth.www-authenticate",
        ],
        wording,
    ),
];

/// Every agent asks for a key of its own accord.
fn each_agent(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    let Ok(key) = fixtures.key() else {
        return probe.skip("olbrain.auth.missing", "no valid key is declared");
    };
    for (agent, _) in fixtures.agents() {
        let plain = fixtures.event(agent);
        let missing = plain.clone().without_header(AUTHORIZATION);
        checks::refused_beside(
            probe,
            "olbrain.auth.missing",
            "there is no key",
            plain.clone(),
            [missing],
        );
        let unknown = plain.set_header(AUTHORIZATION, &bearer(&fixtures.unlike(key)));
        checks::refused(probe, "olbrain.auth.unknown", "the key is unknown", unknown);
    }
}

/// Every call that succeeds again and again: an event for each agent, an upload, and whatever reads.
fn every_call(olbrain: &Olbrain) -> Vec<Request> {
    let fixtures = &olbrain.fixtures;
    let mut requests: Vec<Request> = fixtures
        .agents()
        .iter()
        .map(|(agent, _)| fixtures.event(agent))
        .collect();
    if let Some(uploader) = fixtures.any().ok().filter(|_| olbrain.known().file.is_some()) {
        requests.push(upload::request(olbrain, uploader, upload::small()));
    }
    if let Some(known) = &olbrain.known().message {
        requests.extend(
            [
                calls::sessions(&known.agent),
                calls::session(&known.agent, &known.session),
                calls::messages(&known.agent, &known.session),
                calls::message(&known.agent, &known.session, &known.message),
            ]
            .map(|path| fixtures.get(&path)),
        );
    }
    if let Some(known) = &olbrain.known().run {
        let paths = [calls::runs(&known.agent), calls::run(&known.agent, &known.run)];
        requests.extend(paths.map(|path| fixtures.get(&path)));
    }
    requests
}

/// An event and a reading call with other values of the header, next to their controls.
fn under(olbrain: &Olbrain, probe: &Probe<'_>, id: &str, why: &str, values: &[&str]) {
    let fixtures = &olbrain.fixtures;
    let event = fixtures.any().map(|agent| fixtures.event(agent));
    let sessions = fixtures.conversational().map(calls::sessions);
    let list = sessions.or_else(|_| fixtures.workflow().map(calls::runs));
    for plain in [event, list.map(|path| fixtures.get(&path))] {
        match plain {
            Ok(plain) => {
                let with = |value: &&str| plain.clone().set_header(AUTHORIZATION, value).exact();
                checks::refused_beside(probe, id, why, plain.clone(), values.iter().map(with));
            }
            Err(missing) => probe.skip(id, missing),
        }
    }
}

fn no_ak_prefix(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.auth.no-ak-prefix";
    let Some(rest) = olbrain
        .fixtures
        .key()
        .ok()
        .and_then(|key| key.strip_prefix("ak_"))
    else {
        return probe.skip(ID, "the valid key does not begin with ak_ itself");
    };
    let tokens = [
        rest.to_owned(),
        format!("sk_live_{rest}"),
        format!("org_live_{rest}"),
        format!("AK_{rest}"),
    ];
    let values: Vec<String> = tokens.iter().map(|token| bearer(token)).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    under(olbrain, probe, ID, "the token does not begin with ak_", &values);
}

/// The prefix stays as it is, so that only the comparison of the key itself can tell.
fn key_case(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.auth.key-case";
    let Ok(key) = olbrain.fixtures.key() else {
        return probe.skip(ID, "no valid key is declared");
    };
    let changed = in_other_case(key);
    if changed.is_empty() {
        return probe.skip(ID, "the key has no letters");
    }
    let values: Vec<String> = changed.iter().map(|key| bearer(key)).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    under(olbrain, probe, ID, "the key differs in letter case", &values);
}

/// The key with the case of its letters changed: of all, and of one.
fn in_other_case(key: &str) -> Vec<String> {
    let (prefix, rest) = key.split_at(if key.starts_with("ak_") { 3 } else { 0 });
    let flip = |c: char| {
        if c.is_ascii_lowercase() {
            c.to_ascii_uppercase()
        } else {
            c.to_ascii_lowercase()
        }
    };
    let mut one = rest.to_owned();
    if let Some(at) = rest.find(|c: char| c.is_ascii_alphabetic()) {
        let flipped: String = rest[at..=at].chars().map(flip).collect();
        one.replace_range(at..=at, &flipped);
    }
    let mut keys: Vec<String> = [one, rest.to_ascii_uppercase(), rest.to_ascii_lowercase()]
        .into_iter()
        .filter(|changed| changed != rest)
        .map(|changed| format!("{prefix}{changed}"))
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

fn in_body(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.auth.body";
    let fixtures = &olbrain.fixtures;
    let (Ok(agent), Ok(key)) = (fixtures.any(), fixtures.key()) else {
        return probe.skip(ID, "no valid key or no agent is declared");
    };
    let members = [
        ("Authorization", json!(bearer(key))),
        ("authorization", json!(bearer(key))),
        ("access_key", json!(key)),
        ("api_key", json!(key)),
        ("key", json!(key)),
        ("token", json!(key)),
    ];
    let bare = probe.send(fixtures.event(agent).without_header(AUTHORIZATION));
    if bare.status() != Some(401) {
        let reason = format!(
            "without a key anywhere it is not answered 401 either: {}",
            bare.in_short()
        );
        return probe.judge(ID, &bare, Finding::Undecided(reason));
    }
    let faulty = fixtures.event_with(agent, &members).without_header(AUTHORIZATION);
    let why = "the key stands in the body and not in the header";
    checks::refused_beside(probe, ID, why, fixtures.event(agent), [faulty]);
}

fn revoked_and_expired(olbrain: &Olbrain, probe: &Probe<'_>) {
    let keys = &olbrain.fixtures.declared().keys;
    for (id, key, what) in [
        ("olbrain.auth.revoked", &keys.revoked, "revoked"),
        ("olbrain.auth.expired", &keys.expired, "expired"),
    ] {
        match key {
            Some(key) => {
                let why = format!("the key is {what}");
                for plain in every_call(olbrain) {
                    let wrong = plain.clone().set_header(AUTHORIZATION, &bearer(key));
                    checks::refused_beside(probe, id, &why, plain, [wrong]);
                }
            }
            None => probe.skip(id, format!("no {what} key: declare olbrain.keys.{what}")),
        }
    }
}

fn permission(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.auth.permission";
    let fixtures = &olbrain.fixtures;
    let Some(key) = &fixtures.declared().keys.without_permission else {
        return probe.skip(
            ID,
            "no key without agents:invoke: declare olbrain.keys.without_permission",
        );
    };
    for (agent, _) in fixtures.agents() {
        if checks::control(probe, ID, fixtures.event(agent)).is_none() {
            continue;
        }
        let exchange = probe.send(fixtures.event(agent).set_header(AUTHORIZATION, &bearer(key)));
        let expected = "a refusal: the key may not invoke agents";
        let finding = Finding::when(is_refused(exchange.status()), expected, exchange.in_short());
        probe.judge(ID, &exchange, finding);
        probe.observe("olbrain.auth.permission.status", &exchange, exchange.in_short());
    }
}

fn is_refused(status: Option<u16>) -> bool {
    status.is_some_and(|status| (400..500).contains(&status))
}

/// Where the key opens one agent, it opens the others too.
fn organization(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.auth.org";
    let fixtures = &olbrain.fixtures;
    let agents = fixtures.agents();
    if agents.len() < 2 {
        return probe.skip(
            ID,
            "one agent only: declare a second one in olbrain.conversational_agents or \
             olbrain.workflow_agents",
        );
    }
    // Twice, for a server of several workers of which one knows the key no longer.
    let answers: Vec<_> = agents
        .iter()
        .chain(&agents)
        .map(|(agent, _)| probe.send(fixtures.event(agent)))
        .collect();
    let opens_any = answers.iter().any(crate::http::Exchange::is_success);
    for exchange in &answers {
        let closed = matches!(exchange.status(), Some(401 | 403 | 404));
        let finding = if exchange.is_success() {
            Finding::Met
        } else if opens_any && closed {
            let expected = "success: the key serves every agent of its organization";
            Finding::when(false, expected, exchange.in_short())
        } else {
            Finding::Undecided(format!(
                "the event is refused for another reason: {}",
                exchange.in_short()
            ))
        };
        probe.judge(ID, exchange, finding);
    }
}

/// The vendor's own code takes these; the page on errors asks for just `Bearer`.
fn spelling(olbrain: &Olbrain, probe: &Probe<'_>) {
    let fixtures = &olbrain.fixtures;
    let (Ok(agent), Ok(key)) = (fixtures.any(), fixtures.key()) else {
        return probe.skip("olbrain.auth.scheme-case", "no valid key or no agent is declared");
    };
    for (id, value) in [
        ("olbrain.auth.scheme-case", format!("bearer {key}")),
        ("olbrain.auth.scheme-case", format!("BEARER {key}")),
        ("olbrain.auth.token-blanks", format!("Bearer   {key}")),
    ] {
        let request = fixtures.event(agent).set_header(AUTHORIZATION, &value).exact();
        let exchange = probe.send(request);
        let shown = value.replace(key, "KEY");
        probe.observe(id, &exchange, format!("`{shown}`: {}", exchange.in_short()));
    }
}

fn wording(olbrain: &Olbrain, probe: &Probe<'_>) {
    const ID: &str = "olbrain.auth.message";
    let fixtures = &olbrain.fixtures;
    let (Ok(agent), Ok(key)) = (fixtures.any(), fixtures.key()) else {
        return probe.skip(ID, "no valid key or no agent is declared");
    };
    let documented = spec::requirement(ID)
        .and_then(|row| row.text.as_deref())
        .unwrap_or_default();
    let plain: Request = fixtures.event(agent);
    for request in [
        plain.clone().without_header(AUTHORIZATION),
        plain.clone().set_header(AUTHORIZATION, key),
        plain.set_header(AUTHORIZATION, &format!("Basic {key}")),
    ] {
        let exchange = probe.send(request);
        if exchange.status() != Some(401) {
            // That it is not refused, or with another status, is judged where that is the point.
            probe.judge(
                ID,
                &exchange,
                Finding::Undecided(format!("no 401: {}", exchange.in_short())),
            );
            continue;
        }
        if let Some(text) = answers::error(&exchange).message {
            let finding = Finding::when(
                text == documented,
                format!("\"{documented}\""),
                format!("\"{text}\""),
            );
            probe.judge(ID, &exchange, finding);
        }
        let challenge = exchange
            .response()
            .and_then(|response| response.header("www-authenticate"));
        let value = challenge.map_or_else(
            || "no WWW-Authenticate".to_owned(),
            |value| format!("WWW-Authenticate: {value}"),
        );
        probe.observe("olbrain.auth.www-authenticate", &exchange, value);
    }
    // The code, which is checked on every 401, is the same for a key that is not valid; the text need not be.
    probe.send(
        fixtures
            .event(agent)
            .set_header(AUTHORIZATION, &bearer(&fixtures.unlike(key))),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_other_case_is_another_key_of_the_same_prefix() {
        let keys = in_other_case("ak_aB9");
        assert_eq!(keys, ["ak_AB9", "ak_ab9"]);
        assert!(in_other_case("ak_42").is_empty());
        assert_eq!(in_other_case("Key"), ["KEY", "key"]);
        assert!(!in_other_case("ak_live").contains(&"ak_live".to_owned()));
    }

    #[test]
    fn a_server_error_is_no_refusal() {
        assert!(is_refused(Some(403)) && is_refused(Some(404)));
        assert!(!is_refused(Some(500)) && !is_refused(Some(200)) && !is_refused(None));
    }
}
