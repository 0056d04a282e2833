//! Request bodies: the documented examples of each media type.

use spec::Operation;

use super::Body;
use crate::verdict::Finding;

/// Every documented example of a media type is accepted.
pub(super) fn examples(operation: &'static Operation, media_type: &str) -> Option<Body> {
    let media = operation
        .body
        .as_ref()?
        .content
        .iter()
        .find(|media| media.media_type == media_type)?;
    Some(Box::new(move |subject, row, probe| {
        for example in &media.examples {
            match subject.example(media, example) {
                Ok(request) => {
                    let exchange = probe.send(request);
                    let expected = format!(
                        "success, because this is the documented example `{}`",
                        example.name
                    );
                    let finding = Finding::when(exchange.is_success(), expected, exchange.in_short());
                    probe.judge(&row.id, &exchange, finding);
                }
                Err(missing) => probe.skip(&row.id, missing),
            }
        }
    }))
}
