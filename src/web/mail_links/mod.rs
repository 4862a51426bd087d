//! The pages behind the links in mail. A GET shows a page and changes nothing, because mail systems
//! open every link; a person's POST acts. The token in the address is all the authority there is:
//! no session, no cookie, nothing to load but the stylesheet.

mod decision;
mod stop;
mod subscription;

use actix_web::http::header::{HeaderName, HeaderValue};

use crate::{
    notify::links::LinkError,
    web::{prelude::*, reader::Reader},
};

/// The pages hold forms that post to themselves, and no script.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; \
     frame-ancestors 'none'; base-uri 'none'";

/// A page that asks for the answer.
#[derive(Template)]
#[template(path = "mail_subscription.html")]
struct Ask {
    words: &'static Words,
    question: Said<'static>,
    text: Said<'static>,
    button: Said<'static>,
}

/// A page that only says something.
#[derive(Template)]
#[template(path = "mail_link_message.html")]
struct Message {
    words: &'static Words,
    title: Said<'static>,
    text: Said<'static>,
}

/// Renders a page whose address is a secret: it is not sent to other sites, not kept, not indexed.
fn respond(status: StatusCode, template: &impl Template) -> Result<HttpResponse, Problem> {
    let mut response = page::render(status, template)?;
    let headers = response.headers_mut();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(header::REFERRER_POLICY, "no-referrer");
    set(HeaderName::from_static("x-robots-tag"), "noindex, nofollow");
    Ok(response)
}

/// A page with the sentence of this name as its title, and that of `NAME-text`.
fn say(Reader(words): Reader, status: StatusCode, name: &str) -> Result<HttpResponse, Problem> {
    let message = Message {
        words,
        title: words.say(name),
        text: words.say(&format!("{name}-text")),
    };
    respond(status, &message)
}

/// A page with a question and one button, with the sentences of these names below the question and on the button.
fn ask(
    Reader(words): Reader,
    question: Said<'static>,
    text: &str,
    button: &str,
) -> Result<HttpResponse, Problem> {
    let ask = Ask {
        words,
        question,
        text: words.say(text),
        button: words.say(button),
    };
    respond(StatusCode::OK, &ask)
}

/// What a link that does nothing leads to.
fn refuse(reader: Reader, error: LinkError) -> Result<HttpResponse, Problem> {
    match error {
        LinkError::Unknown => say(reader, StatusCode::NOT_FOUND, "link-unknown"),
        LinkError::Expired => say(reader, StatusCode::GONE, "link-expired"),
    }
}

/// Adds these routes. They are for people and not in the interface's description.
pub fn routes(config: &mut RouteTable<'_>) {
    config
        .page(Method::GET, "/m/{token}", decision::show)
        .page(Method::HEAD, "/m/{token}", decision::show)
        .page(Method::POST, "/m/{token}", decision::act)
        .page(Method::GET, "/m/stop/{token}", stop::show)
        .page(Method::HEAD, "/m/stop/{token}", stop::show)
        .page(Method::POST, "/m/stop/{token}", stop::act)
        .page(Method::GET, "/r/{token}", subscription::show)
        .page(Method::HEAD, "/r/{token}", subscription::show)
        .page(Method::POST, "/r/{token}", subscription::act);
}
