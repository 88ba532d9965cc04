//! What an issuer says of somebody, read by the operator's own table: whoever it does not name is nobody here.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::access::{Identity, Unauthenticated};
use crate::domain::actor::{Principal, Role};
use crate::domain::realm::Realm;
use crate::domain::scope::Scope;
use crate::domain::text;

/// The longest name that replies are signed with, in characters.
const MOST_NAME: usize = 80;

/// The payload of a token.
#[derive(Debug, Deserialize)]
pub(crate) struct Said {
    /// Who says it.
    pub(crate) iss: String,
    /// For whom.
    pub(crate) aud: Many,
    /// Until when, in seconds since 1970.
    pub(crate) exp: f64,
    /// From when on.
    #[serde(default)]
    pub(crate) nbf: Option<f64>,
    /// Since when.
    #[serde(default)]
    pub(crate) iat: Option<f64>,
    /// Everything else.
    #[serde(flatten)]
    pub(crate) rest: Map<String, Value>,
}

/// One, or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Many {
    One(String),
    Several(Vec<String>),
}

impl Many {
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        let all = match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several.as_slice(),
        };
        all.iter().map(String::as_str)
    }
}

/// Where a token says who somebody is, and what that is worth at this desk. A claim is named as it stands in the token,
/// or by a path with dots: `realm_access.roles`.
#[derive(Clone, Debug)]
pub struct Claims {
    /// The claim by which the issuer tells people apart; it never changes and is never given again.
    pub handle: String,
    /// The claim with the name that replies are signed with.
    pub name: String,
    /// The claim with what somebody is.
    pub role: String,
    /// The claim with the tickets that there are for a bot, as `token create --scope` takes them.
    pub scope: String,
    /// What somebody is here, by what that claim says; whoever says nothing of it is nobody.
    pub roles: BTreeMap<String, Role>,
    /// The tickets that there are for a bot whose token says nothing of it; none: it is not let in.
    pub bot_scope: Option<Scope>,
    /// What names end in.
    pub realm: Realm,
}

impl Claims {
    /// Who this is here.
    pub(crate) fn identity(&self, said: &Said) -> Result<Identity, Unauthenticated> {
        // It is of no use to who has it alone: the key that it is bound to is proved in ways that are not asked for here.
        if said.rest.contains_key("cnf") {
            return Err(nobody("it is bound to a key of its owner's"));
        }
        let handle = text_of(said, &self.handle).filter(|handle| !handle.is_empty());
        let handle = handle.ok_or_else(|| nobody("it does not say whose it is"))?;
        let id = self.realm.name(handle).map_err(|_odd| Unauthenticated::Malformed)?;
        let role = self.role(said)?;
        let scope = self.scope(said, role)?;
        let name = text_of(said, &self.name).map(str::trim).filter(|name| !name.is_empty()).unwrap_or(handle);
        Ok(Identity { principal: Principal { id, role }, name: text::short(name, MOST_NAME), scope })
    }

    /// The most of what the token says that they are. Nobody is a person and a program.
    fn role(&self, said: &Said) -> Result<Role, Unauthenticated> {
        let words = found(said, &self.role).map(words).unwrap_or_default();
        let roles: Vec<Role> = words.iter().filter_map(|word| self.roles.get(*word)).copied().collect();
        let most = roles.iter().copied().max().ok_or_else(|| nobody("it gives no role of this desk"))?;
        let is_both = most != Role::Bot && roles.contains(&Role::Bot);
        if is_both { Err(nobody("it is a person's and a program's")) } else { Ok(most) }
    }

    /// A bot's tickets; a person sees every one, and is not let in as somebody who would see less.
    fn scope(&self, said: &Said, role: Role) -> Result<Scope, Unauthenticated> {
        let given = match found(said, &self.scope) {
            None => None,
            Some(Value::String(text)) => Some(text.parse().map_err(|_odd| nobody("its scope cannot be read"))?),
            Some(_) => return Err(nobody("its scope cannot be read")),
        };
        match (role, given) {
            (Role::Bot, Some(scope)) => Ok(scope),
            (Role::Bot, None) => self.bot_scope.clone().ok_or_else(|| nobody("a bot's token names its scope")),
            (Role::Viewer | Role::Agent | Role::Supervisor | Role::Admin, given) => match given {
                Some(scope) if !Scope::is_all(&scope) => Err(nobody("a scope is for bots")),
                Some(_) | None => Ok(Scope::default()),
            },
        }
    }
}

