//! The MCP conformance suite on the desk's own service: the same routes, sign-in and transport, with the tools, prompts
//! and resources that the suite asks for beside the desk's. `tests/outside/conformance.sh` runs it.

// Logging and sampling are of 2025-11-25, and the suite asks for both.
#![allow(deprecated)]

mod asks;
mod content;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::Request;
use axum::http::HeaderValue;
use axum::http::header::AUTHORIZATION;
use axum::middleware::{Next, from_fn};
use countersign::app::models::Models;
use countersign::app::serve::Service;
use countersign::domain::actor::Role;
use countersign::mcp::server::DeskServer;
use rmcp::ErrorData;
use rmcp::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ClientCapabilities, CompleteRequestParams, CompleteResult, CompletionInfo,
    GetPromptRequestParams, GetPromptResponse, ListPromptsResult, ListResourceTemplatesResult, ListResourcesResult,
    ListToolsResult, LoggingLevel, LoggingMessageNotificationParam, PaginatedRequestParams, ProgressNotificationParam,
    ReadResourceRequestParams, ReadResourceResponse, RequestStateCodec, ServerConfig, SetLevelRequestParams,
    SubscribeRequestParams, SubscriptionFilter, UnsubscribeRequestParams,
};
use rmcp::service::{RequestContext, RoleServer, SubscriptionContext};
use serde_json::{Value, json};

use crate::doorstep;
use crate::house::House;

/// The desk, and what the suite asks for.
pub(crate) struct Fixture {
    desk: DeskServer,
    codec: Arc<RequestStateCodec>,
}

/// A model of the protocol from JSON: the suite is written in JSON, too.
pub(crate) fn model<T: serde::de::DeserializeOwned>(value: Value) -> T {
    let words = value.to_string();
    serde_json::from_value(value).unwrap_or_else(|e| panic!("{e}: {words}"))
}

/// A whole answer, which the newer era wants to be called that.
pub(crate) fn whole<T: serde::de::DeserializeOwned>(mut answer: Value) -> T {
    answer["resultType"] = json!("complete");
    model(answer)
}

fn text(words: &str) -> CallToolResponse {
    CallToolResponse::Complete(whole(json!({"content": [{"type": "text", "text": words}]})))
}

type Context = RequestContext<RoleServer>;

impl Fixture {
    async fn call(&self, request: &CallToolRequestParams, context: &Context) -> Result<CallToolResponse, ErrorData> {
        let argument = |name: &str| request.arguments.as_ref().and_then(|all| all.get(name)?.as_str()).unwrap_or("");
        if let Some(answer) = content::tool(&request.name) {
            return Ok(CallToolResponse::Complete(whole(answer)));
        }
        match &*request.name {
            "test_tool_with_logging" => self.logs(context).await,
            "test_tool_with_progress" => self.progresses(context).await,
            "test_sampling" => asks::sampling(context, argument("prompt")).await,
            "test_elicitation" => asks::elicitation(context, asks::user(argument("message"))).await,
            "test_elicitation_sep1034_defaults" => asks::elicitation(context, asks::defaults()).await,
            "test_elicitation_sep1330_enums" => asks::elicitation(context, asks::enums()).await,
            "test_logging_tool" => Ok(text("nothing was logged")),
            "test_missing_capability" => {
                let needed = ClientCapabilities::builder().enable_sampling().build();
                Err(ErrorData::missing_required_client_capability(needed))
            }
            _ => asks::input(request, context, &self.codec),
        }
    }

