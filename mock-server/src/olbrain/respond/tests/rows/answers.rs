//! The rows on what agents answer, on uploads, on runs and on sessions.

use super::*;

pub(super) const REPLIES: &[Look] = &[
    (
        &[
            "olbrain.conv.200",
            "olbrain.conv.ct",
            "olbrain.conv.fields",
            "olbrain.conv.success",
            "olbrain.conv.session-id",
            "olbrain.conv.session-id.prefix",
            "olbrain.conv.message-id",
            "olbrain.conv.message-id.prefix",
            "olbrain.conv.message-id.unique",
            "olbrain.conv.agent-id",
            "olbrain.conv.org-id",
            "olbrain.conv.org-id.prefix",
            "olbrain.conv.org-id.constant",
            "olbrain.conv.project-id",
            "olbrain.conv.project-id.prefix",
            "olbrain.conv.project-id.constant",
            "olbrain.conv.response",
            "olbrain.conv.files.array",
            "olbrain.conv.files.empty",
            "olbrain.conv.tokens",
            "olbrain.conv.tokens.sum",
            "olbrain.conv.processing-time",
            "olbrain.conv.processing-time.bound",
            "olbrain.conv.timestamp",
            "olbrain.conv.timestamp.precision",
        ],
        |server| converse(server),
    ),
    (&["olbrain.conv.message-id.fetchable"], |server| {
        in_session(server, "/messages/MESSAGE")
    }),
    (
        &[
            "olbrain.file.fields",
            "olbrain.file.url",
            "olbrain.file.url.https",
            "olbrain.file.size",
            "olbrain.file.filename",
            "olbrain.file.kind",
        ],
        |server| server.trigger(&server.agent("pdf_agents"), "{}"),
    ),
    (
        &[
            "olbrain.file.fetch",
            "olbrain.file.size.equal",
            "olbrain.file.pdf",
        ],
        |server| {
            let answer = server.trigger(&server.agent("pdf_agents"), "{}");
            fetched_file(server, answer.body["files"][0]["file_url"].as_str().unwrap())
        },
    ),
    (
        &[
            "olbrain.wf.202",
            "olbrain.wf.ct",
            "olbrain.wf.fields",
            "olbrain.wf.run-id",
            "olbrain.wf.run-id.prefix",
            "olbrain.wf.status",
            "olbrain.wf.one-run",
            "olbrain.wf.unique",
        ],
        |server| queue(server),
    ),
    (&["olbrain.wf.pollable"], |server| fetched_run(server, 0)),
];

pub(super) const UPLOADS: &[Look] = &[
    (
        &[
            "olbrain.upl.request",
            "olbrain.upl.ct",
            "olbrain.upl.200",
            "olbrain.upl.file-id.prefix",
            "olbrain.upl.file-id.form",
            "olbrain.upl.file-id.unique",
            "olbrain.upl.size",
            "olbrain.upl.content-type",
            "olbrain.upl.filename",
        ],
        |server| upload(server, &server.workflow(), &form("name,email\r\n")),
    ),
    (&["olbrain.upl.both-kinds"], |server| {
        upload(server, &server.conversational(), &form("x"))
    }),
    (&["olbrain.upl.beyond-inline"], |server| {
        upload(
            server,
            &server.workflow(),
            &form(&"x".repeat(2 * BODY_LIMIT_BYTES)),
        )
    }),
    (&["olbrain.upl.errors.401"], |server| {
        let request = post(&format!("/api/agents/{}/upload", server.workflow()));
        server.ask(&with_key(request, "ak_nobody"))
    }),
    (&["olbrain.upl.errors.404"], |server| {
        upload(server, "agt_nobody", &form("x"))
    }),
    (
        &[
            "olbrain.upl.errors.415",
            "olbrain.response.415-content-type",
            "olbrain.response.415-schema",
        ],
        |server| with_upload_labelled(server, Some("application/json")),
    ),
    (&["olbrain.upl.errors.415-missing"], |server| {
        with_upload_labelled(server, None)
    }),
    (&["olbrain.upl.errors.400-no-file"], |server| {
        let body = form("x").replace("name=\"file\"", "name=\"document\"");
        upload(server, &server.workflow(), &body)
    }),
    (&["olbrain.upl.errors.400-empty"], |server| {
        upload(server, &server.workflow(), &form(""))
    }),
    (
        &[
            "olbrain.upl.errors.500",
            "olbrain.response.500-content-type",
            "olbrain.response.500-schema",
        ],
        |server| upload(server, &server.agent("failing_upload_agents"), &form("x")),
    ),
];

