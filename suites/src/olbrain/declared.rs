//! What a target was said to hold.

/// Keys.
#[derive(Clone, Debug, Default)]
pub struct Keys {
    /// valid
    pub valid: Option<String>,
    /// revoked
    pub revoked: Option<String>,
    /// expired
    pub expired: Option<String>,
    /// other org
    pub other_organization: Option<String>,
    /// without invoke
    pub without_invoke: Option<String>,
}

/// Agents.
#[derive(Clone, Debug, Default)]
pub struct Agents {
    /// conversational
    pub conversational: Vec<String>,
    /// pdf
    pub pdf: Option<String>,
    /// workflow
    pub workflow: Vec<String>,
    /// failing workflow
    pub failing_workflow: Option<String>,
    /// timeout
    pub upstream_timeout: Option<String>,
    /// error
    pub upstream_error: Option<String>,
    /// other
    pub other_organization: Option<String>,
    /// unknown
    pub unknown: Option<String>,
}

/// All.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Keys.
    pub keys: Keys,
    /// Agents.
    pub agents: Agents,
}
