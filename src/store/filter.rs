//! Which tickets a query means, as a condition of SQL: the same for both databases, but for a few words.

use std::fmt::Display;

use jiff::Timestamp;

use crate::domain::call::ProposalQuery;
use crate::domain::ids::PrincipalId;
use crate::domain::scope::{NOBODY, Scope};
use crate::domain::ticket::{Sort, TicketQuery};
use crate::store::columns::rank;
use crate::store::rows::PROPOSAL;

/// A ticket counts for a filter when it has this share of what the best one has.
const CLOSE: f64 = 0.7;
/// What sorts behind every time.
const NEVER: &str = "9223372036854775807";

/// Proposals in one list.
const MOST_LISTED: u32 = 1_000;

/// Counts by view, of the columns of `rows::counts`.
pub(crate) const COUNTS: &str = "\
    SELECT CAST(coalesce(sum(tickets) FILTER (WHERE status NOT IN ('resolved', 'closed')), 0) AS BIGINT), \
           CAST(coalesce(sum(tickets) FILTER (WHERE status NOT IN ('resolved', 'closed') AND priority = 0), 0) AS BIGINT), \
           CAST(coalesce(sum(tickets) FILTER (WHERE status NOT IN ('resolved', 'closed') AND assignee = ''), 0) AS BIGINT), \
           CAST(coalesce(sum(tickets) FILTER (WHERE status = 'pending'), 0) AS BIGINT), \
           CAST(coalesce(sum(tickets), 0) AS BIGINT) \
    FROM ticket_counts";

/// Which proposals a query means, oldest first; its one value, if it has one, is the ticket. Only what is asked for is
/// read, however many proposals wait elsewhere. Of more than fit, the newest where they are looked back on; where they
/// wait, the oldest of each proposer, so that nobody's are out of sight because somebody has filed a thousand.
pub(crate) fn proposals(query: &ProposalQuery, mark: char) -> String {
    let of = query.ticket_id.as_ref().map(|_| format!("(ticket_id = {mark}1 OR other_id = {mark}1)"));
    let waiting = (!query.decided).then(|| "state IN ('pending', 'approved')".to_owned());
    let all: Vec<String> = of.into_iter().chain(waiting).collect();
    let which = if all.is_empty() { String::new() } else { format!("WHERE {}", all.join(" AND ")) };
    let some = if query.decided {
        format!("SELECT {PROPOSAL} FROM proposals {which} ORDER BY filed_at DESC, id DESC LIMIT {MOST_LISTED}")
    } else {
        let turn = "row_number() OVER (PARTITION BY proposer ORDER BY filed_at, id)";
        format!(
            "SELECT {PROPOSAL}, {turn} AS turn FROM proposals {which} ORDER BY turn, filed_at, id LIMIT {MOST_LISTED}"
        )
    };
    format!("SELECT * FROM ({some}) AS listed ORDER BY filed_at, id")
}

/// What the databases write differently.
pub(crate) struct Dialect {
    /// What stands before the number of a value.
    pub(crate) mark: char,
    /// That ticket `t` has no assignee.
    pub(crate) nobody: &'static str,
    /// That ticket `t` has the tag at `{}`.
    pub(crate) tagged: &'static str,
    /// Milliseconds since 1970.
    pub(crate) now: &'static str,
}

/// A condition on tickets `t`, and its values.
pub(crate) struct Filter {
    /// Without the person for whom tickets must be awake.
    pub(crate) sql: String,
    /// By number, from 1.
    pub(crate) values: Vec<String>,
    /// The value that names that person.
    awake_for: Option<usize>,
    /// Whether the table of counts can tell how many there are.
    is_counted: bool,
    dialect: &'static Dialect,
}

impl Filter {
    /// Of a query; `meant` are the tickets that its words mean, where it has words.
    pub(crate) fn of(query: &TicketQuery, meant: Option<Vec<String>>, dialect: &'static Dialect) -> Self {
        let TicketQuery { customer_id, tag, due_before, snoozed_by, scope, .. } = query;
        let is_counted = scope.is_all()
            && customer_id.is_none()
            && tag.is_none()
            && query.text.is_none()
            && due_before.is_none()
            && snoozed_by.is_none();
        let mut filter = Self { sql: "1 = 1".to_owned(), values: Vec::new(), awake_for: None, is_counted, dialect };
        filter.any_of("t.status", query.status.iter().map(|s| s.as_str()));
        if !query.priority.is_empty() {
            let ranks: Vec<_> = query.priority.iter().map(|p| rank(*p).to_string()).collect();
            filter.and(&format!("t.priority IN ({})", ranks.join(", ")));
        }
        match query.assignee.as_ref().map(PrincipalId::as_str) {
            Some(NOBODY) => filter.and(dialect.nobody),
            Some(somebody) => filter.any_of("t.assignee", [somebody]),
            None => {}
        }
        filter.any_of("t.customer_id", customer_id.iter());
        if let Some(tag) = tag {
            let mark = filter.value(tag);
            filter.and(&dialect.tagged.replace("{}", &filter.marked(mark)));
        }
        if let Some(due) = due_before {
            filter.and(&format!("coalesce(t.due_at, {NEVER}) < {}", due.as_millisecond()));
        }
        if let Some(person) = snoozed_by {
            let mark = filter.value(person);
            filter.and(&filter.put_off(mark));
        }
        filter.within(scope);
        filter.awake_for = query.awake_for.as_ref().map(|person| filter.value(person));
        match meant {
            Some(tickets) if tickets.is_empty() => filter.and("1 = 0"),
            Some(tickets) => filter.any_of("t.id", tickets),
            None => {}
        }
        filter
    }

