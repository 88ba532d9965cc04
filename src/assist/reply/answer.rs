//! The part of a reply that comes from sources: which ones, which passages, and the marks on them.

use std::collections::BTreeSet;

use crate::assist::claims::terms::terms;
use crate::assist::reply::canned::{self, Filled};
use crate::assist::reply::passage::{Passage, Shape, sentences};
use crate::assist::reply::quoting::{Group, Weights, choose, groups};
use crate::assist::reply::suspicion::is_suspicious;
use crate::assist::reply::{ReplyInput, thread_sources};
use crate::domain::article::Article;
use crate::domain::draft::Citation;

/// The longest snippet of a citation, in characters.
const LONGEST_SNIPPET: usize = 300;

/// The rank from which an article is worth quoting.
const LEAST_RANK: f64 = 0.3;

/// What was found for a question.
pub(crate) struct Answer {
    /// Paragraphs and lists with their marks.
    pub(crate) text: String,
    pub(crate) citations: Vec<Citation>,
    /// The full text of every source that is cited.
    pub(crate) sources: Vec<String>,
    /// Share of the question's weight that the quoted passages have.
    pub(crate) coverage: f64,
    /// Retrieval scores of the best source and of the next.
    pub(crate) best: f64,
    pub(crate) next: f64,
}

/// An article that may be quoted.
struct Candidate<'a> {
    article: &'a Article,
    score: f64,
    /// The score, raised by how much of the title the question has.
    rank: f64,
    groups: Vec<Group>,
}

/// Composes the answer; none when no source fits.
pub(crate) fn compose(
    input: &ReplyInput<'_>,
    asked: &BTreeSet<String>,
    canned: Option<&Filled<'_>>,
    most: usize,
) -> Option<Answer> {
    let candidates = candidates(input, asked);
    let weights = Weights::of(candidates.iter().flat_map(|c| &c.groups));
    let mut draft = Draft { asked, weights: &weights, answer: Answer::empty(), covered: BTreeSet::new(), room: most };
    if let Some(filled) = canned {
        draft.quote_canned(filled);
    }
    for (place, candidate) in candidates.iter().enumerate().filter(|(_, c)| fits(c, asked)).take(2) {
        let enough = place > 0 || canned.is_some();
        if !enough || draft.adds(candidate, candidates.first().map_or(0.0, |c| c.rank)) {
            draft.quote_article(candidate);
        }
    }
    let score = |i: usize| candidates.get(i).map_or(0.0, |c| c.score);
    let fit = canned.map_or(0.0, |c| c.score);
    let coverage = draft.coverage();
    let answer = Answer { best: score(0).max(fit), next: score(1), coverage, ..draft.answer };
    (!answer.citations.is_empty()).then_some(answer)
}

/// Articles for customers, best first; `Internal:` ones are for the desk only.
fn candidates<'a>(input: &ReplyInput<'a>, asked: &BTreeSet<String>) -> Vec<Candidate<'a>> {
    let public = input.articles.iter().filter(|(a, _)| !is_internal(&a.title) && !is_suspicious(&a.title));
    let mut out: Vec<Candidate<'a>> = public
        .map(|(article, score)| {
            let score = if score.is_finite() { score.clamp(0.0, 1.0) } else { 0.0 };
            let rank = score + 0.25 * title_share(&article.title, asked);
            Candidate { article, score, rank, groups: groups(&article.body) }
        })
        .collect();
    out.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    out
}

pub(crate) fn is_internal(title: &str) -> bool {
    title.trim_start().to_lowercase().starts_with("internal:")
}

fn title_share(title: &str, asked: &BTreeSet<String>) -> f64 {
    let title = terms(title);
    share(title.intersection(asked).count(), title.len())
}

fn share(part: usize, whole: usize) -> f64 {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap_or(u32::MAX));
    count(part) / count(whole.max(1))
}

/// Whether an article is about the question at all: by its score, and by words that both have.
fn fits(candidate: &Candidate<'_>, asked: &BTreeSet<String>) -> bool {
    let title = terms(&candidate.article.title);
    let words: BTreeSet<&String> = candidate.groups.iter().flat_map(Group::all_terms).chain(&title).collect();
    let common = words.iter().filter(|t| asked.contains(**t)).count();
    let titled = title.intersection(asked).count();
    // Two words like `its broken` can mean any article; only a title that says just that is an answer.
    let enough = common >= 2 && asked.len() >= 3 || titled * 2 >= title.len().max(1);
    enough && candidate.rank >= LEAST_RANK && (titled > 0 || candidate.score >= 0.35)
}

/// An answer in the making.
struct Draft<'a> {
    asked: &'a BTreeSet<String>,
    weights: &'a Weights,
    answer: Answer,
    covered: BTreeSet<String>,
    room: usize,
}

