//! Which project a request is about, and which ids are valid there.

use std::collections::{HashMap, HashSet};

use super::auth::Principal;
use super::fixtures::Fixtures;
use super::input::Parameters;
use super::readings::{AccountEmpty, IdFormat, ProjectEmpty};

/// Longest id, in bytes, where any is accepted.
const MAX_ANY_ID_BYTES: usize = 256;

/// The project that a request is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The project whose ids are configured.
    Main,
    /// The other project.
    Other,
    NoAccount,
    NoProject,
    /// A project that the key must not be used for.
    Outside,
}

/// What is known about an id in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Valid,
    Expired,
    /// The server fails on it, on purpose.
    Failing,
    OfAnotherProject,
    /// The reading of its form excludes it.
    BadForm,
    Unknown,
}

/// The ids of the fixtures, indexed.
pub(crate) struct Ids {
    own: HashMap<String, Standing>,
    other: HashSet<String>,
}

impl Ids {
    pub(crate) fn of(fixtures: &Fixtures) -> Self {
        let lists = [
            (&fixtures.known_ids, Standing::Valid),
            (&fixtures.expired_ids, Standing::Expired),
            (&fixtures.failing_ids, Standing::Failing),
        ];
        let listed = lists
            .into_iter()
            .flat_map(|(ids, standing)| ids.iter().map(move |id| (id.clone(), standing)));
        let unknown = fixtures
            .unknown_id
            .iter()
            .map(|id| (id.clone(), Standing::Unknown));
        let other = fixtures
            .other_project
            .iter()
            .flat_map(|other| other.known_ids.iter().cloned());
        Self {
            own: listed.chain(unknown).collect(),
            other: other.collect(),
        }
    }

    /// What the id is in this project.
    pub(crate) fn standing(&self, id: &str, scope: Scope, fixtures: &Fixtures) -> Standing {
        if fixtures.readings.id_format == IdFormat::EvtPrefix && !id.starts_with("evt_") {
            return Standing::BadForm;
        }
        let own = || self.own.get(id).copied();
        let other = || self.other.contains(id);
        let any = || fixtures.accept_any_id && is_well_formed(id);
        match scope {
            Scope::Main => match own() {
                Some(standing) => standing,
                None if other() => Standing::OfAnotherProject,
                None if any() => Standing::Valid,
                None => Standing::Unknown,
            },
            Scope::Other if other() => Standing::Valid,
            Scope::Other => match own() {
                None if any() => Standing::Valid,
                None | Some(Standing::Unknown) => Standing::Unknown,
                Some(_) => Standing::OfAnotherProject,
            },
            Scope::NoAccount | Scope::NoProject | Scope::Outside => Standing::Unknown,
        }
    }
}

/// What counts as an id where any does.
fn is_well_formed(id: &str) -> bool {
    let odd = |character: char| character.is_whitespace() || character.is_control();
    !id.is_empty() && id.len() <= MAX_ANY_ID_BYTES && !id.contains(odd)
}

/// The account and project that the parameters mean: an empty one may be left to the key.
pub(crate) fn meant<'a>(
    principal: Principal,
    parameters: &'a Parameters<'_>,
    fixtures: &'a Fixtures,
) -> (&'a str, &'a str) {
    let (account, project) = match (principal, &fixtures.other_project) {
        (Principal::OtherProject, Some(other)) => (&other.account_id, &other.project_id),
        _ => (&fixtures.account_id, &fixtures.project_id),
    };
    let account_to_key =
        parameters.account_id.is_empty() && fixtures.readings.account_empty == AccountEmpty::Accepted;
    let project_to_key =
        parameters.project_id.is_empty() && fixtures.readings.project_empty == ProjectEmpty::Accepted;
    (
        if account_to_key {
            account
        } else {
            &parameters.account_id
        },
        if project_to_key {
            project
        } else {
            &parameters.project_id
        },
    )
}

