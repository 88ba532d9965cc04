//! Tokens of an issuer: which are taken, as whom, and what happens when it has new keys, other plans or nothing to say.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use countersign::access::{self, Access, NotGiven, Unauthenticated, Wanted};
use countersign::config::{self, Issuer};
use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use countersign::store::Store;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use crate::access::stub_issuer::{DESK, Key, StubIssuer};
use crate::access::{ada, give, wanted};
use crate::doorstep::Doorstep;
use crate::house::{House, principal};

fn settings(change: impl FnOnce(&mut Issuer)) -> Issuer {
    let mut issuer = config::load(None, None, std::iter::empty(), &[]).unwrap().config.access.issuer;
    change(&mut issuer);
    issuer
}

/// The door of a house that trusts an issuer of these settings.
fn door(house: &House, issuer: &Issuer) -> Access {
    let store: Arc<dyn Store> = house.store.clone();
    Access::new(store).trusting(countersign::app::issuer::of(issuer).unwrap().unwrap())
}

async fn trusting(stub: &StubIssuer) -> (House, Access) {
    let house = House::new().await;
    house.store.save_person(&ada(), "Ada").await.unwrap();
    let access = door(&house, &settings(|issuer| stub.trusted(issuer)));
    (house, access)
}

/// Who comes in with it, or the word for why nobody does.
async fn comes(access: &Access, token: &str) -> String {
    match access.authenticate(token).await {
        Ok(who) => format!("{} {} {}", who.principal.id, who.principal.role, who.scope),
        Err(why) => why.word().to_owned(),
    }
}

/// The claims with something else in them; `null` takes a claim away.
fn with(mut claims: Value, also: &Value) -> Value {
    for (name, value) in also.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
    claims
}

