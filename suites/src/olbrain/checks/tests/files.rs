//! Files that an agent has made, as its answer lists them.

use serde_json::{Value, json};

use super::super::entries;
use super::replies::sample;
use super::{agent, answered_with, breaks, broken_at, changed, event};
use crate::http::Exchange;

/// The entry of the document.
fn entry() -> Value {
    json!({
        "file_url": "https://firebasestorage.googleapis.com/v0/b/b/o/agents%2Fa%2Fgenerated_pdfs%2Fx.pdf?alt=media&token=t",
        "filename": "Order_Receipt.pdf",
        "size_bytes": 18342,
        "kind": "generated_pdf",
    })
}

/// An answer that lists these files.
fn with(files: Value) -> Exchange {
    let agent = agent(|fixtures| fixtures.pdf_agents);
    answered_with(
        event(&agent),
        200,
        &changed(&sample(&agent), "files", Some(files)),
    )
}

/// One file with one member changed.
fn with_member(name: &str, value: Value) -> Exchange {
    with(json!([changed(&entry(), name, Some(value))]))
}

#[test]
fn documented_entries_break_nothing() {
    breaks(&with(json!([entry(), entry()])), &[]);
    for (name, value) in [
        ("file_url", json!("http://127.0.0.1:1/f?token=t")),
        ("file_url", json!("HTTPS://files.example/f")),
        ("filename", json!("größe-1.pdf")),
        ("filename", json!("receipt")),
        ("size_bytes", json!(0)),
        ("size_bytes", json!(18342.0)),
        ("kind", json!("generated_sheet")),
        ("expires_at", json!(null)),
    ] {
        breaks(&with_member(name, value), &[]);
    }
}

#[test]
fn the_entries_of_an_answer_are_those_it_lists() {
    let other = json!({ "file_url": "https://files.example/f" });
    assert_eq!(entries(&with(json!([entry(), other]))), [entry(), other]);
    for nothing in [json!([]), json!(null), json!({ "0": entry() })] {
        assert_eq!(entries(&with(nothing)), [json!(null); 0]);
    }
}

#[test]
fn an_entry_without_a_member_breaks_the_row_on_its_members() {
    const FIELDS: &str = "olbrain.file.fields";
    for name in ["file_url", "filename", "size_bytes", "kind"] {
        breaks(&with(json!([changed(&entry(), name, None)])), &[FIELDS]);
        breaks(&with_member(name, Value::Null), &[FIELDS]);
        // Each entry counts.
        breaks(&with(json!([entry(), changed(&entry(), name, None)])), &[FIELDS]);
    }
    for other in [
        json!({}),
        json!("https://files.example/f"),
        json!(null),
        json!([]),
    ] {
        breaks(&with(json!([other])), &[FIELDS]);
    }
}

#[test]
fn each_wrong_member_breaks_its_row() {
    for url in [
        json!(""),
        json!("/v0/b/b/o/x.pdf"),
        json!("files.example/x.pdf"),
        json!("//files.example/x.pdf"),
        json!("ftp://files.example/x.pdf"),
        json!("gs://bucket/x.pdf"),
        json!(["https://files.example/x.pdf"]),
        json!(7),
    ] {
        breaks(&with_member("file_url", url), &["olbrain.file.url"]);
    }
    for size in [json!("18342"), json!(-1), json!(1.5), json!(true), json!({})] {
        breaks(&with_member("size_bytes", size), &["olbrain.file.size"]);
    }
    for name in [
        json!(""),
        json!("Order Receipt.pdf"),
        json!("pdfs/Order_Receipt.pdf"),
        json!("..\\Order_Receipt.pdf"),
        json!("Order_Receipt.pdf\n"),
        json!(7),
    ] {
        breaks(&with_member("filename", name), &["olbrain.file.filename"]);
    }
    for kind in [json!(""), json!(1), json!(["generated_pdf"])] {
        breaks(&with_member("kind", kind), &["olbrain.file.kind"]);
    }
}

#[test]
fn an_api_behind_tls_gives_addresses_behind_tls() {
    let at = |base: &str, url: &str| broken_at(base, &[with_member("file_url", url.into())]).concat();
    let base = "https://127.0.0.1:9";
    assert_eq!(at(base, "http://files.example/f"), ["olbrain.file.url.https"]);
    assert_eq!(at(base, "https://files.example/f"), Vec::<String>::new());
    assert_eq!(at(base, "/f"), ["olbrain.file.url"]);
}
