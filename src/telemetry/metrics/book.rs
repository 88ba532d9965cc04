//! Where metrics are entered: under one prefix, each name known to the tests that read dashboards and alerts.

use std::fmt::Debug;
use std::hash::Hash;

use prometheus_client::encoding::{EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::{MetricType, TypedMetric};
use prometheus_client::registry::{Metric, Registry};

use crate::telemetry::metrics::latency::Latency;

/// A registry, and the names that stand in it.
pub(crate) struct Book<'a> {
    registry: &'a mut Registry,
    /// As a query writes them.
    pub(crate) names: Vec<String>,
}

impl<'a> Book<'a> {
    pub(crate) fn new(registry: &'a mut Registry) -> Self {
        Self { registry, names: Vec::new() }
    }

    /// One metric without labels.
    pub(crate) fn one<M: Metric + TypedMetric + Default + Clone>(&mut self, name: &str, help: &str) -> M {
        self.enter(name, help, M::default())
    }

    /// A metric that is made elsewhere.
    pub(crate) fn enter<M: Metric + TypedMetric + Clone>(&mut self, name: &str, help: &str, metric: M) -> M {
        self.registry.register(name, help, metric.clone());
        self.names.extend(queried(name, M::TYPE));
        metric
    }

    /// One metric a set of labels.
    pub(crate) fn family<S, M>(&mut self, name: &str, help: &str) -> Family<S, M>
    where
        S: Clone + Debug + Hash + Eq + EncodeLabelSet + Send + Sync + 'static,
        M: Metric + TypedMetric + Default,
    {
        self.enter(name, help, Family::default())
    }

    /// One histogram a set of labels.
    pub(crate) fn latencies<S>(
        &mut self,
        name: &str,
        help: &str,
        new: fn() -> Latency,
    ) -> Family<S, Latency, fn() -> Latency>
    where
        S: Clone + Debug + Hash + Eq + EncodeLabelSet + Send + Sync + 'static,
        Latency: EncodeMetric,
    {
        self.enter(name, help, Family::new_with_constructor(new))
    }
}

/// What a query may write for a metric.
fn queried(name: &str, kind: MetricType) -> Vec<String> {
    match kind {
        MetricType::Counter => vec![format!("{name}_total")],
        MetricType::Histogram => ["bucket", "sum", "count"].map(|end| format!("{name}_{end}")).to_vec(),
        MetricType::Gauge | MetricType::Info | MetricType::Unknown => vec![name.to_owned()],
    }
}
