//! The matrix: what every role is answered, with every kind of credential, to everything that can be asked at any door.
//!
//! What is stated comes from the one table of rights (`countersign roles`) and the tables of the doors, so that nothing
//! can be added to one of them and forgotten here; a few rows are written by hand, so that the table can be wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use countersign::access;
use countersign::desk::Desk;
use countersign::domain::actor::{Operation, Role};
use countersign::domain::ids::CredentialId;
use countersign::http::table::{ROUTES, Route};
use countersign::mcp::server::DeskServer;
use countersign::seat::Question;
use countersign::tools::catalog::{self, Access, Tool};
use futures::StreamExt as _;
use jsonwebtoken::{Algorithm, Header};
use rmcp::model::CallToolRequestParams;
use serde_json::{Value, json};

use crate::access::stub_issuer::{Key, StubIssuer};
use crate::doorstep::{self, Doorstep};
use crate::house::{House, principal};
use crate::peer::{ERAS, Peer};

/// Requests under way at a time.
const AT_ONCE: usize = 8;

/// What is asked, and where.
#[derive(Clone, Copy)]
enum Asked {
    /// A route of the HTTP door.
    Route(&'static Route),
    /// A tool, over MCP.
    Tool(&'static Tool),
    /// A question at a person's seat.
    Question(Question),
}

/// Everything that can be asked over HTTP.
fn everything() -> Vec<Asked> {
    let routes = ROUTES.iter().map(Asked::Route);
    let questions = Question::ALL.iter().copied().map(Asked::Question);
    routes.chain(catalog::all().iter().map(Asked::Tool)).chain(questions).collect()
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Route(route) => write!(f, "{}", route.name),
            Self::Tool(tool) => write!(f, "mcp {}", tool.name),
            Self::Question(question) => write!(f, "seat {}", question.as_str()),
        }
    }
}

impl Asked {
    /// The right that it takes; nothing where everybody may.
    fn needs(self) -> Option<Operation> {
        match self {
            Self::Route(route) => route.needs,
            Self::Tool(tool) => Some(of_tool(tool)),
            Self::Question(question) => Some(question.needs()),
        }
    }

    fn stated(self, role: Role, shown: Shown) -> Answer {
        let Some(needs) = self.needs() else { return Answer::Done };
        let has_a_seat = role != Role::Bot || !matches!(self, Self::Question(_));
        match (shown.is_good(), role.may(needs) && has_a_seat) {
            (false, _) => Answer::Shut,
            (true, true) => Answer::Done,
            (true, false) => Answer::Forbidden,
        }
    }
}

fn of_tool(tool: &Tool) -> Operation {
    match tool.access {
        Access::Read => Operation::Read,
        Access::Write => Operation::Propose,
    }
}

/// What somebody shows at the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    Nothing,
    Malformed,
    Wrong,
    Expired,
    Revoked,
    Own,
    SignedByNobody,
    SignedBySomebodyElse,
    ForAnotherDesk,
    ByAnotherIssuer,
    SignedAndExpired,
    Signed,
}

const SHOWN: [Shown; 12] = [
    Shown::Nothing,
    Shown::Malformed,
    Shown::Wrong,
    Shown::Expired,
    Shown::Revoked,
    Shown::Own,
    Shown::SignedByNobody,
    Shown::SignedBySomebodyElse,
    Shown::ForAnotherDesk,
    Shown::ByAnotherIssuer,
    Shown::SignedAndExpired,
    Shown::Signed,
];

impl Shown {
    const fn is_good(self) -> bool {
        matches!(self, Self::Own | Self::Signed)
    }
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// It was asked of the desk.
    Done,
    /// Not for this role.
    Forbidden,
    /// Not let in.
    Shut,
}

