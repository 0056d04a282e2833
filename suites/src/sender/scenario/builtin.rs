//! The scenarios that come with the program.

use std::sync::LazyLock;

use super::Scenario;

/// Embeds the files one by one, because the compiler embeds files, not folders; a test compares the names.
macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("data/", $name, ".toml")))),*]
    };
}

const FILES: &[(&str, &str)] = files![
    "happy",
    "retry-502",
    "retry-503",
    "retry-504",
    "retry-then-404",
    "never-on-4xx",
    "give-up",
    "reset",
    "slow",
    "truncated",
    "retry-after",
    "concurrent-events",
];

static ALL: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(_, text)| Scenario::from_toml(text).expect("a test reads every embedded scenario"))
        .collect()
});

/// Every built-in scenario, in the order in which they are reported.
pub(crate) fn builtins() -> &'static [Scenario] {
    &ALL
}

/// The built-in scenario of this name.
pub(crate) fn builtin(name: &str) -> Option<&'static Scenario> {
    ALL.iter().find(|scenario| scenario.name == name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_embedded_scenario_is_read_and_has_the_name_of_its_file() {
        for (name, text) in FILES {
            let read = Scenario::from_toml(text).unwrap_or_else(|fault| panic!("{name}.toml, {fault}"));
            assert_eq!(&read.name, name);
            assert!(read.about.ends_with('.'), "{name}: {}", read.about);
        }
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/sender/scenario/data");
        let there: BTreeSet<String> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        let embedded = FILES.iter().map(|(name, _)| format!("{name}.toml")).collect();
        assert_eq!(there, embedded);
    }

    #[test]
    fn the_statuses_that_must_not_be_retried_are_all_there() {
        let scenario = builtin("never-on-4xx").unwrap();
        let statuses: Vec<String> = scenario
            .scripts
            .iter()
            .map(|script| script[0].to_string())
            .collect();
        for status in [
            "400", "401", "403", "404", "408", "409", "413", "415", "422", "425", "429",
        ] {
            assert!(statuses.iter().any(|known| known == status), "{status}");
        }
    }
}
