//! Which servers a command speaks to, and what it knows of them: from flags, and from the configuration file.

use std::path::PathBuf;
use std::sync::Arc;

use super::filter::nearest;
use super::reach::{self, Limit, Reach};
use super::{Failure, config_file, say_note, variable};
use crate::conduct::Conduct;
use crate::config::Config;
use crate::http::{BaseUrl, Pace};
use crate::not_offered::NotOffered;
use crate::registry::{self, Ingredients};
use crate::suite::Suite;
use crate::transcript::one_line;

/// What the flags say.
pub(super) struct Aim<'a> {
    pub(super) target: Option<&'a str>,
    pub(super) config: Option<&'a PathBuf>,
    pub(super) full: bool,
    pub(super) safe: bool,
    pub(super) dry: bool,
    pub(super) seed: u64,
    /// Parts of an API that the target does not offer, beside those of the file.
    pub(super) not_offered: &'a [String],
    pub(super) reach: &'a Reach,
    pub(super) limit: &'a Limit,
}

/// The suites against the servers that were found.
pub(super) struct Aimed {
    pub(super) suites: Vec<Arc<dyn Suite>>,
    pub(super) pace: Arc<Pace>,
    pub(super) run_id: String,
}

impl Aim<'_> {
    /// What the servers do not offer, by the flags and by the file.
    pub(super) fn not_offered(&self, config: &Config) -> Result<NotOffered, Failure> {
        let file = config.fixtures().target.not_offered.iter();
        NotOffered::new(self.not_offered.iter().chain(file).cloned()).map_err(|name| {
            let name = one_line(&name);
            Failure::usage(format!(
                "there is no part `{name}` of any API; a part is what the ids of its requirements begin with{}",
                nearest(&name, NotOffered::parts())
            ))
        })
    }

    /// What is known about the servers. A file that nobody named counts where a server is named, or where it says itself
    /// where one of the APIs is.
    pub(super) fn config(&self, apis: &[&str]) -> Result<Config, Failure> {
        let file = config_file(self.config);
        let config = Config::load(file.as_deref(), variable)?;
        let counts = self.target.is_some()
            || self.config.is_some()
            || apis.iter().any(|api| config.base_url(api).is_some());
        if counts {
            Ok(config)
        } else {
            Ok(Config::load(None, variable)?)
        }
    }

    /// The suites of those APIs whose server is named. `None` where there is none.
    pub(super) fn at(&self, apis: &[&'static str], config: &Config) -> Result<Option<Aimed>, Failure> {
        if self.target.is_some() && apis.len() != 1 {
            return Err(Failure::usage(
                "--target is the server of one API; name just one with --api",
            ));
        }
        let urls: Vec<(&'static str, &str)> = apis
            .iter()
            .filter_map(|api| Some((*api, self.target.or_else(|| config.base_url(api))?)))
            .collect();
        if urls.is_empty() {
            return Ok(None);
        }
        let file = &config.fixtures().target;
        let bases = urls
            .into_iter()
            .map(|(api, url)| Ok((api, config.target(api, url)?)))
            .collect::<Result<Vec<_>, Failure>>()?;
        let pace = self.limit.pace(bases.iter().map(|(_, base)| base), file);
        let run_id = reach::run_id();
        let transport = self.reach.transport(&config.transport()?, Some(run_id.clone()))?;
        let transport = Arc::new(transport);
        let not_offered = self.not_offered(config)?;
        let mut suites = Vec::new();
        for (api, base) in bases {
            let conduct = Conduct {
                safe: reach::is_safe(self.safe, self.full, file, &base),
                dry: self.dry,
                not_offered: not_offered.clone(),
                pace: Arc::clone(&pace),
                transport: Arc::clone(&transport),
            };
            if !conduct.safe && !self.dry {
                config.check_programs(api, variable("PATH").as_deref())?;
            }
            if let Some(note) = note_of_path(api, &base) {
                say_note(&note);
            }
            let ingredients = Ingredients {
                fixtures: config.fixtures(),
                base,
                limits: self.limit.limits(file),
                embedded: false,
                seed: self.seed,
            };
            suites.extend(registry::suite_under(api, ingredients, conduct));
        }
        if let Some(path) = config.file().filter(|_| self.config.is_none()) {
            say_note(&format!(
                "what is known about the target is from {}",
                path.display()
            ));
        }
        Ok(Some(Aimed { suites, pace, run_id }))
    }
}

/// What to say where a base URL ends with the path of a call of the API, so that each request would have that path twice.
fn note_of_path(api: &str, base: &BaseUrl) -> Option<String> {
    let prefix: Vec<&str> = segments(base.prefix());
    let operations = &spec::api(api)?.contract().operations;
    let doubled = operations.iter().find(|operation| {
        let path = segments(&operation.path);
        let same = |(segment, own): (&&str, &&str)| segment == own || own.starts_with('{');
        prefix.len() >= path.len() && prefix[prefix.len() - path.len()..].iter().zip(&path).all(same)
    })?;
    Some(format!(
        "note: the base URL {} ends with the path of {} {}, and requests add that path to it: leave it out, if it does not \
         stand in front of the API as well",
        base.as_str(),
        doubled.method,
        doubled.path
    ))
}

fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_url_that_holds_the_path_of_a_call_is_pointed_out() {
        for (api, url, noted) in [
            ("inkeep", "http://127.0.0.1:1/run/v1/events", true),
            ("inkeep", "http://127.0.0.1:1/gate/run/v1/events/", true),
            ("olbrain", "http://127.0.0.1:1/api/agents/webhook/agt_1", true),
            ("polyai", "http://127.0.0.1:1/v1/external-events/webhook", true),
            ("inkeep", "http://127.0.0.1:1/run/v1", false),
            ("olbrain", "http://127.0.0.1:1/api/agents/webhook", false),
            ("polyai", "http://127.0.0.1:1", false),
        ] {
            let base = BaseUrl::parse(url).unwrap();
            assert_eq!(note_of_path(api, &base).is_some(), noted, "{url}");
        }
    }
}