/// The bearer token of this kind; nothing where none is shown.
async fn token(door: &Doorstep, stub: &StubIssuer, role: Role, shown: Shown) -> Option<String> {
    let claims = |name: &str, value: Value| {
        let mut claims = stub.claims(&format!("signed-{role}"), role);
        claims[name] = value;
        claims
    };
    let name = format!("{role}-{shown:?}").to_lowercase();
    let own = async || door.token(&name, role).await;
    Some(match shown {
        Shown::Nothing => return None,
        Shown::Malformed => "cs_token".to_owned(),
        Shown::Wrong => own().await.replace(|digit: char| digit.is_ascii_digit(), "f"),
        Shown::Expired => doorstep::token_until(&door.house, &name, role, "2020-01-01T00:00:00Z".parse().ok()).await.1,
        Shown::Revoked => {
            let (id, token) = doorstep::token_until(&door.house, &name, role, None).await;
            take_back(&door.house, &id).await;
            token
        }
        Shown::Own => own().await,
        Shown::SignedByNobody => {
            let token = stub.token("x", role);
            let payload = token.split('.').nth(1).unwrap().to_owned();
            // {"alg":"none","typ":"JWT"}
            format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{payload}.")
        }
        Shown::SignedBySomebodyElse => {
            let header = Header { kid: Some(stub.key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
            Key::new("k1", Algorithm::EdDSA).sign_as(&header, &claims("x", json!(1)))
        }
        Shown::ForAnotherDesk => stub.key.sign(&claims("aud", json!("https://other.example.com"))),
        Shown::ByAnotherIssuer => stub.key.sign(&claims("iss", json!("https://login.evil.example"))),
        Shown::SignedAndExpired => stub.key.sign(&claims("exp", json!(1_600_000_000))),
        Shown::Signed => stub.key.sign(&claims("x", json!(1))),
    })
}

async fn take_back(house: &House, id: &CredentialId) {
    let admin = principal("root", Role::Admin);
    access::take_back(house.store.as_ref(), &admin, &house.run.id, id).await.unwrap();
}

/// Arguments that a tool takes, about nothing that is there.
fn arguments(tool: &str) -> Value {
    match tool {
        "get_ticket" | "summarize_ticket" => json!({"ticket_id": "X-404"}),
        "suggest_response" => json!({"ticket_id": "X-404", "tone": "polite"}),
        "get_faq" | "search_tickets" => json!({"query": "refund"}),
        "get_article" => json!({"article_id": "X-404"}),
        "list_tickets" | "list_proposals" | "list_canned" => json!({}),
        "get_customer" => json!({"customer_id": "X-404"}),
        "get_proposal" => json!({"proposal_id": "X-404"}),
        "rewrite_text" => json!({"ticket_id": "X-404", "text": "Hello.", "way": "shorter"}),
        "update_ticket" => json!({"ticket_id": "X-404", "update": {"status": "open"}}),
        "send_reply" => json!({"ticket_id": "X-404", "body": "Hello.", "visibility": "internal"}),
        "merge_tickets" => json!({"ticket_id": "X-404", "from": "X-405"}),
        "split_message" => json!({"ticket_id": "X-404", "message": 1, "subject": "Another"}),
        other => panic!("{other} is new: say what it takes"),
    }
}

/// What a tool's answer is: arguments that do not fit would hide that somebody may not.
fn of_result(tool: &str, result: &Value) -> Answer {
    let words = result["content"][0]["text"].as_str().unwrap_or_default();
    assert!(!words.contains("do not fit"), "{tool}: {words}");
    let is_error = result["isError"] == json!(true);
    if is_error && words.contains(" may not ") { Answer::Forbidden } else { Answer::Done }
}

fn call(tool: &str) -> (Vec<(&'static str, String)>, String) {
    let meta = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
        "io.modelcontextprotocol/clientInfo": {"name": "x", "version": "1"},
    });
    let params = json!({"name": tool, "arguments": arguments(tool), "_meta": meta});
    let headers = vec![
        ("accept", "application/json, text/event-stream".to_owned()),
        ("mcp-protocol-version", "2026-07-28".to_owned()),
        ("mcp-method", "tools/call".to_owned()),
        ("mcp-name", tool.to_owned()),
    ];
    (headers, json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}).to_string())
}

