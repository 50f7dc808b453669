//! The pipeline of a call: arguments → request → Egnyte → result. One way through, whoever calls;
//! it knows no MCP and no HTTP framework, and it sends a request once.

pub mod arguments;
pub mod examples;
pub mod outcome;
pub mod paging;
pub mod request;
pub mod response;
mod steps;
pub mod text;
pub mod transfer;

use http::header::ACCEPT;
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value};

use crate::account::Health;
use crate::catalog::Tool;
use crate::catalog::definition::Answer;
use crate::catalog::endpoint::Endpoint;
use crate::catalog::expression::Expressions;
use crate::catalog::tool::{Call, Operation};
use crate::clock::Clock;
use crate::egnyte::{
    CallError, Client, RateLimit, Request, Response, Streaming, Upstream, rate_limit,
};
use crate::store::AccountStatus;
use crate::token::Grant;

pub use outcome::{Failure, Kind, Outcome};
pub use paging::{Cursors, Page};
pub use text::Image;
pub use transfer::{Holder, Links};

/// Runs calls. One per process.
#[derive(Debug)]
pub struct Invoker {
    client: Client,
    cursors: Cursors,
    health: Health,
    clock: Clock,
    language: Expressions,
    links: Option<Links>,
    result_budget: usize,
}

/// Results keep to this many bytes of JSON: about 25,000 tokens, the least any of the
/// common hosts accepts.
pub const RESULT_BUDGET: usize = 100_000;

/// For whom a call is made.
#[derive(Clone, Copy, Debug)]
pub struct Caller<'a> {
    /// Id of the integrated account.
    pub account_id: &'a str,
    /// Version of its credentials, so that a refusal is not blamed on newer ones.
    pub credentials_version: i64,
    /// Whether the account's record says that Egnyte refuses it.
    pub marked_refused: bool,
    /// Where and as whom Egnyte is called.
    pub upstream: &'a Upstream,
    /// On whose behalf transfer links are made; without it, there are none.
    pub holder: Option<Holder<'a>>,
}

impl<'a> From<&'a Grant> for Caller<'a> {
    fn from(grant: &'a Grant) -> Self {
        let server = (!grant.server_id.is_empty()).then_some((&*grant.server_id, grant.generation));
        Self {
            account_id: &grant.account_id,
            credentials_version: grant.credentials_version,
            marked_refused: grant.account_status.is_some_and(AccountStatus::is_refused),
            upstream: &grant.upstream,
            holder: Some(Holder {
                server,
                expires_at: grant.expires_at,
                domain: &grant.domain,
                access_token: &grant.access_token,
            }),
        }
    }
}

impl Invoker {
    /// An invoker over one client.
    pub fn new(client: Client, cursors: Cursors, health: Health, clock: Clock) -> Self {
        let language = Expressions::new();
        let result_budget = RESULT_BUDGET;
        Self { client, cursors, health, clock, language, links: None, result_budget }
    }

    /// The same, and tools that hand out links can be called.
    #[must_use]
    pub fn with_links(self, links: Links) -> Self {
        Self { links: Some(links), ..self }
    }

    /// Calls `tool` with `arguments`, the JSON text of an object or nothing.
    pub async fn call(&self, tool: &Tool, arguments: Option<&str>, caller: Caller<'_>) -> Outcome {
        let given = match arguments::read(tool, arguments) {
            Ok(given) => given,
            Err(failure) => return failure.into(),
        };
        match &tool.operation {
            // The request is the link's to make: sent from here, an upload would be empty.
            Operation::Request(call) if call.endpoint.transfer.is_some() => {
                transfer::call(self, tool, call, &given, caller)
            }
            Operation::Request(call) if call.endpoint.answer == Answer::Text => {
                text::call(self, tool, call, &given, caller).await
            }
            Operation::Request(call) => self.request(tool, call, given, caller).await,
            Operation::Steps(task) => steps::run(self, tool, task, given, caller).await,
        }
    }

    async fn request(
        &self,
        tool: &Tool,
        call: &Call,
        given: Map<String, Value>,
        caller: Caller<'_>,
    ) -> Outcome {
        match self.prepare(tool, call, given, caller) {
            Ok((request, page)) => self.send(tool, call, request, page, caller).await,
            Err(failure) => failure.into(),
        }
    }

