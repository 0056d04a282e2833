//! The walk over an OpenAPI 3.0 document that makes a [`Contract`] of it and collects what is wrong on the way.
//!
//! Section names in comments are those of the OpenAPI Specification 3.0.1. What the specification allows and no webhook
//! API of ours needs (cookies, OAuth 2, ranges of statuses) is refused rather than skipped: a contract that was read only
//! in part would give cases only in part.

use serde_json::Value;

use crate::contract::{
    Contract, ContractFault, Media, MediaExample, Operation, Parameter, ParameterIn, RequestBody, Response,
    SecurityScheme, Server,
};
use crate::faults::Faults;
use crate::reader::{Node, Reader};
use crate::schema;
use crate::yaml::child;

/// The methods of a path item (section "Path Item Object").
const METHODS: [&str; 8] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace",
];

/// What else a path item may hold.
const BESIDE_METHODS: [&str; 5] = ["$ref", "summary", "description", "servers", "parameters"];

/// Reads the document `root`.
pub(crate) fn read(root: &Value) -> Result<Contract, Faults<ContractFault>> {
    let mut reader = Reader {
        root,
        faults: Vec::new(),
    };
    let contract = reader.contract();
    // A component that is used twice is read twice, and is broken once.
    let mut faults: Vec<ContractFault> = Vec::new();
    for fault in reader.faults {
        if !faults.contains(&fault) {
            faults.push(fault);
        }
    }
    Faults::unless_empty(contract, faults)
}

impl<'a> Reader<'a> {
    fn contract(&mut self) -> Contract {
        let mut contract = Contract {
            title: String::new(),
            version: String::new(),
            servers: Vec::new(),
            operations: Vec::new(),
        };
        let Some(document) = self.node(self.root, "#") else {
            return contract;
        };
        let version = self.text(&document, "openapi");
        if !version.is_empty() && !version.starts_with("3.0.") {
            self.wrong_value("#/openapi", "a version of OpenAPI 3.0", &version);
        }
        if let Some(info) = self.required_node(&document, "info") {
            contract.title = self.text(&info, "title");
            contract.version = self.text(&info, "version");
        }
        for (value, place) in self.items(&document, "servers") {
            if let Some(server) = self.node(value, &place) {
                let url = self.text(&server, "url").trim_end_matches('/').to_owned();
                contract.servers.push(Server {
                    url,
                    description: self.optional_text(&server, "description"),
                });
            }
        }
        if let Some(paths) = self.required_node(&document, "paths") {
            for (path, item) in paths.members {
                if let Some(item) = self.node(item, &child(&paths.place, path)) {
                    self.path_item(path, &item, &document, &mut contract.operations);
                }
            }
            if contract.operations.is_empty() {
                self.missing(&paths.place, "post");
            }
        }
        contract
    }

    fn path_item(
        &mut self,
        path: &str,
        item: &Node<'a>,
        document: &Node<'a>,
        operations: &mut Vec<Operation>,
    ) {
        for (key, value) in item.members {
            if METHODS.contains(&key.as_str()) {
                let Some(node) = self.node(value, &child(&item.place, key)) else {
                    continue;
                };
                let operation = self.operation(path, key, item, &node, document);
                if operations.iter().any(|earlier| earlier.id == operation.id) {
                    let place = child(&node.place, "operationId");
                    self.faults.push(ContractFault::Twice {
                        place,
                        value: operation.id.clone(),
                    });
                }
                operations.push(operation);
            } else if !BESIDE_METHODS.contains(&key.as_str()) && !key.starts_with("x-") {
                self.faults.push(ContractFault::UnknownKey {
                    place: item.place.clone(),
                    key: key.clone(),
                });
            }
        }
    }

