//! How a target is reached: the `[target]` table of a fixtures file. A test run reads it, the mock does not.

use std::fmt;

use crate::definition::{Definition, Key, Kind};
use crate::toml_table::{Faults, Table};

/// The way to the targets of all APIs, and how much may be asked of them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Target {
    /// Where the APIs are that have no `base_url` of their own.
    pub base_url: Option<String>,
    /// A PEM file of certificates to trust; a relative path begins at the file's folder.
    pub ca: Option<String>,
    /// A PEM file with the client's certificate and its key; a relative path begins at the file's folder.
    pub client_cert: Option<String>,
    /// Whether any certificate of the server will do.
    pub insecure: bool,
    /// URL of a proxy.
    pub proxy: Option<String>,
    /// Whether HTTP/2 is spoken.
    pub http2: bool,
    /// Fields for every request. Their values do not show in debug output.
    pub headers: Vec<(String, String)>,
    /// Fields for every request whose values stand in variables of the environment: name of the field, name of the variable.
    pub header_variables: Vec<(String, String)>,
    /// Parts of an API that a test run takes for not offered, by the beginnings of the ids of their requirements.
    pub not_offered: Vec<String>,
    /// Requests a second.
    pub rate: Option<u32>,
    /// Connections at the same time.
    pub connections: Option<u32>,
    /// Requests of a run in all.
    pub max_requests: Option<u64>,
    /// Seconds that a run may take.
    pub max_time: Option<u64>,
    /// Seconds that one request may take.
    pub timeout: Option<u64>,
    /// Whether nothing is sent that a conformant server acts on, wherever the server is.
    pub safe: bool,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("Target")
            .field("base_url", &self.base_url)
            .field("headers", &names)
            .finish_non_exhaustive()
    }
}

/// The table in the file.
pub(crate) const DEFINITION: Definition = Definition {
    name: "target",
    about: "How the servers are reached, and how much is asked of them. Flags go before it; the mock ignores it.",
    keys: &[
        Key::text(
            "base_url",
            "Where the servers are of all APIs that have no base_url of their own.",
            "\"http://127.0.0.1:8080\"",
        ),
        Key::text(
            "ca",
            "Certificates to trust in place of this machine's, in PEM. The path begins at this file's folder.",
            "\"ca.pem\"",
        ),
        Key::text(
            "client_cert",
            "The client's own certificate and its key, in one file of PEM.",
            "\"client.pem\"",
        ),
        Key::new(
            "insecure",
            Kind::Truth,
            "Accept any certificate of the server.",
            "true",
        ),
        Key::text(
            "proxy",
            "Proxy that leads to the target.",
            "\"http://127.0.0.1:3128\"",
        ),
        Key::new("http2", Kind::Truth, "Speak HTTP/2.", "true"),
        Key::texts(
            "not_offered",
            "Parts of an API that the servers do not offer: nothing of them is sent, and what that leaves open is told apart.",
            "[\"olbrain.runs\", \"olbrain.sess\", \"olbrain.upl\"]",
        ),
        Key::new("rate", Kind::Count, "Requests a second.", "10"),
        Key::new("connections", Kind::Count, "Connections at the same time.", "4"),
        Key::new(
            "max_requests",
            Kind::Count,
            "End a run after so many requests.",
            "5000",
        ),
        Key::new("max_time", Kind::Count, "End a run after so many seconds.", "600"),
        Key::new("timeout", Kind::Count, "Seconds that one request may take.", "10"),
        Key::new(
            "safe",
            Kind::Truth,
            "Send only what a conformant server refuses or what leaves nothing behind, also to this machine.",
            "true",
        ),
        Key::new(
            "headers",
            Kind::Named,
            "Header fields for every request. No secrets here.",
            "{ X-Tenant = \"acme\" }",
        ),
        Key::new(
            "header_variables",
            Kind::Named,
            "Header fields for every request, each with the environment variable that holds its value.",
            "{ X-Gateway-Token = \"GATEWAY_TOKEN\" }",
        ),
    ],
    settings: &[],
};

impl Target {
    /// Reads the table `[target]`.
    pub(crate) fn from_table(table: &Table<'_>, faults: &mut Faults<'_>) -> Self {
        table.only(&DEFINITION, faults);
        let text = |name, faults: &mut Faults<'_>| table.text(name, faults).map(|text| text.value);
        let truth = |name, faults: &mut Faults<'_>| table.boolean(name, faults).unwrap_or(false);
        Self {
            base_url: text("base_url", faults),
            ca: text("ca", faults),
            client_cert: text("client_cert", faults),
            insecure: truth("insecure", faults),
            proxy: text("proxy", faults),
            http2: truth("http2", faults),
            headers: table.named("headers", faults),
            header_variables: table.named("header_variables", faults),
            not_offered: table
                .texts("not_offered", faults)
                .into_iter()
                .map(|part| part.value)
                .collect(),
            rate: small(table, "rate", faults),
            connections: small(table, "connections", faults),
            max_requests: table.count("max_requests", faults).map(|count| count.value),
            max_time: table.count("max_time", faults).map(|count| count.value),
            timeout: table.count("timeout", faults).map(|count| count.value),
            safe: truth("safe", faults),
        }
    }
}

fn small(table: &Table<'_>, name: &str, faults: &mut Faults<'_>) -> Option<u32> {
    let count = table.count(name, faults)?;
    let small = u32::try_from(count.value);
    if small.is_err() {
        faults.add(count.at, format!("`target.{name}` must be at most {}", u32::MAX));
    }
    small.ok()
}

#[cfg(test)]
mod tests {
    use crate::Fixtures;

    #[test]
    fn every_key_is_read() {
        let file = "[target]\nbase_url='http://h'\nca='a'\nclient_cert='c'\ninsecure=true\nproxy='p'\nhttp2=true\n\
                    not_offered=['olbrain.runs']\nrate=1_0\nconnections=0x4\nmax_requests=5\nmax_time=6\ntimeout=7\nsafe=true\n\
                    headers={ X-A = 'secret value' }\nheader_variables={ X-B = 'B' }\n";
        let target = Fixtures::from_toml(file).unwrap().target;
        assert_eq!((target.rate, target.connections), (Some(10), Some(4)));
        assert_eq!(
            (target.max_requests, target.max_time, target.timeout),
            (Some(5), Some(6), Some(7))
        );
        assert_eq!(target.not_offered, ["olbrain.runs"]);
        assert!(target.insecure && target.http2 && target.safe);
        assert_eq!(target.headers, [("X-A".to_owned(), "secret value".to_owned())]);
        assert_eq!(target.header_variables, [("X-B".to_owned(), "B".to_owned())]);
        assert!(!format!("{target:?}").contains("secret value"));
    }

    #[test]
    fn what_is_no_count_and_no_text_is_told() {
        let told = Fixtures::from_toml(
            "[target]\nrate = 0\nmax_time = -1\ntimeout = 1.5\nconnections = 4294967296\nheaders = { a = 1 }\nrates = 1\n",
        )
        .unwrap_err()
        .to_string();
        assert_eq!(
            told,
            "line 2, column 8: `target.rate` must be a whole number from 1\n\
             line 3, column 12: `target.max_time` must be a whole number from 1\n\
             line 4, column 11: `target.timeout` must be a whole number from 1\n\
             line 5, column 15: `target.connections` must be at most 4294967295\n\
             line 6, column 17: `target.headers.a` must be a text, not a number\n\
             line 7, column 1: unknown key `rates` in [target]; did you mean `rate`?"
        );
    }
}
