//! For each row of the catalogue that fixes a status, an exchange that has it.

mod answers;

use std::collections::BTreeSet;

use super::*;
use crate::olbrain::BODY_LIMIT_BYTES;

/// Rows, and what is asked to see them: the last answer has their status.
type Look = (&'static [&'static str], fn(&mut Server) -> Answer);

const MESSAGE: &str = r#"{"message":"Order #4421 placed for Acme Corp"}"#;

fn converse(server: &Server) -> Answer {
    server.trigger(&server.conversational(), MESSAGE)
}

fn queue(server: &Server) -> Answer {
    server.trigger(&server.workflow(), r#"{"inputs":{"a":1}}"#)
}

fn authorized_by(server: &Server, value: &str) -> Answer {
    let mut request = trigger(&server.conversational(), MESSAGE);
    set_header(&mut request, "authorization", value);
    server.ask(&request)
}

fn labelled(server: &Server, value: &str) -> Answer {
    let mut request = trigger(&server.conversational(), MESSAGE);
    set_header(&mut request, "content-type", value);
    server.ask(&request)
}

fn without_header(server: &Server, path: &str, body: &str) -> Answer {
    let mut request = trigger(&format!("{}{path}", server.conversational()), body);
    request.headers_mut().remove("authorization");
    server.ask(&request)
}

fn form(content: &str) -> String {
    format!(
        "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"customers.csv\"\r\n\
         Content-Type: text/csv\r\n\r\n{content}\r\n--b--\r\n"
    )
}

fn upload(server: &Server, agent: &str, body: &str) -> Answer {
    let mut request = request("POST", &format!("/api/agents/{agent}/upload"), body.as_bytes());
    set_header(&mut request, "content-type", "multipart/form-data; boundary=b");
    server.ask(&request)
}

fn with_upload_labelled(server: &Server, value: Option<&str>) -> Answer {
    let mut request = post(&format!("/api/agents/{}/upload", server.workflow()));
    if let Some(value) = value {
        set_header(&mut request, "content-type", value);
    }
    server.ask(&request)
}

fn oversize(server: &Server, unit: &str) -> Answer {
    let body = format!("\"{}\"", unit.repeat(BODY_LIMIT_BYTES / unit.len()));
    server.trigger(&server.conversational(), &body)
}

/// The run of a trigger, fetched after so many milliseconds.
fn fetched_run(server: &mut Server, millis: i64) -> Answer {
    let id = queue(server).text("run_id");
    server.pass(millis);
    server.get(&format!("/api/agents/{}/runs/{id}", server.workflow()))
}

fn runs(server: &Server, query: &str) -> Answer {
    queue(server);
    server.get(&format!("/api/agents/{}/runs{query}", server.workflow()))
}

fn sessions(server: &Server, query: &str) -> Answer {
    converse(server);
    server.get(&format!(
        "/api/agents/{}/sessions{query}",
        server.conversational()
    ))
}

/// Something below the session of a trigger.
fn in_session(server: &Server, rest: &str) -> Answer {
    let answer = converse(server);
    let (session, message) = (answer.text("session_id"), answer.text("message_id"));
    let rest = rest.replace("MESSAGE", &message);
    server.get(&format!(
        "/api/agents/{}/sessions/{session}{rest}",
        server.conversational()
    ))
}

/// The file at an address, fetched without a key.
fn fetched_file(server: &Server, url: &str) -> Answer {
    let target = url
        .strip_prefix(&format!("http://{HOST}"))
        .expect("the address leads to the server");
    server.ask(&Request::get(target).body(Bytes::new()).unwrap())
}

const ACCESS: &[Look] = &[
    (
        &[
            "olbrain.route.post",
            "olbrain.auth.ok",
            "olbrain.auth.header-name-case",
        ],
        |server| converse(server),
    ),
    (&["olbrain.route.no-agent"], |server| {
        server.ask(&post("/api/agents/webhook/"))
    }),
    (&["olbrain.auth.missing"], |server| {
        without_header(server, "", MESSAGE)
    }),
    (&["olbrain.auth.query"], |server| {
        without_header(server, &format!("?access_key={KEY}"), MESSAGE)
    }),
    (&["olbrain.auth.other-header"], |server| {
        let mut request = trigger(&server.conversational(), MESSAGE);
        request.headers_mut().remove("authorization");
        request.headers_mut().insert("x-api-key", KEY.parse().unwrap());
        server.ask(&request)
    }),
    (&["olbrain.auth.body"], |server| {
        without_header(server, "", &format!(r#"{{"Authorization":"Bearer {KEY}"}}"#))
    }),
    (&["olbrain.auth.malformed.other-scheme"], |server| {
        authorized_by(server, &format!("Basic {KEY}"))
    }),
    (&["olbrain.auth.malformed.no-scheme"], |server| {
        authorized_by(server, KEY)
    }),
    (
        &[
            "olbrain.auth.malformed.no-token",
            "olbrain.auth.code",
            "olbrain.auth.message",
        ],
        |server| authorized_by(server, "Bearer"),
    ),
    (&["olbrain.auth.malformed.empty"], |server| {
        authorized_by(server, "")
    }),
    (&["olbrain.auth.no-ak-prefix"], |server| {
        authorized_by(server, "Bearer hookproof_valid")
    }),
    (
        &[
            "olbrain.auth.unknown",
            "olbrain.response.401-content-type",
            "olbrain.response.401-schema",
        ],
        |server| authorized_by(server, "Bearer ak_nobody"),
    ),
    (&["olbrain.auth.revoked"], |server| {
        authorized_by(server, "Bearer ak_hookproof_revoked")
    }),
    (&["olbrain.auth.expired"], |server| {
        authorized_by(server, "Bearer ak_hookproof_expired")
    }),
    (&["olbrain.auth.near-miss"], |server| {
        authorized_by(server, &format!("Bearer {KEY}x"))
    }),
    (&["olbrain.auth.key-case"], |server| {
        authorized_by(server, "Bearer ak_Hookproof_valid")
    }),
    (&["olbrain.auth.org"], |server| {
        converse(server);
        queue(server)
    }),
    (&["olbrain.auth.order.401-404"], |server| {
        server.ask(&with_key(trigger("agt_nobody", MESSAGE), "ak_nobody"))
    }),
    (
        &[
            "olbrain.agent.unknown",
            "olbrain.agent.code",
            "olbrain.response.404-content-type",
            "olbrain.response.404-schema",
        ],
        |server| server.trigger("agt_nobody", MESSAGE),
    ),
    (&["olbrain.agent.other-org", "olbrain.agent.uniform"], |server| {
        server.ask(&with_key(trigger(&server.conversational(), MESSAGE), OTHER_KEY))
    }),
];

const BODIES: &[Look] = &[
    (
        &[
            "olbrain.agent.type-transparent",
            "olbrain.agent.type-in-body",
            "olbrain.body.any-json",
        ],
        |server| {
            server.trigger(
                &server.workflow(),
                r#"{"type":"conversational","x":[{"y":null}]}"#,
            )
        },
    ),
    (
        &["olbrain.body.object", "olbrain.body.chunked", "olbrain.ct.json"],
        |server| converse(server),
    ),
    (
        &[
            "olbrain.body.malformed",
            "olbrain.response.400-content-type",
            "olbrain.response.400-schema",
        ],
        |server| server.trigger(&server.workflow(), "{"),
    ),
    (
        &[
            "olbrain.body.limit",
            "olbrain.body.limit.plus-one",
            "olbrain.body.limit.chunked",
            "olbrain.response.413-content-type",
            "olbrain.response.413-schema",
        ],
        |server| oversize(server, "x"),
    ),
    (&["olbrain.body.limit.unit"], |server| oversize(server, "é")),
    (&["olbrain.body.413-no-run"], |server| {
        let answer = oversize(server, "x");
        server.is_untouched();
        answer
    }),
    (&["olbrain.body.fi-ref", "olbrain.upl.usable"], |server| {
        let agent = server.workflow();
        let id = upload(server, &agent, &form("x")).text("file_id");
        server.trigger(&agent, &format!(r#"{{"inputs":{{"csv_file":"{id}"}}}}"#))
    }),
    (&["olbrain.body.utf8"], |server| {
        server.trigger(&server.workflow(), r#"{"a":"日本 \u65e5\ud83d\ude00"}"#)
    }),
    (&["olbrain.ct.charset"], |server| {
        labelled(server, "application/json; charset=utf-8")
    }),
    (&["olbrain.ct.case"], |server| {
        labelled(server, "Application/JSON")
    }),
    (&["olbrain.idem.accepted"], |server| {
        server.trigger(&server.workflow(), r#"{"Idempotency-Key":"a"}"#)
    }),
    (&["olbrain.err.400"], |server| {
        server.trigger(&server.agent("strict_workflow_agents"), "{}")
    }),
    (
        &[
            "olbrain.err.502",
            "olbrain.err.502-timeout",
            "olbrain.response.502-content-type",
            "olbrain.response.502-schema",
        ],
        |server| server.trigger(&server.agent("upstream_timeout_agents"), "{}"),
    ),
    (&["olbrain.err.502-error"], |server| {
        server.trigger(&server.agent("upstream_error_agents"), "{}")
    }),
];

#[test]
fn every_row_that_fixes_a_status_is_seen_to_have_it() {
    let catalogue = spec::api("olbrain")
        .expect("the catalogue of the API exists")
        .catalogue();
    let mut seen = BTreeSet::new();
    for (ids, look) in [
        ACCESS,
        BODIES,
        answers::REPLIES,
        answers::UPLOADS,
        answers::RUNS,
        answers::SESSIONS,
    ]
    .concat()
    {
        let answer = look(&mut Server::builtin());
        for id in ids {
            let row = catalogue.get(id).unwrap_or_else(|| panic!("{id} is a row"));
            assert!(
                row.status.contains(&answer.status),
                "{id}: {} {}",
                answer.status,
                answer.body
            );
            if let Some(text) = &row.text {
                let all = answer.body.to_string();
                assert!(all.contains(text.as_str()), "{id}: {all}");
            }
            assert!(seen.insert(*id), "{id} is looked at twice");
        }
    }
    let wanted: BTreeSet<&str> = catalogue
        .iter()
        .filter(|row| !row.status.is_empty() && row.untestable.is_none())
        .map(|row| row.id.as_str())
        .collect();
    let missing: Vec<_> = wanted.difference(&seen).collect();
    assert!(missing.is_empty(), "{missing:#?}");
}
