//! Completion: ids and words for the arguments of prompts and the variables of resource templates.

use rmcp::ErrorData;
use rmcp::model::{CompleteRequestParams, CompleteResult, CompletionInfo, Reference};

use crate::desk::Caller;
use crate::domain::answer::Answer;
use crate::domain::call::{ProposalQuery, ReadCall};
use crate::domain::naming::{NamePage, Named};
use crate::domain::text;
use crate::domain::ticket::{Status, Tone};
use crate::mcp::server::prompts::{DRAFT, TICKET_ID, TONE, TRIAGE};
use crate::mcp::server::resources::TEMPLATES;
use crate::mcp::server::{DeskServer, refused};

/// An assignee that is no person: unassigned tickets.
const NOBODY: &str = "nobody";

/// What can be completed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wanted {
    Id(Named),
    Assignee,
    Proposal,
    Status,
    Tone,
}

/// What an argument or a variable stands for.
fn wanted(of: &Reference, argument: &str) -> Option<Wanted> {
    if let Some(prompt) = of.as_prompt_name() {
        return match (prompt, argument) {
            (TRIAGE | DRAFT, TICKET_ID) => Some(Wanted::Id(Named::Ticket)),
            (DRAFT, TONE) => Some(Wanted::Tone),
            _ => None,
        };
    }
    let template = of.as_resource_uri()?;
    let (_, name, ..) = TEMPLATES.into_iter().find(|(address, ..)| *address == template)?;
    match (name, argument) {
        ("ticket", "id") => Some(Wanted::Id(Named::Ticket)),
        ("article", "id") => Some(Wanted::Id(Named::Article)),
        ("proposal", "id") => Some(Wanted::Proposal),
        ("queue", "status") => Some(Wanted::Status),
        ("queue", "assignee") => Some(Wanted::Assignee),
        _ => None,
    }
}

impl DeskServer {
    /// What begins so, at most a hundred.
    pub(crate) async fn completion(
        &self,
        caller: &Caller,
        request: &CompleteRequestParams,
    ) -> Result<CompleteResult, ErrorData> {
        let (name, prefix) = (&request.argument.name, &request.argument.value);
        let wanted = wanted(&request.r#ref, name).ok_or_else(|| {
            let words = format!("nothing here has an argument {}", text::short(name, 80));
            ErrorData::invalid_params(words, None)
        })?;
        let mut values = match wanted {
            Wanted::Id(of) => self.ids(caller, of, prefix).await?,
            Wanted::Assignee => {
                let nobody = [NOBODY.to_owned()].into_iter().filter(|word| word.starts_with(prefix));
                nobody.chain(self.ids(caller, Named::Person, prefix).await?).collect()
            }
            Wanted::Proposal => self.proposals(caller, prefix).await?,
            Wanted::Status => words(Status::ALL.iter().map(|status| status.as_str()), prefix),
            Wanted::Tone => words(Tone::ALL.iter().map(|tone| tone.as_str()), prefix),
        };
        let more = values.len() > CompletionInfo::MAX_VALUES;
        values.truncate(CompletionInfo::MAX_VALUES);
        let found = CompletionInfo::with_pagination(values, None, more);
        Ok(CompleteResult::new(found.map_err(|e| ErrorData::internal_error(e, None))?))
    }

    async fn ids(&self, caller: &Caller, of: Named, prefix: &str) -> Result<Vec<String>, ErrorData> {
        // One more than is told: then it is known whether there are more.
        let page = NamePage { prefix: prefix.chars().take(64).collect(), after: None, limit: 101 };
        let names = self.desk.names(caller, of, &page).await.map_err(|e| refused(&e))?;
        Ok(names.into_iter().map(|name| name.id).collect())
    }

    /// Proposals that wait.
    async fn proposals(&self, caller: &Caller, prefix: &str) -> Result<Vec<String>, ErrorData> {
        let call = ReadCall::ListProposals(ProposalQuery::default());
        let Answer::Proposals(found) = self.desk.read(caller, &call).await.map_err(|e| refused(&e))? else {
            return Ok(Vec::new());
        };
        Ok(words(found.proposals.iter().map(|row| row.id.as_str()), prefix))
    }
}

fn words<'a>(all: impl Iterator<Item = &'a str>, prefix: &str) -> Vec<String> {
    all.filter(|word| word.starts_with(prefix)).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_of_every_template_can_be_completed() {
        for (address, ..) in TEMPLATES {
            let (_, variables) = address.split_once('{').unwrap();
            let variables = variables.trim_matches(['{', '}', '?']).split(',');
            for variable in variables {
                assert!(wanted(&Reference::for_resource(address), variable).is_some(), "{address} {variable}");
            }
            assert_eq!(wanted(&Reference::for_resource(address), "other"), None);
        }
        assert_eq!(wanted(&Reference::for_resource("desk://customer/{id}"), "id"), None);
    }

    #[test]
    fn every_argument_of_every_prompt_can_be_completed() {
        for prompt in crate::mcp::server::prompts::all().prompts {
            for argument in prompt.arguments.unwrap() {
                assert!(wanted(&Reference::for_prompt(&prompt.name), &argument.name).is_some(), "{}", argument.name);
            }
        }
        assert_eq!(wanted(&Reference::for_prompt(TRIAGE), TONE), None);
    }
}
