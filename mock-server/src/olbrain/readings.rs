//! What the mock does where the documents about the Olbrain webhook service are silent.

use crate::settings::readings;

readings! {
    /// Status for a method other than the documented one.
    other_method_status: OtherMethodStatus = "olbrain.route.other-method.status" { MethodNotAllowed = "405", NotFound = "404" }
    /// The trigger's path with a slash at its end: unknown, or the same resource.
    trailing_slash: TrailingSlash = "olbrain.route.trailing-slash" { NotFound = "404", Same = "same" }
    /// Status for a key that lacks the permission `agents:invoke`.
    key_without_permission: KeyWithoutPermission = "olbrain.auth.permission.status" { Forbidden = "403", Unauthorized = "401", NotFound = "404" }
    /// The word Bearer in other letter case.
    scheme_case: SchemeCase = "olbrain.auth.scheme-case" { Accepted = "accepted", Unauthorized = "401" }
    /// What is answered first: a bad key, or a body that is not JSON.
    bad_key_bad_body: BadKeyBadBody = "olbrain.auth.order.401-400" { Unauthorized = "401", BadRequest = "400" }
    /// What is answered first: a bad key, or a body that is too large.
    bad_key_oversize: BadKeyOversize = "olbrain.auth.order.401-413" { Unauthorized = "401", TooLarge = "413" }
    /// What is answered first: an unknown agent, or a body that is not JSON.
    unknown_agent_bad_body: UnknownAgentBadBody = "olbrain.auth.order.404-400" { NotFound = "404", BadRequest = "400" }
    /// What is answered first: an unknown agent, or a body that is too large.
    unknown_agent_oversize: UnknownAgentOversize = "olbrain.auth.order.404-413" { NotFound = "404", TooLarge = "413" }
    /// A JSON body that is no object: taken, or not what the agent expects.
    non_object_body: NonObjectBody = "olbrain.body.non-object" { Accepted = "accepted", Refused = "400" }
    /// The empty object: taken, or not what the agent expects.
    empty_object: EmptyObject = "olbrain.body.no-required-field" { Accepted = "accepted", Refused = "400" }
    /// The code for a body that is not JSON.
    malformed_code: MalformedCode = "olbrain.body.malformed.code" { BadRequest = "bad-request", InvalidJson = "invalid-json" }
    /// No body at all: malformed, or an event without content.
    empty_body: EmptyBody = "olbrain.body.empty" { Refused = "400", Accepted = "accepted" }
    /// What is answered first to a body that is too large and no JSON.
    oversize_malformed: OversizeMalformed = "olbrain.body.limit.before-parse" { TooLarge = "413", BadRequest = "400" }
    /// The code for a body that is too large.
    oversize_code: OversizeCode = "olbrain.body.limit.code" { PayloadTooLarge = "payload-too-large", RequestTooLarge = "request-too-large" }
    /// The id of a file that was never uploaded for the agent.
    unknown_file: UnknownFile = "olbrain.body.fi-unknown" { Accepted = "accepted", BadRequest = "400", NotFound = "404" }
    /// How a message joins a thread: by `session_id` in the body, by `user_id` in it, or by the key alone.
    session_continuation: SessionContinuation = "olbrain.body.session" { SessionId = "session-id", UserId = "user-id", Key = "key" }
    /// A JSON body without Content-Type.
    content_type_missing: ContentTypeMissing = "olbrain.ct.missing" { Unsupported = "415", BadRequest = "400", Accepted = "accepted" }
    /// A JSON body that is labelled as something else.
    content_type_other: ContentTypeOther = "olbrain.ct.other" { Unsupported = "415", BadRequest = "400", Accepted = "accepted" }
    /// A body whose media type ends in `+json`.
    content_type_suffix: ContentTypeSuffix = "olbrain.ct.suffix" { Accepted = "accepted", Unsupported = "415", BadRequest = "400" }
    /// A second event with the same `Idempotency-Key` in its body: counts anew, or gets the first one's answer.
    idempotency: Idempotency = "olbrain.idem.no-dedupe-promise" { New = "new", Deduplicated = "deduplicated" }
    /// An upload with more parts than the file: refused, or the first file counts.
    upload_extra_parts: UploadExtraParts = "olbrain.upl.extra-parts" { Refused = "400", First = "first" }
    /// An upload whose Content-Type is multipart/form-data without a usable boundary.
    upload_no_boundary: UploadNoBoundary = "olbrain.upl.errors.boundary" { BadRequest = "400", Unsupported = "415" }
    /// The list of runs: bare, or in an object.
    runs_list_shape: RunsListShape = "olbrain.runs.list.shape" { Array = "array", Object = "object" }
    /// A limit on runs that is no positive whole number.
    runs_limit_invalid: RunsLimitInvalid = "olbrain.runs.list.limit.invalid" { Ignored = "ignored", Refused = "400" }
    /// Runs in a state that there is not.
    runs_status_unknown: RunsStatusUnknown = "olbrain.runs.list.status.unknown" { Empty = "empty", Refused = "400", Ignored = "ignored" }
    /// A retry of a run: the same run again, or another one.
    retry_run: RetryRun = "olbrain.runs.retry.new-run" { SameRun = "same-run", NewRun = "new-run" }
    /// Status of a control call that took effect.
    control_status: ControlStatus = "olbrain.runs.control.status" { Ok = "200", Accepted = "202" }
    /// Status of a control call that does not fit the state of the run.
    run_wrong_state: RunWrongState = "olbrain.runs.control.wrong-state.status" { Conflict = "409", BadRequest = "400" }
    /// A limit on sessions that is no positive whole number.
    sessions_limit_invalid: SessionsLimitInvalid = "olbrain.sess.list.limit.invalid" { Ignored = "ignored", Refused = "400" }
    /// Sessions in a state that there is not.
    sessions_status_unknown: SessionsStatusUnknown = "olbrain.sess.list.status.unknown" { Empty = "empty", Refused = "400", Ignored = "ignored" }
    /// Sessions since what is no moment.
    sessions_since_invalid: SessionsSinceInvalid = "olbrain.sess.list.since.invalid" { Ignored = "ignored", Refused = "400" }
}
