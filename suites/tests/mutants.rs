//! Each mutant is failed by the requirement it breaks, and the unchanged reference by none.

#![expect(clippy::unwrap_used, reason = "a test that cannot set itself up has failed")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use mock_server::{Fixtures, Mock};
use suites::embedded::with_plenty_of_ids;
use suites::http::{BaseUrl, Limits};
use suites::mutant::{self, Mutant, Reference};
use suites::registry::{self, Ingredients};
use suites::report::Tap;
use suites::run::{Run, Settings};
use suites::runner;
use suites::verdict::Verdict;
use wiremock::matchers::any;
use wiremock::{MockServer, Request, Respond, ResponseTemplate};

/// A mutant, or the reference where there is none, as a responder.
struct Served {
    mock: Mock,
    fixtures: Fixtures,
    mutant: Option<&'static Mutant>,
    earlier: AtomicU64,
}

impl Respond for Served {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let target = match request.url.query() {
            Some(query) => format!("{}?{query}", request.url.path()),
            None => request.url.path().to_owned(),
        };
        let mut received = http::Request::new(Bytes::copy_from_slice(&request.body));
        *received.method_mut() = request.method.clone();
        *received.uri_mut() = target.parse().unwrap_or_default();
        *received.headers_mut() = request.headers.clone();
        let earlier = self.earlier.fetch_add(1, Ordering::Relaxed);
        let reference = Reference::new(&self.mock, &self.fixtures, mock_server::clock::now(), earlier);
        let response = match self.mutant {
            Some(mutant) => (mutant.respond)(&reference, received),
            None => reference.respond(&received),
        };
        let mut template = ResponseTemplate::new(response.status().as_u16());
        for (name, value) in response.headers() {
            template = template.append_header(name, value);
        }
        let body = response.into_body();
        if body.is_empty() {
            template
        } else {
            template.set_body_bytes(body.to_vec())
        }
    }
}

/// Requirements that the suite fails a server for.
fn failed(api: &'static str, mutant: Option<&'static Mutant>) -> BTreeSet<String> {
    let fixtures = with_plenty_of_ids(Fixtures::builtin());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let responder = Served {
        mock: Mock::new(fixtures.clone()),
        fixtures: fixtures.clone(),
        mutant,
        earlier: AtomicU64::new(0),
    };
    let server = runtime.block_on(async {
        let server = MockServer::builder().disable_request_recording().start().await;
        wiremock::Mock::given(any())
            .respond_with(responder)
            .mount(&server)
            .await;
        server
    });
    let base = BaseUrl::parse(&server.uri()).unwrap();
    let limits = Limits::default();
    let ingredients = Ingredients {
        fixtures: &fixtures,
        base,
        limits,
        embedded: true,
        seed: 1,
    };
    let suite = registry::suite(api, ingredients).unwrap();
    let tap = Tap::default();
    let settings = Settings {
        seed: 1,
        iterations: 12,
        threads: 4,
        ..Settings::default()
    };
    let run = Arc::new(Run::new(settings, vec![Box::new(tap.clone())]));
    runner::execute(&run, runner::plan(&[suite]));
    let summary = tap.summary();
    assert_eq!(summary.stopped, None);
    summary
        .with(Verdict::Fail)
        .keys()
        .map(|id| (*id).to_owned())
        .collect()
}

#[test]
fn the_unchanged_reference_fails_nothing() {
    for api in registry::ids() {
        assert_eq!(failed(api, None), BTreeSet::new(), "{api}");
    }
}

#[test]
fn each_mutant_is_failed_by_the_requirement_it_breaks() {
    for api in registry::ids() {
        let mut survivors = Vec::new();
        let mut matrix = String::new();
        for mutant in mutant::of(api) {
            let ids = failed(api, Some(mutant));
            if !ids.contains(mutant.breaks) {
                survivors.push(format!("{}: {}; failed were {ids:?}", mutant.name, mutant.defect));
            }
            let _ = writeln!(matrix, "{}: {}", mutant.name, mutant.breaks);
            if mutant.intermittent {
                let _ = writeln!(matrix, "    and whatever it meets");
                continue;
            }
            for other in ids.iter().filter(|id| *id != mutant.breaks) {
                let _ = writeln!(matrix, "    also {other}");
            }
        }
        assert_eq!(survivors, Vec::<String>::new());
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../snapshots/");
        insta::with_settings!({
            snapshot_path => format!("{folder}{api}"), prepend_module_to_snapshot => false, omit_expression => true,
        }, { insta::assert_snapshot!("mutants", matrix) });
    }
}
