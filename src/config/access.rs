//! Who comes in beside those to whom the desk itself has given a token, and what is withheld from whom.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

use crate::domain::actor::Role;
use crate::domain::sight::Withheld;

/// Who else comes in.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// An issuer of tokens that the desk trusts.
    pub issuer: Issuer,
    /// Fields that are withheld from those who are in, beyond the table.
    pub fields: Withheld,
}

/// An issuer of tokens, and what they are worth here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// Its name, an address; empty for none.
    pub url: String,
    /// This desk's own address: what its tokens are asked for.
    pub audience: String,
    /// What tokens may call this desk beside that.
    pub audiences: Vec<String>,
    /// A file or an address with its public keys; empty for where its metadata says.
    pub keys: String,
    /// An authority to trust beside the system's when it is asked (PEM); empty for none.
    pub ca_file: PathBuf,
    /// What its tokens may be signed with.
    pub algorithms: Vec<String>,
    /// The claim that tells people apart.
    pub handle_claim: String,
    /// The claim with the name as shown.
    pub name_claim: String,
    /// The claim that says what somebody is.
    pub role_claim: String,
    /// The claim that says which tickets there are for a bot.
    pub scope_claim: String,
    /// The same for bots whose token does not say it; empty: they are not let in.
    pub bot_scope: String,
    /// What names end in; empty for the issuer's host.
    pub realm: String,
    /// How far its clock may be from this machine's.
    pub leeway_seconds: u32,
    /// OAuth scopes that clients are told to ask for.
    pub scopes: Vec<String>,
    /// Roles by what the role claim says.
    pub roles: BTreeMap<String, Role>,
}
