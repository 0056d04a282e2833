//! What the mock does where the documents about external events are silent.

use crate::settings::readings;

readings! {
    /// Status for a method other than POST.
    other_method_status: OtherMethodStatus = "polyai.route.other-methods.status" { MethodNotAllowed = "405", NotFound = "404" }
    /// The path with a slash at its end: unknown, or the same resource.
    trailing_slash: TrailingSlash = "polyai.route.trailing-slash" { NotFound = "404", Same = "same" }
    /// Status for a key that is limited to another project.
    other_project_key: OtherProjectKey = "polyai.auth.other-project-key.status" { Unauthorized = "401", Forbidden = "403" }
    /// Which value counts when one of the four query parameters is given twice.
    parameter_repeated: ParameterRepeated = "polyai.query.location.repeated" { First = "first", Last = "last", Refused = "refused" }
    /// An `event_id_path` that is empty: malformed, or the name of nothing.
    path_empty: PathEmpty = "polyai.query.path.empty" { Refused = "refused", NotFound = "not-found" }
    /// An `account_id` that is empty: malformed, or left to the key.
    account_empty: AccountEmpty = "polyai.query.account.empty" { Refused = "refused", Accepted = "accepted" }
    /// A `project_id` that is empty: malformed, or left to the key.
    project_empty: ProjectEmpty = "polyai.query.project.empty" { Refused = "refused", Accepted = "accepted" }
    /// An `account_id` that nobody knows.
    account_unknown: AccountUnknown = "polyai.query.account.unknown" { NotValid = "not-valid", Unauthorized = "401", NotFound = "404" }
    /// A `project_id` that nobody knows.
    project_unknown: ProjectUnknown = "polyai.query.project.unknown" { NotValid = "not-valid", Unauthorized = "401", NotFound = "404" }
    /// Dots in the path when the id is in a header: part of its name, or a name that no header can have.
    header_dotted: HeaderDotted = "polyai.extract.headers.dotted" { Literal = "literal", Nested = "nested" }
    /// A header that is there but empty.
    header_empty: HeaderEmpty = "polyai.extract.headers.empty" { NotFound = "not-found", NotValid = "not-valid" }
    /// Which value counts when the header is sent twice.
    header_repeated: HeaderRepeated = "polyai.extract.headers.repeated" { First = "first", Last = "last", Joined = "joined" }
    /// Letter case in the name of the query parameter that holds the id.
    query_case: QueryCase = "polyai.extract.query.case-sensitive" { Sensitive = "sensitive", Insensitive = "insensitive" }
    /// Dots in the path when the id is in the query: part of the parameter's name, or brackets (`a[b]`).
    query_dotted: QueryDotted = "polyai.extract.query.dotted" { Literal = "literal", Brackets = "brackets" }
    /// Which value counts when the query parameter that holds the id is given twice.
    query_repeated: QueryRepeated = "polyai.extract.query.repeated" { First = "first", Last = "last", Joined = "joined" }
    /// A query parameter that is there but empty where the id should be.
    query_empty: QueryEmpty = "polyai.extract.query.empty" { NotFound = "not-found", NotValid = "not-valid" }
    /// A plus sign in the query: a space as in forms, or itself.
    query_plus: QueryPlus = "polyai.extract.query.plus" { Space = "space", Literal = "literal" }
    /// A segment that is a number: picks an element of a JSON array, or finds nothing.
    json_array_index: JsonArrayIndex = "polyai.extract.json.array-index" { Supported = "supported", NotFound = "not-found" }
    /// A JSON member whose own name holds the dots of the path, when there is no nested one.
    json_literal_dot_key: JsonLiteralDotKey = "polyai.extract.json.literal-dot-key" { NotFound = "not-found", Fallback = "fallback" }
    /// A JSON number where the id should be: no valid id, or its digits.
    json_number: JsonNumber = "polyai.extract.json.type.number" { NotValid = "not-valid", Stringified = "stringified" }
    /// An empty JSON string where the id should be.
    json_empty_string: JsonEmptyString = "polyai.extract.json.empty-string" { NotFound = "not-found", NotValid = "not-valid" }
    /// Broken JSON when the id is in a header or in the query.
    json_malformed_elsewhere: JsonMalformedElsewhere = "polyai.extract.json.malformed.other-location" { Accepted = "accepted", Refused = "refused" }
    /// Media types that end in `+json`: read as JSON, or not listed.
    json_content_types: JsonContentTypes = "polyai.extract.json.content-type-alternatives" { Accepted = "accepted", Refused = "refused" }
    /// Dots in the path when the id is in a form: part of the field's name, or brackets (`a[b]`).
    form_dotted: FormDotted = "polyai.extract.form.dotted" { Literal = "literal", Brackets = "brackets" }
    /// Which value counts when a form holds the field twice.
    form_repeated: FormRepeated = "polyai.extract.form.repeated" { First = "first", Last = "last", Joined = "joined" }
    /// A form field that is there but empty.
    form_empty: FormEmpty = "polyai.extract.form.empty" { NotFound = "not-found", NotValid = "not-valid" }
    /// Where a path into XML begins: below the root element, with it, or either way.
    xml_root: XmlRoot = "polyai.extract.xml.root" { Both = "both", WithoutRoot = "without-root", WithRoot = "with-root" }
    /// White space around the text of an XML element.
    xml_whitespace: XmlWhitespace = "polyai.extract.xml.whitespace" { Trimmed = "trimmed", Kept = "kept" }
    /// Which XML element counts when several match the path.
    xml_repeated: XmlRepeated = "polyai.extract.xml.repeated" { First = "first", Last = "last", Joined = "joined" }
    /// An XML document type declaration; what it refers to is never fetched, and what it declares never used.
    xml_doctype: XmlDoctype = "polyai.extract.xml.doctype" { Refused = "refused", Ignored = "ignored" }
    /// `text/xml` and media types that end in `+xml`: read as XML, or not listed.
    xml_content_types: XmlContentTypes = "polyai.extract.xml.content-type-alternatives" { Accepted = "accepted", Refused = "refused" }
    /// A line break in a plain text body: part of a value, or the end of a pair.
    text_newlines: TextNewlines = "polyai.extract.text.newline-separated" { PartOfValue = "part-of-value", Separator = "separator" }
    /// A plain text body that is nothing but the id.
    text_whole_body: TextWholeBody = "polyai.extract.text.whole-body" { NotFound = "not-found", Accepted = "accepted" }
    /// The pairs of a plain text body: decoded like those of a form, or taken as they stand.
    text_decoding: TextDecoding = "polyai.extract.text.decoding" { Decoded = "decoded", Literal = "literal" }
    /// No body at all when the id is in a header or in the query.
    empty_body: EmptyBody = "polyai.body.empty-elsewhere" { Refused = "refused", Accepted = "accepted" }
    /// A body without Content-Type that should hold the id.
    content_type_missing: ContentTypeMissing = "polyai.content-type.missing" { BadRequest = "400", Unsupported = "415", Sniffed = "sniffed" }
    /// Status for a media type that is not listed when the id should be in the body.
    content_type_unsupported: ContentTypeUnsupported = "polyai.content-type.unsupported.payload" { BadRequest = "400", Unsupported = "415" }
    /// A media type that is not listed when the id is in a header or in the query.
    content_type_unsupported_elsewhere: ContentTypeUnsupportedElsewhere = "polyai.content-type.unsupported.elsewhere" { Accepted = "accepted", BadRequest = "400", Unsupported = "415" }
    /// The form of an id: any text, or only what begins with `evt_`.
    id_format: IdFormat = "polyai.id.format" { Opaque = "opaque", EvtPrefix = "evt-prefix" }
    /// An id whose hour is over.
    id_expired: IdExpired = "polyai.id.expired" { NotValid = "not-valid", NotFound = "404", Accepted = "accepted" }
    /// An id of another account or project.
    id_other_project: IdOtherProject = "polyai.id.other-project" { NotValid = "not-valid", NotFound = "404", Accepted = "accepted" }
    /// A second event for the same id: added, answered 201 without being added, or refused.
    id_reuse: IdReuse = "polyai.id.reuse" { Appended = "appended", Idempotent = "idempotent", Refused = "refused" }
    /// The body of a 201.
    created_body: CreatedBody = "polyai.response.201-body" { None = "none", Object = "object" }
}
