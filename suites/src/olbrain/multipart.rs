//! Forms as the upload takes them: `multipart/form-data` of RFC 7578.

use bytes::Bytes;

use crate::http::Request;

/// One part of a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The name of the field.
    pub(crate) name: String,
    /// The name of the file; quotes and line breaks do not occur in it.
    pub(crate) filename: Option<String>,
    /// The media type of the part.
    pub(crate) content_type: Option<String>,
    pub(crate) content: Vec<u8>,
}

impl Part {
    /// A file under the documented name of the field.
    pub(crate) fn file(filename: &str, content_type: &str, content: impl Into<Vec<u8>>) -> Self {
        Self {
            name: "file".to_owned(),
            filename: Some(filename.to_owned()),
            content_type: Some(content_type.to_owned()),
            content: content.into(),
        }
    }
}

/// The body of a form, and the boundary between its parts.
pub(crate) fn form(parts: &[Part]) -> (String, Bytes) {
    let boundary = boundary(parts);
    let mut out = Vec::new();
    for part in parts {
        out.extend_from_slice(
            format!(
                "--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"",
                part.name
            )
            .as_bytes(),
        );
        if let Some(filename) = &part.filename {
            out.extend_from_slice(format!("; filename=\"{filename}\"").as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        if let Some(content_type) = &part.content_type {
            out.extend_from_slice(format!("Content-Type: {content_type}\r\n").as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&part.content);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (boundary, Bytes::from(out))
}

/// The request with a form of these parts.
pub(crate) fn with_form(request: Request, parts: &[Part]) -> Request {
    let (boundary, body) = form(parts);
    request.body(&format!("multipart/form-data; boundary={boundary}"), body)
}

/// A boundary that occurs in no part.
fn boundary(parts: &[Part]) -> String {
    let mut number = 0u32;
    loop {
        let boundary = format!("hookproof-boundary-{number}");
        let occurs = |part: &Part| {
            part.content
                .windows(boundary.len())
                .any(|window| window == boundary.as_bytes())
        };
        if !parts.iter().any(occurs) {
            return boundary;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_form_reads_as_the_standard_shows_it() {
        let (boundary, body) = form(&[Part::file("a.csv", "text/csv", "x,y\r\n")]);
        let expected = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\nContent-Type: text/csv\r\n\r\n\
             x,y\r\n\r\n--{boundary}--\r\n"
        );
        assert_eq!(body, expected.as_bytes());
        assert_eq!(form(&[]).1, format!("--{}--\r\n", form(&[]).0).as_bytes());
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(1), ..ProptestConfig::default() })]

        #[test]
        fn the_boundary_stands_between_the_parts_only(
            mut content in proptest::collection::vec(any::<u8>(), 0..64),
            hostile: bool,
        ) {
            if hostile {
                content.extend_from_slice(b"\r\n--hookproof-boundary-0--\r\n");
            }
            let (boundary, body) = form(&[Part::file("a", "text/plain", content)]);
            let count = body.windows(boundary.len()).filter(|window| *window == boundary.as_bytes()).count();
            prop_assert_eq!(count, 2);
        }
    }
}