    fn operation(
        &mut self,
        path: &str,
        method: &str,
        item: &Node<'a>,
        node: &Node<'a>,
        document: &Node<'a>,
    ) -> Operation {
        let mut parameters = self.parameters(item);
        for parameter in self.parameters(node) {
            // What the operation says about a parameter replaces what the path says (section "Operation Object").
            match parameters
                .iter_mut()
                .find(|general| is_same_parameter(general, &parameter))
            {
                Some(general) => *general = parameter,
                None => parameters.push(parameter),
            }
        }
        self.check_path_parameters(path, &node.place, &parameters);
        let security_from = if node.members.contains_key("security") {
            node
        } else {
            document
        };
        Operation {
            id: self.text(node, "operationId"),
            method: method.to_ascii_uppercase(),
            path: path.to_owned(),
            parameters,
            body: self.optional_node(node, "requestBody").map(|body| RequestBody {
                required: self.flag(&body, "required"),
                content: self.content(&body),
            }),
            responses: self.responses(node),
            security: self.security(security_from, document),
        }
    }

    fn parameters(&mut self, node: &Node<'a>) -> Vec<Parameter> {
        let mut parameters: Vec<Parameter> = Vec::new();
        for (value, place) in self.items(node, "parameters") {
            let Some(node) = self.node(value, &place) else {
                continue;
            };
            let location = match self.text(&node, "in").as_str() {
                "query" => ParameterIn::Query,
                "path" => ParameterIn::Path,
                "header" => ParameterIn::Header,
                // That the key is absent was said by `text`.
                "" => continue,
                other => {
                    self.wrong_value(&child(&node.place, "in"), "query, path or header", other);
                    continue;
                }
            };
            let parameter = Parameter {
                name: self.text(&node, "name"),
                location,
                required: self.flag(&node, "required"),
                schema: self.schema(&node),
            };
            if location == ParameterIn::Path && !parameter.required {
                self.wrong_value(
                    &child(&node.place, "required"),
                    "true, as it is in the path",
                    "false",
                );
            }
            if parameters
                .iter()
                .any(|earlier| is_same_parameter(earlier, &parameter))
            {
                self.faults.push(ContractFault::Twice {
                    place: node.place,
                    value: parameter.name.clone(),
                });
            }
            parameters.push(parameter);
        }
        parameters
    }

    /// Every name in braces is a parameter in the path, and the other way round (section "Parameter Object").
    fn check_path_parameters(&mut self, path: &str, place: &str, parameters: &[Parameter]) {
        let in_path: Vec<&Parameter> = parameters
            .iter()
            .filter(|parameter| parameter.location == ParameterIn::Path)
            .collect();
        let in_braces: Vec<&str> = path
            .split('{')
            .skip(1)
            .map(|rest| rest.split_once('}').map_or(rest, |(name, _)| name))
            .collect();
        let undeclared = in_braces
            .iter()
            .filter(|name| !in_path.iter().any(|parameter| parameter.name == **name));
        let unplaced = in_path
            .iter()
            .map(|parameter| &*parameter.name)
            .filter(|name| !in_braces.contains(name));
        for name in undeclared.copied().chain(unplaced) {
            self.faults.push(ContractFault::PathParameter {
                place: place.to_owned(),
                name: name.to_owned(),
            });
        }
    }

    fn responses(&mut self, operation: &Node<'a>) -> Vec<Response> {
        let Some(node) = self.required_node(operation, "responses") else {
            return Vec::new();
        };
        let mut responses = Vec::new();
        for (key, value) in node.members {
            let place = child(&node.place, key);
            let status = match key.parse::<u16>() {
                Ok(status) if (100..=599).contains(&status) => status,
                _ => {
                    self.wrong_value(&node.place, "one HTTP status", key);
                    continue;
                }
            };
            if let Some(response) = self.node(value, &place) {
                let description = self.text(&response, "description");
                responses.push(Response {
                    status,
                    description,
                    content: self.content(&response),
                });
            }
        }
        responses
    }

