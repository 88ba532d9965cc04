//! Who is told that something has changed: clients of 2025-11-25 by `subscribe`, those of 2026-07-28 by `listen`.
//!
//! A note says only that there is something new at an address. What nobody follows costs nothing, and what a connection
//! follows ends with it, or with the right of whoever follows.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::http::request::Parts;
use rmcp::ErrorData;
use rmcp::model::{ProtocolVersion, ResourceUpdatedNotificationParam, ServerCapabilities, SubscriptionFilter};
use rmcp::service::{Peer, RequestContext, RoleServer, ServiceError, SubscriptionContext, SubscriptionSendError};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::access::Stay;
use crate::desk::{Caller, Desk, DeskError};
use crate::domain::place::Place;
use crate::mcp::server::{DeskServer, refused, resources};

/// Addresses that one connection may follow.
const MOST: usize = 256;
/// The shortest time from one round of notes to the next: a busy desk is not read at every change.
const PACE: Duration = Duration::from_millis(50);
/// The mark of what is not there any more.
const GONE: &str = "gone";

/// What can be followed.
#[derive(Clone, Debug, PartialEq)]
enum What {
    /// The list of all that has an address.
    List,
    /// What stands at an address, as the client has written it.
    At(String, Place),
}

/// Something that is followed, and how it stood at the last look; nothing before the first.
#[derive(Clone, Debug)]
struct Subject {
    what: What,
    caller: Caller,
    mark: Option<String>,
}

impl Subject {
    fn new(what: What, caller: &Caller) -> Self {
        Self { what, caller: caller.clone(), mark: None }
    }

    async fn look(&self, desk: &Desk) -> Result<String, DeskError> {
        match &self.what {
            What::List => desk.mark_of_all(&self.caller).await,
            What::At(_, place) => desk.mark(&self.caller, place).await,
        }
    }
}

/// What one connection follows.
#[derive(Clone, Default)]
struct Subjects(Arc<Mutex<Vec<Subject>>>);

impl Subjects {
    fn with<T>(&self, work: impl FnOnce(&mut Vec<Subject>) -> T) -> T {
        work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at everything; what stands differently than at the last look has moved.
    async fn moved(&self, desk: &Desk) -> Vec<What> {
        let mut moved = Vec::new();
        for subject in self.with(|all| all.clone()) {
            let mark = match subject.look(desk).await {
                Ok(mark) => mark,
                Err(DeskError::NotFound { .. }) => GONE.to_owned(),
                // It will be looked at again after the next change.
                Err(error) => {
                    tracing::debug!(%error, "what is followed could not be looked at");
                    continue;
                }
            };
            let known = self.with(|all| {
                let now = all.iter_mut().find(|now| now.what == subject.what)?;
                Some(now.mark.replace(mark.clone()))
            });
            if matches!(known, Some(Some(known)) if known != mark) {
                moved.push(subject.what);
            }
        }
        moved
    }
}

/// What a connection of the older era follows. When the connection is gone this is dropped, and the telling ends.
#[derive(Default)]
pub(crate) struct Followed {
    subjects: Subjects,
    telling: Mutex<Option<Telling>>,
}

/// Somebody tells a connection what changes.
struct Telling {
    /// Whether they have ended by themselves.
    ended: CancellationToken,
    _stop: DropGuard,
}

impl Followed {
    /// Follows it no more.
    pub(crate) fn forget(&self, uri: &str) {
        self.subjects.with(|all| all.retain(|subject| !matches!(&subject.what, What::At(known, _) if known == uri)));
        if self.subjects.with(|all| all.is_empty()) {
            drop(self.telling.lock().unwrap_or_else(PoisonError::into_inner).take());
        }
    }

