//! The query of a request, parsed into the four documented parameters, or a refusal.
//!
//! Source: PolyAI, Post external event result, `parameters`.

use std::borrow::Cow;
use std::fmt;

use serde::{Serialize, Serializer};

use super::pairs;
use super::readings::{AccountEmpty, ParameterRepeated, PathEmpty, ProjectEmpty, Readings};

/// Where the id is, as `event_id_location` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Location {
    /// In a header.
    Headers,
    /// In the query string.
    Querystring,
    /// In the body.
    Payload,
}

impl Location {
    /// The value of the parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Headers => "headers",
            Self::Querystring => "querystring",
            Self::Payload => "payload",
        }
    }

    /// The documented values are exact; letter case counts.
    fn named(name: &str) -> Option<Self> {
        [Self::Headers, Self::Querystring, Self::Payload]
            .into_iter()
            .find(|location| location.as_str() == name)
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Location {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// The four required parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Parameters<'r> {
    pub(crate) location: Location,
    pub(crate) path: Cow<'r, str>,
    pub(crate) account_id: Cow<'r, str>,
    pub(crate) project_id: Cow<'r, str>,
}

/// Why the parameters cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The parameter.
    pub(crate) name: &'static str,
    /// What was found in its place.
    pub(crate) found: &'static str,
    /// What the client is told.
    pub(crate) message: &'static str,
    pub(crate) requirement: &'static str,
}

/// One parameter while the query is read.
#[derive(Default)]
struct Slot<'r> {
    value: Option<Cow<'r, str>>,
    repeated: bool,
}

impl<'r> Slot<'r> {
    fn put(&mut self, value: Cow<'r, str>, reading: ParameterRepeated) {
        self.repeated |= self.value.is_some();
        if self.value.is_none() || reading == ParameterRepeated::Last {
            self.value = Some(value);
        }
    }
}

macro_rules! refusal {
    ($name:literal, $found:literal, $rest:literal, $requirement:literal) => {
        Refusal {
            name: $name,
            found: $found,
            message: concat!("query parameter ", $name, $rest),
            requirement: $requirement,
        }
    };
}