/// Asks at a door of a served desk.
async fn ask(door: &Doorstep, http: &reqwest::Client, asked: Asked, token: Option<&str>) -> Answer {
    let (line, headers, body) = match asked {
        Asked::Route(route) => {
            let (line, body) = crate::http::doors::line(route);
            (line, Vec::new(), body.map(str::to_owned))
        }
        Asked::Tool(tool) => {
            let (headers, body) = call(tool.name);
            ("POST /mcp".to_owned(), headers, Some(body))
        }
        Asked::Question(question) => {
            let arguments = crate::seat::rights::arguments(&door.house, question).await;
            (format!("POST /seat/{}", question.as_str()), Vec::new(), Some(arguments.to_string()))
        }
    };
    let (method, path) = line.split_once(' ').unwrap();
    let mut request = http.request(method.parse().unwrap(), format!("http://{}{path}", door.address));
    request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    if let Some(body) = body {
        request = request.header("content-type", "application/json").body(body);
    }
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    match (status, asked) {
        (401, _) => Answer::Shut,
        (403, _) => Answer::Forbidden,
        (405 | 500.., _) => panic!("{asked}: {status} {text}"),
        (_, Asked::Tool(tool)) => {
            let answer: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{asked}: {status} {text}"));
            assert_eq!(status, 200, "{asked}: {text}");
            of_result(tool.name, &answer["result"])
        }
        (_, Asked::Route(_) | Asked::Question(_)) => Answer::Done,
    }
}

