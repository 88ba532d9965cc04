//! `/openapi.json`: the table of routes as `OpenAPI` 3.1, made once.

use std::sync::LazyLock;

use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use schemars::generate::SchemaSettings;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::domain::actor::Operation;
use crate::http::asked::CURSOR;
use crate::http::problem::Problem;
use crate::http::table::{Gives, ROUTES, Route, Sends, Tag};

static DOCUMENT: LazyLock<String> = LazyLock::new(|| written().to_string());

/// The document.
pub(crate) async fn document() -> Response {
    let headers = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (headers, DOCUMENT.as_str()).into_response()
}

/// The document as a value.
#[must_use]
pub fn written() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    let problem = generator.subschema_for::<Problem>();
    let mut paths: Map<String, Value> = Map::new();
    for route in ROUTES {
        let operation = operation(route, &mut generator, &problem);
        let path = paths.entry(route.path).or_insert_with(|| json!({}));
        path[route.method.as_str().to_lowercase()] = operation;
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "countersign",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "A support desk. What changes a ticket or reaches a customer becomes a proposal (`202`); \
                a person reads its card and approves it. Every refusal is `application/problem+json` (RFC 9457). \
                MCP clients find the same desk at `/mcp`.",
        },
        "security": [{ "token": [] }],
        "paths": paths,
        "components": {
            "schemas": generator.take_definitions(true),
            "securitySchemes": { "token": { "type": "http", "scheme": "bearer" } },
        },
    })
}

fn operation(route: &Route, generator: &mut SchemaGenerator, problem: &Schema) -> Value {
    let mut operation = json!({
        "operationId": route.name,
        "summary": summary(route.says),
        "description": description(route),
        "parameters": parameters(route, generator),
        "responses": responses(route, generator, problem),
    });
    let body = match route.sends {
        Sends::Nothing => None,
        Sends::Maybe(shape) => Some((false, shape)),
        Sends::Always(shape) => Some((true, shape)),
    };
    if let Some((required, shape)) = body {
        let content = json!({ "application/json": { "schema": shape(generator) } });
        operation["requestBody"] = json!({ "required": required, "content": content });
    }
    if route.needs.is_none() {
        operation["security"] = json!([]);
    }
    operation
}

/// The first sentence.
fn summary(says: &str) -> &str {
    says.split_inclusive(['.', ':', ';']).next().unwrap_or(says).trim_end_matches(['.', ':', ';'])
}

fn description(route: &Route) -> String {
    let right =
        route.needs.map_or_else(|| "Open to everybody.".to_owned(), |needs| format!("Needs the right `{needs}`."));
    format!("{} {right}", route.says)
}

fn parameters(route: &Route, generator: &mut SchemaGenerator) -> Vec<Value> {
    let mut all = Vec::new();
    if route.is_named() {
        let id = json!({ "type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$" });
        all.push(json!({ "name": "id", "in": "path", "required": true, "schema": id }));
    }
    if let Some(query) = route.query {
        all.extend(of_query(query(generator).as_value()));
    }
    if route.paged {
        let says = "Where the page begins: `next` of the page before.";
        all.push(json!({ "name": CURSOR, "in": "query", "description": says, "schema": { "type": "string" } }));
    }
    let header = |name: &str, says: &str, schema: Value| json!({ "name": name, "in": "header", "description": says, "schema": schema });
    match route.tag {
        Tag::Unused => {}
        Tag::Given => {
            let says = "The entity tag that is known already.";
            all.push(header("If-None-Match", says, json!({ "type": "string" })));
        }
        Tag::Compared => {
            let says = "The entity tag that this was decided on; `412` where it has changed.";
            all.push(header("If-Match", says, json!({ "type": "string", "pattern": "^(\\*|(W/)?\"[!#-+.-~]*\")$" })));
        }
    }
    if route.once {
        let says = "Names this request: it is done once, and its answer is given again, for 24 hours.";
        let schema = json!({ "type": "string", "pattern": "^(\"[A-Za-z0-9._:-]{1,255}\"|[A-Za-z0-9._:-]{1,255})$" });
        all.push(header("Idempotency-Key", says, schema));
    }
    all
}

/// The properties of a query's schema, each a parameter.
fn of_query(schema: &Value) -> Vec<Value> {
    let required: Vec<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
    let properties = schema["properties"].as_object().into_iter().flatten();
    let one = |(name, schema): (&String, &Value)| {
        let mut schema = there(schema.clone());
        let says = schema.as_object_mut().and_then(|schema| schema.remove("description"));
        json!({
            "name": name, "in": "query", "required": required.contains(&name.as_str()),
            "description": says, "schema": schema, "style": "form", "explode": false,
        })
    };
    properties.map(one).collect()
}