pub(super) const RUNS: &[Look] = &[
    (&["olbrain.runs.kind"], |server| {
        server.get(&format!("/api/agents/{}/runs", server.conversational()))
    }),
    (&["olbrain.runs.404"], |server| {
        server.get(&format!("/api/agents/{}/runs/run_nobody", server.workflow()))
    }),
    (&["olbrain.runs.404.other-agent"], |server| {
        let id = queue(server).text("run_id");
        let other = server.agent("slow_workflow_agents");
        server.get(&format!("/api/agents/{other}/runs/{id}"))
    }),
    (&["olbrain.runs.404.other-org"], |server| {
        server.ask(&with_key(
            get(&format!("/api/agents/{}/runs", server.workflow())),
            OTHER_KEY,
        ))
    }),
    (
        &[
            "olbrain.runs.list",
            "olbrain.runs.list.ct",
            "olbrain.runs.list.found",
            "olbrain.runs.list.only-own",
        ],
        |server| runs(server, ""),
    ),
    (&["olbrain.runs.list.limit"], |server| runs(server, "?limit=1")),
    (&["olbrain.runs.list.status"], |server| {
        runs(server, "?status=queued")
    }),
    (&["olbrain.runs.list.ignored"], |server| runs(server, "?page=2")),
    (
        &[
            "olbrain.runs.get",
            "olbrain.runs.get.ct",
            "olbrain.runs.get.fields",
            "olbrain.runs.get.run-id",
            "olbrain.runs.get.workflow-id",
            "olbrain.runs.get.status",
            "olbrain.runs.get.inputs",
        ],
        |server| fetched_run(server, 0),
    ),
    (
        &[
            "olbrain.runs.get.timing",
            "olbrain.runs.get.output-files",
            "olbrain.runs.get.url.expiry",
            "olbrain.runs.get.url.fresh",
            "olbrain.runs.progress",
        ],
        |server| fetched_run(server, 1000),
    ),
    (&["olbrain.runs.get.url", "olbrain.runs.get.url.size"], |server| {
        let run = fetched_run(server, 1000);
        fetched_file(server, run.body["output_files"][0]["url"].as_str().unwrap())
    }),
];

pub(super) const SESSIONS: &[Look] = &[
    (&["olbrain.sess.kind"], |server| {
        server.get(&format!("/api/agents/{}/sessions", server.workflow()))
    }),
    (&["olbrain.sess.404"], |server| {
        server.get(&format!(
            "/api/agents/{}/sessions/sess_nobody",
            server.conversational()
        ))
    }),
    (&["olbrain.sess.404.other-agent"], |server| {
        let session = converse(server).text("session_id");
        let other = server.agent("pdf_agents");
        server.get(&format!("/api/agents/{other}/sessions/{session}"))
    }),
    (&["olbrain.sess.404.other-org"], |server| {
        let path = format!("/api/agents/{}/sessions", server.conversational());
        server.ask(&with_key(get(&path), OTHER_KEY))
    }),
    (&["olbrain.sess.404.message"], |server| {
        in_session(server, "/messages/msg_nobody")
    }),
    (&["olbrain.sess.404.message-elsewhere"], |server| {
        let elsewhere = converse(server).text("message_id");
        in_session(server, &format!("/messages/{elsewhere}"))
    }),
    (
        &[
            "olbrain.sess.list",
            "olbrain.sess.list.ct",
            "olbrain.sess.list.fields",
            "olbrain.sess.list.all-fields",
            "olbrain.sess.list.status.named",
            "olbrain.sess.list.timestamps",
            "olbrain.sess.list.found",
            "olbrain.sess.list.only-own",
            "olbrain.sess.list.limit.default",
            "olbrain.sess.list.order",
        ],
        |server| sessions(server, ""),
    ),
    (
        &["olbrain.sess.list.limit", "olbrain.sess.list.limit.echo"],
        |server| sessions(server, "?limit=1"),
    ),
    (&["olbrain.sess.list.limit.cap"], |server| {
        sessions(server, "?limit=101")
    }),
    (&["olbrain.sess.list.status"], |server| {
        sessions(server, "?status=active")
    }),
    (&["olbrain.sess.list.since"], |server| {
        sessions(server, "?since=2026-05-27T08:00:00Z")
    }),
    (&["olbrain.sess.list.ignored"], |server| {
        sessions(server, "?page=2")
    }),
    (
        &[
            "olbrain.sess.get",
            "olbrain.sess.get.ct",
            "olbrain.sess.get.fields",
            "olbrain.sess.get.session-id",
        ],
        |server| in_session(server, ""),
    ),
    (
        &["olbrain.sess.messages", "olbrain.sess.messages.found"],
        |server| in_session(server, "/messages"),
    ),
    (&["olbrain.sess.messages.only-own"], |server| {
        let elsewhere = converse(server).text("message_id");
        let answer = in_session(server, "/messages");
        assert!(!answer.body.to_string().contains(&elsewhere), "{}", answer.body);
        answer
    }),
    (&["olbrain.file.this-turn"], |server| {
        let agent = server.agent("pdf_agents");
        let session = server.trigger(&agent, "{}").text("session_id");
        let answer = server.trigger(&agent, &format!(r#"{{"session_id":"{session}"}}"#));
        assert_eq!(
            answer.body["files"].as_array().map(Vec::len),
            Some(1),
            "{}",
            answer.body
        );
        answer
    }),
    (&["olbrain.sess.message.message-id"], |server| {
        let answer = converse(server);
        let (session, message) = (answer.text("session_id"), answer.text("message_id"));
        let path = format!(
            "/api/agents/{}/sessions/{session}/messages/{message}",
            server.conversational()
        );
        let answer = server.ask(&request("GET", &path, b""));
        assert_eq!(answer.text("message_id"), message);
        answer
    }),
    (
        &["olbrain.sess.message", "olbrain.sess.message.content"],
        |server| in_session(server, "/messages/MESSAGE"),
    ),
];
