//! Comments straight from a WordPress, by its REST interface and an application password: page after page into a file
//! beside the database, which is then imported like one that somebody made. What was fetched stays when the connection
//! breaks, and the next run goes on from there.
//!
//! The listing does not say whether a comment's post is public. So the posts are asked for as well, and what is not
//! known to be public is not published here.

mod client;
mod posts;
mod spool;

use std::{path::Path, time::Duration};

use hyper::header;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

pub use self::client::AskError;
use self::{
    client::{Client, SiteAnswer},
    posts::Posts,
    spool::Spool,
};

/// Comments in one answer: the most that WordPress gives.
const PAGE: u32 = 100;

/// The listings that hold all comments; each is asked for apart.
const STATUSES: [&str; 4] = ["approve", "hold", "spam", "trash"];

/// Whose comments are fetched, and by whom.
pub struct From {
    /// The site's address.
    pub home: Url,
    /// A user who may moderate comments.
    pub user: String,
    /// An application password of theirs.
    pub password: SecretString,
    /// A PEM file with a certificate authority to trust beside the usual ones; empty: none.
    pub ca_file: String,
    /// The first wait before another try where the site is busy or cannot be reached.
    pub first_wait: Duration,
}

/// Why the comments could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// The site did not answer as it should. What was fetched by then is kept.
    #[error("{0}")]
    Call(#[from] AskError),
    /// The file beside the database cannot be written.
    #[error("what is fetched cannot be kept: {0}")]
    File(#[from] std::io::Error),
}

/// What was fetched: a file that can be imported, gone once [`Fetched::done`] says that it was.
pub struct Fetched {
    spool: Spool,
    /// Comments in it.
    pub comments: u64,
    /// How many the site said that there are.
    pub said: u64,
}

impl Fetched {
    /// The file: a JSON list for each page of the listing.
    #[must_use]
    pub fn file(&self) -> &Path {
        self.spool.file()
    }

    /// Deletes it.
    ///
    /// # Errors
    /// When it cannot be deleted.
    pub fn done(self) -> std::io::Result<()> {
        self.spool.delete()
    }
}

/// Fetches all comments into a folder, going on from where an earlier call for the same site ended. `progress` hears
/// how many there are so far, and of how many.
///
/// # Errors
/// [`FetchError`].
pub async fn fetch(
    from: From,
    folder: &Path,
    mut progress: impl FnMut(u64, u64),
) -> Result<Fetched, FetchError> {
    let client = Client::new(
        &from.home,
        from.user,
        from.password,
        &from.ca_file,
        from.first_wait,
    )?;
    let root = root(&client, &from.home).await?;
    let mut spool = Spool::open(folder, root.as_str())?;
    let mut posts = Posts::default();
    let mut said = [0; STATUSES.len()];
    while let Some(status) = STATUSES.get(spool.place().listing) {
        let place = spool.place();
        let answer = client.ask(listing(&root, status, place.page)).await?;
        let mut comments = comments(&answer)?;
        said[place.listing] = answer.number("x-wp-total").unwrap_or(0);
        let pages = answer.number("x-wp-totalpages").unwrap_or(0);
        posts.put_beside(&client, &root, &mut comments).await?;
        spool.add(&comments, u64::from(place.page) >= pages)?;
        progress(spool.comments(), said.iter().sum());
    }
    Ok(Fetched {
        comments: spool.comments(),
        said: said.iter().sum(),
        spool,
    })
}

/// Where the REST interface is: where the site's front page says that it is, or at its usual place.
async fn root(client: &Client, home: &Url) -> Result<Url, AskError> {
    let front = client.look(home.clone()).await?;
    let said = front
        .headers
        .get_all(header::LINK)
        .iter()
        .filter_map(|link| link.to_str().ok())
        .flat_map(|links| links.split(','))
        .find(|link| link.contains("https://api.w.org/"));
    let said = said.and_then(|link| link.split('<').nth(1)?.split('>').next());
    let mut base = front.url;
    if !base.path().ends_with('/') {
        base.set_path(&format!("{}/", base.path()));
    }
    base.set_query(None);
    let at = base.join(said.unwrap_or("wp-json/"));
    at.map_err(|error| AskError::Address(error.to_string()))
}

/// A route of the interface, which is a path or, without permalinks, a parameter.
fn route(root: &Url, path: &str, parameters: &[(&str, &str)]) -> Url {
    let mut url = root.clone();
    let by_parameter = root.query_pairs().any(|(name, _)| name == "rest_route");
    if by_parameter {
        url.query_pairs_mut()
            .clear()
            .append_pair("rest_route", &format!("/{path}"));
    } else {
        url.set_path(&format!("{}/{path}", root.path().trim_end_matches('/')));
    }
    url.query_pairs_mut().extend_pairs(parameters);
    url
}

/// A page of a listing. In the order of the ids, so that what comes in meanwhile moves nothing.
fn listing(root: &Url, status: &str, page: u32) -> Url {
    let (page, size) = (page.to_string(), PAGE.to_string());
    let parameters = [
        ("context", "edit"),
        ("status", status),
        ("per_page", &size),
        ("page", &page),
        ("orderby", "id"),
        ("order", "asc"),
    ];
    route(root, "wp/v2/comments", &parameters)
}

fn comments(answer: &SiteAnswer) -> Result<Vec<Value>, AskError> {
    let read = serde_json::from_slice(&answer.body);
    read.map_err(|_| {
        let what = "no list of comments; does another page stand there?";
        AskError::Nonsense(answer.url.path().to_owned(), what.to_owned())
    })
}
