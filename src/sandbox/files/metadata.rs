//! Owns metadata: namespaces, their keys, and the values that files and folders have. What can be a
//! value is checked here.
//! It must never know HTTP.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::complaint::Complaint;

/// The values of one namespace on one item.
pub(super) type Values = Map<String, Value>;

/// All namespaces, and all values by item: a file's group id or a folder's id.
#[derive(Default)]
pub(super) struct Metadata {
    pub(super) namespaces: Vec<Namespace>,
    pub(super) values: BTreeMap<Uuid, BTreeMap<String, Values>>,
}

/// One namespace.
pub(super) struct Namespace {
    pub(super) name: String,
    pub(super) display_name: String,
    pub(super) scope: Scope,
    pub(super) inheritable: bool,
    pub(super) reach: Reach,
    pub(super) folders: Vec<Uuid>,
    pub(super) document_types: Vec<String>,
    pub(super) keys: BTreeMap<String, Key>,
}

/// Who sees a namespace.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Scope {
    Public,
    Protected,
    Private,
}

/// Which items a namespace is for.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Reach {
    #[default]
    Global,
    FolderScope,
    DocumentType,
}

/// One key of a namespace.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct Key {
    #[serde(rename = "type")]
    pub(super) kind: Kind,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) display_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) priority: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) help_text: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) data: Vec<String>,
}

/// What a value can be.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Kind {
    Integer,
    String,
    Decimal,
    /// Unix time.
    Date,
    Enum,
    Labels,
    MultiValueEnum,
}

impl Kind {
    fn has_data(self) -> bool {
        matches!(self, Self::Enum | Self::MultiValueEnum)
    }
}

impl Key {
    /// Whether a key can be like this.
    pub(super) fn check(&self, name: &str) -> Result<(), Complaint> {
        if name.is_empty() {
            return Err(Complaint::input("key", "INVALID_KEY", "A key needs a name."));
        }
        if self.kind.has_data() && self.data.is_empty() {
            let text = "A key of this type needs data, the values it can have.";
            return Err(Complaint::input(name, "MISSING_DATA", text));
        }
        Ok(())
    }

    /// Whether `value` can be a value of this key.
    pub(super) fn check_value(&self, name: &str, value: &Value) -> Result<(), Complaint> {
        let known = |value: &Value| {
            value.as_str().is_some_and(|text| self.data.iter().any(|known| known == text))
        };
        let texts = |value: &Value, fits: &dyn Fn(&Value) -> bool| {
            value.as_array().is_some_and(|list| list.iter().all(fits))
        };
        let fits = match self.kind {
            Kind::Integer | Kind::Date => value.is_i64() || value.is_u64(),
            Kind::String => value.is_string(),
            Kind::Decimal => value.is_number(),
            Kind::Enum => known(value),
            Kind::MultiValueEnum => texts(value, &known),
            Kind::Labels => texts(value, &Value::is_string),
        };
        if fits || value.is_null() {
            return Ok(());
        }
        Err(Complaint::input(name, "INVALID_VALUE", "The value does not fit the key."))
    }
}

impl Namespace {
    /// How it looks.
    pub(super) fn face(&self, with_folders: bool) -> Value {
        let mut face = super::faces::object(json!({
            "name": self.name,
            "displayName": self.display_name,
            "priority": 0,
            "scope": self.scope,
            "schemaSystemGenerated": false,
            "inheritable": self.inheritable,
            "metadataScopeType": self.reach,
            "keys": self.keys,
            "hasAccessToAllAssociations": true,
            "documentTypes": self.document_types,
            "documentExtensions": [],
        }));
        if with_folders {
            face.insert("folderAssociations".into(), json!(self.folders));
        }
        Value::Object(face)
    }
}

impl Metadata {
    /// One namespace.
    pub(super) fn namespace(&self, name: &str) -> Option<&Namespace> {
        self.namespaces.iter().find(|namespace| namespace.name == name)
    }

    /// One namespace, to be changed.
    pub(super) fn namespace_mut(&mut self, name: &str) -> Option<&mut Namespace> {
        self.namespaces.iter_mut().find(|namespace| namespace.name == name)
    }

    /// All values of an item, as `[{namespace: {key: value}}]`.
    pub(super) fn of_item(&self, item: Uuid) -> Value {
        let values = self.values.get(&item).into_iter().flatten();
        Value::Array(values.map(|(name, values)| json!({ name.as_str(): values })).collect())
    }

    /// One value of an item.
    pub(super) fn value(&self, item: Uuid, namespace: &str, key: &str) -> Option<&Value> {
        self.values.get(&item)?.get(namespace)?.get(key)
    }

    /// Whether any item has a value of a namespace, of one key of it, or of one of these texts.
    pub(super) fn in_use(
        &self,
        namespace: &str,
        key: Option<&str>,
        data: Option<&[String]>,
    ) -> bool {
        let sets = self.values.values().filter_map(|item| item.get(namespace));
        let mut values = sets.flatten().filter(|(name, _)| key.is_none_or(|key| key == *name));
        values.any(|(_, value)| data.is_none_or(|data| touches(value, data)))
    }

    /// Takes away the values of a namespace, of one key of it, or those of these texts.
    pub(super) fn forget(&mut self, namespace: &str, key: Option<&str>, data: Option<&[String]>) {
        for item in self.values.values_mut() {
            match (key, item.get_mut(namespace)) {
                (None, _) => {
                    item.remove(namespace);
                }
                (Some(key), Some(values)) => {
                    let hit = values
                        .get(key)
                        .is_some_and(|value| data.is_none_or(|data| touches(value, data)));
                    if hit {
                        values.remove(key);
                    }
                }
                (Some(_), None) => {}
            }
        }
    }

    /// Sets the values of one namespace on an item, in place of those it had.
    pub(super) fn replace(&mut self, item: Uuid, namespace: &str, mut values: Values) {
        values.retain(|_, value| !value.is_null());
        let sets = self.values.entry(item).or_default();
        if values.is_empty() {
            sets.remove(namespace);
        } else {
            sets.insert(namespace.to_owned(), values);
        }
    }
}

/// Whether a value is, or lists, one of these texts.
fn touches(value: &Value, data: &[String]) -> bool {
    let texts: BTreeSet<&str> = match value {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().into_iter().collect(),
    };
    data.iter().any(|text| texts.contains(text.as_str()))
}