    fn prepare(
        &self,
        tool: &Tool,
        call: &Call,
        given: Map<String, Value>,
        caller: Caller<'_>,
    ) -> Result<(Request, Option<Page>), Failure> {
        let Some(paging) = &call.endpoint.paging else {
            return Ok((request::build(tool, call, &given, None)?, None));
        };
        let (given, page) = self.cursors.page(tool, paging, caller.account_id, given)?;
        Ok((request::build(tool, call, &given, Some(&page))?, Some(page)))
    }

    async fn send(
        &self,
        tool: &Tool,
        call: &Call,
        request: Request,
        page: Option<Page>,
        caller: Caller<'_>,
    ) -> Outcome {
        let (answer, rate_limit) = self.exchange(tool, &call.endpoint, request, caller).await;
        let result = answer.and_then(|response| self.shape(tool, call, response, page, caller));
        Outcome { result, image: None, rate_limit }
    }

    /// One request and its answer; what is no answer of the endpoint is a failure.
    async fn exchange(
        &self,
        tool: &Tool,
        endpoint: &Endpoint,
        request: Request,
        caller: Caller<'_>,
    ) -> (Result<Response, Failure>, Option<RateLimit>) {
        let response = match self.client.call(caller.upstream, request).await {
            Ok(response) => response,
            Err(error) => return (Err(outcome::of_call_error(tool, caller, &error)), None),
        };
        if response::is_answer(endpoint, response.status) {
            let rate_limit = self.accepted(response.status, &response.headers, caller).await;
            return (Ok(response), rate_limit);
        }
        let (failure, rate_limit) = self.refused(tool, &response, caller).await;
        (Err(failure), rate_limit)
    }

    /// One request, and its answer as far as its head. What is not `accepted` is a failure.
    async fn open(
        &self,
        tool: &Tool,
        accepted: impl Fn(StatusCode) -> bool,
        mut request: Request,
        caller: Caller<'_>,
    ) -> (Result<Streaming, Failure>, Option<RateLimit>) {
        request.headers.insert(ACCEPT, HeaderValue::from_static("*/*"));
        let failed = |error: &CallError| (Err(outcome::of_call_error(tool, caller, error)), None);
        let answer = match self.client.open(caller.upstream, request).await {
            Ok(answer) => answer,
            Err(error) => return failed(&error),
        };
        if accepted(answer.status) {
            let rate_limit = self.accepted(answer.status, &answer.headers, caller).await;
            return (Ok(answer), rate_limit);
        }
        match answer.whole().await {
            Ok(response) => {
                let (failure, rate_limit) = self.refused(tool, &response, caller).await;
                (Err(failure), rate_limit)
            }
            Err(error) => failed(&error),
        }
    }

    /// Notes that Egnyte accepts the account.
    async fn accepted(
        &self,
        status: StatusCode,
        headers: &HeaderMap,
        caller: Caller<'_>,
    ) -> Option<RateLimit> {
        self.health.accepted(caller.account_id, caller.marked_refused).await;
        rate_limit::read(status, headers, self.clock.now())
    }

    /// The failure of an answer that is a refusal, noted if it is one of the account.
    async fn refused(
        &self,
        tool: &Tool,
        response: &Response,
        caller: Caller<'_>,
    ) -> (Failure, Option<RateLimit>) {
        let limit = rate_limit::read(response.status, &response.headers, self.clock.now());
        let failure = outcome::of_status(tool, caller, response, limit);
        if failure.kind == Kind::NeedsReauth {
            let version = caller.credentials_version;
            self.health.refused(caller.account_id, version, &failure.message).await;
        }
        (failure, limit)
    }

    fn shape(
        &self,
        tool: &Tool,
        call: &Call,
        response: Response,
        page: Option<Page>,
        caller: Caller<'_>,
    ) -> Result<String, Failure> {
        let Call { endpoint, response_times: times, .. } = call;
        let (Some(paging), Some(page)) = (&endpoint.paging, page) else {
            return response::single(endpoint, response, times, self.result_budget);
        };
        let listed = response::list(tool, paging, response, &page, times, self.result_budget)?;
        let next = match &listed.next {
            Some(start) => {
                Some(self.cursors.next(tool, caller.account_id, &page, start.clone())?)
            }
            None => None,
        };
        Ok(listed.into_json(next.as_deref()))
    }
}
