//! Building mail: whatever stands in a letter, the message reads back as that letter and has the headers of
//! a letter, each once.

use std::collections::{BTreeMap, HashMap};

use hamlet::{
    config::Settings,
    domain::{email::EmailAddress, site::SiteSlug, timestamp::Timestamp},
    notify::{letter::Letter, mailer::Mailer},
};
use lettre::message::Mailbox;
use mail_parser::{Address, MessageParser};

use super::pieces;

const HEADERS: [&str; 13] = [
    "auto-submitted",
    "content-type",
    "date",
    "from",
    "in-reply-to",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "message-id",
    "mime-version",
    "references",
    "subject",
    "to",
];

/// Subject, text, page, recipient, sender, site and the address to unsubscribe at.
pub fn check(data: &[u8]) {
    let [subject, text, html, to, from, site, unsubscribe] = pieces(data);
    let Some(from) = sender(&from) else { return };
    let to = EmailAddress::parse("email", &to);
    let site = SiteSlug::parse(&site).map_or("queue".to_owned(), |slug| format!("replies.{slug}"));
    let letter = Letter {
        to: to.unwrap_or_else(|_| {
            EmailAddress::parse("email", "jo@example.com").expect("an address")
        }),
        subject: subject.into_owned(),
        text: text.into_owned(),
        html: html.into_owned(),
        list: site,
        unsubscribe: Some(unsubscribe.into_owned()).filter(|url| !url.is_empty()),
        thread: Some("page-0190".to_owned()),
    };
    let printable = |text: &String| text.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    let Ok(message) = letter.pack("0190", &from, Timestamp::from_millis(1_700_000_000_000)) else {
        // Only an address that no header takes as it is is a reason; ours are all printable.
        assert!(
            !letter.unsubscribe.as_ref().is_none_or(printable),
            "{letter:?} from {from:?}"
        );
        return;
    };
    let bytes = message.formatted();
    headers(&bytes, &letter);
    reads_back(&bytes, &letter, &from);
    assert_eq!(message.envelope().to().len(), 1);
    assert_eq!(message.envelope().to()[0].to_string(), letter.to.expose());
}

/// The sender as the settings have it.
fn sender(from: &str) -> Option<Mailbox> {
    if from.is_empty() {
        return "Hamlet <hamlet@c.example>".parse().ok();
    }
    let mail = [
        ("HAMLET_MAIL__FROM", from),
        ("HAMLET_MAIL__URL", "file:///nowhere"),
    ];
    let mail = mail.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let settings = Settings::from_sources(None, HashMap::from(mail)).ok()?;
    Mailer::new(&settings)
        .ok()
        .map(|mailer| mailer.from().clone())
}

/// The message by its lines: each ends in CR LF, none is too long for a server, and those before the first
/// empty one are the headers that a letter has.
fn headers(bytes: &[u8], letter: &Letter) {
    let message = std::str::from_utf8(bytes).expect("7 bits");
    assert!(
        !message.replace("\r\n", "").contains(['\r', '\n', '\0']),
        "{message:?}"
    );
    let (head, _) = message.split_once("\r\n\r\n").expect("an empty line");
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for line in head.split("\r\n") {
        assert!(line.is_ascii(), "{line:?}");
        if !line.starts_with([' ', '\t']) {
            let (name, _) = line.split_once(':').expect("a header");
            *found.entry(name.to_ascii_lowercase()).or_default() += 1;
        }
    }
    let named = HEADERS
        .iter()
        .filter(|name| letter.unsubscribe.is_some() || !name.starts_with("list-un"));
    let wanted: BTreeMap<String, usize> = named.map(|name| ((*name).to_owned(), 1)).collect();
    assert_eq!(found, wanted, "{head}");
    for line in message
        .split("\r\n")
        .filter(|line| !line.starts_with("List-Unsubscribe:"))
    {
        assert!(line.len() <= 998, "a line of {} bytes", line.len());
    }
}

fn reads_back(bytes: &[u8], letter: &Letter, from: &Mailbox) {
    let parsed = MessageParser::default().parse(bytes).expect("a message");
    let told = words(parsed.subject().unwrap_or_default());
    let whole = words(&letter.subject);
    let cut = |begun: &str| whole.starts_with(begun) && letter.subject.chars().count() > 300;
    assert!(
        told == whole || told.strip_suffix('…').is_some_and(cut),
        "{told:?} for {whole:?}"
    );
    assert_eq!(addresses(parsed.to()), [letter.to.expose()]);
    assert_eq!(addresses(parsed.from()), [from.email.to_string()]);
    assert!(parsed.cc().is_none() && parsed.bcc().is_none());
    assert_eq!(
        parsed.message_id(),
        Some(format!("0190@{}", from.email.domain()).as_str())
    );
    assert_eq!(parsed.attachment_count(), 0);
    assert_eq!((parsed.text_body_count(), parsed.html_body_count()), (1, 1));
    let text = parsed.body_text(0).expect("a text");
    assert_eq!(lines(&text), lines(&letter.text));
    let html = parsed.body_html(0).expect("a page");
    assert_eq!(lines(&html), lines(&letter.html));
}

fn addresses(field: Option<&Address<'_>>) -> Vec<String> {
    let all = field.into_iter().flat_map(Address::iter);
    all.filter_map(|one| one.address().map(str::to_owned))
        .collect()
}

/// What stands on a line whatever it was folded at.
fn words(text: &str) -> String {
    let plain = text.replace(char::is_control, " ");
    plain.split_whitespace().collect()
}

/// Lines as they are meant: without control characters, and mail ends the last one too.
fn lines(text: &str) -> String {
    let kept = |c: &char| !c.is_control() || matches!(c, '\n' | '\t');
    let text: String = text.chars().filter(kept).collect();
    text.trim_end_matches('\n').to_owned()
}
