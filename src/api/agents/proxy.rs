//! `/proxy/{resource}`: the same calls, resource style. Only what has a tool doc can be called.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::Method;

use super::{Agents, access, answer, arguments, did_you_mean, query, read_body, shown, unknown};
use crate::api::problem::Problem;
use crate::catalog::{Tool, View};

/// The parameter that says whose resource is meant.
const ACCOUNT: &str = "integrated_account_id";

/// `GET`, `POST /proxy/{resource}`: list, create.
pub async fn collection(
    State(agents): State<Agents>,
    Path(resource): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let method = if request.method() == Method::POST { "create" } else { "list" };
    run(&agents, &resource, &[method], None, request).await
}

/// `GET`, `PATCH`, `PUT`, `DELETE /proxy/{resource}/{id}`.
pub async fn item(
    State(agents): State<Agents>,
    Path((resource, item)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let methods: &[&str] = match *request.method() {
        Method::PATCH => &["update"],
        // Where a resource has no replacing of its own, updating is the nearest there is.
        Method::PUT => &["replace", "update"],
        Method::DELETE => &["delete"],
        _ => &["get"],
    };
    run(&agents, &resource, methods, Some(&item), request).await
}

/// `POST /proxy/{resource}/{method}`: any documented method by its name.
pub async fn custom(
    State(agents): State<Agents>,
    Path((resource, method)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    run(&agents, &resource, &[&method], None, request).await
}

async fn run(
    agents: &Agents,
    resource: &str,
    methods: &[&str],
    item: Option<&str>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let (accounts, query): (Vec<_>, Vec<_>) =
        query::pairs(&parts.uri).into_iter().partition(|(name, _)| name == ACCOUNT);
    if accounts.len() > 1 {
        return Err(Problem::field(ACCOUNT, "Name one account, once."));
    }
    let account = accounts.first().map(|(_, id)| id.as_str());
    let access = access::admit(agents, &parts.headers, account).await?;
    let view = agents.shelf.catalog().view(&access.within);
    let tool = find(&view, resource, methods)?;
    let body = read_body(body).await?;
    let outcome = match arguments::gather(tool, item, &query, &body) {
        Ok(arguments) => access.call(agents, tool, arguments.as_deref()).await?,
        Err(failure) => failure.into(),
    };
    Ok(answer::respond(outcome))
}

/// The first of `methods` that the view offers.
fn find<'a>(view: &'a View, resource: &str, methods: &[&str]) -> Result<&'a Arc<Tool>, Problem> {
    let of_resource = || view.tools().iter().filter(|tool| tool.resource == resource);
    if of_resource().next().is_none() {
        let mut known: Vec<&str> = view.tools().iter().map(|tool| &*tool.resource).collect();
        known.dedup();
        let nearest = did_you_mean(resource, known.iter().copied());
        let (resource, known) = (shown(resource), known.join(", "));
        let detail = format!("There is no resource `{resource}`.{nearest} Known are: {known}.");
        return Err(unknown("resource", detail));
    }
    let find = |method: &&str| of_resource().find(|tool| tool.method == **method);
    methods.iter().find_map(find).ok_or_else(|| {
        let known: Vec<&str> = of_resource().map(|tool| &*tool.method).collect();
        let asked = methods.first().copied().unwrap_or_default();
        let nearest = did_you_mean(asked, known.iter().copied());
        let (asked, known) = (shown(asked), known.join(", "));
        let detail = format!(
            "`{resource}` has no method `{asked}` that can be called here.{nearest} It has: {known}."
        );
        unknown("method", detail)
    })
}