#[tokio::test]
async fn whom_the_issuer_vouches_for_is_known_here_in_the_role_that_the_table_gives() {
    let stub = StubIssuer::start().await;
    let (house, access) = trusting(&stub).await;
    for role in Role::ALL {
        let token = stub.token("maya.lind", *role);
        let id = format!("{role}-maya.lind");
        let token = if *role == Role::Bot { stub.token(&id, *role) } else { token };
        let expect = if *role == Role::Bot { id } else { "maya.lind".to_owned() };
        assert_eq!(comes(&access, &token).await, format!("{expect}.sso {role} all"));
    }
    let known = house.store.person(&"maya.lind.sso".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(known.role, Role::Admin);
    let maya = house.store.person(&"maya".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(maya, principal("maya", Role::Agent), "somebody of the desk is somebody else");
    house.store.flush().await.unwrap();
    let log = house.store.log(None, 100).await.unwrap();
    let changed: Vec<_> = log.iter().filter(|record| record.action == Action::RoleChanged.as_str()).collect();
    assert_eq!(changed.len(), Role::ALL.len());
    let said = house.store.log_body(changed[0].seq).await.unwrap().unwrap().arguments;
    assert_eq!(
        (&said["issuer"], &said["before"], &said["role"]),
        (&json!(stub.url), &json!("supervisor"), &json!("admin"))
    );
    house.store.verify(None).await.unwrap().unwrap();
}

#[tokio::test]
async fn a_token_is_taken_when_everything_about_it_is_right() {
    let stub = StubIssuer::start().await;
    let (_house, access) = trusting(&stub).await;
    let good = stub.claims("maya", Role::Agent);
    let now = good["iat"].as_i64().unwrap();
    let taken = "maya.sso agent all";
    for (also, expect) in [
        (json!({}), taken),
        (json!({"aud": ["account", DESK]}), taken),
        (json!({"aud": format!("{DESK}/mcp")}), taken),
        (json!({"aud": format!("{DESK}/")}), taken),
        (json!({"aud": format!("{DESK}/mcp/x")}), "elsewhere"),
        (json!({"aud": format!("{DESK}.evil.example")}), "elsewhere"),
        (json!({"aud": "https://other.example.com"}), "elsewhere"),
        (json!({"aud": []}), "elsewhere"),
        (json!({"aud": null}), "malformed"),
        (json!({"aud": 7}), "malformed"),
        (json!({"iss": "https://evil.example"}), "elsewhere"),
        (json!({"iss": format!("{}/", stub.url)}), "elsewhere"),
        (json!({"iss": [stub.url]}), "malformed"),
        (json!({"iss": null}), "malformed"),
        (json!({"exp": now - 20}), taken),
        (json!({"exp": now - 40}), "expired"),
        (json!({"exp": null}), "malformed"),
        (json!({"exp": "tomorrow"}), "malformed"),
        (json!({"exp": 1e300}), "malformed"),
        (json!({"nbf": now + 20}), taken),
        (json!({"nbf": now + 60}), "expired"),
        (json!({"nbf": "soon"}), "malformed"),
        (json!({"roles": ["desk-boss"]}), "unknown"),
        (json!({"roles": null}), "unknown"),
        (json!({"roles": ["desk-agent", "desk-bot"]}), "unknown"),
        (json!({"roles": ["desk-agent", "desk-supervisor"], "sub": "lena"}), "lena.sso supervisor all"),
        (json!({"cnf": {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}}), "unknown"),
        (json!({"sub": null}), "unknown"),
        (json!({"sub": ""}), "unknown"),
        (json!({"countersign_scope": "tag:billing"}), "unknown"),
        (json!({"sub": "robot", "roles": "desk-bot"}), "unknown"),
        (json!({"sub": "robot", "roles": "desk-bot", "countersign_scope": "tag:billing"}), "robot.sso bot tag:billing"),
        (json!({"sub": "maya", "roles": "desk-bot", "countersign_scope": "all"}), "unknown"),
    ] {
        assert_eq!(comes(&access, &stub.key.sign(&with(good.clone(), &also))).await, expect, "{also}");
    }
    assert_eq!(stub.asked(), 1, "for all of that the keys were asked for once");
}

#[tokio::test]
async fn what_the_issuer_has_not_signed_as_the_operator_allows_is_not_taken() {
    let stub = StubIssuer::start().await;
    let (rsa, ec, old) =
        (Key::new("rsa", Algorithm::RS256), Key::new("ec", Algorithm::ES256), Key::new("old", Algorithm::EdDSA));
    stub.publish(&[&stub.key, &rsa, &ec]);
    let (_house, access) = trusting(&stub).await;
    let good = stub.claims("maya", Role::Agent);
    let taken = "maya.sso agent all";
    for key in [&stub.key, &rsa, &ec] {
        assert_eq!(comes(&access, &key.sign(&good)).await, taken);
    }
    let token = stub.key.sign(&good);
    let parts: Vec<&str> = token.split('.').collect();
    let part = |value: Value| {
        let signed = encode(&Header::new(Algorithm::HS256), &value, &EncodingKey::from_secret(b"x").unwrap()).unwrap();
        signed.split('.').nth(1).unwrap().to_owned()
    };
    let none = part(json!({"alg": "none", "typ": "JWT"}));
    let header = |kid: Option<&str>, algorithm| Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    let public = stub.key.public()["x"].as_str().unwrap().to_owned();
    let by_public = EncodingKey::from_secret(public.as_bytes()).unwrap();
    let evil = Key::new("k1", Algorithm::EdDSA);
    let brings_its_own =
        Header { jwk: serde_json::from_value(evil.public()).ok(), ..header(Some("k1"), Algorithm::EdDSA) };
    let critical = Header { crit: Some(vec!["exp".to_owned()]), ..header(Some("k1"), Algorithm::EdDSA) };
    let logout = Header { typ: Some("logout+jwt".to_owned()), ..header(Some("k1"), Algorithm::EdDSA) };
    let larger = with(good.clone(), &json!({"padding": "x".repeat(9_000)}));
    for (what, shown, expect) in [
        ("no name of a key", stub.key.sign_as(&header(None, Algorithm::EdDSA), &good), taken),
        ("alg none", format!("{none}.{}.", parts[1]), "malformed"),
        ("alg none with a signature", format!("{none}.{}.{}", parts[1], parts[2]), "malformed"),
        ("no signature", format!("{}.{}.", parts[0], parts[1]), "unknown"),
        (
            "another payload",
            format!("{}.{}.{}", parts[0], part(with(good.clone(), &json!({"sub": "lena"}))), parts[2]),
            "unknown",
        ),
        ("a secret", encode(&header(Some("k1"), Algorithm::HS256), &good, &by_public).unwrap(), "malformed"),
        ("another key of that name", evil.sign(&good), "unknown"),
        ("a key in the token", evil.sign_as(&brings_its_own, &good), "unknown"),
        ("a key of another kind", ec.sign_as(&header(Some("rsa"), Algorithm::ES256), &good), "unknown"),
        ("an algorithm that is not allowed", rsa.sign_as(&header(Some("rsa"), Algorithm::RS512), &good), "malformed"),
        ("a key that is nowhere", old.sign(&good), "unknown"),
        ("what must be understood and is not", stub.key.sign_as(&critical, &good), "malformed"),
        ("no access token", stub.key.sign_as(&logout, &good), "malformed"),
        ("too long", stub.key.sign(&larger), "malformed"),
        ("no JSON", format!("{}.{}.{}", parts[0], "AAAA", parts[2]), "malformed"),
        ("no token", "a.b.c".to_owned(), "malformed"),
    ] {
        assert_eq!(comes(&access, &shown).await, expect, "{what}");
    }
}

#[tokio::test]
async fn whoever_names_keys_that_are_nowhere_does_not_make_the_desk_ask_and_ask() {
    let stub = StubIssuer::start().await;
    let (_house, access) = trusting(&stub).await;
    let good = stub.claims("maya", Role::Agent);
    for n in 0..200 {
        let header = Header { kid: Some(format!("k-{n}")), ..Header::new(Algorithm::EdDSA) };
        assert_eq!(comes(&access, &stub.key.sign_as(&header, &good)).await, "unknown");
    }
    // Once to begin with, and once in ten seconds: this takes no minute.
    assert!(stub.asked() <= 6, "{}", stub.asked());
    assert_eq!(comes(&access, &stub.token("maya", Role::Agent)).await, "maya.sso agent all");
}

/// Moves the clock by which keys grow old.
async fn later(by: Duration) {
    tokio::time::pause();
    tokio::time::advance(by).await;
    tokio::time::resume();
    // What was begun meanwhile comes to its end.
    for _ in 0..100 {
        tokio::task::yield_now().await;
    }
}

fn publish(file: &Path, keys: &[&Key]) {
    let keys: Vec<_> = keys.iter().map(|key| key.public()).collect();
    std::fs::write(file, json!({"keys": keys}).to_string()).unwrap();
}

#[tokio::test]
async fn keys_come_and_go_and_those_that_cannot_be_read_again_are_believed_for_an_hour() {
    let stub = StubIssuer::start().await;
    let house = House::new().await;
    let file = house.dir.path().join("keys.json");
    let next = Key::new("k2", Algorithm::ES256);
    publish(&file, &[&stub.key]);
    let issuer = settings(|issuer| {
        stub.trusted(issuer);
        file.to_str().unwrap().clone_into(&mut issuer.keys);
    });
    let access = door(&house, &issuer);
    let claims = with(stub.claims("maya", Role::Agent), &json!({"exp": 9_000_000_000_i64}));
    let (first, second) = (stub.key.sign(&claims), next.sign(&claims));
    let taken = "maya.sso agent all";
    assert_eq!(comes(&access, &first).await, taken);
    publish(&file, &[&next]);
    assert_eq!(comes(&access, &second).await, "unknown", "it was asked a moment ago");
    later(Duration::from_secs(11)).await;
    assert_eq!(comes(&access, &second).await, taken);
    assert_eq!(comes(&access, &first).await, "unknown", "its key was taken back");
    std::fs::remove_file(&file).unwrap();
    later(Duration::from_mins(50)).await;
    assert_eq!(comes(&access, &second).await, taken);
    later(Duration::from_mins(11)).await;
    assert_eq!(comes(&access, &second).await, "unavailable", "never open");
    publish(&file, &[&next]);
    later(Duration::from_secs(11)).await;
    assert_eq!(comes(&access, &second).await, taken);
    publish(&file, &[&stub.key]);
    later(Duration::from_mins(6)).await;
    // Whoever comes does not wait for the newer keys, and the next one is checked with them.
    let gone = async {
        while comes(&access, &second).await == taken {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), gone).await.expect("old keys are renewed");
    assert_eq!(comes(&access, &second).await, "unknown");
}

#[tokio::test]
async fn an_issuer_that_is_down_or_somebody_else_lets_nobody_in_and_keeps_nobody_out() {
    let stub = StubIssuer::start().await;
    stub.go_down(true);
    let door = Doorstep::open(|config| stub.trusted(&mut config.access.issuer)).await;
    let own = door.token("robot", Role::Bot).await;
    let at = format!("http://{}/tickets/T-1", door.address);
    let get = async |token: &str| reqwest::Client::new().get(&at).bearer_auth(token).send().await.unwrap();
    let away = get(&stub.token("maya", Role::Agent)).await;
    assert_eq!((away.status().as_u16(), away.headers()["retry-after"].to_str().unwrap()), (503, "1"));
    assert_eq!(get(&own).await.status(), 200);
    let other = StubIssuer::start().await;
    let house = House::new().await;
    // Its metadata says another name than the one that is trusted.
    let issuer = settings(|issuer| {
        other.trusted(issuer);
        issuer.url = issuer.url.replace("127.0.0.1", "localhost");
    });
    let claims = with(other.claims("maya", Role::Agent), &json!({"iss": issuer.url}));
    let error = self::door(&house, &issuer).authenticate(&other.key.sign(&claims)).await.unwrap_err();
    assert!(matches!(&error, Unauthenticated::NoKeys(why) if why.contains("is of another issuer")), "{error:?}");
}

#[tokio::test]
async fn a_newer_token_says_what_somebody_is_and_an_older_one_does_not_bring_it_back() {
    let stub = StubIssuer::start().await;
    let (_house, access) = trusting(&stub).await;
    let at = |role: Role, ago: i64| {
        let claims = stub.claims("maya", role);
        let iat = claims["iat"].as_i64().unwrap() - ago;
        stub.key.sign(&with(claims, &json!({"iat": iat})))
    };
    let (lead, agent, older_agent) = (at(Role::Supervisor, 60), at(Role::Agent, 10), at(Role::Agent, 90));
    assert_eq!(comes(&access, &lead).await, "maya.sso supervisor all");
    assert_eq!(comes(&access, &agent).await, "maya.sso agent all");
    assert_eq!(comes(&access, &lead).await, "expired");
    assert_eq!(comes(&access, &older_agent).await, "maya.sso agent all");
}

#[tokio::test]
async fn nobody_of_the_desk_is_made_by_a_name_that_an_issuer_gives() {
    let stub = StubIssuer::start().await;
    let (house, access) = trusting(&stub).await;
    comes(&access, &stub.token("maya", Role::Agent)).await;
    let (store, run) = (house.store.as_ref(), &house.run.id);
    for role in [Role::Agent, Role::Bot] {
        let refused = access::give(store, &ada(), run, wanted("maya.sso", role)).await.unwrap_err();
        assert!(matches!(refused, NotGiven::VouchedFor), "{refused:?}");
    }
    let refused = access::set_role(store, &ada(), run, &"maya.sso".parse().unwrap(), Role::Admin).await.unwrap_err();
    assert!(matches!(refused, NotGiven::VouchedFor), "{refused:?}");
    let (_, token) = give(&house, Wanted { ..wanted("sso", Role::Bot) }).await;
    assert_eq!(comes(&access, token.reveal()).await, "sso bot all");
}

#[tokio::test]
async fn who_is_not_let_in_is_led_to_where_tokens_are_given() {
    let stub = StubIssuer::start().await;
    let door = Doorstep::open(|config| {
        stub.trusted(&mut config.access.issuer);
        config.access.issuer.scopes = vec!["openid".to_owned(), "desk".to_owned()];
    })
    .await;
    let http = reqwest::Client::new();
    let at = |path: &str| format!("http://{}{path}", door.address);
    let metadata = async |path: &str| -> Value {
        let answer = http.get(at(path)).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
            (200, "application/json")
        );
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    };
    for (path, part) in [("", ""), ("/mcp", "/mcp")] {
        let found = metadata(&format!("/.well-known/oauth-protected-resource{path}")).await;
        let expect = json!({
            "resource": format!("{DESK}{part}"), "authorization_servers": [stub.url], "bearer_methods_supported": ["header"],
            "scopes_supported": ["openid", "desk"], "resource_name": "countersign",
            "resource_documentation": format!("{DESK}/docs"),
        });
        assert_eq!(found, expect);
    }
    let asked = async |path: &str, token: Option<&str>| {
        let request = http.post(at(path)).header("content-type", "application/json").body("{}");
        let request = match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        };
        let answer = request.send().await.unwrap();
        let challenge = answer.headers().get("www-authenticate").map(|value| value.to_str().unwrap().to_owned());
        (answer.status().as_u16(), challenge.unwrap_or_default())
    };
    let expired = stub.key.sign(&with(stub.claims("maya", Role::Agent), &json!({"exp": 1})));
    let challenge = |part: &str, error: &str| {
        let metadata = format!("{DESK}/.well-known/oauth-protected-resource{part}");
        format!("Bearer resource_metadata=\"{metadata}\", scope=\"openid desk\"{error}")
    };
    let not_taken = ", error=\"invalid_token\", error_description=\"it is not taken: get a new one\"";
    assert_eq!(asked("/mcp", None).await, (401, challenge("/mcp", "")));
    assert_eq!(asked("/mcp", Some(&expired)).await, (401, challenge("/mcp", not_taken)));
    assert_eq!(asked("/tickets", None).await, (401, challenge("", "")));
    let basic = http.get(at("/tickets")).basic_auth("maya", Some("x")).send().await.unwrap();
    let found = basic.headers()["www-authenticate"].to_str().unwrap();
    assert_eq!((basic.status().as_u16(), found), (401, challenge("", "").as_str()), "another way in is no bad token");
    assert_eq!(asked("/tickets", Some("cs_nobody")).await, (401, challenge("", not_taken)));
    let plain = Doorstep::open(|_| {}).await;
    let at = |path: &str| format!("http://{}{path}", plain.address);
    assert_eq!(http.get(at("/.well-known/oauth-protected-resource")).send().await.unwrap().status(), 404);
    let no = http.get(at("/tickets")).bearer_auth(stub.token("maya", Role::Agent)).send().await.unwrap();
    assert_eq!((no.status().as_u16(), no.headers()["www-authenticate"].to_str().unwrap()), (401, "Bearer"));
}

#[tokio::test(flavor = "multi_thread")]
async fn before_a_desk_is_served_it_is_told_whether_the_issuers_keys_can_be_read() {
    let stub = StubIssuer::start().await;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(".config/countersign/config.toml");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let config = format!(
        "[access.issuer]\nurl = \"{}\"\naudience = \"{DESK}\"\nrealm = \"sso\"\n[access.issuer.roles]\nstaff = \"agent\"\n",
        stub.url
    );
    std::fs::write(&path, config).unwrap();
    let check = || {
        let mut command = crate::process::program(dir.path());
        let output = command.args(["serve", "--check", "--listen", "127.0.0.1:0"]).output().unwrap();
        let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
        (output.status.success(), said)
    };
    let (ok, said) = check();
    assert!(ok && said.contains(&format!("{}: its one key can be read", stub.url)), "{said}");
    stub.go_down(true);
    let (ok, said) = check();
    assert!(!ok && said.contains("its keys cannot be read") && said.contains("503"), "{said}");
}
