use std::fmt::Write as _;

use countersign::access::{self, Access, Unauthenticated, Wanted};
use countersign::desk::{Caller, DeskError};
use countersign::domain::actor::{Operation, Reviewer, Role};
use countersign::domain::call::ReadCall;
use countersign::domain::proposal::Why;
use countersign::domain::receipt::Refusal;
use serde_json::json;

use crate::access::{a_moment_ago, ada, give, house, wanted};
use crate::house::{House, update};

/// What a token is like when it is shown.
#[derive(Clone, Copy, Debug)]
enum State {
    Good,
    None,
    Wrong,
    Expired,
    Revoked,
}

const STATES: [State; 5] = [State::Good, State::None, State::Wrong, State::Expired, State::Revoked];

/// What somebody in this role shows at the door.
async fn shown(house: &House, role: Role, state: State) -> String {
    let name = format!("{role}-{state:?}").to_lowercase();
    let wanted = wanted(&name, role);
    let wanted = match state {
        State::Expired => Wanted { expires_at: Some(a_moment_ago()), ..wanted },
        State::Good | State::None | State::Wrong | State::Revoked => wanted,
    };
    let (credential, token) = give(house, wanted).await;
    match state {
        State::Good | State::Expired => token.reveal().to_owned(),
        State::None => String::new(),
        State::Wrong => token.reveal().replace(|digit: char| digit.is_ascii_digit(), "f"),
        State::Revoked => {
            access::take_back(house.store.as_ref(), &ada(), &house.run.id, &credential.id).await.unwrap();
            token.reveal().to_owned()
        }
    }
}

/// What an operation answers to whoever comes in; nothing where the desk has no door for it.
async fn answer(house: &House, caller: &Caller, operation: Operation) -> Option<bool> {
    let allowed = |result: Result<(), DeskError>| match result {
        Ok(()) => true,
        Err(DeskError::Forbidden { .. }) => false,
        Err(other) => panic!("{operation}: {other}"),
    };
    let desk = house.desk();
    Some(match operation {
        Operation::Read => allowed(
            desk.read(caller, &ReadCall::ListTickets(countersign::domain::ticket::TicketQuery::default()))
                .await
                .map(|_| ()),
        ),
        Operation::Propose => {
            let call = update("T-1", json!({"status": "pending"}));
            allowed(desk.write(caller, call, Why::default(), None).await.map(|_| ()))
        }
        Operation::Execute => {
            let call = update("T-1", json!({"status": "pending"}));
            let receipt = Some("rc-00000000000000000000000000000000".parse().unwrap());
            let done = desk.write(caller, call, Why::default(), receipt).await;
            if let Ok(done) = &done {
                assert_eq!(done.refusal.as_deref(), Some(Refusal::UnknownReceipt.as_str()));
            }
            allowed(done.map(|_| ()))
        }
        Operation::Decide => Reviewer::sign_in(caller.principal.clone()).is_ok(),
        Operation::ManageAccess => {
            let wanted = wanted("another", Role::Bot);
            access::give(house.store.as_ref(), &caller.principal, &caller.run, wanted).await.is_ok()
        }
        Operation::ReadAudit
        | Operation::Import
        | Operation::Browse
        | Operation::KeepCustomers
        | Operation::KeepArticles
        | Operation::Teach
        | Operation::Export
        | Operation::Erase => return None,
    })
}

async fn row(house: &House, door: &Access, role: Role, state: State) -> String {
    let shown = shown(house, role, state).await;
    let mut cells = String::new();
    for operation in Operation::ALL {
        let cell = match door.authenticate(&shown).await {
            Err(Unauthenticated::Unavailable(error)) => panic!("{error}"),
            Err(why) => why.to_string(),
            Ok(identity) => {
                assert_eq!(identity.principal.role, role);
                let caller = Caller::new(identity.principal, identity.name, house.run.id.clone());
                let may = answer(house, &caller, *operation).await;
                let table = role.may(*operation);
                assert!(may.is_none_or(|may| may == table), "{role} {operation}: {may:?}, the table says {table}");
                if table { "yes".to_owned() } else { "no".to_owned() }
            }
        };
        write!(cells, " {cell}").unwrap();
    }
    cells
}

#[tokio::test]
async fn every_role_operation_and_token_state_has_its_stated_answer() {
    let (house, door) = house().await;
    let all = |word: &str| format!(" {word}").repeat(Operation::ALL.len());
    for role in Role::ALL {
        for state in STATES {
            let stated = match state {
                State::None => all("malformed"),
                State::Wrong => all("unknown"),
                State::Expired => all("expired"),
                State::Revoked => all("revoked"),
                State::Good => match role {
                    Role::Bot => " yes yes no no no no no no no no no no no".to_owned(),
                    Role::Viewer => " yes no no no no no yes no no no no no no".to_owned(),
                    Role::Agent => " yes yes yes yes yes yes yes yes no no no no no".to_owned(),
                    Role::Supervisor => " yes yes yes yes yes yes yes yes yes yes no no no".to_owned(),
                    Role::Admin => all("yes"),
                },
            };
            assert_eq!(row(&house, &door, *role, state).await, stated, "{role} {state:?}");
        }
    }
}
