//! A receipt: what the desk keeps of one approval, and takes for one write.

use jiff::Timestamp;

use crate::domain::canonical::Digest;
use crate::domain::ids::{PrincipalId, ProposalId, ReceiptId};

/// One approval, good for one write of exactly what was approved. Holding its id proves nothing by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// 128 random bits.
    pub id: ReceiptId,
    /// The proposal that was approved.
    pub proposal: ProposalId,
    /// Who approved; only they can spend it.
    pub approver: PrincipalId,
    /// What was approved: tool, arguments, version.
    pub digest: Digest,
    /// Spent no later than this.
    pub expires_at: Timestamp,
}

words! {
    /// Why a write was refused at the desk's door; nothing happened.
    Refusal {
        /// There is no such receipt.
        UnknownReceipt = "unknown_receipt",
        /// It was spent before.
        Spent = "receipt_spent",
        /// It came too late.
        ReceiptExpired = "receipt_expired",
        /// What is asked for is not what was approved.
        OtherCall = "digest_differs",
        /// Somebody else approved.
        OtherApprover = "other_approver",
        /// The approver may no longer do this.
        NotAllowed = "not_allowed",
        /// The ticket has moved since.
        Superseded = "superseded",
        /// There is no such ticket.
        NoTicket = "no_such_ticket",
        /// The desk's own rules speak against the values.
        Invalid = "invalid",
    }
}