impl Draft<'_> {
    /// Whether a further article is nearly as good as the best and has words of the question that are still open.
    fn adds(&self, candidate: &Candidate<'_>, best: f64) -> bool {
        let words: BTreeSet<&String> = candidate.groups.iter().flat_map(Group::all_terms).collect();
        let open = self.asked.iter().filter(|t| words.contains(t) && !self.covered.contains(*t)).count();
        self.room >= 3 && candidate.rank >= 0.85 * best && open >= 2
    }

    fn quote_article(&mut self, candidate: &Candidate<'_>) {
        let open: BTreeSet<String> = self.asked.difference(&self.covered).cloned().collect();
        let wanted = if self.answer.citations.is_empty() { self.asked } else { &open };
        let chosen = choose(&candidate.groups, wanted, self.weights, self.room);
        let groups: Vec<&Group> = chosen.iter().filter_map(|i| candidate.groups.get(*i)).collect();
        if groups.is_empty() {
            return;
        }
        let index = self.answer.citations.len() + 1;
        let text = rendered(&groups, index);
        let passages: Vec<&str> = groups.iter().flat_map(|g| &g.passages).map(|p| p.text.as_str()).collect();
        self.covered.extend(groups.iter().flat_map(|g| g.all_terms()).cloned());
        self.room = self.room.saturating_sub(passages.len());
        let article = candidate.article;
        self.cite(article.id.as_str(), &article.title, &passages, &text);
        self.answer.sources.push(format!("{}\n\n{}", article.title, article.body));
    }

    fn quote_canned(&mut self, filled: &Filled<'_>) {
        let index = self.answer.citations.len() + 1;
        let text = filled.middle.split("\n\n").map(|p| marked_paragraph(p, index)).collect::<Vec<_>>().join("\n\n");
        self.covered.extend(terms(&filled.middle));
        self.room = self.room.saturating_sub(sentences(&filled.middle).len());
        self.cite(filled.reply.id.as_str(), &filled.reply.title, &[filled.middle.as_str()], &text);
        self.answer.sources.push(filled.text.clone());
    }

    fn cite(&mut self, id: &str, title: &str, passages: &[&str], text: &str) {
        let snippet: String = passages.join(" ").chars().take(LONGEST_SNIPPET).collect();
        let index = self.answer.citations.len() + 1;
        self.answer.citations.push(Citation { index, source_id: id.to_owned(), title: title.to_owned(), snippet });
        if !self.answer.text.is_empty() {
            self.answer.text.push_str("\n\n");
        }
        self.answer.text.push_str(text);
    }

    fn coverage(&self) -> f64 {
        let weight = |terms: &mut dyn Iterator<Item = &String>| terms.map(|t| self.weights.weight(t)).sum::<f64>();
        let all = weight(&mut self.asked.iter());
        if all > 0.0 { weight(&mut self.asked.intersection(&self.covered)) / all } else { 0.0 }
    }
}

impl Answer {
    const fn empty() -> Self {
        Self { text: String::new(), citations: Vec::new(), sources: Vec::new(), coverage: 0.0, best: 0.0, next: 0.0 }
    }
}

/// Groups as paragraphs and lists, a list under its own lead or under its heading.
pub(crate) fn rendered(groups: &[&Group], index: usize) -> String {
    let mut out = String::new();
    let mut heading = None;
    for group in groups {
        let list = group.is_list();
        let gap = if out.is_empty() {
            ""
        } else if list || heading != Some(&group.heading) {
            "\n\n"
        } else {
            " "
        };
        let led = list && !group.has_lead() && !group.heading.is_empty() && heading != Some(&group.heading);
        out.push_str(gap);
        if led {
            out.push_str(group.heading.trim_end_matches([':', '.', '!']));
            out.push_str(if group.heading.ends_with('?') { "\n" } else { ":\n" });
        }
        out.push_str(&group_text(&group.passages, index));
        heading = if list { None } else { Some(&group.heading) };
    }
    out
}

fn group_text(passages: &[Passage], index: usize) -> String {
    let mut out = String::new();
    let mut step = 0;
    for passage in passages {
        let (gap, lead) = match passage.shape {
            Shape::Sentence => (" ", String::new()),
            Shape::Step => {
                step += 1;
                ("\n", format!("{step}. "))
            }
            Shape::Point => ("\n", "- ".to_owned()),
        };
        if !out.is_empty() {
            out.push_str(gap);
        }
        out.push_str(&lead);
        out.push_str(&marked(&passage.text, index));
    }
    out
}

/// Each sentence of a paragraph with its mark; the lines of a list stay lines.
fn marked_paragraph(text: &str, index: usize) -> String {
    let line = |line: &str| {
        let step = line.split_once(". ").filter(|(n, _)| n.len() <= 2 && n.chars().all(|c| c.is_ascii_digit()));
        let (lead, rest) = step.map_or((String::new(), line), |(n, rest)| (format!("{n}. "), rest));
        lead + &sentences(rest).iter().map(|s| marked(s, index)).collect::<Vec<_>>().join(" ")
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// A line that leads to a list carries no mark: its points do.
fn marked(text: &str, index: usize) -> String {
    if text.ends_with(':') { text.to_owned() } else { format!("{text} [{index}]") }
}

/// The canned reply that fits, filled for this ticket.
pub(crate) fn canned_for<'a>(input: &ReplyInput<'a>, asked: &BTreeSet<String>, first_name: &str) -> Option<Filled<'a>> {
    let fields = fields(input, first_name);
    let mut grounds = thread_sources(input.ticket);
    grounds.extend(input.articles.iter().map(|(article, _)| article.body.clone()));
    canned::choose(input.canned, asked, &fields, &grounds)
}

/// What fills the fields of a canned reply.
pub(crate) fn fields<'a>(input: &ReplyInput<'a>, first_name: &'a str) -> canned::Fields<'a> {
    canned::Fields { first_name, ticket: input.ticket.row.id.as_str(), agent: input.agent_name }
}
