//! Methods that the contract does not document.

use super::{Body, control_passes};
use crate::verdict::Finding;

/// HEAD and OPTIONS are not among them: any server may answer those by itself.
const METHODS: [&str; 4] = ["GET", "PUT", "PATCH", "DELETE"];

/// The header by which some frameworks let a request name another method than its own.
const OVERRIDE: &str = "X-HTTP-Method-Override";

/// Another method is never answered with success, even where a header names the documented one; which refusal it gets is
/// open, even 501.
pub(super) fn other() -> Body {
    Box::new(|subject, row, probe| {
        if !control_passes(subject, row, probe) {
            return;
        }
        let documented = subject.operation().method.as_str();
        let others = METHODS.iter().filter(|method| **method != documented);
        let plain = others.map(|method| (*method, None));
        for (method, named) in plain.chain([("GET", Some(documented))]) {
            match subject.acceptable() {
                Ok(request) => {
                    let request = request.method(method);
                    let exchange = probe.send(match named {
                        Some(named) => request.header(OVERRIDE, named),
                        None => request,
                    });
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
