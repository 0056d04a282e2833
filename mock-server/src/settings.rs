//! The macro that declares the readings of one API: what its mock does where the documents are silent.

use std::fmt::Write as _;

use crate::toml_table::{Faults, Table, meant};

/// One point that the documents leave open, and what the mock may do there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The key in the fixtures file, in `snake_case`.
    pub name: &'static str,
    /// The requirement of the catalogue that states the open point.
    pub requirement: &'static str,
    /// What the setting is about, in one sentence.
    pub about: &'static str,
    /// The admissible readings in `kebab-case`, the default first.
    pub options: &'static [&'static str],
}

/// Declares one enum per setting, a struct that holds one value of each, and the table of all of them.
///
/// The first option is the default.
macro_rules! readings {
    ($(
        #[doc = $about:literal]
        $field:ident: $kind:ident = $requirement:literal { $first:ident = $first_name:literal $(, $option:ident = $option_name:literal)+ $(,)? }
    )+) => {
        $(
            #[doc = $about]
            #[doc = concat!("\n\nSettles `", $requirement, "`.")]
            #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
            pub enum $kind {
                #[doc = concat!("`", $first_name, "`, the default.")]
                #[default]
                $first,
                $(
                    #[doc = concat!("`", $option_name, "`.")]
                    $option,
                )+
            }

            impl $kind {
                /// The option as the fixtures file writes it.
                pub const fn as_str(self) -> &'static str {
                    match self {
                        Self::$first => $first_name,
                        $(Self::$option => $option_name,)+
                    }
                }

                fn named(name: &str) -> Option<Self> {
                    match name {
                        $first_name => Some(Self::$first),
                        $($option_name => Some(Self::$option),)+
                        _ => None,
                    }
                }
            }
        )+

        /// What the mock does where the documents are silent, one value for each open point.
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub struct Readings {
            $(
                #[doc = $about]
                pub $field: $kind,
            )+
        }

        impl Readings {
            /// Every setting with its options.
            pub const SETTINGS: &'static [$crate::settings::Setting] = &[
                $($crate::settings::Setting {
                    name: stringify!($field),
                    requirement: $requirement,
                    about: $about,
                    options: &[$first_name $(, $option_name)+],
                },)+
            ];

            /// The option that a setting has, or `None` when there is no such setting.
            pub fn get(&self, name: &str) -> Option<&'static str> {
                match name {
                    $(stringify!($field) => Some(self.$field.as_str()),)+
                    _ => None,
                }
            }

            /// Reads the table of readings; what is absent keeps its default.
            pub(crate) fn from_table(
                table: &$crate::toml_table::Table<'_>,
                faults: &mut $crate::toml_table::Faults<'_>,
            ) -> Self {
                let mut readings = Self::default();
                $crate::settings::read_settings(table, faults, Self::SETTINGS, |name, option| {
                    readings.set(name, option)
                });
                readings
            }

            /// Gives a setting another option. Returns whether both are known; if not, nothing changes.
            pub fn set(&mut self, name: &str, option: &str) -> bool {
                match name {
                    $(stringify!($field) => match $kind::named(option) {
                        Some(option) => {
                            self.$field = option;
                            true
                        }
                        None => false,
                    },)+
                    _ => false,
                }
            }
        }
    };
}

pub(crate) use readings;

/// Hands each setting of a table to `set`, which says whether the option is known; faults name what was meant.
pub(crate) fn read_settings(
    table: &Table<'_>,
    faults: &mut Faults<'_>,
    settings: &[Setting],
    mut set: impl FnMut(&str, &str) -> bool,
) {
    let names: Vec<&str> = settings.iter().map(|setting| setting.name).collect();
    table.only_names(&names, faults);
    for setting in settings {
        let Some(option) = table.text(setting.name, faults) else {
            continue;
        };
        if !set(setting.name, &option.value) {
            let (name, written) = (setting.name, option.value.escape_debug());
            let hint = meant(&option.value, setting.options);
            faults.add(option.at, format!("`{name}` has no option `{written}`{hint}"));
        }
    }
}

/// Writes the settings as lines of a fixtures file: what each is about, its options, its value.
pub(crate) fn write_settings(
    out: &mut String,
    settings: &[Setting],
    value: impl Fn(&str) -> Option<&'static str>,
) {
    for setting in settings {
        let option = value(setting.name).unwrap_or(setting.options[0]);
        let _ = writeln!(
            out,
            "# {}\n# Options: {} [{}]\n{} = \"{option}\"",
            setting.about.trim(),
            setting.options.join(", "),
            setting.requirement,
            setting.name
        );
    }
}

#[cfg(test)]
mod tests {
    /// Chooses every option of every setting of an API.
    macro_rules! choose_all {
        ($($api:ident)+) => {$(
            let mut readings = crate::$api::Readings::default();
            for setting in crate::$api::Readings::SETTINGS {
                let name = setting.name;
                assert_eq!(readings.get(name), Some(setting.options[0]), "{name}");
                for option in setting.options {
                    assert!(readings.set(name, option), "{name} = {option}");
                    assert_eq!(readings.get(name), Some(*option));
                }
                assert!(!readings.set(name, "no such option"));
                assert_eq!(readings.get(name), setting.options.last().copied());
            }
            assert!(!readings.set("no_such_setting", "both"));
            assert_eq!(readings.get("no_such_setting"), None);
        )+};
    }

    #[test]
    fn every_option_of_every_setting_can_be_chosen() {
        choose_all!(polyai inkeep olbrain);
    }
}
