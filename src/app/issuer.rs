//! The issuer that the configuration names, as the door takes it.

use std::sync::Arc;

use color_eyre::eyre::{WrapErr as _, bail, ensure, eyre};
use jiff::SignedDuration;
use jsonwebtoken::{Algorithm, AlgorithmFamily};

use crate::access::issuer::Trust;
use crate::access::keys::{Source, address};
use crate::access::{Claims, Issuer};
use crate::config;
use crate::domain::realm::Realm;

/// The furthest that two clocks may be apart, in seconds.
const MOST_LEEWAY: u32 = 300;

/// The issuer of the configuration; nothing where it names none.
///
/// # Errors
/// When a setting cannot be used: what is wrong with it, by its name.
pub fn of(config: &config::Issuer) -> color_eyre::Result<Option<Arc<Issuer>>> {
    if config.url.is_empty() {
        return Ok(None);
    }
    trust(config).wrap_err("[access.issuer]").map(|issuer| Some(Arc::new(issuer)))
}

fn trust(config: &config::Issuer) -> color_eyre::Result<Issuer> {
    let url = address(&config.url).map_err(|why| eyre!("url: {why}"))?;
    ensure!(url.query().is_none() && url.fragment().is_none(), "url: an issuer has no ? and no # in its address");
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    let realm = if config.realm.is_empty() { host } else { &config.realm };
    let realm: Realm = realm.parse().wrap_err("realm: what names end in; give one, like \"sso\"")?;
    ensure!(!config.roles.is_empty(), "roles: nobody would be let in; say what the role claim is worth here");
    ensure!(!config.handle_claim.is_empty(), "handle_claim: it must say who somebody is");
    ensure!(config.leeway_seconds <= MOST_LEEWAY, "leeway_seconds: at most {MOST_LEEWAY}");
    let bot_scope = Some(config.bot_scope.as_str()).filter(|scope| !scope.is_empty());
    let claims = Claims {
        handle: config.handle_claim.clone(),
        name: config.name_claim.clone(),
        role: config.role_claim.clone(),
        scope: config.scope_claim.clone(),
        roles: config.roles.clone(),
        bot_scope: bot_scope.map(str::parse).transpose().wrap_err("bot_scope")?,
        realm,
    };
    let trust = Trust {
        issuer: config.url.clone(),
        resource: resource(&config.audience)?,
        audiences: config.audiences.clone(),
        algorithms: config.algorithms.iter().map(|name| algorithm(name)).collect::<Result<_, _>>()?,
        keys: keys(config)?,
        claims,
        leeway: SignedDuration::from_secs(config.leeway_seconds.into()),
        scopes: config.scopes.iter().map(|scope| plain(scope)).collect::<Result<_, _>>()?,
    };
    ensure!(!trust.algorithms.is_empty(), "algorithms: none is allowed");
    let ca_file = Some(config.ca_file.as_path()).filter(|path| !path.as_os_str().is_empty());
    Issuer::new(trust, ca_file).map_err(|why| eyre!("ca_file: {why}"))
}

/// The desk's own address, as tokens name it.
fn resource(audience: &str) -> color_eyre::Result<String> {
    let url = address(audience).map_err(|why| eyre!("audience: this desk's own address: {why}"))?;
    ensure!(url.query().is_none() && url.fragment().is_none(), "audience: it has no ? and no #");
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

fn algorithm(name: &str) -> color_eyre::Result<Algorithm> {
    let algorithm: Algorithm = name.parse().map_err(|_none| eyre!("algorithms: {name:?} is none that there is"))?;
    if algorithm.family() == AlgorithmFamily::Hmac {
        bail!("algorithms: {name} is signed with a secret, which a desk could sign with, too: use public keys");
    }
    Ok(algorithm)
}

fn keys(config: &config::Issuer) -> color_eyre::Result<Source> {
    match config.keys.as_str() {
        "" => Ok(Source::Named(config.url.clone())),
        at if at.contains("://") => Ok(Source::At(address(at).map_err(|why| eyre!("keys: {why}"))?)),
        file => Ok(Source::File(file.into())),
    }
}

/// A scope as RFC 6749 has it: it stands in a header.
fn plain(scope: &str) -> color_eyre::Result<String> {
    let fits = !scope.is_empty() && scope.bytes().all(|b| b.is_ascii_graphic() && !b"\"\\".contains(&b));
    if fits { Ok(scope.to_owned()) } else { Err(eyre!("scopes: {scope:?} is none")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change<'a> = &'a dyn Fn(&mut config::Issuer);

    #[test]
    fn what_cannot_be_used_is_named() {
        let config = |change: &dyn Fn(&mut config::Issuer)| {
            let mut issuer = config::load(None, None, std::iter::empty(), &[]).unwrap().config.access.issuer;
            assert!(of(&issuer).unwrap().is_none());
            "https://login.example.com".clone_into(&mut issuer.url);
            "https://desk.example.com/".clone_into(&mut issuer.audience);
            issuer.roles.insert("agents".to_owned(), crate::domain::actor::Role::Agent);
            change(&mut issuer);
            of(&issuer).map(|issuer| issuer.unwrap().trust().resource.clone()).map_err(|error| format!("{error:?}"))
        };
        assert_eq!(config(&|_| {}).unwrap(), "https://desk.example.com");
        let set = |text: &str, field: &mut String| text.clone_into(field);
        let wrong: [(&str, Change<'_>); 9] = [
            ("url: ", &|issuer| set("http://login.example.com", &mut issuer.url)),
            ("audience: ", &|issuer| set("", &mut issuer.audience)),
            ("audience: ", &|issuer| set("https://desk.example.com/?x", &mut issuer.audience)),
            ("realm: ", &|issuer| set("A B", &mut issuer.realm)),
            ("roles: ", &|issuer| issuer.roles.clear()),
            ("HS256 is signed with a secret", &|issuer| issuer.algorithms.push("HS256".to_owned())),
            ("\"none\" is none", &|issuer| issuer.algorithms.push("none".to_owned())),
            ("keys: ", &|issuer| set("http://login.example.com/keys", &mut issuer.keys)),
            ("scopes: ", &|issuer| issuer.scopes.push("a\"b".to_owned())),
        ];
        for (named, change) in wrong {
            let error = config(change).unwrap_err();
            assert!(error.contains(named) && error.contains("[access.issuer]"), "{named}: {error}");
        }
    }
}
