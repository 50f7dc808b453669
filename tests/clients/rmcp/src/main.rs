//! The Rust SDK's client in the matrix: `CLIENT URL MODE`, where the mode is `initialize`,
//! `discover` or `auto`. Takes the steps that `../matrix/drivers/prove.mjs` describes and prints
//! one line: each step, and true or what went wrong.

use rmcp::model::{CallToolRequestParams, ProtocolVersion};
use rmcp::service::{RunningService, ServiceError};
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::{ClientLifecycleMode, ClientServiceExt, RoleClient};
use serde_json::{Value, json};

type Client = RunningService<RoleClient, ()>;
type Step = Result<(), String>;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let [url, mode] = std::env::args().skip(1).collect::<Vec<_>>().try_into().expect("URL MODE");
    let mut outcome = serde_json::Map::new();
    match connect(&url, &mode).await {
        Err(why) => note(&mut outcome, "connect", Err(why)),
        Ok(client) => {
            note(&mut outcome, "connect", Ok(()));
            note(&mut outcome, "list", list(&client).await);
            note(&mut outcome, "call", call(&client).await);
            note(&mut outcome, "error", error(&client).await);
            _ = client.cancel().await;
        }
    }
    println!("{}", Value::Object(outcome));
}

fn note(outcome: &mut serde_json::Map<String, Value>, step: &str, result: Step) {
    outcome.insert(step.to_owned(), result.map_or_else(Value::from, |()| Value::from(true)));
}

async fn connect(url: &str, mode: &str) -> Result<Client, String> {
    let newest = vec![ProtocolVersion::V_2026_07_28];
    let lifecycle = match mode {
        "initialize" => ClientLifecycleMode::Initialize,
        "discover" => ClientLifecycleMode::Discover { preferred_versions: newest },
        "auto" => ClientLifecycleMode::Auto { preferred_versions: newest, legacy_version: None },
        _ => return Err(format!("there is no mode {mode}")),
    };
    let transport = StreamableHttpClientTransport::from_uri(url);
    ().serve_with_lifecycle(transport, lifecycle).await.map_err(|error| error.to_string())
}

async fn list(client: &Client) -> Step {
    let tools = client.list_all_tools().await.map_err(|error| error.to_string())?;
    let names: Vec<_> = tools.iter().map(|tool| tool.name.as_ref()).collect();
    let expected = std::env::var("MATRIX_TOOLS").unwrap_or_default();
    let expected: Value = serde_json::from_str(&expected).map_err(|error| error.to_string())?;
    (json!(names) == expected).then_some(()).ok_or_else(|| format!("it lists {names:?}"))
}

async fn call(client: &Client) -> Step {
    let email = "jane.smith@external.com";
    let (text, is_error) = ask(client, "list_all_egnyte_users", json!({ "email": email }))
        .await
        .map_err(|error| error.to_string())?;
    let answer: Value = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let found = !is_error && answer["result"][0]["email"] == email;
    found.then_some(()).ok_or(text)
}

async fn error(client: &Client) -> Step {
    let get = "get_single_egnyte_user_by_id";
    for (id, says) in [(json!(2_147_483_647), "404"), (json!("nobody"), "id")] {
        match ask(client, get, json!({ "id": id })).await {
            Ok((text, true)) if text.contains(says) => {}
            other => return Err(format!("id {id}: {other:?}")),
        }
    }
    match ask(client, "no_such_tool", json!({})).await {
        Err(ServiceError::McpError(error))
            if error.message.contains("Unknown tool: no_such_tool") =>
        {
            Ok(())
        }
        other => Err(format!("an unknown tool: {other:?}")),
    }
}

/// The text of a result, and whether it is an error.
async fn ask(
    client: &Client,
    name: &'static str,
    arguments: Value,
) -> Result<(String, bool), ServiceError> {
    let mut request = CallToolRequestParams::new(name);
    request.arguments = arguments.as_object().cloned();
    let result = client.call_tool(request).await?;
    let text =
        result.content.iter().filter_map(|block| block.as_text()).map(|block| block.text.clone());
    Ok((text.collect(), result.is_error == Some(true)))
}