/// Rows that somebody has thought about: what is asked, by whom, with what, and what they are answered.
const BY_HAND: &[(&str, Role, Shown, Answer)] = &[
    ("get_ticket", Role::Bot, Shown::Own, Answer::Done),
    ("get_ticket", Role::Viewer, Shown::Signed, Answer::Done),
    ("get_ticket", Role::Admin, Shown::Nothing, Answer::Shut),
    ("get_ticket", Role::Admin, Shown::SignedByNobody, Answer::Shut),
    ("patch_ticket", Role::Viewer, Shown::Own, Answer::Forbidden),
    ("patch_ticket", Role::Bot, Shown::Signed, Answer::Done),
    ("approve_proposal", Role::Bot, Shown::Own, Answer::Forbidden),
    ("approve_proposal", Role::Bot, Shown::Signed, Answer::Forbidden),
    ("approve_proposal", Role::Viewer, Shown::Own, Answer::Forbidden),
    ("approve_proposal", Role::Agent, Shown::Own, Answer::Done),
    ("approve_proposal", Role::Admin, Shown::Revoked, Answer::Shut),
    ("approve_proposal", Role::Admin, Shown::ForAnotherDesk, Answer::Shut),
    ("create_article", Role::Agent, Shown::Signed, Answer::Forbidden),
    ("create_article", Role::Supervisor, Shown::Signed, Answer::Done),
    ("metrics", Role::Bot, Shown::Own, Answer::Forbidden),
    ("alive", Role::Bot, Shown::Wrong, Answer::Done),
    ("mcp get_ticket", Role::Bot, Shown::Own, Answer::Done),
    ("mcp get_ticket", Role::Admin, Shown::Expired, Answer::Shut),
    ("mcp get_ticket", Role::Admin, Shown::SignedAndExpired, Answer::Shut),
    ("mcp update_ticket", Role::Viewer, Shown::Own, Answer::Forbidden),
    ("mcp update_ticket", Role::Viewer, Shown::Signed, Answer::Forbidden),
    ("mcp update_ticket", Role::Bot, Shown::Signed, Answer::Done),
    ("mcp update_ticket", Role::Admin, Shown::SignedBySomebodyElse, Answer::Shut),
    ("seat about", Role::Bot, Shown::Own, Answer::Forbidden),
    ("seat about", Role::Viewer, Shown::Own, Answer::Done),
    ("seat countersign", Role::Bot, Shown::Signed, Answer::Forbidden),
    ("seat countersign", Role::Viewer, Shown::Signed, Answer::Forbidden),
    ("seat countersign", Role::Agent, Shown::Signed, Answer::Done),
    ("seat countersign", Role::Admin, Shown::ByAnotherIssuer, Answer::Shut),
    ("seat log", Role::Viewer, Shown::Own, Answer::Forbidden),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_role_operation_door_and_kind_of_credential_has_its_stated_answer() {
    let stub = StubIssuer::start().await;
    let door = Doorstep::open(|config| stub.trusted(&mut config.access.issuer)).await;
    let http = reqwest::Client::new();
    let (mut found, mut wrong) = (BTreeMap::new(), Vec::new());
    for role in Role::ALL.iter().copied() {
        for shown in SHOWN {
            let token = token(&door, &stub, role, shown).await;
            let asking = futures::stream::iter(everything()).map(|asked| {
                let (door, http, token) = (&door, &http, token.as_deref());
                async move { (asked, ask(door, http, asked, token).await) }
            });
            for (asked, answer) in asking.buffer_unordered(AT_ONCE).collect::<Vec<_>>().await {
                let stated = asked.stated(role, shown);
                if answer != stated {
                    wrong.push(format!("{asked}, {role}, {shown:?}: {answer:?}, stated is {stated:?}"));
                }
                found.insert((asked.to_string(), role, shown), answer);
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {} cells:\n{}", wrong.len(), found.len(), wrong.join("\n"));
    assert_eq!(found.len(), everything().len() * Role::ALL.len() * SHOWN.len());
    for (asked, role, shown, answer) in BY_HAND {
        assert_eq!(found.get(&((*asked).to_owned(), *role, *shown)), Some(answer), "{asked}, {role}, {shown:?}");
    }
    let executed = door.house.count(countersign::domain::audit::Action::Executed).await;
    assert_eq!(executed, 0, "all of that has changed no ticket");
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_pipe_every_role_has_the_same_answer_to_every_tool_as_elsewhere() {
    let house = House::new().await;
    let desk: Arc<Desk> = Arc::new(house.desk());
    for role in Role::ALL.iter().copied() {
        for era in &ERAS {
            let who = principal(&format!("pipe-{role}"), role);
            let name = who.id.to_string();
            let peer = Peer::at(DeskServer::new(Arc::clone(&desk), who, name, house.run.id.clone()), era).await;
            for tool in catalog::all() {
                let Value::Object(arguments) = arguments(tool.name) else { panic!("{}", tool.name) };
                let call = CallToolRequestParams::new(tool.name).with_arguments(arguments);
                let result = serde_json::to_value(peer.service.call_tool(call).await.unwrap()).unwrap();
                let stated = if role.may(of_tool(tool)) { Answer::Done } else { Answer::Forbidden };
                assert_eq!(of_result(tool.name, &result), stated, "{}, {role}, {era}: {result}", tool.name);
            }
        }
    }
}

#[test]
fn over_standard_input_another_program_is_a_bot_whatever_it_is_called() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = crate::process::Stdio2::with(dir.path(), &["mcp", "--name", "admin"]);
    for tool in catalog::all() {
        let stated = if Role::Bot.may(of_tool(tool)) { Answer::Done } else { Answer::Forbidden };
        let result = client.call(tool.name, &arguments(tool.name));
        assert_eq!(of_result(tool.name, &result), stated, "{}: {result}", tool.name);
    }
}

/// Operations that no door over a network knows, and where they are.
const ELSEWHERE: &[(Operation, &str)] = &[
    (Operation::Execute, "a receipt, which only an approval gives"),
    (Operation::Teach, "`countersign learn`"),
    (Operation::ManageAccess, "`countersign token` and `countersign roles`"),
];

#[test]
fn every_operation_is_at_some_door_or_said_to_be_at_none() {
    let name = |operation: Operation| operation.as_str();
    let at_doors: BTreeSet<_> = everything().into_iter().filter_map(Asked::needs).map(name).collect();
    let elsewhere: BTreeSet<_> = ELSEWHERE.iter().map(|(operation, _)| operation.as_str()).collect();
    let all: BTreeSet<_> = Operation::ALL.iter().map(|operation| operation.as_str()).collect();
    assert!(at_doors.is_disjoint(&elsewhere), "{at_doors:?}");
    assert_eq!(at_doors.union(&elsewhere).copied().collect::<BTreeSet<_>>(), all);
}
