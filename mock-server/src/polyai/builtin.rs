//! The fixtures that the mock has when no file says otherwise.
//!
//! Account, project and the first id are those of the documented samples. Keys and the other ids are made up, and the
//! keys say so. Nothing of this is ever sent to a server other than the mock.

use super::fixtures::{Fixtures, Keys, OtherProject};
use super::readings::Readings;

/// Enough that each case of a test run can have ids of its own.
const KNOWN: [&str; 48] = [
    "evt_01HF2MNW2ZQ1Z8E2S3J",
    "evt_01WRJD8T6V88KDXQNAK",
    "evt_015K37PSQMRQQ0FPEVZ",
    "evt_013TQ2MYXYRHSQ0X2K6",
    "evt_01DA49NJNV812ZG1H4B",
    "evt_01053HRFK3P3872Q0DA",
    "evt_010YRKTMMX2664QSWFN",
    "evt_01A3NZTJPHX3VVKTBFK",
    "evt_012PA12VDFHBT1ZBETS",
    "evt_0175MZ7J6B1BHKZ8TEM",
    "evt_01RH99B49D7Z5Y3AXNV",
    "evt_01W5YN4K2C3SZMM1TWW",
    "evt_01GD96QE16WNZR12KAH",
    "evt_01C8J8A2SYZBZ5H2G6X",
    "evt_01TZ3NHYXQN2HQWPHTN",
    "evt_01NRDM4FH0ATMTMGVS6",
    "evt_01MVFKSHN8MFSJGF2EF",
    "evt_01955WWKH8MVRMSTA2F",
    "evt_01TBBFR616EJDQN0109",
    "evt_016H7XBXCARE2C1EFAA",
    "evt_01MT3AD5167Y84ZG3BD",
    "evt_01EQRXF1AJYEN3BNW9J",
    "evt_01VADCGV3BDQ8NQMAVH",
    "evt_010F6GBTAEA67HF06WK",
    "evt_018QV10NYJE3R6RDNWN",
    "evt_01FGVWK3YG3JQM8T8Z4",
    "evt_01A7PENRG8A6GPTME43",
    "evt_01J1EJ6ZTGXACG18M69",
    "evt_01QFXWG7JTKCSK2H2QS",
    "evt_01W2AX49Q5CM4CEQ4Y1",
    "evt_01Q36W1CNVQA6X2MWG8",
    "evt_018PTPSK78AR2MVJQZH",
    "evt_01H5PDMWJ1VVYS6XXX3",
    "evt_01VDM9HJPDE9E9DW0TZ",
    "evt_01MZ3005NX586PKJRMS",
    "evt_017FAX89K2WZVE83QM3",
    "evt_01QHKZF73X1S1Y51Z65",
    "evt_01QB3FJJ5NH41R0B0BZ",
    "evt_01MTS16WMAKK67E73Q7",
    "evt_01RWWR3CXFRT81G8MM5",
    "evt_012KVVE7JP02CQZNRYZ",
    "evt_01KAJ914JZB6Z1GK8ZF",
    "evt_01XEPK5SCEC6VN1B0D9",
    "evt_01ZT0RHH3N61HH5YBG6",
    "evt_01G41H8XB2426GVH92J",
    "evt_01JXV7W0Q8MCSD27FGV",
    "evt_01FC8YNKFMJQ9VQEPXX",
    "evt_01EQN20R64SDVC4MKYQ",
];

/// Ids whose hour is over.
const EXPIRED: [&str; 4] = [
    "evt_01158EW731D9FKTBW93",
    "evt_013PPGC0RSHWNACEM34",
    "evt_01NR02THK3KCZG5DDZF",
    "evt_01YASKWVZ8GFZA4GW20",
];

/// Ids that are answered with 500.
const FAILING: [&str; 2] = ["evt_01T90A01JD3YJF23S44", "evt_015AS647SNFN7DCZEYH"];

/// Ids of the other project.
const OTHER_PROJECT: [&str; 8] = [
    "evt_010E3P6KP2TDVJ3VEEH",
    "evt_01VZ5QWG9HZEFTR7DV6",
    "evt_01NBB4W884SKD2MS9XT",
    "evt_01Q5THXHZQWGN23AY14",
    "evt_01S8FABKXYBC1X96DM0",
    "evt_01N7BZDQM8YMQH1ACJE",
    "evt_010S4QTM4HK7H3023KT",
    "evt_01Y2G350BQD4892W1SX",
];

impl Fixtures {
    /// The built-in fixtures.
    pub fn builtin() -> Self {
        let owned = |ids: &[&str]| ids.iter().map(ToString::to_string).collect();
        Self {
            base_url: None,
            account_id: "PLATFORM".into(),
            project_id: "PROJECT-123".into(),
            known_ids: owned(&KNOWN),
            known_id_command: Vec::new(),
            unknown_id: Some("evt_01N0XYHVD17ZB9QFW19".into()),
            expired_ids: owned(&EXPIRED),
            failing_ids: owned(&FAILING),
            accept_any_id: false,
            keys: Keys {
                valid: Some("hookproof-valid-key".into()),
                revoked: Some("hookproof-revoked-key".into()),
                other_project: Some("hookproof-other-project-key".into()),
            },
            other_project: Some(OtherProject {
                account_id: "PLATFORM".into(),
                project_id: "PROJECT-456".into(),
                known_ids: owned(&OTHER_PROJECT),
            }),
            readings: Readings::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_built_in_id_has_the_documented_shape_and_one_meaning() {
        let all: Vec<&str> = [&KNOWN[..], &EXPIRED, &FAILING, &OTHER_PROJECT].concat();
        let unknown = Fixtures::builtin().unknown_id.unwrap();
        for id in all.iter().chain([&unknown.as_str()]) {
            let rest = id.strip_prefix("evt_").unwrap();
            assert!(
                rest.len() == 19 && rest.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()),
                "{id}"
            );
        }
        let distinct: HashSet<&str> = all.iter().copied().chain([unknown.as_str()]).collect();
        assert_eq!(distinct.len(), all.len() + 1);
    }
}
