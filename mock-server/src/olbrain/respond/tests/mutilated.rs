//! Requests that are nearly right, in any state, at any time: each gets an answer, and a refusal leaves nothing behind.

use super::*;
use crate::olbrain::random::Random;

struct Numbers(Random);

impl Numbers {
    fn below(&self, bound: usize) -> usize {
        let digits = self.0.token();
        let number = usize::from_str_radix(&digits[..8], 16).expect("the digits are hexadecimal");
        number % bound
    }

    /// Replaces, removes, inserts or doubles a piece at a random place.
    fn mutilate(&self, bytes: &mut Vec<u8>) {
        let special = b"{}[]\":,\\&;/='%+.-0\r\n \xc3\xff?@ fi_--b";
        for _ in 0..=self.below(3) {
            let at = self.below(bytes.len() + 1);
            let end = (at + self.below(8)).min(bytes.len());
            let byte = special[self.below(special.len())];
            match self.below(4) {
                0 => drop(bytes.drain(at..end)),
                1 => bytes.insert(at, byte),
                2 => {
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
                _ => bytes[at..end].fill(byte),
            }
        }
    }
}

/// Requests that are right, and lead on to what was there before.
fn requests(server: &Server, run: &str, session: &str, message: &str, file: &str) -> Vec<Request<Bytes>> {
    let (conversational, workflow) = (server.agent("pdf_agents"), server.agent("slow_workflow_agents"));
    let body = format!(
        r#"{{"message":"é\n","session_id":"{session}","Idempotency-Key":"k","inputs":{{"a":["fi_1",1.5e3,null]}}}}"#
    );
    let mut upload = post(&format!("/api/agents/{workflow}/upload"));
    set_header(&mut upload, "content-type", "multipart/form-data; boundary=\"b\"");
    *upload.body_mut() = Bytes::from_static(
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\nx\r\n--b--\r\n",
    );
    let mut all = vec![
        trigger(&conversational, &body),
        trigger(&workflow, &body),
        upload,
        // Who mutilates the host gets an address that leads elsewhere; its path stays.
        get(file
            .find("/v0/")
            .map_or("/v0/b/hookproof/o/x", |start| &file[start..])),
    ];
    for rest in [
        format!("{workflow}/runs?limit=5&status=running"),
        format!("{workflow}/runs/{run}"),
        format!("{conversational}/sessions?limit=5&status=active&since=2026-05-27T08:14:22Z"),
        format!("{conversational}/sessions/{session}"),
        format!("{conversational}/sessions/{session}/messages"),
        format!("{conversational}/sessions/{session}/messages/{message}"),
    ] {
        all.push(get(&format!("/api/agents/{rest}")));
    }
    for call in ["cancel", "pause", "resume", "retry"] {
        all.push(post(&format!("/api/agents/{workflow}/runs/{run}/{call}")));
    }
    all
}

fn mutilate(request: &mut Request<Bytes>, numbers: &Numbers) {
    match numbers.below(6) {
        0 | 1 => {
            let mut body = request.body().to_vec();
            numbers.mutilate(&mut body);
            *request.body_mut() = Bytes::from(body);
        }
        2 => {
            let mut target = request.uri().to_string().into_bytes();
            numbers.mutilate(&mut target);
            if let Ok(uri) = http::Uri::try_from(target) {
                *request.uri_mut() = uri;
            }
        }
        3 => {
            let names = ["authorization", "content-type", "host"];
            let name = names[numbers.below(names.len())];
            let mut value = request
                .headers()
                .get(name)
                .map_or(Vec::new(), |value| value.as_bytes().to_vec());
            numbers.mutilate(&mut value);
            if let Ok(value) = http::HeaderValue::from_bytes(&value) {
                request.headers_mut().insert(name, value);
            }
        }
        _ => {}
    }
}

#[test]
fn every_mutilated_request_gets_an_answer() {
    let numbers = Numbers(Random::new(1));
    let mut server = Server::builtin();
    let [mut run, mut session, mut message, mut file] = [const { String::new() }; 4];
    let mut seen = std::collections::BTreeSet::new();
    for round in 0..20_000 {
        if round % 20 == 0 {
            let setting = Readings::SETTINGS[numbers.below(Readings::SETTINGS.len())];
            server.set(
                setting.name,
                setting.options[numbers.below(setting.options.len())],
            );
        }
        server.pass(i64::try_from(numbers.below(400)).unwrap() - 100);
        let all = requests(&server, &run, &session, &message, &file);
        let mut request = all[numbers.below(all.len())].clone();
        mutilate(&mut request, &numbers);
        let before = server.olbrain.state.lock().events.iter().count();
        // Errors have their envelope and answers their documented form; `ask` looks.
        let answer = server.ask(&request);
        let after = server.olbrain.state.lock().events.iter().count();
        assert!(after == before || (answer.status < 300 && after == before + 1));
        assert!(answer.reply.trace.to_header_value().len() <= crate::trace::HEADER_VALUE_BYTES);
        assert!(!answer.reply.trace.to_string().contains(char::is_control));
        let keep = |name: &str, into: &mut String| {
            if let Some(text) = answer.body[name].as_str() {
                text.clone_into(into);
            }
        };
        if answer.status < 300 {
            keep("run_id", &mut run);
            keep("session_id", &mut session);
            keep("message_id", &mut message);
            if let Some(url) = answer.body["files"][0]["file_url"].as_str() {
                url.clone_into(&mut file);
            }
        }
        seen.insert(answer.status);
    }
    // The mutations are worth something: these answers came up.
    for status in [200, 202, 400, 401, 404, 409, 415] {
        assert!(seen.contains(&status), "{status} is not among {seen:?}");
    }
}
