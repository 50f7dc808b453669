//! Tool names. The long form is the one Egnyte integrations are known by; the short form suits
//! hosts that put a long prefix in front.

use super::filter::ToolNames;

/// A long name is at most this long: hosts prefix names and cut at 64.
pub const MAX_LONG: usize = 48;
/// A short name is at most this long.
pub const MAX_SHORT: usize = 32;

/// Both names of a tool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    /// Such as `update_an_egnyte_user_by_id`.
    pub long: String,
    /// Such as `update_egnyte_user`.
    pub short: String,
}

impl Names {
    /// The one a listing shows.
    pub fn listed(&self, names: ToolNames) -> &str {
        match names {
            ToolNames::Long => &self.long,
            ToolNames::Short => &self.short,
        }
    }
}

/// Names of `method` on a resource. A custom method that acts on one item takes the singular.
pub fn names(method: &str, singular: &str, plural: &str, on_one_item: bool) -> Names {
    let custom = format!("{method}_egnyte_{}", if on_one_item { singular } else { plural });
    let (long, short) = match method {
        "list" => (format!("list_all_egnyte_{plural}"), format!("list_egnyte_{plural}")),
        "get" => (format!("get_single_egnyte_{singular}_by_id"), format!("get_egnyte_{singular}")),
        "create" => (format!("create_an_egnyte_{singular}"), format!("create_egnyte_{singular}")),
        "update" | "delete" => {
            (format!("{method}_an_egnyte_{singular}_by_id"), format!("{method}_egnyte_{singular}"))
        }
        _ => (custom.clone(), custom),
    };
    Names { long, short }
}

/// Whether a method is none of the five standard ones.
pub fn is_custom(method: &str) -> bool {
    rank(method) == STANDARD.len()
}

const STANDARD: [&str; 5] = ["list", "get", "create", "update", "delete"];

/// Place of a method in a listing: the standard ones first, then the custom ones.
pub fn rank(method: &str) -> usize {
    STANDARD.iter().position(|name| *name == method).unwrap_or(STANDARD.len())
}

/// Whether `text` may be part of a tool name.
pub fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn standard_methods_have_the_known_names() {
        let of = |method| names(method, "user", "users", method != "list");
        assert_eq!(of("list").long, "list_all_egnyte_users");
        assert_eq!(of("list").short, "list_egnyte_users");
        assert_eq!(of("get").long, "get_single_egnyte_user_by_id");
        assert_eq!(of("create").long, "create_an_egnyte_user");
        assert_eq!(of("update").long, "update_an_egnyte_user_by_id");
        assert_eq!(of("update").short, "update_egnyte_user");
        assert_eq!(of("delete").long, "delete_an_egnyte_user_by_id");
    }

    #[test]
    fn a_custom_method_is_named_by_its_noun() {
        assert_eq!(names("replace", "group", "groups", true).long, "replace_egnyte_group");
        assert_eq!(names("count", "group", "groups", false).short, "count_egnyte_groups");
    }
}
