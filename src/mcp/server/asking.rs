//! Asking the person behind a client: they read the desk's own card, and their answer counts as any other decision.
//!
//! A client may answer for its person, and no server can tell: so nobody is asked unless the desk's configuration says
//! that its people's clients can be relied on. Then only a person is asked who may decide on this very proposal, never
//! a bot; a form that is merely accepted does nothing, since what approves is a code that stands on the card. A client of
//! 2025-11-25 is asked while its call waits; one of 2026-07-28 gets the question as the answer to its call, and calls
//! again with what was said and a sealed note of what was shown, to whom, for which call.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use rmcp::ErrorData;
use rmcp::model::{
    CallToolResponse, ElicitRequest, ElicitRequestParams, ElicitResult, ElicitationSchema, InputRequest,
    InputRequiredResult, InputResponses, ProtocolVersion, RequestStateCodec, SealOptions,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::json;

use crate::commit::{Commit, CommitError, Look, Shown};
use crate::desk::{Caller, Direct};
use crate::domain::actor::Reviewer;
use crate::domain::answer::{WriteAnswer, WriteOutcome};
use crate::domain::approval::{Card, Signature};
use crate::domain::call::WriteCall;
use crate::domain::canonical::Digest;
use crate::domain::policy::Keys;
use crate::mcp::server::DeskServer;
use crate::mcp::server::answers::{self, Said};
use crate::mcp::server::calls::written;
use crate::mcp::server::progress::{HEARTBEAT, Progress};
use crate::tools::Run;

/// How long a person may think. After that the proposal waits at the desk as any other.
const THINKING: Duration = Duration::from_hours(1);
/// The one question of a call.
const QUESTION: &str = "approval";

/// That people may be asked through their clients, and the key that notes of it are sealed with.
pub struct Asking {
    codec: RequestStateCodec,
}

impl Asking {
    /// With a key made of what the servers of one desk share: what one has sealed, another opens.
    #[must_use]
    pub fn sealed_with(secret: &str) -> Arc<Self> {
        let key = Digest::of(&[b"a person is asked", secret.as_bytes()]);
        Arc::new(Self { codec: RequestStateCodec::new_unchecked(key.as_str().as_bytes()) })
    }
}

/// What a client that was asked calls again with.
pub(crate) struct Again {
    /// The sealed note.
    pub(crate) state: String,
    /// What was said.
    pub(crate) answers: Option<InputResponses>,
}

/// Somebody who can be asked about a call of theirs.
pub(crate) struct Asker<'a> {
    asking: &'a Asking,
    context: &'a RequestContext<RoleServer>,
    commit: Commit,
    by: Reviewer,
    run: Run,
    /// Whose call a note is about, and which.
    bound: Digest,
}

impl DeskServer {
    /// The person behind this call, where they can be asked and may decide.
    pub(crate) fn asker<'a>(
        &'a self,
        caller: &Caller,
        call: &WriteCall,
        context: &'a RequestContext<RoleServer>,
    ) -> Option<Asker<'a>> {
        let asking = self.asking.as_deref()?;
        let elicitation = context.client_capabilities()?.elicitation?;
        // A client that names no way can show forms.
        if elicitation.form.is_none() && elicitation.url.is_some() {
            return None;
        }
        let by = Reviewer::sign_in(caller.principal.clone()).ok()?;
        let (id, role) = (caller.principal.id.as_str(), caller.principal.role.as_str());
        let bound = Digest::of(&[id.as_bytes(), role.as_bytes(), call.digest().as_str().as_bytes()]);
        let backend = Arc::new(Direct::new(Arc::clone(&self.desk), caller.clone()));
        let (store, policy) = (Arc::clone(self.desk.store()), self.desk.policy().clone());
        let commit = Commit { store, backend, policy };
        Some(Asker { asking, context, commit, by, run: Run::new(caller.run.clone()), bound })
    }
}

