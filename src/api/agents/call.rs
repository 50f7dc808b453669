//! `POST /integrated-account/{id}/tools/{name}/call`: the body is the arguments object.

use axum::extract::{Path, Request, State};
use axum::response::Response;

use super::{Agents, access, answer, arguments, did_you_mean, read_body, shown, unknown};
use crate::api::problem::Problem;

/// Calls a tool by either of its names.
pub async fn call(
    State(agents): State<Agents>,
    Path((account, name)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let access = access::admit(&agents, request.headers(), Some(&account)).await?;
    let view = agents.shelf.catalog().view(&access.within);
    let Some(tool) = view.find(&name) else {
        let names = view.tools().iter().flat_map(|tool| [&tool.names.long, &tool.names.short]);
        let nearest = did_you_mean(&name, names.map(String::as_str));
        let detail = format!(
            "Unknown tool: {}. It is not offered here.{nearest} GET \
             /integrated-account/{account}/tools shows what is.",
            shown(&name)
        );
        return Err(unknown("name", detail));
    };
    let body = read_body(request.into_body()).await?;
    let outcome = match arguments::text(tool, &body) {
        Ok(arguments) => access.call(&agents, tool, arguments).await?,
        Err(failure) => failure.into(),
    };
    Ok(answer::respond(outcome))
}
