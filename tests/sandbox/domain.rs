//! A served sandbox for one test, and a client that speaks to it.

use egnyte_mcp::sandbox::{self, Sandbox};
use reqwest::header::HeaderMap;
use reqwest::{Client, Method, StatusCode};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

/// One domain on a free port. Its server ends with it.
pub(crate) struct Domain {
    pub(crate) base: String,
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    _stop: DropGuard,
}

/// An answer, read to its end.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Domain {
    pub(crate) async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let sandbox = Sandbox::new();
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        tokio::spawn(sandbox::serve(listener, sandbox.clone(), stopped));
        let client = Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .build()
            .unwrap();
        Self { base, sandbox, client, _stop: stop.drop_guard() }
    }

    /// A request with the seeded token; the body, if any, is JSON.
    pub(crate) async fn try_send(
        &self,
        method: &str,
        target: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Answer> {
        self.send_as(Some(Sandbox::ACCESS_TOKEN), method, target, body).await
    }

    pub(crate) async fn send_as(
        &self,
        token: Option<&str>,
        method: &str,
        target: &str,
        body: Option<Value>,
    ) -> reqwest::Result<Answer> {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.client.request(method, format!("{}{target}", self.base));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await?;
        let (status, headers) = (response.status(), response.headers().clone());
        Ok(Answer { status, headers, text: response.text().await? })
    }

    pub(crate) async fn send(&self, method: &str, target: &str, body: Value) -> Answer {
        self.try_send(method, target, Some(body)).await.unwrap()
    }

    pub(crate) async fn get(&self, target: &str) -> Answer {
        self.try_send("GET", target, None).await.unwrap()
    }

    pub(crate) async fn delete(&self, target: &str) -> Answer {
        self.try_send("DELETE", target, None).await.unwrap()
    }

    /// Switches a fault on.
    pub(crate) async fn fault(&self, fault: Value) -> Answer {
        let answer = self.send("POST", "/_sandbox/faults", fault).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer
    }

    /// The only item a list answers.
    pub(crate) async fn only(&self, target: &str) -> Value {
        let page = self.get(target).await.json();
        assert_eq!(page["totalResults"], 1, "{target}: {page}");
        page["resources"][0].clone()
    }

    /// The id of a group, by its exact name.
    pub(crate) async fn group_id(&self, name: &str) -> String {
        let filter = format!("displayName eq \"{name}\"").replace(' ', "%20").replace('"', "%22");
        let group = self.only(&format!("/pubapi/v2/groups?filter={filter}")).await;
        group["id"].as_str().unwrap().to_owned()
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Asserts a refusal in the `Errors` shape and returns its description.
    #[track_caller]
    pub(crate) fn refused(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        let error = &self.json()["Errors"][0];
        assert_eq!(error["code"], status.to_string());
        error["description"].as_str().unwrap().to_owned()
    }
}