    /// Only what is there for whoever asks.
    fn within(&mut self, scope: &Scope) {
        self.any_of("t.status", scope.statuses.iter().map(|status| status.as_str()));
        self.any_of(&format!("coalesce(t.assignee, '{NOBODY}')"), scope.assignees.iter());
        let places: Vec<usize> = scope.tags.iter().map(|tag| self.value(tag)).collect();
        let one_of = places.into_iter().map(|at| self.dialect.tagged.replace("{}", &self.marked(at)));
        let one_of: Vec<_> = one_of.collect();
        if !one_of.is_empty() {
            self.and(&format!("({})", one_of.join(" OR ")));
        }
    }

    /// The whole condition.
    pub(crate) fn awake(&self) -> String {
        let awake = self.awake_for.map_or_else(String::new, |mark| format!(" AND NOT {}", self.put_off(mark)));
        format!("{}{awake}", self.sql)
    }

    /// Counts the tickets, those that sleep too: from the counts where they tell.
    pub(crate) fn all(&self) -> String {
        // Every value must stand in the statement.
        let named = |mark| format!(" AND CAST({} AS TEXT) IS NOT NULL", self.marked(mark));
        let named = self.awake_for.map_or_else(String::new, named);
        if self.is_counted {
            let sql = self.sql.replace(self.dialect.nobody, "t.assignee = ''");
            format!("SELECT CAST(coalesce(sum(tickets), 0) AS BIGINT) FROM ticket_counts t WHERE {sql}{named}")
        } else {
            format!("SELECT count(*) FROM tickets t WHERE {}{named}", self.sql)
        }
    }

    /// Counts those of them that sleep, where that matters.
    pub(crate) fn asleep(&self) -> Option<String> {
        let mark = self.awake_for?;
        let of_those = format!("t.id IN (SELECT ticket_id FROM snoozes WHERE person = {})", self.marked(mark));
        Some(format!("SELECT count(*) FROM tickets t WHERE {of_those} AND {} AND {}", self.sql, self.put_off(mark)))
    }

    /// That ticket `t` is put off by the person of a value.
    fn put_off(&self, mark: usize) -> String {
        format!(
            "EXISTS (SELECT 1 FROM snoozes s WHERE s.ticket_id = t.id AND s.person = {} AND s.version = t.version \
                       AND s.until > {})",
            self.marked(mark),
            self.dialect.now
        )
    }

    /// Keeps a value; where it stands.
    fn value(&mut self, value: impl Display) -> usize {
        self.values.push(value.to_string());
        self.values.len()
    }

    fn marked(&self, at: usize) -> String {
        format!("{}{at}", self.dialect.mark)
    }

    /// Adds `column IN (…)`; no values asked for means no condition.
    fn any_of(&mut self, column: &str, values: impl IntoIterator<Item: Display>) {
        let places: Vec<usize> = values.into_iter().map(|value| self.value(value)).collect();
        let marks: Vec<_> = places.into_iter().map(|at| self.marked(at)).collect();
        if !marks.is_empty() {
            self.and(&format!("{column} IN ({})", marks.join(", ")));
        }
    }

    fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }
}

/// How a list is sorted.
pub(crate) const fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Due => "coalesce(t.due_at, 9223372036854775807), t.priority, t.n",
        Sort::Priority => "t.priority, coalesce(t.due_at, 9223372036854775807), t.n",
        Sort::Updated => "t.updated_at DESC, t.n",
        Sort::Created => "t.created_at DESC, t.n",
    }
}

/// That ticket `t` stands behind a place in a list, to be put behind a condition. An id needs no quoting.
pub(crate) fn behind(query: &TicketQuery) -> String {
    let Some(place) = &query.behind else { return String::new() };
    let n = format!("coalesce((SELECT n FROM tickets WHERE id = '{}'), 0)", place.id);
    let (rank, due) = (rank(place.priority), place.due_at.map_or(i64::MAX, Timestamp::as_millisecond));
    let since = |column: &str, at: Timestamp| {
        let at = at.as_millisecond();
        format!(" AND {column} <= {at} AND ({column} < {at} OR t.n > {n})")
    };
    match query.sort {
        Sort::Due => format!(" AND ({}) > ({due}, {rank}, {n})", order(query.sort)),
        Sort::Priority => format!(" AND ({}) > ({rank}, {due}, {n})", order(query.sort)),
        Sort::Updated => since("t.updated_at", place.updated_at),
        Sort::Created => since("t.created_at", place.created_at),
    }
}

/// Of what a search found, what a filter means. A search ranks and may end with the least alike; a filter leaves those
/// out.
pub(crate) fn close(found: Vec<(String, f64)>) -> impl Iterator<Item = String> {
    let best = found.iter().map(|(_, share)| *share).fold(0.0, f64::max);
    found.into_iter().filter(move |(_, share)| *share >= best * CLOSE).map(|(id, _)| id)
}
