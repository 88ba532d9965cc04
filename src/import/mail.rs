//! One mail, as well as it can be read.

use jiff::Timestamp;
use mail_parser::{Address, HeaderValue, Message as Parsed, MessageParser, MessagePart, MimeHeaders, PartType};

use crate::domain::ticket::Attachment;
use crate::import::limits::{self, Reason};
use crate::import::{html, uuencode};

/// Most mails that one mail refers to.
const MOST_REFERENCES: usize = 200;
/// Most attachments that are listed.
const MOST_ATTACHMENTS: usize = 500;

/// A mail before it has found its thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mail {
    /// Its Message-ID without angle brackets.
    pub(super) id: Option<String>,
    /// Digest of the whole mail.
    pub(super) digest: String,
    /// The mails that it answers.
    pub(super) references: Vec<String>,
    /// Subject, one line.
    pub(super) subject: String,
    /// Sender's name; the address when there is none.
    pub(super) name: String,
    /// Sender's address, lower case, may be empty.
    pub(super) email: String,
    /// Addresses that it was sent to, lower case.
    pub(super) to: Vec<String>,
    /// When it was written.
    pub(super) at: Timestamp,
    /// Plain text.
    pub(super) body: String,
    /// Files that came with it.
    pub(super) attachments: Vec<Attachment>,
}

/// Reads a mail; what is missing or broken in it is left out, and only what is no mail at all is refused.
pub(super) fn parse(bytes: &[u8], default_time: Timestamp) -> Result<Mail, Reason> {
    let mail = MessageParser::default().parse(bytes).ok_or("not a mail: it has no header")?;
    let (name, email) = sender(&mail);
    let (body, inside) = uuencode::taken_out(&body(&mail)?);
    let body = body.trim_end().to_owned();
    let attachments: Vec<_> = attachments(&mail).into_iter().chain(inside).take(MOST_ATTACHMENTS).collect();
    if body.is_empty() && attachments.is_empty() && mail.subject().is_none() && email.is_empty() {
        return Err("not a mail: it has no sender, no subject and no text".into());
    }
    Ok(Mail {
        id: mail.message_id().filter(|id| !id.is_empty()).map(shortened),
        digest: limits::digest(bytes),
        references: references(&mail),
        subject: subject(mail.subject().unwrap_or_default())?,
        name,
        email,
        to: [mail.to(), mail.cc()].into_iter().flatten().flat_map(addresses).collect(),
        at: mail
            .date()
            .filter(|date| date.is_valid())
            .map_or(default_time, |date| Timestamp::from_second(date.to_timestamp()).unwrap_or(default_time)),
        body: if body.is_empty() { "(no text)".into() } else { limits::body(&body)? },
        attachments,
    })
}

/// A subject of a mail is cut rather than refused: the mail cannot be sent again.
fn subject(text: &str) -> Result<String, Reason> {
    limits::subject(&text.chars().take(limits::SUBJECT).collect::<String>())
}

fn sender(mail: &Parsed<'_>) -> (String, String) {
    let first = [mail.from(), mail.sender(), mail.reply_to()].into_iter().flatten().find_map(Address::first);
    let email = first.and_then(|from| from.address()).unwrap_or_default().trim().to_lowercase();
    let name = first.and_then(|from| from.name()).map(str::trim).filter(|name| !name.is_empty());
    let name = name.unwrap_or(if email.is_empty() { "Unknown sender" } else { &email });
    (shortened(name), shortened(&email))
}

fn addresses<'a>(address: &'a Address<'_>) -> impl Iterator<Item = String> + 'a {
    address.iter().filter_map(|one| one.address()).take(MOST_REFERENCES).map(|one| one.trim().to_lowercase())
}

fn references(mail: &Parsed<'_>) -> Vec<String> {
    let all = ids(mail.in_reply_to()).chain(ids(mail.references()));
    all.filter(|id| !id.is_empty()).take(MOST_REFERENCES).map(shortened).collect()
}

fn ids<'a>(value: &'a HeaderValue<'_>) -> impl Iterator<Item = &'a str> {
    let one = value.as_text().filter(|_| value.as_text_list().is_none_or(<[_]>::is_empty));
    let list = value.as_text_list().unwrap_or_default().iter().map(AsRef::as_ref);
    list.chain(one).map(|id| id.trim_matches(['<', '>', ' ']))
}

/// The plain parts; the HTML ones where the plain ones are empty.
fn body(mail: &Parsed<'_>) -> Result<String, Reason> {
    let plain = joined(mail.text_bodies())?;
    if plain.is_empty() { joined(mail.html_bodies()) } else { Ok(plain) }
}

fn joined<'a>(parts: impl Iterator<Item = &'a MessagePart<'a>>) -> Result<String, Reason> {
    let texts = parts.map(part_text).collect::<Result<Vec<_>, _>>()?;
    Ok(texts
        .iter()
        .map(|text| text.trim_end().trim_start_matches('\n'))
        .filter(|text| !text.trim().is_empty())
        .collect::<Vec<_>>()
        .join("\n\n"))
}

fn part_text(part: &MessagePart<'_>) -> Result<String, Reason> {
    match &part.body {
        PartType::Text(text) => Ok(text.replace("\r\n", "\n")),
        PartType::Html(source) => html::text(&limits::body(source)?),
        PartType::Binary(_) | PartType::InlineBinary(_) | PartType::Message(_) | PartType::Multipart(_) => {
            Ok(String::new())
        }
    }
}

fn attachments(mail: &Parsed<'_>) -> Vec<Attachment> {
    mail.attachments().take(MOST_ATTACHMENTS).enumerate().map(|(n, part)| attachment(n + 1, part)).collect()
}

fn attachment(number: usize, part: &MessagePart<'_>) -> Attachment {
    let inner = part.message().map(|mail| format!("{}.eml", mail.subject().unwrap_or("mail")));
    let name = part.attachment_name().map(str::to_owned).filter(|name| !name.trim().is_empty()).or(inner);
    let mime = part.content_type().map(|mime| format!("{}/{}", mime.ctype(), mime.subtype().unwrap_or("octet-stream")));
    Attachment {
        name: shortened(&name.unwrap_or_else(|| format!("attachment-{number}"))),
        mime: shortened(&mime.unwrap_or_else(|| "application/octet-stream".into()).to_lowercase()),
        size: u64::try_from(part.contents().len()).unwrap_or(u64::MAX),
    }
}

/// Names and ids of a mail are cut where a line of a mail would end.
fn shortened(text: &str) -> String {
    text.chars().take(limits::SUBJECT).collect()
}
