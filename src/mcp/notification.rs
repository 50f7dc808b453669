//! Messages this server sends on its own: that the list of tools changed, and what frames a
//! subscription of the stateless revision.

use serde_json::json;

use super::dispatch::Subscription;

/// `notifications/tools/list_changed`, as the legacy revisions send it.
pub const TOOLS_LIST_CHANGED: &[u8] =
    br#"{"jsonrpc":"2.0","method":"notifications/tools/list_changed"}"#;

/// `_meta` key that tells which subscription a message belongs to.
const SUBSCRIPTION_KEY: &str = "io.modelcontextprotocol/subscriptionId";

/// The first message on a subscription's stream: what is honoured of what was asked.
pub fn acknowledged(subscription: &Subscription) -> String {
    let honoured = if subscription.tools_list_changed {
        json!({ "toolsListChanged": true })
    } else {
        json!({})
    };
    json!({
        "jsonrpc": "2.0",
        "method": "notifications/subscriptions/acknowledged",
        "params": { "notifications": honoured, "_meta": { SUBSCRIPTION_KEY: subscription.id } },
    })
    .to_string()
}

/// The list of tools changed.
pub fn tools_list_changed(subscription: &Subscription) -> String {
    json!({
        "jsonrpc": "2.0",
        "method": "notifications/tools/list_changed",
        "params": { "_meta": { SUBSCRIPTION_KEY: subscription.id } },
    })
    .to_string()
}

/// The server ends the subscription in good order.
pub fn ended(subscription: &Subscription) -> String {
    json!({
        "jsonrpc": "2.0",
        "id": subscription.id,
        "result": {
            "resultType": "complete",
            "_meta": { SUBSCRIPTION_KEY: subscription.id },
        },
    })
    .to_string()
}
