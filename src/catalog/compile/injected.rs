//! Arguments that every tool of a kind has by itself, so that they mean the same everywhere.

use serde_json::{Value, json};

use super::input::Input;
use crate::catalog::definition::Paging;
use crate::catalog::tool::{FIELDS, LIMIT, NEXT_CURSOR, OFFSET, Place, TEXT_DEFAULT, TEXT_MAX};

impl Input<'_> {
    /// What every list tool takes: `limit`, `next_cursor` and `fields`.
    pub fn add_paging(&mut self, paging: &Paging, item_fields: &[String]) {
        let size = paging.page_size();
        let mut limit = json!({ "type": "integer", "minimum": 1, "maximum": size.max });
        if let (Some(object), Some(default)) = (limit.as_object_mut(), size.default) {
            object.insert("default".to_owned(), default.into());
        }
        describe(&mut limit, "How many items to return at most.");
        let mut cursor = json!({ "type": "string" });
        describe(
            &mut cursor,
            "For the next page: the next_cursor of the page before, sent back exactly as received. \
             Leave out for the first page. When a result's next_cursor is null, there is no \
             further page.",
        );
        let mut fields = json!({ "type": "array", "items": { "type": "string" } });
        if let (Some(items), false) = (fields.pointer_mut("/items"), item_fields.is_empty()) {
            *items = json!({ "type": "string", "enum": item_fields });
        }
        describe(&mut fields, "Keys of an item to return, for a shorter result. All if left out.");
        for (name, schema) in [(LIMIT, limit), (NEXT_CURSOR, cursor), (FIELDS, fields)] {
            self.inject(name, schema, Place::Paging, "every list tool");
        }
        if matches!(paging, Paging::EventId { .. }) && !self.sends_query("id") {
            let hint = "add one with `x-egnyte-name: id` to query_schema: where to begin";
            self.problem(&["query_schema"], "no argument gives the `id` of this paging", hint);
        }
        // What paging sends cannot be an argument, or a caller would get two pages mixed up.
        let sent: Vec<(String, String)> = self
            .arguments
            .iter()
            .filter_map(|(name, argument)| match &argument.place {
                Place::Query(wire) if paging.parameters().contains(&wire.as_str()) => {
                    Some((name.clone(), wire.clone()))
                }
                _ => None,
            })
            .collect();
        for (name, wire) in sent {
            let message = format!("`{wire}` is sent by the paging");
            let hint = "remove it: limit and next_cursor take its place";
            self.problem(&["query_schema", "properties", &name], message, hint);
        }
    }

    fn sends_query(&self, name: &str) -> bool {
        let place = Place::Query(name.to_owned());
        self.arguments.values().any(|argument| argument.place == place)
    }

    /// What every tool that reads a file's text takes: `offset` and `limit`, in bytes.
    pub fn add_range(&mut self) {
        let mut offset = json!({ "type": "integer", "minimum": 0, "default": 0 });
        describe(
            &mut offset,
            "The byte at which to begin: 0, or the next_offset of the result before.",
        );
        let mut limit = json!({
            "type": "integer",
            "minimum": 1,
            "maximum": TEXT_MAX,
            "default": TEXT_DEFAULT,
        });
        describe(&mut limit, "How many bytes to read at most.");
        for (name, schema) in [(OFFSET, offset), (LIMIT, limit)] {
            self.inject(name, schema, Place::Range, "every tool that reads text");
        }
    }
}

fn describe(schema: &mut Value, words: &str) {
    if let Some(object) = schema.as_object_mut() {
        object.insert("description".to_owned(), words.into());
    }
}
