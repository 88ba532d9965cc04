//! Tools: calls read by the catalog, answers as structured content, a refusal in words.

use std::sync::Arc;

use rmcp::ErrorData;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, JsonObject, ListToolsResult, Tool,
    ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::desk::Caller;
use crate::domain::answer::{WriteAnswer, WriteOutcome};
use crate::domain::call::{ReadCall, WriteCall};
use crate::domain::ids::{ProposalId, ReceiptId};
use crate::domain::proposal::Why;
use crate::llm::Live;
use crate::mcp::meta;
use crate::mcp::server::DeskServer;
use crate::mcp::server::asking::Again;
use crate::mcp::server::progress::{HEARTBEAT, Progress};
use crate::tools::catalog::{self, Access, BadCall, Call};

/// Every tool, with honest annotations.
pub(crate) fn tools() -> ListToolsResult {
    ListToolsResult::with_all_items(catalog::all().iter().map(tool).collect())
}

fn tool(row: &'static catalog::Tool) -> Tool {
    let reads = row.access == Access::Read;
    let hints =
        ToolAnnotations::with_title(row.title).read_only(reads).destructive(!reads).idempotent(reads).open_world(false);
    Tool::new(row.name, row.description, Arc::new(row.input.clone()))
        .with_title(row.title)
        .with_raw_output_schema(Arc::new(row.output.clone()))
        .with_annotations(hints)
}

/// A call of a tool that is not there is the protocol's error, not a tool's answer.
pub(crate) fn known(name: &str) -> Result<(), ErrorData> {
    if catalog::all().iter().any(|tool| tool.name == name) {
        return Ok(());
    }
    let known = catalog::all().iter().map(|tool| tool.name).collect::<Vec<_>>().join(", ");
    let bad = BadCall::UnknownTool { name: name.to_owned(), known };
    Err(ErrorData::invalid_params(bad.to_string(), None))
}

impl DeskServer {
    pub(crate) async fn call(
        &self,
        caller: Caller,
        request: CallToolRequestParams,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let again = request.request_state.map(|state| Again { state, answers: request.input_responses });
        let mut arguments = Value::Object(request.arguments.unwrap_or_default());
        let reason = catalog::take_reason(&request.name, &mut arguments);
        match catalog::parse(&request.name, arguments) {
            Ok(Call::Read(call)) => Ok(self.read(&caller, call, context).await.into()),
            Ok(Call::Write(call)) => self.write(&caller, call, why(reason, &context.meta), again, context).await,
            Err(bad) => Ok(failed(&bad.to_string()).into()),
        }
    }

    async fn write(
        &self,
        caller: &Caller,
        call: WriteCall,
        why: Why,
        again: Option<Again>,
        context: &RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let (receipt, old) = match (receipt(&context.meta), in_place_of(&context.meta)) {
            (Ok(receipt), Ok(old)) => (receipt, old),
            (Err(bad), _) | (_, Err(bad)) => return Ok(bad.into()),
        };
        if let Some(old) = old {
            // Whoever edits has the new one before them again, at a screen.
            let answer = self.desk.edit(caller, &old, call, why).await;
            return Ok(written(answer.map_err(|error| self.words(&error))).into());
        }
        let asker = if receipt.is_none() { self.asker(caller, &call, context) } else { None };
        match (again, asker) {
            (Some(again), Some(asker)) => asker.take_up(again).await,
            (Some(_), None) => Err(ErrorData::invalid_params("nobody was asked about this call", None)),
            (None, asker) => match (self.desk.write(caller, call, why, receipt).await, asker) {
                (Ok(filed), Some(asker)) => asker.ask(filed).await,
                (answer, _) => Ok(written(answer.map_err(|error| self.words(&error))).into()),
            },
        }
    }

    async fn read(&self, caller: &Caller, call: ReadCall, context: &RequestContext<RoleServer>) -> CallToolResult {
        let mut progress = Progress::of(context);
        progress.say("reading").await;
        let (told, mut news) = mpsc::unbounded_channel();
        let live = |live: Live<'_>| {
            // The other end lives as long as the answer is waited for.
            let _ = told.send(match live {
                Live::Text(text) => Ok(text.to_owned()),
                Live::Anew(why) => Err(why.to_owned()),
                Live::Wasted(_) => return,
            });
        };
        let work = self.desk.read_written(caller, &call, &live);
        tokio::pin!(work);
        let answer = loop {
            tokio::select! {
                biased;
                () = context.ct.cancelled() => return failed("cancelled"),
                Some(news) = news.recv() => progress.tell(news).await,
                answer = &mut work => break answer,
                // Whoever waits for a model hears that we are still here.
                () = tokio::time::sleep(HEARTBEAT) => progress.say("working").await,
            }
        };
        progress.say("done").await;
        match answer {
            Ok((answer, text)) => {
                let mut whole = CallToolResult::success(vec![ContentBlock::text(text)]);
                whole.structured_content = Some(answer.to_value());
                whole
            }
            Err(error) => failed(&self.words(&error)),
        }
    }
}

/// The receipt that a write is paid with, if it is.
pub(crate) fn receipt(meta: &JsonObject) -> Result<Option<ReceiptId>, CallToolResult> {
    let receipt = meta.get(meta::RECEIPT).and_then(Value::as_str).map(str::parse::<ReceiptId>);
    receipt.transpose().map_err(|bad| failed(&bad.to_string()))
}

/// The proposal in whose place this one is to stand, if it is.
pub(crate) fn in_place_of(meta: &JsonObject) -> Result<Option<ProposalId>, CallToolResult> {
    let old = meta.get(meta::IN_PLACE_OF).and_then(Value::as_str).map(str::parse::<ProposalId>);
    old.transpose().map_err(|bad| failed(&bad.to_string()))
}

/// Why a write is asked for: our own client says it in the metadata, others in the `reason` argument.
pub(crate) fn why(reason: Option<String>, meta: &JsonObject) -> Why {
    let own = meta.get(meta::WHY).and_then(|why| serde_json::from_value::<Why>(why.clone()).ok());
    own.unwrap_or_else(|| Why { text: reason.unwrap_or_default(), ..Why::default() })
}

pub(crate) fn written(answer: Result<WriteAnswer, String>) -> CallToolResult {
    match answer {
        Ok(answer) if answer.outcome == WriteOutcome::Refused => CallToolResult::structured_error(json!(answer)),
        Ok(answer) => CallToolResult::structured(json!(answer)),
        Err(words) => failed(&words),
    }
}

pub(crate) fn failed(words: &str) -> CallToolResult {
    CallToolResult::error(vec![ContentBlock::text(words)])
}
