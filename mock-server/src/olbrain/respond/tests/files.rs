//! Generated files and the output files of runs: their entries, and what their addresses give.

use super::*;

/// What an address gives, without a key.
fn fetch(server: &Server, url: &str) -> (u16, Bytes, &'static str) {
    let target = url
        .strip_prefix(&format!("http://{HOST}"))
        .expect("the address leads to the server");
    let request = Request::get(target)
        .header("Host", HOST)
        .body(Bytes::new())
        .unwrap();
    let answer = server.ask(&request);
    (
        answer.status,
        answer.reply.response.into_body(),
        answer.decided_by,
    )
}

#[test]
fn a_generated_pdf_is_described_and_fetched() {
    let server = Server::builtin();
    let answer = server.trigger(
        &server.agent("pdf_agents"),
        r#"{"message":"Order #4421","title":"Two  Words/4421"}"#,
    );
    assert_eq!(
        answer.body["response"],
        "Here's your receipt — let me know if anything looks off."
    );
    let files = answer.body["files"].as_array().unwrap();
    let [file] = &files[..] else {
        panic!("one file: {files:?}")
    };
    let names: Vec<&str> = file.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["file_url", "filename", "size_bytes", "kind"]);
    assert_eq!(
        (&file["filename"], &file["kind"]),
        (&"Two_Words_4421.pdf".into(), &"generated_pdf".into())
    );
    let url = file["file_url"].as_str().unwrap();
    assert!(
        url.contains("%2Fgenerated_pdfs%2Fpdfgen-") && url.contains("?alt=media&token="),
        "{url}"
    );
    for _ in 0..2 {
        let (status, content, decided_by) = fetch(&server, url);
        assert_eq!((status, decided_by), (200, "olbrain.file.fetch"));
        assert!(content.starts_with(b"%PDF-"));
        assert_eq!(Some(content.len() as u64), file["size_bytes"].as_u64());
    }
}

#[test]
fn the_title_has_a_default() {
    let server = Server::builtin();
    let answer = server.trigger(&server.agent("pdf_agents"), "{}");
    assert_eq!(answer.body["files"][0]["filename"], "Order_Receipt.pdf");
}

#[test]
fn the_token_is_what_allows_the_download() {
    let server = Server::builtin();
    let url = |answer: &Answer| answer.body["files"][0]["file_url"].as_str().unwrap().to_owned();
    let agent = server.agent("pdf_agents");
    let (one, other) = (
        url(&server.trigger(&agent, "{}")),
        url(&server.trigger(&agent, "{}")),
    );
    let (path, query) = one.split_once('?').unwrap();
    let (other_path, other_query) = other.split_once('?').unwrap();
    let mut changed = query.to_owned();
    let last = changed.pop().unwrap();
    changed.push(if last == '0' { '1' } else { '0' });
    for wrong in [
        path.to_owned(),
        format!("{path}?alt=media"),
        format!("{path}?alt=media&token="),
        format!("{path}?{changed}"),
        format!("{path}?{other_query}"),
        format!("{other_path}?{query}"),
        format!("{path}x?{query}"),
        format!("{path}?{}", query.to_uppercase()),
    ] {
        let (status, content, decided_by) = fetch(&server, &wrong);
        assert_eq!((status, decided_by), (404, "olbrain.file.token"), "{wrong}");
        assert!(!content.starts_with(b"%PDF-"));
    }
    assert_eq!(fetch(&server, &other).0, 200);
}

#[test]
fn files_take_no_other_method() {
    let server = Server::builtin();
    let answer = server.trigger(&server.agent("pdf_agents"), "{}");
    let url = answer.body["files"][0]["file_url"].as_str().unwrap();
    let target = url.strip_prefix(&format!("http://{HOST}")).unwrap();
    for (method, status) in [("GET", 200), ("HEAD", 200), ("POST", 405), ("DELETE", 405)] {
        let request = Request::builder()
            .method(method)
            .uri(target)
            .body(Bytes::new())
            .unwrap();
        assert_eq!(server.ask(&request).status, status, "{method}");
    }
}

#[test]
fn an_output_file_has_an_address_that_ends() {
    let mut server = Server::builtin();
    let agent = server.workflow();
    let run = server.trigger(&agent, r#"{"inputs":{"a":1}}"#).text("run_id");
    server.pass(1000);
    let path = format!("/api/agents/{agent}/runs/{run}");
    let file = server.get(&path).body["output_files"][0].clone();
    let names: Vec<&str> = file.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["name", "size_bytes", "url", "url_expires_at"]);
    assert_eq!(file["name"], "report.pdf");
    // 08:14:23.381 and 15 minutes, in whole seconds.
    assert_eq!(file["url_expires_at"], "2026-05-27T08:29:23Z");
    let url = file["url"].as_str().unwrap();
    let (status, content, decided_by) = fetch(&server, url);
    assert_eq!((status, decided_by), (200, "olbrain.runs.get.url"));
    assert_eq!(Some(content.len() as u64), file["size_bytes"].as_u64());
    assert!(content.starts_with(b"%PDF-"));

    server.pass(2000);
    let later = server.get(&path).body["output_files"][0].clone();
    assert_eq!(later["url_expires_at"], "2026-05-27T08:29:25Z");
    assert_ne!(later["url"], file["url"]);
    server.pass(15 * 60 * 1000 - 2382);
    assert_eq!(fetch(&server, url).0, 200);
    server.pass(1);
    assert_eq!(
        (fetch(&server, url).0, fetch(&server, url).2),
        (404, "olbrain.runs.get.url.expired")
    );
    assert_eq!(fetch(&server, later["url"].as_str().unwrap()).0, 200);
}
