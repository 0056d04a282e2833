//! How a case judges what it has sent: against its control, and by what the row allows.

use crate::http::{Exchange, Request};
use crate::olbrain::answers;
use crate::probe::Probe;
use crate::verdict::Finding;

/// Sends the request that has to succeed before anything can be said about its variants. `None`, and the requirement
/// undecided, where it does not: that failure belongs to another requirement.
pub(crate) fn control(probe: &Probe<'_>, requirement: &str, request: Request) -> Option<Exchange> {
    let exchange = probe.send(request);
    // What safe mode does not send cannot speak against what follows.
    if exchange.is_success() || exchange.is_withheld() {
        return Some(exchange);
    }
    let reason = format!(
        "the plain form of the request is refused already: {}",
        exchange.in_short()
    );
    probe.judge(requirement, &exchange, Finding::Undecided(reason));
    None
}

/// The request succeeds.
pub(crate) fn accepted(probe: &Probe<'_>, requirement: &str, why: &str, request: Request) -> Exchange {
    let exchange = probe.send(request);
    let finding = Finding::when(
        exchange.is_success(),
        format!("success: {why}"),
        exchange.in_short(),
    );
    probe.judge(requirement, &exchange, undecided_unless(&exchange, finding));
    exchange
}

/// Two ways to say the same: where the plain one succeeds, so does the other. Returns the answer to the other.
pub(crate) fn equivalent(
    probe: &Probe<'_>,
    requirement: &str,
    why: &str,
    plain: Request,
    variant: Request,
) -> Option<Exchange> {
    control(probe, requirement, plain)?;
    Some(accepted(probe, requirement, why, variant))
}

/// The request is refused with one of the row's statuses, or with any client error where the row names none.
pub(crate) fn refused(probe: &Probe<'_>, requirement: &str, why: &str, request: Request) -> Exchange {
    let exchange = probe.send(request);
    let allowed = allowed(requirement);
    let met = exchange.status().is_some_and(|status| {
        if allowed.is_empty() {
            (400..500).contains(&status)
        } else {
            allowed.contains(&status)
        }
    });
    let expected = format!("{}: {why}", statuses(requirement));
    let finding = Finding::when(met, expected, exchange.in_short());
    probe.judge(requirement, &exchange, undecided_unless(&exchange, finding));
    exchange
}

/// Each of the requests is refused, next to a control that succeeds.
pub(crate) fn refused_beside(
    probe: &Probe<'_>,
    requirement: &str,
    why: &str,
    plain: Request,
    faulty: impl IntoIterator<Item = Request>,
) {
    if control(probe, requirement, plain).is_some() {
        for request in faulty {
            refused(probe, requirement, why, request);
        }
    }
}

/// The request is refused with the row's status and the row's code. A code that cannot be read breaks the rules on the
/// envelope, and nothing here.
pub(crate) fn coded(probe: &Probe<'_>, requirement: &str, why: &str, request: Request) -> Exchange {
    let exchange = probe.send(request);
    let code = documented_code(requirement);
    let fits = exchange
        .status()
        .is_some_and(|status| allowed(requirement).contains(&status));
    let named = answers::code(&exchange).is_none_or(|got| got == code);
    let expected = format!("{} with the code {code}: {why}", statuses(requirement));
    let finding = Finding::when(fits && named, expected, exchange.in_short());
    probe.judge(requirement, &exchange, undecided_unless(&exchange, finding));
    exchange
}

/// A target that says it has had enough requests for now shows nothing else by it.
pub(crate) fn undecided_unless(exchange: &Exchange, finding: Finding) -> Finding {
    match finding {
        Finding::Broken { .. } if exchange.status() == Some(429) => {
            Finding::Undecided("the target limits the rate of requests (429)".to_owned())
        }
        other => other,
    }
}

/// The statuses of a row in words.
fn statuses(requirement: &str) -> String {
    let list: Vec<String> = allowed(requirement).iter().map(u16::to_string).collect();
    if list.is_empty() {
        "a refusal".to_owned()
    } else {
        list.join(" or ")
    }
}

fn allowed(requirement: &str) -> &'static [u16] {
    spec::requirement(requirement).map_or(&[], |row| &row.status)
}

fn documented_code(requirement: &str) -> &'static str {
    spec::requirement(requirement)
        .and_then(|row| row.text.as_deref())
        .unwrap_or_default()
}