/// Which project account and project name, as far as this principal may know. The main key serves every project of
/// its account; to it, another account does not exist.
pub(crate) fn scope(principal: Principal, account: &str, project: &str, fixtures: &Fixtures) -> Scope {
    let other = fixtures.other_project.as_ref();
    let is_own = account == fixtures.account_id && project == fixtures.project_id;
    let is_other = other.is_some_and(|other| account == other.account_id && project == other.project_id);
    match principal {
        Principal::OtherProject if is_other => Scope::Other,
        Principal::OtherProject => Scope::Outside,
        Principal::Account if is_own => Scope::Main,
        Principal::Account if account != fixtures.account_id => Scope::NoAccount,
        Principal::Account if is_other => Scope::Other,
        Principal::Account => Scope::NoProject,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixtures() -> Fixtures {
        Fixtures::builtin()
    }

    fn standing(id: &str, scope: Scope, fixtures: &Fixtures) -> Standing {
        Ids::of(fixtures).standing(id, scope, fixtures)
    }

    #[test]
    fn each_list_has_its_standing() {
        let fixtures = fixtures();
        let other = fixtures.other_project.clone().unwrap();
        for (id, here, there) in [
            (
                &fixtures.known_ids[3],
                Standing::Valid,
                Standing::OfAnotherProject,
            ),
            (
                &fixtures.expired_ids[0],
                Standing::Expired,
                Standing::OfAnotherProject,
            ),
            (
                &fixtures.failing_ids[0],
                Standing::Failing,
                Standing::OfAnotherProject,
            ),
            (&other.known_ids[0], Standing::OfAnotherProject, Standing::Valid),
            (
                fixtures.unknown_id.as_ref().unwrap(),
                Standing::Unknown,
                Standing::Unknown,
            ),
            (&"evt_".to_owned(), Standing::Unknown, Standing::Unknown),
        ] {
            assert_eq!(standing(id, Scope::Main, &fixtures), here, "{id}");
            assert_eq!(standing(id, Scope::Other, &fixtures), there, "{id}");
            assert_eq!(
                standing(id, Scope::NoProject, &fixtures),
                Standing::Unknown,
                "{id}"
            );
        }
    }

    #[test]
    fn any_well_formed_id_can_be_accepted_but_for_the_listed() {
        let fixtures = Fixtures {
            accept_any_id: true,
            ..fixtures()
        };
        for id in ["x", "evt_é", &"x".repeat(MAX_ANY_ID_BYTES)] {
            assert_eq!(standing(id, Scope::Main, &fixtures), Standing::Valid, "{id}");
            assert_eq!(standing(id, Scope::Other, &fixtures), Standing::Valid, "{id}");
        }
        for id in [
            "",
            "a b",
            "a\n",
            "\0",
            &"x".repeat(MAX_ANY_ID_BYTES + 1),
            fixtures.unknown_id.as_ref().unwrap(),
        ] {
            assert_eq!(standing(id, Scope::Main, &fixtures), Standing::Unknown, "{id}");
        }
        assert_eq!(
            standing(&fixtures.expired_ids[0], Scope::Main, &fixtures),
            Standing::Expired
        );
    }

    #[test]
    fn the_form_of_an_id_is_a_reading() {
        let mut fixtures = fixtures();
        fixtures.known_ids.push("other-form".into());
        assert_eq!(standing("other-form", Scope::Main, &fixtures), Standing::Valid);
        fixtures.readings.id_format = IdFormat::EvtPrefix;
        assert_eq!(standing("other-form", Scope::Main, &fixtures), Standing::BadForm);
        assert_eq!(
            standing(&fixtures.known_ids[0], Scope::Main, &fixtures),
            Standing::Valid
        );
    }

    #[test]
    fn an_empty_parameter_means_what_the_key_is_for_where_that_is_the_reading() {
        use crate::polyai::input::Location;

        let (refused, accepted) = (fixtures(), {
            let mut fixtures = fixtures();
            fixtures.readings.account_empty = AccountEmpty::Accepted;
            fixtures.readings.project_empty = ProjectEmpty::Accepted;
            fixtures.other_project.as_mut().unwrap().account_id = "ELSEWHERE".into();
            fixtures
        });
        let of = |principal, account: &'static str, project: &'static str, fixtures: &Fixtures| {
            let parameters = Parameters {
                location: Location::Payload,
                path: "cid".into(),
                account_id: account.into(),
                project_id: project.into(),
            };
            let (account, project) = meant(principal, &parameters, fixtures);
            (account.to_owned(), project.to_owned())
        };
        let pair = |account: &str, project: &str| (account.to_owned(), project.to_owned());
        let (main, other) = (Principal::Account, Principal::OtherProject);
        assert_eq!(of(main, "", "", &accepted), pair("PLATFORM", "PROJECT-123"));
        assert_eq!(of(other, "", "", &accepted), pair("ELSEWHERE", "PROJECT-456"));
        assert_eq!(of(main, "A", "", &accepted), pair("A", "PROJECT-123"));
        assert_eq!(of(main, "", "P", &accepted), pair("PLATFORM", "P"));
        assert_eq!(of(other, "A", "P", &accepted), pair("A", "P"));
        assert_eq!(of(main, "", "", &refused), pair("", ""));
    }

    #[test]
    fn the_main_key_serves_its_account_and_the_other_key_its_project() {
        let fixtures = fixtures();
        let of = |principal, account, project| scope(principal, account, project, &fixtures);
        assert_eq!(of(Principal::Account, "PLATFORM", "PROJECT-123"), Scope::Main);
        assert_eq!(of(Principal::Account, "PLATFORM", "PROJECT-456"), Scope::Other);
        assert_eq!(
            of(Principal::Account, "PLATFORM", "project-123"),
            Scope::NoProject
        );
        assert_eq!(
            of(Principal::Account, "ELSEWHERE", "PROJECT-123"),
            Scope::NoAccount
        );
        assert_eq!(
            of(Principal::OtherProject, "PLATFORM", "PROJECT-456"),
            Scope::Other
        );
        assert_eq!(
            of(Principal::OtherProject, "PLATFORM", "PROJECT-123"),
            Scope::Outside
        );
    }

    #[test]
    fn another_account_does_not_exist_for_the_main_key() {
        let mut fixtures = fixtures();
        fixtures.other_project.as_mut().unwrap().account_id = "ELSEWHERE".into();
        let of = |principal| scope(principal, "ELSEWHERE", "PROJECT-456", &fixtures);
        assert_eq!(
            (of(Principal::Account), of(Principal::OtherProject)),
            (Scope::NoAccount, Scope::Other)
        );
    }
}
