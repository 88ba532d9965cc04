//! One customer's data: handed out whole, and erased. No tool does either: no model can reach it.

use std::time::Duration;

use serde_json::json;

use crate::desk::scope::not_found;
use crate::desk::{Caller, Desk, DeskError, authorise, event};
use crate::domain::actor::Operation;
use crate::domain::audit::Action;
use crate::domain::customer::Customer;
use crate::domain::dossier::Dossier;
use crate::domain::erasure::{Done, Meant, Tally, WORDLESS};
use crate::domain::ids::CustomerId;
use crate::store::erasing::Order;

/// The names in the log.
const EXPORT: &str = WORDLESS[0];
const LOOK: &str = WORDLESS[1];
const ERASE: &str = WORDLESS[2];
/// Whatever another program had under way when the data went is in the log after this long.
const OTHERS: Duration = Duration::from_millis(250);

impl Desk {
    /// Customers of that id, address or name: for whoever means one of them.
    ///
    /// # Errors
    /// When the caller may not, or the store fails.
    pub async fn customers_called(&self, caller: &Caller, called: &str) -> Result<Vec<Customer>, DeskError> {
        authorise(caller, Operation::Export)?;
        Ok(self.store.customers_called(called).await?)
    }

    /// All that the desk knows of a customer. The record says that it was handed out, and nothing of what.
    ///
    /// # Errors
    /// When the caller may not, there is no such customer, or the store fails.
    pub async fn export(&self, caller: &Caller, id: &CustomerId) -> Result<Dossier, DeskError> {
        let work = async {
            authorise(caller, Operation::Export)?;
            self.store.flush().await?;
            let found = self.store.dossier(id, crate::clock::now()).await?;
            found.filter(|found| !found.customer.is_erased()).ok_or_else(|| not_found("customer", id))
        };
        let counts = |found: &Dossier| {
            let Dossier { tickets, proposals, records, .. } = found;
            json!({"tickets": tickets.len(), "proposals": proposals.len(), "records": records.len()})
        };
        self.looked(caller, EXPORT, &json!({"customer_id": id}), work, counts).await
    }

    /// A customer, and what erasing their data would take.
    ///
    /// # Errors
    /// When the caller may not, there is no such customer, or the store fails.
    pub async fn erasable(&self, caller: &Caller, id: &CustomerId) -> Result<(Customer, Tally), DeskError> {
        let work = async {
            authorise(caller, Operation::Erase)?;
            let customer = self.store.customer(id).await?.ok_or_else(|| not_found("customer", id))?;
            let tally = self.store.would_erase(id, crate::clock::now()).await?;
            Ok((customer, tally.ok_or_else(|| not_found("customer", id))?))
        };
        self.looked(caller, LOOK, &json!({"customer_id": id}), work, |(_, tally)| json!(tally)).await
    }

    /// Erases a customer's data. What was under way elsewhere meanwhile is looked for once more after a moment; what a
    /// database of our own has in its file is overwritten then.
    ///
    /// # Errors
    /// When the caller may not, there is no such customer, or the store fails. Where it says that the desk is locked,
    /// the data is gone from the desk and may still stand in its file: erase again.
    pub async fn erase(&self, caller: &Caller, meant: &Meant) -> Result<Done, DeskError> {
        authorise(caller, Operation::Erase)?;
        let mut done = Done { customer_id: meant.id().clone(), orders: Vec::new(), tally: Tally::default() };
        let mut order = Order { customer: meant.id().clone(), known: None, behind: 0 };
        loop {
            let record = event(caller, Action::Erased, ERASE, None, json!({"customer_id": meant.id()}));
            let swept = self.store.erase(order.clone(), record).await?;
            let swept = swept.ok_or_else(|| not_found("customer", meant.id()))?;
            let is_first = order.known.is_none();
            done.tally = if is_first { swept.tally } else { done.tally.and(&swept.tally) };
            done.orders.extend(swept.order);
            let Some(seq) = swept.order.filter(|_| is_first) else { break };
            order = Order { known: Some(swept.traces), behind: seq, ..order };
            self.habits.forget();
            tokio::time::sleep(OTHERS).await;
        }
        self.store.scrub().await?;
        Ok(done)
    }
}
