//! Who acts: people and bots, their roles, and what a role may do.

use serde::{Deserialize, Serialize};

use crate::domain::ids::PrincipalId;

words! {
    /// What somebody is at this desk.
    Role {
        /// Another program: reads and proposes, never approves.
        Bot = "bot",
        /// Reads.
        Viewer = "viewer",
        /// Answers customers.
        Agent = "agent",
        /// Reviews, and approves what an agent may not.
        Supervisor = "supervisor",
        /// Runs the desk.
        Admin = "admin",
    }
}

words! {
    /// What can be asked of a desk.
    Operation {
        /// Look at tickets, customers, articles, proposals.
        Read = "read",
        /// Ask for a change.
        Propose = "propose",
        /// Decide on a proposal.
        Decide = "decide",
        /// Carry out an approved call.
        Execute = "execute",
        /// Read the tool-call log.
        ReadAudit = "read_audit",
        /// Bring tickets and articles in.
        Import = "import",
        /// Look at the desk as a whole: page through its customers, read its metrics.
        Browse = "browse",
        /// Write down and change customers.
        KeepCustomers = "keep_customers",
        /// Write, change and take away articles.
        KeepArticles = "keep_articles",
        /// Sign and dismiss what the replies of the desk teach.
        Teach = "teach",
        /// Give and take back credentials and roles.
        ManageAccess = "manage_access",
        /// Hand out all that the desk knows of a customer.
        Export = "export",
        /// Erase it.
        Erase = "erase",
    }
}

impl Role {
    /// The one table of rights: role by operation; what is not listed is denied.
    #[must_use]
    pub const fn may(self, operation: Operation) -> bool {
        use Operation::{
            Browse, Decide, Erase, Execute, Export, Import, KeepArticles, KeepCustomers, ManageAccess, Propose, Read,
            ReadAudit, Teach,
        };
        let of_an_agent =
            matches!(operation, Read | Browse | Propose | Decide | Execute | ReadAudit | Import | KeepCustomers);
        let of_a_supervisor = of_an_agent || matches!(operation, Teach | KeepArticles);
        match self {
            Self::Bot => matches!(operation, Read | Propose),
            Self::Viewer => matches!(operation, Read | Browse),
            Self::Agent => of_an_agent,
            Self::Supervisor => of_a_supervisor,
            Self::Admin => of_a_supervisor || matches!(operation, ManageAccess | Export | Erase),
        }
    }

    /// The table as Markdown: an operation a row, a role a column.
    #[must_use]
    pub fn table() -> String {
        let cells = |first: &str, each: &dyn Fn(Self) -> &'static str| {
            let cells: Vec<_> = Self::ALL.iter().map(|role| format!(" {:<10} |", each(*role))).collect();
            format!("| {first:<13} |{}\n", cells.concat())
        };
        let rule = format!("| {:-<13} |{}\n", "", format!(" {:-<10} |", "").repeat(Self::ALL.len()));
        let row =
            |operation: &Operation| cells(operation.as_str(), &|role| if role.may(*operation) { "yes" } else { "-" });
        let rows: Vec<_> = Operation::ALL.iter().map(row).collect();
        format!("{}{rule}{}", cells("", &|role| role.as_str()), rows.concat())
    }

    /// Whether this role can stand in for `needed` when a proposal asks for it; a bot never can.
    #[must_use]
    pub const fn covers(self, needed: Role) -> bool {
        self.may(Operation::Decide) && self as u8 >= needed as u8
    }
}

/// Somebody known to the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// Name.
    pub id: PrincipalId,
    /// Role.
    pub role: Role,
}

impl Principal {
    /// The bot that somebody's own assistant acts as: it reads and proposes, whatever they may.
    #[must_use]
    pub fn assistant(&self) -> Self {
        let name: String = format!("assistant-{}", self.id).chars().take(64).collect();
        Self { id: name.parse().unwrap_or_else(|_| self.id.clone()), role: Role::Bot }
    }
}

/// A signed-in person who may decide. Only the front doors make one; an agent never holds one.
#[derive(Debug)]
pub struct Reviewer {
    principal: Principal,
}

/// A principal that cannot review.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{id} is a {role}: only an agent, supervisor or admin may decide on proposals")]
pub struct NotAReviewer {
    id: PrincipalId,
    role: Role,
}

impl Reviewer {
    /// Signs a person in.
    ///
    /// # Errors
    /// When the role may not decide.
    pub fn sign_in(principal: Principal) -> Result<Self, NotAReviewer> {
        if principal.role.may(Operation::Decide) {
            Ok(Self { principal })
        } else {
            Err(NotAReviewer { id: principal.id, role: principal.role })
        }
    }

    /// Who it is.
    #[must_use]
    pub fn principal(&self) -> &Principal {
        &self.principal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assistant_may_never_do_what_a_person_may_not_who_decides() {
        for role in Role::ALL {
            let principal = Principal { id: "x".parse().unwrap(), role: *role };
            let assistant = principal.assistant();
            assert_eq!(assistant.id.as_str(), "assistant-x");
            let is_less = Operation::ALL.iter().all(|op| role.may(*op) || !assistant.role.may(*op));
            assert!(is_less || !role.may(Operation::Decide), "{role}");
        }
    }

    #[test]
    fn a_bot_and_a_viewer_can_never_decide() {
        for role in [Role::Bot, Role::Viewer] {
            let principal = Principal { id: "x".parse().unwrap(), role };
            assert!(Reviewer::sign_in(principal).is_err());
            assert!(Role::ALL.iter().all(|needed| !role.covers(*needed)));
        }
        assert!(!Role::Agent.covers(Role::Supervisor));
        assert!(Role::Admin.covers(Role::Supervisor));
    }
}
