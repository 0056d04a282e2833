//! XML beyond one path: what may stand before and around the root, and what is no XML.

use super::Entry;
use crate::case::Origin::Scenario;
use crate::polyai::Polyai;
use crate::polyai::checks;
use crate::polyai::fixtures::Purpose;
use crate::probe::Probe;

pub(super) const CASES: &[Entry] = &[
    (
        "extract::xml::documents",
        Scenario,
        &["polyai.extract.xml.path", "polyai.id.invalid"],
        documents,
    ),
    (
        "extract::xml::malformed",
        Scenario,
        &["polyai.extract.xml.malformed"],
        malformed,
    ),
];

/// A document of one form around an id.
type Written = fn(&str) -> String;

/// One document in the forms that XML 1.0 §2.8 gives it: with a declaration, with a comment or an instruction before
/// the root, with another root, with blanks between its elements.
fn documents(polyai: &Polyai, probe: &Probe<'_>) {
    const ID: &str = "polyai.extract.xml.path";
    let reading = polyai.xml();
    if !reading.without_root && !reading.with_root {
        return probe.skip(
            ID,
            "the target finds the id of the documented XML example neither at cid nor at root.cid",
        );
    }
    let request = |root: &str, body: String| {
        let path = if reading.without_root {
            "cid".to_owned()
        } else {
            format!("{root}.cid")
        };
        polyai
            .fixtures
            .request("payload", &path)
            .body("application/xml", body)
    };
    let plain = |id: &str| request("root", format!("<root><cid>{id}</cid></root>"));
    let forms: [(&str, &str, Written); 10] = [
        ("with a declaration", "root", |id| {
            format!("<?xml version=\"1.0\"?><root><cid>{id}</cid></root>")
        }),
        ("with an encoding", "root", |id| {
            format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<root><cid>{id}</cid></root>\n")
        }),
        ("with the encoding in small letters", "root", |id| {
            format!("<?xml version='1.0' encoding='utf-8' standalone='yes'?><root><cid>{id}</cid></root>")
        }),
        ("below another root", "event", |id| {
            format!("<event><cid>{id}</cid><status>succeeded</status></event>")
        }),
        ("on lines of their own", "root", |id| {
            format!("<root>\n  <status>succeeded</status>\n  <cid>{id}</cid>\n</root>\n")
        }),
        ("on lines that end with CR and LF", "root", |id| {
            format!("<root>\r\n\t<status>succeeded</status>\r\n\t<cid>{id}</cid>\r\n</root>\r\n")
        }),
        ("whose root has attributes", "root", |id| {
            format!("<root version=\"1\" kind='event'><cid>{id}</cid></root>")
        }),
        ("behind a comment and an empty element", "root", |id| {
            format!("<!-- event --><root><empty/><cid>{id}</cid></root>")
        }),
        ("before a comment", "root", |id| {
            format!("<root><cid>{id}</cid></root>\n<!-- end -->\n")
        }),
        ("with blanks within its tags", "root", |id| {
            format!("<root ><cid >{id}</cid ></root >")
        }),
    ];
    for (form, root, write) in forms {
        let place = format!("in an XML document {form}");
        checks::equivalent(polyai, probe, ID, &place, plain, |id| request(root, write(id)));
    }
    if checks::is_found(polyai, probe, Purpose::Case, plain) == Some(true) {
        let unknown = plain(&polyai.fixtures.unknown_id());
        checks::not_valid(
            polyai,
            probe,
            "polyai.id.invalid",
            "the id in the XML is unknown",
            unknown,
        );
    }
}

/// Documents that no XML processor accepts.
fn malformed(polyai: &Polyai, probe: &Probe<'_>) {
    let id = polyai
        .fixtures
        .refusal_id()
        .unwrap_or_else(|_| polyai.fixtures.unknown_id());
    for body in [
        format!("<root><cid>{id}</root>"),
        format!("<root><cid>{id}</cid>"),
        format!("<root><cid>{id}</cid></roots>"),
        format!("<root><cid>{id}&undeclared;</cid></root>"),
        format!("<root><cid>{id}</cid><status a=b>x</status></root>"),
        format!("<root><cid>{id}</cid><status>1 < 2</status></root>"),
        format!("cid={id}"),
    ] {
        for path in ["cid", "root.cid"] {
            let request = polyai
                .fixtures
                .request("payload", path)
                .body("application/xml", body.clone());
            checks::refused(
                probe,
                "polyai.extract.xml.malformed",
                "the body is not XML",
                request,
            );
        }
    }
}
