//! How the suite behaves towards a target: what it may send there.

/// What a person allows for one target.
#[derive(Clone, Debug, Default)]
pub struct Conduct {
    /// Safe mode: only requests that a conformant server must refuse or that leave nothing behind are sent.
    pub safe: bool,
}

/// Why safe mode leaves a requirement undecided.
pub(crate) const WITHHELD: &str =
    "safe mode: only a request that a conformant server could act on decides it; --full sends it";