impl Asker<'_> {
    /// Asks about a proposal that has just been filed, if it is theirs to decide; else it waits as any other.
    pub(crate) async fn ask(&self, filed: WriteAnswer) -> Result<CallToolResponse, ErrorData> {
        let Some(id) = filed.proposal_id.clone().filter(|_| filed.outcome == WriteOutcome::PendingApproval) else {
            return Ok(written(Ok(filed)).into());
        };
        let card = match self.commit.open(&self.run, &self.by, &id).await.map_err(|error| trouble(&error))? {
            Look::Waiting(card) if self.may_decide(&card) => *card,
            Look::Waiting(_) | Look::Over(_) => return Ok(written(Ok(filed)).into()),
        };
        let signature = Signature::under(&card.text());
        let code = code(&signature);
        let question = question(&card, &code)?;
        let shown = Shown::from((&card, signature));
        if self.context.protocol_version().is_some_and(|version| version >= ProtocolVersion::V_2026_07_28) {
            return self.ask_back(question, &shown);
        }
        let Some(answer) = self.wait_for(question).await else { return Ok(written(Ok(filed)).into()) };
        self.decide(shown, &answer).await
    }

    /// Whether this very proposal can be approved, and by them alone.
    fn may_decide(&self, card: &Card) -> bool {
        let needs = card.requirement();
        card.obstacle().is_none() && self.by.principal().role.covers(needs.role) && !needs.second_person
    }

    /// The question as the answer to the call.
    fn ask_back(&self, question: ElicitRequestParams, shown: &Shown) -> Result<CallToolResponse, ErrorData> {
        let bound = self.bound.as_str().as_bytes();
        let options = SealOptions::new().associated_data(bound).ttl(THINKING);
        let sealed = self.asking.codec.seal_json_with(shown, &options);
        let sealed = sealed.map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
        let request = InputRequest::Elicitation(ElicitRequest::new(question));
        let requests = [(QUESTION.to_owned(), request)].into();
        Ok(InputRequiredResult::new(Some(requests), Some(sealed)).into())
    }

    /// Takes up the call of a client that has asked.
    pub(crate) async fn take_up(&self, again: Again) -> Result<CallToolResponse, ErrorData> {
        let opened = self.asking.codec.open_json_with(&again.state, self.bound.as_str().as_bytes());
        let shown: Shown = opened.map_err(|error| ErrorData::invalid_params(error.to_string(), None))?;
        let answer = again.answers.and_then(|mut answers| answers.remove(QUESTION));
        let answer = answer.map(serde_json::from_value::<ElicitResult>).transpose();
        match answer.map_err(|error| ErrorData::invalid_params(error.to_string(), None))? {
            Some(answer) => self.decide(shown, &answer).await,
            None => Ok(written(Ok(answers::waits(&shown.proposal, "nothing was answered"))).into()),
        }
    }

    /// Asks while the call waits; nothing where the client gives no answer.
    async fn wait_for(&self, question: ElicitRequestParams) -> Option<ElicitResult> {
        let mut progress = Progress::of(self.context);
        let asked = self.context.peer.create_elicitation_with_timeout(question, Some(THINKING));
        tokio::pin!(asked);
        loop {
            tokio::select! {
                biased;
                () = self.context.ct.cancelled() => return None,
                answer = &mut asked => return answer.inspect_err(|error| tracing::info!(%error, "nobody answered")).ok(),
                () = tokio::time::sleep(HEARTBEAT) => progress.say("a person is asked").await,
            }
        }
    }

    /// Carries out what was said about what was shown.
    async fn decide(&self, mut shown: Shown, answer: &ElicitResult) -> Result<CallToolResponse, ErrorData> {
        let id = shown.proposal.clone();
        let filed = self.commit.store.proposal(&id).await.map_err(|error| trouble(&error.into()))?;
        let Some(filed) = filed else { return Err(trouble(&CommitError::NoProposal(id))) };
        let requirement = filed.proposal.requirement(&self.commit.policy);
        let ticket = match requirement.keys {
            Keys::One => None,
            Keys::Two(_) => Some(filed.proposal.call().ticket_id()),
        };
        shown.signature.read = read_for(shown.made_at);
        let outcome = match answers::said(answer, &code(&shown.signature), ticket) {
            Said::Later(why) => return Ok(written(Ok(answers::waits(&id, why))).into()),
            Said::Deny(reason) => self
                .commit
                .deny(&self.run, &self.by, &id, &reason, shown.signature.read)
                .await
                .map(|done| (done, reason)),
            Said::Approve => {
                self.commit.countersign(&self.run, &self.by, &shown).await.map(|done| (done, String::new()))
            }
        };
        let (outcome, reason) = outcome.map_err(|error| trouble(&error))?;
        Ok(written(Ok(answers::told(&id, outcome, &reason))).into())
    }
}

fn read_for(shown_at: Timestamp) -> Duration {
    crate::clock::now().duration_since(shown_at).try_into().unwrap_or_default()
}

/// What a person types: six characters of the digest of all that they were shown.
fn code(signature: &Signature) -> String {
    signature.shown.as_str().chars().take(6).collect()
}

/// The card, how to approve it, and a form whose empty answer does nothing.
fn question(card: &Card, code: &str) -> Result<ElicitRequestParams, ErrorData> {
    let (id, ticket) = (card.proposal().id(), card.proposal().call().ticket_id());
    let typed =
        json!({"type": "string", "title": "Code", "description": format!("{code}, if you approve"), "maxLength": 20});
    let mut properties = json!({
        "decision": {"type": "string", "title": "Decision", "enum": ["approve", "deny", "later"]},
        "code": typed,
        "reason": {"type": "string", "title": "Reason", "description": "Why not, for whoever asked", "maxLength": 2000},
    });
    let mut message = card.text();
    let _ = write!(message, "\n\nTo approve exactly this, choose approve and type the code {code}");
    if let Keys::Two(risk) = card.requirement().keys {
        let words = format!("{ticket}, if you approve: {risk}");
        properties["ticket"] = json!({"type": "string", "title": "Ticket", "description": words, "maxLength": 64});
        let _ = write!(message, " and, because {risk}, the ticket's id {ticket}");
    }
    let _ = write!(message, ". Anything else approves nothing: {id} then waits for a person at the desk.");
    let schema = json!({"type": "object", "properties": properties, "required": ["decision"]});
    let requested_schema: ElicitationSchema =
        serde_json::from_value(schema).map_err(|error| ErrorData::internal_error(error.to_string(), None))?;
    Ok(ElicitRequestParams::FormElicitationParams { meta: None, message, requested_schema })
}

fn trouble(error: &CommitError) -> ErrorData {
    tracing::warn!(%error, "a person's answer could not be carried out");
    ErrorData::internal_error(error.to_string(), None)
}
