//! How the service is: gauges that a look at the desk now and then sets.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use jiff::Timestamp;
use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::{MetricType, TypedMetric};

use crate::telemetry::metrics::book::Book;

/// How the desk is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vitals {
    /// Tickets that are not done.
    pub active: u64,
    /// Of these, urgent ones.
    pub urgent: u64,
    /// Of these, with nobody assigned.
    pub unassigned: u64,
    /// Proposals that wait for a person.
    pub proposals: u64,
    /// When the oldest of them was filed.
    pub oldest: Option<Timestamp>,
    /// Records that are not yet on the disk.
    pub records: u64,
    /// Connections to the database that are open.
    pub connections: u64,
    /// Of these, those in use.
    pub in_use: u64,
    /// Calls that wait for one.
    pub waiting: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfQueue {
    queue: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfState {
    state: &'static str,
}

/// The gauges.
#[derive(Debug)]
pub(crate) struct Gauges {
    tickets: Family<OfQueue, Gauge>,
    proposals: Gauge,
    oldest: Age,
    records: Gauge,
    pool: Family<OfState, Gauge>,
    up: Gauge,
    intact: Gauge,
    walked: Gauge,
    walked_at: Gauge<f64, AtomicU64>,
}

impl Gauges {
    pub(crate) fn new(book: &mut Book<'_>) -> Self {
        let up: Gauge = book.one("database_up", "Whether the database answered when it was last looked at");
        let intact: Gauge = book.one("audit_chain_intact", "0 when the audit chain was found broken, else 1");
        up.set(1);
        intact.set(1);
        Self {
            tickets: book.family("tickets", "Tickets that are not done: all active ones, the urgent, the unassigned"),
            proposals: book.one("proposals_pending", "Proposals that wait for a person"),
            oldest: book.one("proposals_oldest_pending_seconds", "Age of the oldest proposal that waits"),
            records: book.one("records_waiting", "Audit records that are not yet on the disk"),
            pool: book.family("database_connections", "Connections to the database: open, in use, and calls waiting"),
            up,
            intact,
            walked: book
                .one("audit_chain_verified_records", "Records of the audit chain when it was last found intact"),
            walked_at: book.one("audit_chain_verified_timestamp_seconds", "When the audit chain was last found intact"),
        }
    }

    pub(crate) fn set(&self, vitals: &Vitals) {
        let Vitals { active, urgent, unassigned, proposals, oldest, records, .. } = *vitals;
        for (queue, tickets) in [("active", active), ("urgent", urgent), ("unassigned", unassigned)] {
            self.tickets.get_or_create(&OfQueue { queue }).set(whole(tickets));
        }
        self.proposals.set(whole(proposals));
        self.oldest.since(oldest);
        self.records.set(whole(records));
        let Vitals { connections, in_use, waiting, .. } = *vitals;
        for (state, connections) in [("open", connections), ("in_use", in_use), ("waiting", waiting)] {
            self.pool.get_or_create(&OfState { state }).set(whole(connections));
        }
        self.up.set(1);
    }

    pub(crate) fn lose(&self) {
        self.up.set(0);
    }

    pub(crate) fn walk(&self, intact: Option<u64>) {
        self.intact.set(i64::from(intact.is_some()));
        if let Some(seq) = intact {
            self.walked.set(whole(seq));
            self.walked_at.set(Timestamp::now().as_duration().as_secs_f64());
        }
    }
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[expect(clippy::cast_precision_loss, reason = "a figure of money")]
pub(crate) fn dollars(micro_usd: u64) -> f64 {
    micro_usd as f64 / 1e6
}

/// How long ago something was, as of the moment of reading; 0 where there is nothing.
#[derive(Clone, Debug, Default)]
struct Age(Arc<AtomicI64>);

impl Age {
    fn since(&self, at: Option<Timestamp>) {
        self.0.store(at.map_or(0, Timestamp::as_millisecond), Ordering::Relaxed);
    }
}

impl TypedMetric for Age {
    const TYPE: MetricType = MetricType::Gauge;
}

impl EncodeMetric for Age {
    fn encode(&self, mut encoder: MetricEncoder<'_>) -> fmt::Result {
        let since = self.0.load(Ordering::Relaxed);
        let millis = if since == 0 { 0 } else { (Timestamp::now().as_millisecond() - since).max(0) };
        encoder.encode_gauge(&(millis / 1000))
    }

    fn metric_type(&self) -> MetricType {
        Self::TYPE
    }
}