impl<'r> Parameters<'r> {
    /// Reads the query of a request. Unknown parameters are ignored, since one of them may hold the id.
    pub(crate) fn parse(query: &'r str, readings: &Readings) -> Result<Self, Refusal> {
        let (mut location, mut path) = (Slot::default(), Slot::default());
        let (mut account, mut project) = (Slot::default(), Slot::default());
        for (name, value) in pairs::in_query(query, readings.query_plus) {
            let slot = match &*name {
                "event_id_location" => &mut location,
                "event_id_path" => &mut path,
                "account_id" => &mut account,
                "project_id" => &mut project,
                _ => continue,
            };
            slot.put(value, readings.parameter_repeated);
        }
        if readings.parameter_repeated == ParameterRepeated::Refused
            && [&location, &path, &account, &project]
                .iter()
                .any(|slot| slot.repeated)
        {
            return Err(Refusal {
                name: "all",
                found: "one of the four twice",
                message: "a required query parameter is repeated",
                requirement: "polyai.query.location.repeated",
            });
        }
        let location = location.value.ok_or(refusal!(
            "event_id_location",
            "nothing",
            " is missing",
            "polyai.query.location.required"
        ))?;
        let path = path.value.ok_or(refusal!(
            "event_id_path",
            "nothing",
            " is missing",
            "polyai.query.path.required"
        ))?;
        let account_id = account.value.ok_or(refusal!(
            "account_id",
            "nothing",
            " is missing",
            "polyai.query.account.required"
        ))?;
        let project_id = project.value.ok_or(refusal!(
            "project_id",
            "nothing",
            " is missing",
            "polyai.query.project.required"
        ))?;
        let location = Location::named(&location).ok_or(refusal!(
            "event_id_location",
            "a value outside the enumeration",
            " must be headers, querystring or payload",
            "polyai.query.location.enum"
        ))?;
        if path.is_empty() && readings.path_empty == PathEmpty::Refused {
            return Err(refusal!(
                "event_id_path",
                "an empty value",
                " is empty",
                "polyai.query.path.empty"
            ));
        }
        if account_id.is_empty() && readings.account_empty == AccountEmpty::Refused {
            return Err(refusal!(
                "account_id",
                "an empty value",
                " is empty",
                "polyai.query.account.empty"
            ));
        }
        if project_id.is_empty() && readings.project_empty == ProjectEmpty::Refused {
            return Err(refusal!(
                "project_id",
                "an empty value",
                " is empty",
                "polyai.query.project.empty"
            ));
        }
        Ok(Self {
            location,
            path,
            account_id,
            project_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: [&str; 4] = [
        "event_id_location=payload",
        "event_id_path=cid",
        "account_id=PLATFORM",
        "project_id=PROJECT-123",
    ];

    fn refused_by(query: &str, readings: &Readings) -> &'static str {
        Parameters::parse(query, readings).unwrap_err().requirement
    }

    #[test]
    fn the_documented_query_is_read_in_any_order() {
        let mut pairs = WHOLE;
        for _ in 0..4 {
            pairs.rotate_left(1);
            let query = format!("x=1&{}&cid=evt", pairs.join("&"));
            let parameters = Parameters::parse(&query, &Readings::default()).unwrap();
            assert_eq!(parameters.location, Location::Payload);
            assert_eq!(
                (
                    &*parameters.path,
                    &*parameters.account_id,
                    &*parameters.project_id
                ),
                ("cid", "PLATFORM", "PROJECT-123")
            );
        }
    }

    #[test]
    fn names_and_values_are_decoded() {
        let query = "event%5Fid_location=%70ayload&event_id_path=path%2Eto&account_id=a+b&project_id=%FF";
        let parameters = Parameters::parse(query, &Readings::default()).unwrap();
        assert_eq!((&*parameters.path, &*parameters.account_id), ("path.to", "a b"));
        assert_eq!(&*parameters.project_id, "\u{fffd}");
    }

    #[test]
    fn each_parameter_is_required() {
        let requirements = [
            "polyai.query.location.required",
            "polyai.query.path.required",
            "polyai.query.account.required",
            "polyai.query.project.required",
        ];
        for (missing, requirement) in requirements.into_iter().enumerate() {
            let mut pairs = WHOLE.to_vec();
            pairs.remove(missing);
            assert_eq!(refused_by(&pairs.join("&"), &Readings::default()), requirement);
        }
    }

    #[test]
    fn only_the_documented_locations_are_known() {
        for wrong in [
            "Headers",
            "PAYLOAD",
            "header",
            "query",
            "body",
            "",
            "payload%20",
            "payload%00",
        ] {
            let query = format!("event_id_location={wrong}&{}", WHOLE[1..].join("&"));
            assert_eq!(
                refused_by(&query, &Readings::default()),
                "polyai.query.location.enum",
                "{wrong}"
            );
        }
        for known in ["headers", "querystring", "payload"] {
            let query = format!("event_id_location={known}&{}", WHOLE[1..].join("&"));
            assert_eq!(
                Parameters::parse(&query, &Readings::default())
                    .unwrap()
                    .location
                    .to_string(),
                known
            );
        }
    }

    #[test]
    fn a_repeated_parameter_is_a_reading() {
        let query = format!(
            "{}&event_id_location=headers&event_id_path=other",
            WHOLE.join("&")
        );
        let mut readings = Readings::default();
        assert_eq!(
            Parameters::parse(&query, &readings).unwrap().location,
            Location::Payload
        );
        readings.parameter_repeated = ParameterRepeated::Last;
        let last = Parameters::parse(&query, &readings).unwrap();
        assert_eq!((last.location, &*last.path), (Location::Headers, "other"));
        readings.parameter_repeated = ParameterRepeated::Refused;
        assert_eq!(refused_by(&query, &readings), "polyai.query.location.repeated");
        assert!(Parameters::parse(&WHOLE.join("&"), &readings).is_ok());
    }

    #[test]
    fn an_empty_value_is_a_reading() {
        let mut readings = Readings::default();
        let empty = |name: &str| {
            WHOLE
                .map(|pair| {
                    if pair.starts_with(name) {
                        format!("{name}=")
                    } else {
                        pair.to_owned()
                    }
                })
                .join("&")
        };
        assert_eq!(
            refused_by(&empty("event_id_path"), &readings),
            "polyai.query.path.empty"
        );
        assert_eq!(
            refused_by(&empty("account_id"), &readings),
            "polyai.query.account.empty"
        );
        assert_eq!(
            refused_by(&empty("project_id"), &readings),
            "polyai.query.project.empty"
        );
        readings.path_empty = PathEmpty::NotFound;
        readings.account_empty = AccountEmpty::Accepted;
        readings.project_empty = ProjectEmpty::Accepted;
        for name in ["event_id_path", "account_id", "project_id"] {
            assert!(Parameters::parse(&empty(name), &readings).is_ok(), "{name}");
        }
    }
}
