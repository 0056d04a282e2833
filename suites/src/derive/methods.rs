//! Methods that the contract does not document.

use super::{Body, control_passes};
use crate::verdict::Finding;

/// HEAD and OPTIONS are not among them: any server may answer those by itself.
const METHODS: [&str; 4] = ["GET", "PUT", "PATCH", "DELETE"];

/// Another method is never answered with success; which refusal it gets is open, even 501.
pub(super) fn other() -> Body {
    Box::new(|subject, row, probe| {
        if !control_passes(subject, row, probe) {
            return;
        }
        for method in METHODS
            .iter()
            .filter(|method| **method != subject.operation().method)
        {
            match subject.acceptable() {
                Ok(request) => {
                    let exchange = probe.send(request.method(method));
                    let refused = exchange
                        .status()
                        .is_some_and(|status| !(200..400).contains(&status));
                    let expected = format!("a refusal, because {method} is not documented for this path");
                    probe.judge(
                        &row.id,
                        &exchange,
                        Finding::when(refused, expected, exchange.in_short()),
                    );
                }
                Err(missing) => probe.skip(&row.id, missing),
            }
        }
    })
}
