//! Query parameters: left out, outside of their enumeration, nearly inside of it.

use spec::{Operation, ParameterIn};

use super::{Body, control_passes, send_faulty};
use crate::verdict::Finding;

pub(super) fn query(operation: &'static Operation, name: &str, aspect: &str) -> Option<Body> {
    let parameter = operation
        .parameters
        .iter()
        .find(|p| p.location == ParameterIn::Query && p.name == name)?;
    let name = name.to_owned();
    let members: Vec<String> = parameter
        .schema
        .get("enum")
        .and_then(serde_json::Value::as_array)
        .map(|values| {
            values
                .iter()
                .filter_map(|v| v.as_str().map(str::to_owned))
                .collect()
        })
        .unwrap_or_default();
    match aspect {
        "required" => Some(required(name)),
        "enum" => Some(outside(name, members)),
        "enum-case" => Some(refuses(name, changed_case(&members))),
        "enum-near-miss" => {
            let misses = near_misses(&members);
            Some(refuses(name, misses))
        }
        _ => None,
    }
}

fn required(name: String) -> Body {
    Box::new(move |subject, row, probe| {
        if control_passes(subject, row, probe) {
            send_faulty(
                subject,
                row,
                probe,
                &format!("the required {name} is missing"),
                |request| request.without_query(&name),
            );
        }
    })
}

/// Each documented value is understood, and a value that is none of them refused.
fn outside(name: String, members: Vec<String>) -> Body {
    Box::new(move |subject, row, probe| {
        for member in &members {
            match subject.with_value(&name, member) {
                Ok(request) => {
                    let exchange = probe.send(request);
                    let expected = format!("success, because {member} is a documented value of {name}");
                    let finding = Finding::when(exchange.is_success(), expected, exchange.in_short());
                    // Whether this value works at all is judged where its rules are; here it is the control.
                    if finding == Finding::Met {
                        probe.judge(&row.id, &exchange, finding);
                    }
                }
                Err(missing) => probe.skip(&row.id, missing),
            }
        }
        // The last three are names that every object of JavaScript has, and so every table of values that is one.
        let others = [
            "cookies",
            "hookproof",
            "0",
            "constructor",
            "__proto__",
            "toString",
        ];
        refuse_each(&name, &others.map(str::to_owned), subject, row, probe);
    })
}

fn refuses(name: String, values: Vec<String>) -> Body {
    Box::new(move |subject, row, probe| refuse_each(&name, &values, subject, row, probe))
}

fn refuse_each(
    name: &str,
    values: &[String],
    subject: &dyn super::Subject,
    row: &'static spec::Requirement,
    probe: &crate::probe::Probe<'_>,
) {
    if !control_passes(subject, row, probe) {
        return;
    }
    // A value is only refused for being wrong where the request would succeed under every value near it; so the
    // fixture is placed where each of the documented values finds it.
    for value in values {
        send_faulty(
            subject,
            row,
            probe,
            &format!("`{value}` is no value of {name}"),
            |request| request.set_query(name, value),
        );
    }
}

fn changed_case(members: &[String]) -> Vec<String> {
    members
        .iter()
        .flat_map(|member| {
            let mut title = member.clone();
            if let Some(first) = title.get_mut(0..1) {
                first.make_ascii_uppercase();
            }
            [member.to_ascii_uppercase(), title]
        })
        .filter(|changed| !members.contains(changed))
        .collect()
}

/// The empty value, singulars and plurals, and values that begin or end like a documented one.
fn near_misses(members: &[String]) -> Vec<String> {
    let mut misses = vec![String::new()];
    for member in members {
        misses.push(match member.strip_suffix('s') {
            Some(singular) => singular.to_owned(),
            None => format!("{member}s"),
        });
        misses.push(format!("x{member}"));
        misses.push(format!("{member}x"));
        misses.push(member.chars().take(4).collect());
    }
    misses.retain(|miss| !members.contains(miss));
    misses.dedup();
    misses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_of_a_value_are_never_values_themselves() {
        let members = ["headers", "querystring", "payload", "payloads"].map(str::to_owned);
        for value in near_misses(&members).iter().chain(&changed_case(&members)) {
            assert!(!members.contains(value), "{value}");
        }
        let misses = near_misses(&members);
        assert!(
            misses.contains(&"header".to_owned()) && misses.contains(&String::new()),
            "{misses:?}"
        );
        assert!(changed_case(&members).contains(&"Headers".to_owned()));
    }
}