    async fn logs(&self, context: &Context) -> Result<CallToolResponse, ErrorData> {
        for words in ["Tool execution started", "Tool processing data", "Tool execution completed"] {
            let note = LoggingMessageNotificationParam::new(LoggingLevel::Info, json!(words));
            let _ = context.peer.notify_logging_message(note).await;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(text("logged"))
    }

    async fn progresses(&self, context: &Context) -> Result<CallToolResponse, ErrorData> {
        for done in [0.0, 50.0, 100.0] {
            if let Some(token) = context.meta.get_progress_token() {
                let note = ProgressNotificationParam::new(token, done).with_total(100.0);
                let _ = context.peer.notify_progress(note).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(text("done"))
    }
}

impl ServerHandler for Fixture {
    fn get_info(&self) -> ServerConfig {
        let mut info = self.desk.get_info();
        info.capabilities.logging = Some(serde_json::Map::new());
        info
    }

    async fn set_level(&self, _: SetLevelRequestParams, _: Context) -> Result<(), ErrorData> {
        Ok(())
    }

    async fn list_tools(&self, page: Option<PaginatedRequestParams>, c: Context) -> Result<ListToolsResult, ErrorData> {
        let mut listed = self.desk.list_tools(page, c).await?;
        listed.tools.extend(content::TOOLS.iter().map(|name| model(content::described(name))));
        Ok(listed)
    }

    async fn call_tool(&self, request: CallToolRequestParams, context: Context) -> Result<CallToolResponse, ErrorData> {
        if content::TOOLS.contains(&&*request.name) {
            self.call(&request, &context).await
        } else {
            self.desk.call_tool(request, context).await
        }
    }

    async fn list_resources(
        &self,
        page: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListResourcesResult, ErrorData> {
        let first = page.as_ref().is_none_or(|page| page.cursor.is_none());
        let mut listed = self.desk.list_resources(page, context).await?;
        if first {
            listed.resources.extend(content::resources().into_iter().map(model));
        }
        Ok(listed)
    }

    async fn list_resource_templates(
        &self,
        page: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListResourceTemplatesResult, ErrorData> {
        let mut listed = self.desk.list_resource_templates(page, context).await?;
        listed.resource_templates.push(model(content::template()));
        Ok(listed)
    }

    async fn read_resource(
        &self,
        request: ReadResourceRequestParams,
        context: Context,
    ) -> Result<ReadResourceResponse, ErrorData> {
        match content::resource(&request.uri) {
            Some(contents) => Ok(ReadResourceResponse::Complete(whole(json!({"contents": [contents]})))),
            None => self.desk.read_resource(request, context).await,
        }
    }

    async fn subscribe(&self, request: SubscribeRequestParams, context: Context) -> Result<(), ErrorData> {
        if request.uri == content::WATCHED { Ok(()) } else { self.desk.subscribe(request, context).await }
    }

    async fn unsubscribe(&self, request: UnsubscribeRequestParams, context: Context) -> Result<(), ErrorData> {
        self.desk.unsubscribe(request, context).await
    }

    async fn list_prompts(
        &self,
        page: Option<PaginatedRequestParams>,
        context: Context,
    ) -> Result<ListPromptsResult, ErrorData> {
        let mut listed = self.desk.list_prompts(page, context).await?;
        listed.prompts.extend(content::prompts().into_iter().map(model));
        Ok(listed)
    }

    async fn get_prompt(
        &self,
        request: GetPromptRequestParams,
        context: Context,
    ) -> Result<GetPromptResponse, ErrorData> {
        if request.name == "test_input_required_result_prompt" {
            return Ok(asks::prompt(request.input_responses.as_ref()));
        }
        match content::prompt(&request.name, request.arguments.as_ref()) {
            Some(messages) => Ok(GetPromptResponse::Complete(whole(json!({"messages": messages})))),
            None => self.desk.get_prompt(request, context).await,
        }
    }

    async fn complete(&self, request: CompleteRequestParams, context: Context) -> Result<CompleteResult, ErrorData> {
        if request.r#ref.as_prompt_name() == Some("test_prompt_with_arguments") {
            let values = vec!["paris".to_owned(), "park".to_owned(), "party".to_owned()];
            return Ok(CompleteResult::new(CompletionInfo::with_all_values(values).unwrap()));
        }
        self.desk.complete(request, context).await
    }

    fn accepted_subscription_filter(&self, requested: &SubscriptionFilter) -> Option<SubscriptionFilter> {
        self.desk.accepted_subscription_filter(requested)
    }

    async fn listen(&self, context: SubscriptionContext) -> Result<(), ErrorData> {
        self.desk.listen(context).await
    }
}

/// Serves until its standard input ends, with somebody signed in whoever asks: the suite brings no token.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "tests/outside/conformance.sh runs it"]
async fn serves() {
    let house = House::new().await;
    let listen = std::env::var("CONFORMANCE_LISTEN").unwrap_or_else(|_| "127.0.0.1:0".to_owned());
    let config = doorstep::configured(|config| config.serve.listen = listen);
    let codec = Arc::new(RequestStateCodec::new_unchecked(countersign::random::bytes::<32>()));
    let fixture = move |desk| {
        let desk = DeskServer::for_requests(desk, countersign::random::run_id());
        Fixture { desk, codec: Arc::clone(&codec) }
    };
    let models = Models::none();
    let service = Service::around(fixture, house.store.clone(), &config, &models).await.unwrap();
    let token = doorstep::token(&house, "suite", Role::Bot).await;
    let bearer: HeaderValue = format!("Bearer {token}").parse().unwrap();
    let signed = move |mut request: Request, next: Next| {
        request.headers_mut().insert(AUTHORIZATION, bearer.clone());
        next.run(request)
    };
    println!("serving http://{}/mcp", service.address().unwrap());
    // Whoever has started it holds its standard input.
    let stop = service.stop();
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        stop.cancel();
    });
    service.behind(|routes| routes.layer(from_fn(signed))).run().await;
}
