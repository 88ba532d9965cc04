//! The names of months, weekdays and near days in the languages that a desk meets most.

use std::sync::LazyLock;

use crate::assist::claims::lexicon::Lexicon;
use crate::assist::claims::tokens::{Kind, Token};

/// January first; English, German, French, Spanish, Italian, Dutch, Portuguese and short forms.
static MONTHS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::of([
        "january jan januar janvier enero gennaio januari janeiro",
        "february feb februar février febrero febbraio februari fevereiro",
        "march mar märz mars marzo maart março",
        "april apr avril abril aprile",
        "may mai mayo maggio mei maio",
        "june jun juni juin junio giugno junho",
        "july jul juli juillet julio luglio julho",
        "august aug août agosto augustus",
        "september sep sept septembre septiembre settembre setembro",
        "october oct oktober okt octobre octubre ottobre outubro",
        "november nov novembre noviembre novembro",
        "december dec dezember dez décembre diciembre dicembre dezembro",
    ])
});
/// Monday first.
static WEEKDAYS: LazyLock<Lexicon> = LazyLock::new(|| {
    Lexicon::of([
        "monday mondays mon montag montags lundi lunes lunedì maandag segunda-feira",
        "tuesday tuesdays tue tues dienstag dienstags mardi martes martedì dinsdag",
        "wednesday wednesdays wed mittwoch mittwochs mercredi miércoles mercoledì woensdag",
        "thursday thursdays thu thurs donnerstag donnerstags jeudi jueves giovedì donderdag",
        "friday fridays fri freitag freitags vendredi viernes venerdì vrijdag",
        "saturday saturdays samstag sonnabend samedi sábado sabato zaterdag",
        "sunday sundays sonntag sonntags dimanche domingo domenica zondag",
    ])
});
/// Near days, by English name. `morgen` is left out: it is mostly a greeting.
const NEAR: &[(&str, &[&str])] = &[
    ("today", &["today", "tonight", "heute", "aujourd'hui", "hoy", "oggi", "vandaag", "hoje", "今天", "今日", "오늘"]),
    ("tomorrow", &["tomorrow", "demain", "mañana", "domani", "amanhã", "明天", "明日", "내일"]),
    ("yesterday", &["yesterday", "gestern", "hier", "ayer", "ieri", "gisteren", "ontem", "昨天", "昨日", "어제"]),
    ("next week", &["next week", "nächste woche", "semaine prochaine", "下周", "下週", "来週", "다음 주"]),
    ("next month", &["next month", "nächsten monat", "mois prochain", "下个月", "来月"]),
    ("end of the day", &["end of the day", "end of day", "end of today", "close of business"]),
    ("end of the week", &["end of the week", "end of this week", "ende der woche", "fin de semaine"]),
    ("this week", &["this week", "diese woche", "cette semaine"]),
    ("this afternoon", &["this afternoon", "this evening", "heute abend", "ce soir"]),
    ("overnight", &["overnight", "next day", "next morning"]),
];

/// The month that a word names, from 1.
pub(crate) fn month(token: &Token) -> Option<i64> {
    let found = MONTHS.row(&token.text).filter(|_| token.kind == Kind::Word)?;
    i64::try_from(found + 1).ok()
}

/// The weekday named at token `at`, Monday 1, and the token after it.
pub(crate) fn weekday(tokens: &[Token], at: usize) -> Option<(i8, usize)> {
    let token = tokens.get(at)?;
    if let Some(found) = WEEKDAYS.row(&token.text) {
        return Some((i8::try_from(found + 1).ok()?, at + 1));
    }
    let text = |i: usize| tokens.get(at + i).map_or("", |t| t.text.as_str());
    if let Some(found) = "月火水木金土日월화수목금토일".chars().position(|c| text(0).chars().eq([c])) {
        let day = (text(1) == "曜" || text(1) == "요") && ["日", "일"].contains(&text(2));
        return i8::try_from(found % 7 + 1).ok().filter(|_| day).map(|n| (n, at + 3));
    }
    let after = match (text(0), text(1)) {
        ("星", "期") | ("礼" | "禮", "拜") => 2,
        ("周" | "週", _) => 1,
        _ => return None,
    };
    let found = "一二三四五六日天".chars().position(|c| text(after).chars().eq([c]))?;
    i8::try_from(found.min(6) + 1).ok().map(|n| (n, at + after + 1))
}

/// A near day named at token `at`, under its English name, and the token after it.
pub(crate) fn relative(tokens: &[Token], at: usize) -> Option<(&'static str, usize)> {
    if tokens.get(at)?.kind != Kind::Word {
        return None;
    }
    let forms = || NEAR.iter().flat_map(|(name, forms)| forms.iter().map(move |form| (*name, *form)));
    forms().find_map(|(name, form)| reads(tokens, at, form).map(|next| (name, next)))
}

/// The token after `form`, if the tokens from `at` read like it.
fn reads(tokens: &[Token], at: usize, form: &str) -> Option<usize> {
    let mut rest = form;
    let mut next = at;
    while !rest.is_empty() {
        let token = tokens.get(next)?;
        rest =
            if token.kind == Kind::Space { rest.strip_prefix(' ')? } else { rest.strip_prefix(token.text.as_str())? };
        next += 1;
    }
    Some(next)
}