    fn content(&mut self, owner: &Node<'a>) -> Vec<Media> {
        let Some(node) = self.optional_node(owner, "content") else {
            return Vec::new();
        };
        let mut content = Vec::new();
        for (media_type, value) in node.members {
            let place = child(&node.place, media_type);
            if !media_type.contains('/') || media_type.contains(['*', ';']) {
                self.wrong_value(&node.place, "one media type without parameters", media_type);
            }
            let Some(media) = self.node(value, &place) else {
                continue;
            };
            let schema = if media.members.contains_key("schema") {
                self.schema(&media)
            } else {
                Value::Bool(true)
            };
            let examples = self.examples(&media);
            match schema::compile(&schema, &child(&place, "schema")) {
                Ok(validator) => {
                    content.push(Media {
                        media_type: media_type.clone(),
                        schema,
                        examples,
                        validator,
                    });
                }
                Err(fault) => self.faults.push(fault),
            }
        }
        content
    }

    fn examples(&mut self, media: &Node<'a>) -> Vec<MediaExample> {
        let mut examples = Vec::new();
        if let Some(value) = media.members.get("example") {
            examples.push(MediaExample {
                name: "example".to_owned(),
                summary: String::new(),
                value: value.clone(),
            });
        }
        if let Some(node) = self.optional_node(media, "examples") {
            for (name, value) in node.members {
                let Some(example) = self.node(value, &child(&node.place, name)) else {
                    continue;
                };
                let summary = self.optional_text(&example, "summary");
                match example.members.get("value") {
                    Some(value) => {
                        examples.push(MediaExample {
                            name: name.clone(),
                            summary,
                            value: value.clone(),
                        });
                    }
                    None => self.missing(&example.place, "value"),
                }
            }
        }
        examples
    }

    fn security(&mut self, node: &Node<'a>, document: &Node<'a>) -> Vec<SecurityScheme> {
        let mut schemes = Vec::new();
        for (value, place) in self.items(node, "security") {
            let Some(alternative) = self.node(value, &place) else {
                continue;
            };
            if alternative.members.len() > 1 {
                self.wrong_value(
                    &place,
                    "a single scheme for each alternative",
                    "two schemes at once",
                );
            }
            for name in alternative.members.keys() {
                schemes.extend(self.security_scheme(name, &place, document));
            }
        }
        schemes
    }

    fn security_scheme(&mut self, name: &str, place: &str, document: &Node<'a>) -> Option<SecurityScheme> {
        let declared = document
            .members
            .get("components")
            .and_then(|components| components.get("securitySchemes"));
        let target = child("#/components/securitySchemes", name);
        let Some(scheme) = declared.and_then(|schemes| schemes.get(name)) else {
            self.faults.push(ContractFault::UnknownReference {
                place: place.to_owned(),
                target,
            });
            return None;
        };
        let node = self.node(scheme, &target)?;
        let name = name.to_owned();
        // An empty text below is one that `text` has already called missing.
        match self.text(&node, "type").as_str() {
            "apiKey" => match self.text(&node, "in").as_str() {
                "header" => Some(SecurityScheme::ApiKey {
                    name,
                    header: self.text(&node, "name"),
                }),
                "" => None,
                other => {
                    self.wrong_value(&child(&node.place, "in"), "header", other);
                    None
                }
            },
            "http" => match self.text(&node, "scheme").as_str() {
                bearer if bearer.eq_ignore_ascii_case("bearer") => Some(SecurityScheme::Bearer { name }),
                "" => None,
                other => {
                    self.wrong_value(&child(&node.place, "scheme"), "bearer", other);
                    None
                }
            },
            "" => None,
            other => {
                self.wrong_value(&child(&node.place, "type"), "apiKey or http", other);
                None
            }
        }
    }

    /// The lowered `schema` of a node that must have one.
    fn schema(&mut self, node: &Node<'a>) -> Value {
        if let Some(schema) = node.members.get("schema") {
            schema::lower(self.root, schema, &child(&node.place, "schema"), &mut self.faults)
        } else {
            self.missing(&node.place, "schema");
            Value::Bool(true)
        }
    }
}

fn is_same_parameter(one: &Parameter, other: &Parameter) -> bool {
    one.location == other.location
        && match one.location {
            ParameterIn::Header => one.name.eq_ignore_ascii_case(&other.name),
            ParameterIn::Query | ParameterIn::Path => one.name == other.name,
        }
}

#[cfg(test)]
mod tests;
