//! A desk as a service on a port of its own, as `countersign serve` puts it together, and credentials for everybody.

use std::net::SocketAddr;
use std::sync::Arc;

use countersign::access::{self, Wanted, What};
use countersign::app::models::{DEFAULT_DESK, Models};
use countersign::app::serve::Service;
use countersign::config::{self, Config};
use countersign::domain::actor::Role;
use countersign::domain::ids::CredentialId;
use countersign::store::Store;
use jiff::Timestamp;
use rmcp::model::ProtocolVersion;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::house::{House, principal};
use crate::peer::{Answering, Connected, Peer};

pub(crate) struct Doorstep {
    pub(crate) house: House,
    pub(crate) address: SocketAddr,
    _stop: DropGuard,
}

/// The shipped configuration on a free port.
pub(crate) fn configured(change: impl FnOnce(&mut Config)) -> Config {
    let mut config = config::load(None, None, std::iter::empty(), &[]).unwrap().config;
    "127.0.0.1:0".clone_into(&mut config.serve.listen);
    change(&mut config);
    config
}

/// A token for somebody of this role.
pub(crate) async fn token(house: &House, id: &str, role: Role) -> String {
    token_until(house, id, role, None).await.1
}

/// The same until a time, and the name of its credential.
pub(crate) async fn token_until(
    house: &House,
    id: &str,
    role: Role,
    expires_at: Option<Timestamp>,
) -> (CredentialId, String) {
    let wanted = Wanted {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        role,
        scope: countersign::domain::scope::Scope::default(),
        expires_at,
        what: What::Token,
    };
    let admin = principal("root", Role::Admin);
    let (credential, token) = access::give(house.store.as_ref(), &admin, &house.run.id, wanted).await.unwrap();
    (credential.id, token.unwrap().reveal().to_owned())
}

impl Doorstep {
    pub(crate) async fn open(change: impl FnOnce(&mut Config)) -> Self {
        let house = House::new().await;
        let config = configured(change);
        let store: Arc<dyn Store> = house.store.clone();
        let models = Models::of(&config, DEFAULT_DESK, &store).unwrap();
        let service = Service::prepare(store, &config, &models).await.unwrap();
        let (address, stop): (_, CancellationToken) = (service.address().unwrap(), service.stop());
        tokio::spawn(service.run());
        Self { house, address, _stop: stop.drop_guard() }
    }

    pub(crate) async fn token(&self, id: &str, role: Role) -> String {
        token(&self.house, id, role).await
    }

    pub(crate) fn mcp(&self) -> String {
        format!("http://{}/mcp", self.address)
    }

    /// The transport of a client with this token and, if given, this header.
    pub(crate) fn transport(
        &self,
        token: &str,
        header: Option<(&'static str, &'static str)>,
    ) -> StreamableHttpClientTransport<reqwest::Client> {
        let mut config = StreamableHttpClientTransportConfig::with_uri(self.mcp()).auth_header(token);
        if let Some((name, value)) = header {
            let header = (name.parse().unwrap(), value.parse().unwrap());
            config = config.custom_headers(std::iter::once(header).collect());
        }
        StreamableHttpClientTransport::from_config(config)
    }

    pub(crate) async fn peer(&self, token: &str, era: &ProtocolVersion, person: Option<Answering>) -> Connected {
        Peer::connect(self.transport(token, None), era, person).await
    }
}
