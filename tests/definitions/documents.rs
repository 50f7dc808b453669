//! The documents in tool-docs/, read as plain YAML and not by the catalog: the two could agree on one
//! mistake.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use serde_json::Value;

pub(crate) struct Method {
    /// `resource.method`, by the folder's name.
    pub(crate) name: String,
    pub(crate) request: String,
    pub(crate) scope: Option<String>,
    pub(crate) definition: Value,
    /// Front matter of the tool doc.
    pub(crate) doc: Option<Value>,
}

impl Method {
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        self.definition.get(key).and_then(Value::as_str)
    }

    pub(crate) fn reads(&self) -> bool {
        let stated = self.definition.get("read_only").and_then(Value::as_bool);
        stated.unwrap_or(self.request.starts_with("GET "))
    }

    /// The value of a constant part of the request.
    pub(crate) fn fixed(&self, place: &str, name: &str) -> Option<String> {
        let constants = self.definition.get("fixed")?.get(place)?.as_object()?;
        let same =
            |known: &str| known == name || place == "headers" && known.eq_ignore_ascii_case(name);
        let (_, value) = constants.iter().find(|(known, _)| same(known))?;
        // An array of one stands for that one.
        let value = value.as_array().and_then(|all| all.first()).unwrap_or(value);
        Some(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }

    /// The documented arguments of one place: wire name, schema, whether required.
    pub(crate) fn arguments(&self, place: &str) -> Vec<(String, &Value, bool)> {
        let key =
            if place == "headers" { "header_schema".to_owned() } else { format!("{place}_schema") };
        let Some(schema) = self.doc.as_ref().and_then(|doc| doc.get(&key)) else {
            return Vec::new();
        };
        let required: Vec<&str> = schema
            .get("required")
            .and_then(Value::as_array)
            .map(|names| names.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        let properties = schema.get("properties").and_then(Value::as_object);
        let properties = properties.into_iter().flatten().filter(|(name, _)| {
            // An argument that becomes Egnyte's `filter` has no wire name of its own.
            place != "query"
                || self.definition.get("filters").and_then(|known| known.get(name)).is_none()
        });
        properties
            .map(|(name, property)| {
                let wire = property.get("x-egnyte-name").and_then(Value::as_str).unwrap_or(name);
                (wire.to_owned(), property, required.contains(&name.as_str()))
            })
            .collect()
    }

    pub(crate) fn paging(&self, key: &str) -> Option<&Value> {
        self.definition.get("paging")?.get(key)
    }

    /// The parameters that the paging fills.
    pub(crate) fn paged(&self, place: &str) -> Vec<&str> {
        let Some(style) = self.paging("style").and_then(Value::as_str) else { return Vec::new() };
        let stands_in = self.paging("in").and_then(Value::as_str).unwrap_or("query");
        if stands_in != place {
            return Vec::new();
        }
        let named = |key, default| self.paging(key).and_then(Value::as_str).unwrap_or(default);
        match style {
            "scim_start_index" => vec!["startIndex", "count"],
            "offset" => vec![named("offset", "offset"), named("limit", "count")],
            "event_id" => vec!["count"],
            "cursor" => vec![named("cursor", "nextCursor")],
            "page" => vec![named("page", "page"), named("limit", "size")],
            _ => Vec::new(),
        }
    }
}

/// Every method that makes a request; a task tool makes none of its own.
pub(crate) static METHODS: LazyLock<Vec<Method>> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tool-docs");
    let mut methods = Vec::new();
    for folder in fs::read_dir(root).expect("tool-docs is a folder") {
        let folder = folder.expect("a folder can be read").path();
        // The README is no folder; docs without a definition are the linter's business.
        let Ok(text) = fs::read_to_string(folder.join("resource.yaml")) else { continue };
        let resource: Value = serde_saphyr::from_str(&text).expect("it is YAML");
        let scope = resource.get("scope").and_then(Value::as_str);
        for (name, definition) in resource["methods"].as_object().expect("methods by name") {
            let Some(request) = definition.get("request").and_then(Value::as_str) else { continue };
            let own = definition.get("scope").and_then(Value::as_str);
            methods.push(Method {
                name: format!("{}.{name}", resource["resource"].as_str().unwrap_or_default()),
                request: request.to_owned(),
                scope: own.or(scope).map(str::to_owned),
                definition: definition.clone(),
                doc: fs::read_to_string(folder.join(format!("{name}.md")))
                    .ok()
                    .map(|doc| front_matter(&doc)),
            });
        }
    }
    methods
});

pub(crate) fn front_matter(doc: &str) -> Value {
    let rest = doc.strip_prefix("---\n").expect("front matter begins with ---");
    let (yaml, _) = rest.split_once("\n---\n").expect("front matter ends with ---");
    serde_saphyr::from_str(yaml).expect("front matter is YAML")
}

/// Verb and path without the names of the arguments, which are ours.
pub(crate) fn shape(request: &str) -> String {
    let mut segments = request.split('/').map(|segment| match segment.strip_prefix('{') {
        Some(rest) if rest.ends_with("...}") => "{...}",
        Some(_) => "{}",
        None => segment,
    });
    let first = segments.next().unwrap_or_default().to_owned();
    segments.fold(first, |path, segment| path + "/" + segment)
}
