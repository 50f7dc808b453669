//! Task tools: runs the documented steps of a tool, one request after the other, and builds its
//! result. Bounded in requests, in elements and in time; a step that fails ends the task, and
//! nothing is tried twice.

use std::collections::BTreeMap;
use std::time::Duration;

use http::HeaderMap;
use minijinja::value::Value as Scope;
use serde_json::{Map, Value, json};

use super::outcome::{Failure, Kind, Outcome};
use super::paging::Page;
use super::request::{self, Parts};
use super::response::{self, budget};
use super::text::{self, Range};
use super::{Caller, Invoker};
use crate::catalog::Tool;
use crate::catalog::definition::{Answer, Paging};
use crate::catalog::endpoint::Endpoint;
use crate::catalog::shape::{ITEM, Members, Names};
use crate::catalog::tool::{Step, TEXT_MAX, Task};
use crate::egnyte::{RateLimit, Request, Response};

/// Requests of one task.
const MAX_CALLS: usize = 60;
/// Elements of one `for_each`.
const MAX_ELEMENTS: usize = 25;
/// Bytes of the items that one step may gather from its pages.
const MAX_GATHERED: usize = 16 * 1024 * 1024;
/// A task's whole time. Clients give up at 60 s.
const DEADLINE: Duration = Duration::from_secs(50);

/// The result's key for the number of requests that were sent.
const CALLS: &str = "egnyte_calls";

/// Runs `task` with validated arguments.
pub async fn run(
    invoker: &Invoker,
    tool: &Tool,
    task: &Task,
    given: Map<String, Value>,
    caller: Caller<'_>,
) -> Outcome {
    let mut names = Names::default();
    names.set("args", scope(Value::Object(given)));
    names.set("domain", scope(json!({ "web": caller.upstream.web() })));
    names.set("now", Scope::from(invoker.clock.now().as_second()));
    let mut run = Run { invoker, tool, caller, names, calls: 0, rate_limit: None };
    let result = match tokio::time::timeout(DEADLINE, run.all(task)).await {
        Ok(result) => result,
        Err(_) => Err(overdue()),
    };
    let result = result.map_err(|failure| run.told(failure));
    Outcome { result, image: None, rate_limit: run.rate_limit }
}

/// A task under way.
struct Run<'a> {
    invoker: &'a Invoker,
    tool: &'a Tool,
    caller: Caller<'a>,
    /// What expressions can read by now.
    names: Names,
    calls: usize,
    rate_limit: Option<RateLimit>,
}