/// Nobody of this desk; why stands in the log, where an operator looks who has just set it up.
fn nobody(why: &str) -> Unauthenticated {
    tracing::info!(why, "a token of the issuer is nobody's here");
    Unauthenticated::Unknown
}

/// A claim by its own name, or by a path.
fn found<'a>(said: &'a Said, claim: &str) -> Option<&'a Value> {
    if claim.is_empty() {
        return None;
    }
    said.rest.get(claim).or_else(|| {
        let mut path = claim.split('.');
        let first = said.rest.get(path.next()?)?;
        path.try_fold(first, |value, name| value.get(name))
    })
}

fn text_of<'a>(said: &'a Said, claim: &str) -> Option<&'a str> {
    found(said, claim).and_then(Value::as_str)
}

/// What a claim says: a text, which is also taken as words with spaces between them, or a list of texts.
fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::String(text) => std::iter::once(text.as_str()).chain(text.split_whitespace()).collect(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn claims() -> Claims {
        let roles = [("Desk Agents", Role::Agent), ("lead", Role::Supervisor), ("robot", Role::Bot)];
        Claims {
            handle: "sub".to_owned(),
            name: "name".to_owned(),
            role: "realm_access.roles".to_owned(),
            scope: "https://desk.example/scope".to_owned(),
            roles: roles.map(|(word, role)| (word.to_owned(), role)).into(),
            bot_scope: None,
            realm: "sso".parse().unwrap(),
        }
    }

    #[allow(clippy::needless_pass_by_value, reason = "reads best with json! in place")]
    fn read(claims: &Claims, rest: Value) -> Result<Identity, Unauthenticated> {
        let mut said = json!({"iss": "i", "aud": ["a"], "exp": 1});
        for (name, value) in rest.as_object().unwrap() {
            said[name] = value.clone();
        }
        claims.identity(&serde_json::from_value(said).unwrap())
    }

    #[test]
    fn somebody_is_what_the_operators_table_says_and_nobody_without_it() {
        let role = |roles: Value| {
            let said = json!({"sub": "maya", "realm_access": {"roles": roles}});
            read(&claims(), said).ok().map(|identity| identity.principal.role)
        };
        assert_eq!(role(json!(["Desk Agents", "other"])), Some(Role::Agent));
        assert_eq!(role(json!("Desk Agents")), Some(Role::Agent));
        assert_eq!(role(json!("openid lead")), Some(Role::Supervisor));
        assert_eq!(role(json!(["Desk Agents", "lead"])), Some(Role::Supervisor));
        for nobody in [json!([]), json!("admin"), json!("desk agents"), json!(null), json!(7), json!(["lead", "robot"])]
        {
            assert_eq!(role(nobody.clone()), None, "{nobody}");
        }
        assert!(read(&claims(), json!({"realm_access": {"roles": "lead"}})).is_err());
        let named = json!({"sub": "m|1", "name": "Maya\u{1b}[2J Lind", "realm_access": {"roles": "lead"}});
        let maya = read(&claims(), named).unwrap();
        assert_eq!((maya.principal.id.as_str(), maya.name.as_str()), ("m_7c1.sso", "Maya<U+001B>[2J Lind"));
    }

    #[test]
    fn a_bot_has_a_scope_and_a_person_has_none() {
        let scope = |role: &str, scope: Value, usual: Option<&str>| {
            let claims = Claims { bot_scope: usual.map(|scope| scope.parse().unwrap()), ..claims() };
            let said = json!({"sub": "x", "realm_access": {"roles": role}, "https://desk.example/scope": scope});
            read(&claims, said).ok().map(|identity| identity.scope.to_string())
        };
        let said = |text: &str| Some(text.to_owned());
        assert_eq!(scope("robot", json!("tag:billing"), None), said("tag:billing"));
        assert_eq!(scope("robot", json!("all"), Some("tag:billing")), said("all"));
        assert_eq!(scope("robot", json!("everything"), Some("all")), None);
        assert_eq!(scope("robot", json!(["tag:billing"]), Some("all")), None);
        assert_eq!(scope("lead", json!("all"), None), said("all"));
        assert_eq!(scope("lead", json!("tag:billing"), None), None);
        let silent = |usual: Option<&str>| {
            let claims = Claims { bot_scope: usual.map(|scope| scope.parse().unwrap()), ..claims() };
            read(&claims, json!({"sub": "x", "realm_access": {"roles": "robot"}})).ok().map(|one| one.scope.to_string())
        };
        assert_eq!(silent(None), None);
        assert_eq!(silent(Some("status:new")), said("status:new"));
    }
}
