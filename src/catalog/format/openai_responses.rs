//! `openai-responses`: `tools` of the Responses API. `strict` always stands there: left out, the
//! provider tries strict by itself.

use serde_json::{Value, json};

use super::{Notes, Strict, strict};
use crate::catalog::tool::Tool;

pub(super) fn tools(tools: &[(&str, &Tool)], wanted: Strict, notes: &mut Notes) -> Value {
    let one = |&(name, tool): &(&str, &Tool)| {
        let (schema, strict) = strict::parameters(name, tool, wanted, notes);
        json!({
            "type": "function",
            "name": name,
            "description": tool.description,
            "parameters": schema,
            "strict": strict,
        })
    };
    tools.iter().map(one).collect()
}