impl Run<'_> {
    async fn all(&mut self, task: &Task) -> Result<String, Failure> {
        for step in &task.steps {
            let value = self.step(step).await?;
            self.names.set(&step.definition.name, value);
        }
        let made = task.result.make(&self.invoker.language, &self.names);
        let mut result = made.map_err(|fault| broken(&fault))?.unwrap_or_default();
        if let Value::Object(object) = &mut result {
            object.insert(CALLS.to_owned(), self.calls.into());
        }
        budget::keep(result.to_string(), self.invoker.result_budget)
    }

    /// What a step comes to; undefined when it is skipped.
    async fn step(&mut self, step: &Step) -> Result<Scope, Failure> {
        let definition = &step.definition;
        if let Some(when) = &definition.when
            && !self.eval(when)?.is_true()
        {
            return Ok(Scope::UNDEFINED);
        }
        if let Some(source) = &definition.value {
            return self.eval(source);
        }
        let Some(endpoint) = &step.endpoint else { return Ok(Scope::UNDEFINED) };
        let Some(each) = &definition.for_each else {
            let names = self.names.clone();
            return self.call(step, endpoint, &names).await;
        };
        let elements = self.eval(each)?;
        let elements = elements.try_iter().map_err(|_| broken(&format!("`{each}` is no list")))?;
        let mut results = Vec::new();
        for element in elements.take(MAX_ELEMENTS) {
            let names = self.names.with(ITEM, element);
            results.push(self.call(step, endpoint, &names).await?);
        }
        Ok(Scope::from(results))
    }

    fn eval(&self, source: &str) -> Result<Scope, Failure> {
        let value = self.invoker.language.eval(source, &self.names.scope());
        value.map_err(|fault| broken(&format!("`{source}`: {fault}")))
    }

    /// One call, or all the pages it is to read.
    async fn call(
        &mut self,
        step: &Step,
        endpoint: &Endpoint,
        names: &Names,
    ) -> Result<Scope, Failure> {
        let parts = self.parts(step, names)?;
        let answer = match (step.definition.pages, &endpoint.paging) {
            (Some(pages), Some(paging)) => self.pages(endpoint, paging, pages, parts).await,
            _ => self.single(endpoint, parts).await,
        };
        match answer {
            Err(Failure { kind, status: Some(status), .. })
                if kind != Kind::RateLimited && step.definition.none_for.contains(&status) =>
            {
                Ok(Scope::UNDEFINED)
            }
            answer => answer,
        }
    }

    async fn single(&mut self, endpoint: &Endpoint, parts: Parts) -> Result<Scope, Failure> {
        if endpoint.answer == Answer::Text {
            return self.text(endpoint, parts).await;
        }
        let request = request::assemble(endpoint, parts, None).map_err(|fault| unfit(&fault))?;
        let response = self.exchange(endpoint, request).await?;
        let text = response::single(endpoint, response, &BTreeMap::new(), MAX_GATHERED)?;
        parse(&text)
    }

    /// The beginning of a file, without `text` when it is not text.
    async fn text(&mut self, endpoint: &Endpoint, parts: Parts) -> Result<Scope, Failure> {
        self.count()?;
        let range = Range { offset: 0, limit: TEXT_MAX };
        let read = text::value(self.invoker, self.tool, endpoint, parts, range, self.caller);
        let (value, rate_limit) = read.await;
        self.rate_limit = rate_limit.or(self.rate_limit);
        Ok(scope(value?))
    }

    /// `{items, more, total}` of up to `most` pages.
    async fn pages(
        &mut self,
        endpoint: &Endpoint,
        paging: &Paging,
        most: u32,
        parts: Parts,
    ) -> Result<Scope, Failure> {
        let mut page = Page::first(paging, Some(paging.page_size().max.into()));
        let (mut items, mut bytes, mut total, mut more) = (Vec::new(), 0, None, false);
        for _ in 0..most {
            let request = request::assemble(endpoint, parts.clone(), Some(&page));
            let request = request.map_err(|fault| unfit(&fault))?;
            let response = self.exchange(endpoint, request).await?;
            let times = BTreeMap::new();
            let listed = response::list(self.tool, paging, response, &page, &times, MAX_GATHERED)?;
            let next = listed.next.clone();
            total = listed.total().or(total);
            let text = listed.into_items();
            bytes += text.len();
            items.extend(parse(&text)?.try_iter().into_iter().flatten());
            more = next.is_some();
            match next {
                Some(next) if bytes < MAX_GATHERED => page = page.starting(next),
                _ => break,
            }
        }
        Ok(Scope::from_pairs([
            ("items", Scope::from(items)),
            ("more", Scope::from(more)),
            ("total", total.map_or(Scope::UNDEFINED, Scope::from)),
        ]))
    }

    async fn exchange(
        &mut self,
        endpoint: &Endpoint,
        request: Request,
    ) -> Result<Response, Failure> {
        self.count()?;
        let exchange = self.invoker.exchange(self.tool, endpoint, request, self.caller);
        let (answer, rate_limit) = exchange.await;
        self.rate_limit = rate_limit.or(self.rate_limit);
        answer
    }

    /// One more request.
    fn count(&mut self) -> Result<(), Failure> {
        if self.calls == MAX_CALLS {
            let message = format!("The task takes more than {MAX_CALLS} requests to Egnyte.");
            let next = "ask for less, or use the tools that answer a part of it.";
            return Err(Failure::new(Kind::ResponseTooLarge, message, next));
        }
        self.calls += 1;
        Ok(())
    }

    /// What the step's maps come to.
    fn parts(&self, step: &Step, names: &Names) -> Result<Parts, Failure> {
        let make = |members: &Members| -> Result<Vec<(String, Value)>, Failure> {
            let mut made = Vec::new();
            for (name, shape) in members {
                let value = shape.make(&self.invoker.language, names);
                let value = value.map_err(|fault| broken(&fault))?;
                made.extend(value.filter(|v| !v.is_null()).map(|value| (name.clone(), value)));
            }
            Ok(made)
        };
        let definition = &step.definition;
        let mut parts = Parts { headers: HeaderMap::new(), ..Parts::default() };
        for (name, value) in make(&definition.path)? {
            parts.path.push((name, request::plain(&value)));
        }
        for (name, value) in make(&definition.query)? {
            match value {
                Value::Array(values) => {
                    let values = values.iter().map(|value| (name.clone(), request::plain(value)));
                    parts.query.extend(values);
                }
                value => parts.query.push((name, request::plain(&value))),
            }
        }
        for (name, value) in make(&definition.headers)? {
            parts.add_header(&name, &request::plain(&value)).map_err(|fault| unfit(&fault))?;
        }
        parts.body.extend(make(&definition.body)?);
        Ok(parts)
    }

    /// A failure of a later step, with how far the task came.
    fn told(&self, mut failure: Failure) -> Failure {
        if self.calls > 1 {
            let sent = self.calls;
            failure.message = format!(
                "{} This was request {sent} of a task of several; what came before it {}.",
                failure.message,
                if self.tool.reads { "only read" } else { "stays done" },
            );
        }
        failure
    }
}

fn overdue() -> Failure {
    Failure::new(
        Kind::UpstreamTimeout,
        format!("The task was not done within {} seconds.", DEADLINE.as_secs()),
        "ask for less, or use the tools that answer a part of it.",
    )
}

fn scope(value: Value) -> Scope {
    serde_json::from_value(value).unwrap_or_default()
}

fn parse(text: &str) -> Result<Scope, Failure> {
    serde_json::from_str(text).map_err(|error| broken(&error.to_string()))
}

/// The tool's documents and Egnyte's answer do not fit each other.
fn broken(fault: &str) -> Failure {
    Failure::new(
        Kind::UpstreamError,
        format!("A step of this tool could not use what Egnyte answered: {fault}."),
        "tell the operator of this server; the tools behind it work by themselves.",
    )
}

/// What an argument came to cannot be sent.
fn unfit(fault: &str) -> Failure {
    Failure::new(
        Kind::InvalidArguments,
        format!("The arguments do not fit: {fault}."),
        "call again with the arguments corrected.",
    )
}
