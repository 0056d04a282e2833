//! What the mock does where the documents about logged events are silent, or where only the vendor's code speaks.

use crate::settings::readings;

readings! {
    /// Status for a method other than POST.
    other_method_status: OtherMethodStatus = "inkeep.route.other-method.status" { MethodNotAllowed = "405", NotFound = "404" }
    /// The path with a slash at its end: unknown, or the same resource.
    trailing_slash: TrailingSlash = "inkeep.route.trailing-slash" { NotFound = "404", Same = "same" }
    /// The word Bearer in other letter case.
    scheme_case: SchemeCase = "inkeep.auth.lowercase-scheme" { Accepted = "accepted", Unauthorized = "401" }
    /// Members that the schema does not name.
    unknown_fields: UnknownFields = "inkeep.body.unknown-fields" { Ignored = "ignored", Refused = "refused" }
    /// Status for a body that is not JSON.
    malformed_json_status: MalformedJsonStatus = "inkeep.body.malformed.status" { BadRequest = "400", Unprocessable = "422" }
    /// Status for a body that is JSON and does not fit the schema.
    schema_fault_status: SchemaFaultStatus = "inkeep.err.422-when" { BadRequest = "400", Unprocessable = "422" }
    /// Media types that end in `+json`: read as JSON, or not listed.
    json_content_types: JsonContentTypes = "inkeep.ct.suffix" { Accepted = "accepted", Refused = "refused" }
    /// Status for a body without Content-Type.
    content_type_missing: ContentTypeMissing = "inkeep.ct.missing" { BadRequest = "400", Unsupported = "415", Unprocessable = "422" }
    /// Status for a media type that is not listed.
    content_type_unsupported: ContentTypeUnsupported = "inkeep.ct.other" { BadRequest = "400", Unsupported = "415", Unprocessable = "422" }
    /// A `type` of nothing but blanks.
    type_whitespace: TypeWhitespace = "inkeep.type.whitespace" { Accepted = "accepted", Refused = "refused" }
    /// A `type` of more than 256 characters.
    type_max: TypeMax = "inkeep.type.max" { Refused = "refused", Accepted = "accepted" }
    /// An `id` that is null: refused, or the same as none.
    id_null: IdNull = "inkeep.id.null" { Refused = "refused", Accepted = "accepted" }
    /// The word `new` as an `id`.
    id_new: IdNew = "inkeep.id.reserved-new" { Refused = "refused", Accepted = "accepted" }
    /// Blanks and line breaks around an `id`: cut off, or characters that the pattern excludes.
    id_outer_whitespace: IdOuterWhitespace = "inkeep.id.trim" { Trimmed = "trimmed", Refused = "refused" }
    /// An `agentId`, `conversationId` or `messageId` that is null: the same as none, or refused.
    anchor_null: AnchorNull = "inkeep.str.null" { Accepted = "accepted", Refused = "refused" }
    /// An `agentId`, `conversationId` or `messageId` that is empty.
    anchor_empty: AnchorEmpty = "inkeep.str.empty" { Accepted = "accepted", Refused = "refused" }
    /// A `properties`, `userProperties` or `metadata` that is neither an object nor null.
    bag_non_object: BagNonObject = "inkeep.bag.non-object" { Refused = "refused", Accepted = "accepted" }
    /// A `properties`, `userProperties` or `metadata` that is null: refused, or the same as none.
    bag_null: BagNull = "inkeep.bag.null" { Refused = "refused", Accepted = "accepted" }
    /// The limit of 100 members at the top of `properties`, `userProperties` and `metadata`.
    bag_key_cap: BagKeyCap = "inkeep.bag.key-cap" { Enforced = "enforced", None = "none" }
    /// The limit of 65536 UTF-16 code units of JSON in `properties`, `userProperties` and `metadata`.
    bag_byte_cap: BagByteCap = "inkeep.bag.byte-cap" { Enforced = "enforced", None = "none" }
    /// Members of an answer for which nothing was sent.
    absent_members: AbsentMembers = "inkeep.resp.absent-members" { Null = "null", Omitted = "omitted" }
    /// What `serverMetadata` holds: nothing, or the kind of credential.
    server_metadata: ServerMetadata = "inkeep.resp.server-metadata.content" { Empty = "empty", AuthMethod = "auth-method" }
    /// `instance` and `requestId` in a problem.
    problem_optional_members: ProblemOptionalMembers = "inkeep.err.optional.presence" { Present = "present", Absent = "absent" }
    /// The header `X-Request-Id`: the request's own name for itself or a made one, or no such header.
    request_id_header: RequestIdHeader = "inkeep.err.requestid-header" { Echo = "echo", None = "none" }
}