/// A schema without `null`: what is not there is left out of a query.
fn there(mut schema: Value) -> Value {
    if let Some(kinds) = schema["type"].as_array() {
        let kind = kinds.iter().find(|kind| *kind != "null").cloned();
        schema["type"] = kind.unwrap_or_default();
    }
    if schema["default"].is_null() {
        schema.as_object_mut().map(|schema| schema.remove("default"));
    }
    if let Some(all) = schema["anyOf"].as_array() {
        let kept = all.iter().find(|one| one["type"] != "null").cloned().unwrap_or_default();
        let says = schema["description"].clone();
        schema = kept;
        if !says.is_null() {
            schema["description"] = says;
        }
    }
    schema
}

fn responses(route: &Route, generator: &mut SchemaGenerator, problem: &Schema) -> Value {
    let content = match route.gives {
        Gives::Json(shape) => json!({ "application/json": { "schema": shape(generator) } }),
        Gives::Plain("") => Value::Null,
        Gives::Plain(media) => json!({ media: { "schema": { "type": "string" } } }),
    };
    let mut all: Map<String, Value> = Map::new();
    let mut good = json!({ "description": good(route.status) });
    if !content.is_null() {
        good["content"] = content;
    }
    good["headers"] = headers(route);
    all.insert(route.status.to_string(), good);
    if route.tag == Tag::Given {
        all.insert("304".to_owned(), json!({ "description": "It is still what is known." }));
    }
    for (status, says) in refusals(route) {
        let content = json!({ "application/problem+json": { "schema": problem } });
        all.insert(status.to_string(), json!({ "description": says, "content": content }));
    }
    Value::Object(all)
}

const fn good(status: u16) -> &'static str {
    match status {
        201 => "It was made.",
        202 => "A proposal waits for a person; nothing has changed yet.",
        204 => "It is gone.",
        _ => "It went well.",
    }
}

fn headers(route: &Route) -> Value {
    let text = json!({ "schema": { "type": "string" } });
    let mut all = json!({ "x-request-id": text });
    if route.tag == Tag::Given {
        all["etag"] = text.clone();
    }
    if matches!(route.status, 201 | 202) {
        all["location"] = text.clone();
    }
    if route.paged {
        all["link"] = text;
    }
    all
}

/// The refusals of a route, by what it reads and does.
fn refusals(route: &Route) -> Vec<(u16, &'static str)> {
    let reads_body = !matches!(route.sends, Sends::Nothing);
    let changes = route.once || route.status != 200 || route.tag == Tag::Compared;
    let when = [
        (reads_body || route.query.is_some() || changes, 400, "It cannot be read."),
        (route.needs.is_some(), 401, "No good credential."),
        (true, 403, "Not for this caller, or not under this name."),
        (route.is_named() || changes || route.sometimes, 404, "There is no such thing."),
        (reads_body, 408, "The body came too slowly."),
        (
            changes || route.needs == Some(Operation::Decide),
            409,
            "Something else happened meanwhile, or it is refused as things are.",
        ),
        (route.tag == Tag::Compared, 412, "It has changed since it was read."),
        (reads_body, 413, "The body is too large."),
        (reads_body, 415, "The body is no JSON."),
        (reads_body || route.query.is_some() || changes, 422, "The values do not fit."),
        (route.needs.is_some(), 429, "Too many requests; see `Retry-After`."),
        (true, 503, "Not now; see `Retry-After`."),
    ];
    when.into_iter().filter(|(holds, ..)| *holds).map(|(_, status, says)| (status, says)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every `$ref` under a value.
    fn references(value: &Value, into: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                into.extend(fields.get("$ref").and_then(|to| to.as_str()).map(str::to_owned));
                fields.values().for_each(|value| references(value, into));
            }
            Value::Array(items) => items.iter().for_each(|value| references(value, into)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    #[test]
    fn every_reference_leads_somewhere_and_every_route_is_described() {
        let document = written();
        let mut all = Vec::new();
        references(&document, &mut all);
        assert!(all.len() > 20);
        for reference in all {
            assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
        }
        let described = document["paths"].as_object().unwrap().values().map(|path| path.as_object().unwrap().len());
        assert_eq!(described.sum::<usize>(), ROUTES.len());
    }

    #[test]
    fn a_query_is_described_as_parameters_that_may_be_left_out() {
        let document = written();
        let list = document["paths"]["/tickets"]["get"]["parameters"].as_array().unwrap();
        let status = list.iter().find(|one| one["name"] == "status").unwrap();
        assert_eq!(status["schema"]["type"], "array");
        let assignee = list.iter().find(|one| one["name"] == "assignee").unwrap();
        assert_eq!(assignee["schema"]["$ref"], "#/components/schemas/PrincipalId", "{assignee}");
        assert!(list.iter().any(|one| one["name"] == "cursor"));
        assert!(!list.iter().any(|one| one["name"] == "behind"));
    }
}