    /// Tells `peer` as long as `stay` lasts, unless somebody does already.
    fn tell(&self, desk: &Arc<Desk>, peer: Peer<RoleServer>, stay: Option<Stay>) {
        let mut telling = self.telling.lock().unwrap_or_else(PoisonError::into_inner);
        if telling.as_ref().is_some_and(|telling| !telling.ended.is_cancelled()) {
            return;
        }
        let (stop, ended) = (CancellationToken::new(), CancellationToken::new());
        *telling = Some(Telling { ended: ended.clone(), _stop: stop.clone().drop_guard() });
        let (desk, subjects) = (Arc::clone(desk), self.subjects.clone());
        let changes = desk.store().changes();
        tokio::spawn(async move {
            tokio::select! {
                () = stop.cancelled() => {}
                // Whoever comes again with a good credential asks again for what they follow.
                () = over(stay) => subjects.with(Vec::clear),
                () = tell(&desk, &subjects, changes, &peer) => {}
            }
            ended.cancel();
        });
    }
}

/// By what a request was let in; nothing where nobody was asked.
fn stay(context: &RequestContext<RoleServer>) -> Option<Stay> {
    context.extensions.get::<Parts>()?.extensions.get::<Stay>().cloned()
}

/// Waits until somebody is not let in any more.
async fn over(stay: Option<Stay>) {
    match stay {
        Some(stay) => stay.over().await,
        None => std::future::pending().await,
    }
}

/// Tells `peer` of every change, until it cannot be told any more.
async fn tell(desk: &Desk, subjects: &Subjects, mut changes: watch::Receiver<u64>, peer: &Peer<RoleServer>) {
    while changes.changed().await.is_ok() {
        // What is needed for a moment only does not count for as long as a connection is idle.
        for what in Box::pin(subjects.moved(desk)).await {
            if Box::pin(note(peer, what)).await.is_err() {
                return;
            }
        }
        tokio::time::sleep(PACE).await;
    }
}

async fn note(peer: &Peer<RoleServer>, what: What) -> Result<(), ServiceError> {
    match what {
        What::List => peer.notify_resource_list_changed().await,
        What::At(uri, _) => peer.notify_resource_updated(ResourceUpdatedNotificationParam::new(uri)).await,
    }
}

impl DeskServer {
    /// Follows an address for a client of the older era.
    pub(crate) async fn follow(
        &self,
        caller: &Caller,
        uri: String,
        context: &RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let what = What::At(uri.clone(), resources::place(&uri)?);
        if let Err(error) = self.begin(caller, what, context).await {
            self.followed.forget(&uri);
            return Err(error);
        }
        Ok(())
    }

    /// Who has seen a list is told when it is another one; who has not has nothing that could be old. A client of the
    /// newer era asks for that itself.
    pub(crate) async fn follow_list(
        &self,
        caller: &Caller,
        context: &RequestContext<RoleServer>,
    ) -> Result<(), ErrorData> {
        let older = context.protocol_version().is_some_and(|version| version < ProtocolVersion::V_2026_07_28);
        if older { self.begin(caller, What::List, context).await } else { Ok(()) }
    }

    async fn begin(&self, caller: &Caller, what: What, context: &RequestContext<RoleServer>) -> Result<(), ErrorData> {
        let subjects = &self.followed.subjects;
        if subjects.with(|all| all.iter().any(|subject| subject.what == what)) {
            return Ok(());
        }
        if subjects.with(|all| all.len() >= MOST) {
            return Err(ErrorData::invalid_params(format!("a connection can follow {MOST} resources"), None));
        }
        // It is followed first and looked at then: no change can fall between the two.
        let subject = Subject::new(what, caller);
        subjects.with(|all| all.push(subject.clone()));
        self.followed.tell(&self.desk, context.peer.clone(), stay(context));
        let mark = subject.look(&self.desk).await.map_err(|e| refused(&e))?;
        subjects.with(|all| {
            if let Some(new) = all.iter_mut().find(|new| new.what == subject.what) {
                new.mark.get_or_insert(mark);
            }
        });
        Ok(())
    }

    /// Tells a client of the newer era for as long as it listens.
    pub(crate) async fn tell(&self, caller: &Caller, context: &SubscriptionContext) -> Result<(), ErrorData> {
        let mut changes = self.desk.store().changes();
        let subjects = Subjects::default();
        let accepted = context.accepted();
        let list = accepted.resources_list_changed.unwrap_or(false).then_some(What::List);
        let places = accepted.resource_subscriptions.iter().flatten();
        let places = places.filter_map(|uri| Some(What::At(uri.clone(), Place::parse(uri)?)));
        subjects.with(|all| all.extend(list.into_iter().chain(places).map(|what| Subject::new(what, caller))));
        Box::pin(subjects.moved(&self.desk)).await;
        let mut over = Box::pin(over(stay(context.request_context())));
        loop {
            tokio::select! {
                biased;
                () = context.cancelled() => return Ok(()),
                () = &mut over => return Ok(()),
                changed = changes.changed() => if changed.is_err() { return Ok(()) },
            }
            for what in Box::pin(subjects.moved(&self.desk)).await {
                if Box::pin(sink(context, what)).await.is_err() {
                    return Ok(());
                }
            }
            tokio::time::sleep(PACE).await;
        }
    }
}

async fn sink(context: &SubscriptionContext, what: What) -> Result<(), SubscriptionSendError> {
    match what {
        What::List => context.sink().notify_resource_list_changed().await,
        What::At(uri, _) => context.sink().notify_resource_updated(uri).await,
    }
}

/// What of a wish can be granted: addresses of ours, not too many.
pub(crate) fn accepted(requested: &SubscriptionFilter, capabilities: &ServerCapabilities) -> SubscriptionFilter {
    let mut accepted = requested.supported_by(capabilities);
    if let Some(uris) = &mut accepted.resource_subscriptions {
        uris.retain(|uri| Place::parse(uri).is_some());
        uris.truncate(MOST);
    }
    accepted
}
