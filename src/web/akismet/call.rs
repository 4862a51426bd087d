//! A call as it came: what its parameters mean, its key, and who sent it.

use std::{collections::HashMap, net::IpAddr};

use actix_web::{FromRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use url::Url;

use super::{Shared, parameters};
use crate::{
    clients::{inquiry::Inquiry, keys::looks_like_key},
    domain::network::SenderAddress,
    web::{prelude::*, sender},
};

/// The longest id of a program's own that is taken for one, in bytes.
const MAX_ID: usize = 64;

/// A call.
pub(super) struct Call {
    parameters: HashMap<String, String>,
    /// What it says its key is.
    pub key: Option<String>,
    /// The program's own network.
    pub peer: Option<SenderAddress>,
}

impl Call {
    /// A parameter that is there and not blank, trimmed.
    pub fn get(&self, name: &str) -> Option<&str> {
        let value = self.parameters.get(name)?.trim();
        Some(value).filter(|value| !value.is_empty())
    }

    /// Whether a parameter says yes.
    pub fn says(&self, name: &str) -> bool {
        self.get(name)
            .is_some_and(|value| !matches!(value, "0" | "false" | "no"))
    }

    /// The host of the blog it is about: what clients send, a whole address or not.
    pub fn blog(&self) -> Option<String> {
        let raw = self.get("blog").or_else(|| self.get("site_domain"))?;
        let url = Url::parse(raw).or_else(|_| Url::parse(&format!("http://{raw}")));
        let url = url.ok().filter(Url::has_host)?;
        let port = url.port().map(|port| format!(":{port}"));
        Some(format!("{}{}", url.host_str()?, port.unwrap_or_default()))
    }

    /// What the judgement that it is about was answered with.
    pub fn guid(&self) -> Option<CommentId> {
        let raw = ["guid", "akismet_guid", "comment_check_guid"];
        let found = raw.into_iter().find_map(|name| self.get(name));
        CommentId::parse(found?)
    }

    /// What the program calls a comment; WordPress says 0 where it means none.
    fn own_id(&self, names: &[&str]) -> Option<String> {
        let found = names.iter().find_map(|name| self.get(name))?;
        let is_one = found != "0" && found.len() <= MAX_ID && !found.contains(char::is_control);
        is_one.then(|| found.to_owned())
    }

    /// The text that it is about.
    pub fn question(&self) -> Inquiry {
        let text = |name: &str| self.get(name).unwrap_or_default().to_owned();
        let honeypot = self
            .get("honeypot_field_name")
            .and_then(|field| self.get(field));
        let address: Option<IpAddr> = self
            .get("user_ip")
            .or_else(|| self.get("comment_author_IP"))
            .and_then(|raw| raw.parse().ok());
        Inquiry {
            blog: self.blog().unwrap_or_default(),
            author: text("comment_author"),
            author_id: String::new(),
            email: text("comment_author_email"),
            website: text("comment_author_url"),
            text: text("comment_content"),
            page: self
                .get("permalink")
                .or_else(|| self.get("blog"))
                .unwrap_or_default()
                .to_owned(),
            foreign_id: self.own_id(&["comment_ID", "comment_id"]),
            foreign_parent: self.own_id(&["comment_parent"]),
            parent_judgement: self.get("comment_parent_guid").and_then(CommentId::parse),
            written_at: text("comment_date_gmt"),
            honeypot: honeypot.map(str::to_owned),
            sender: address.map(SenderAddress::new),
            callback: self.get("callback").map(str::to_owned),
            may_be_kept: !self.says("is_test") && self.get("recheck_reason").is_none(),
        }
    }
}

impl FromRequest for Call {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let parameters = parameters::read(&request, &mut payload).await?;
            let app = request
                .app_data::<Shared>()
                .ok_or_else(Problem::unavailable)?;
            let peer = sender::of(&request, &app.settings.server.trusted_proxies);
            let key = key(&parameters, &request);
            Ok(Self {
                parameters,
                key,
                peer,
            })
        })
    }
}

/// The key: a parameter, or the first label of the host. WordPress sends the key it has as `api_key`
/// even with the `key` it asks about.
fn key(parameters: &HashMap<String, String>, request: &HttpRequest) -> Option<String> {
    let named = ["key", "api_key"].into_iter().find_map(|name| {
        let key = parameters.get(name)?.trim();
        Some(key).filter(|key| !key.is_empty())
    });
    if let Some(key) = named {
        return Some(key.to_owned());
    }
    let host = request.connection_info().host().to_owned();
    let label = host.split('.').next()?;
    looks_like_key(label).then(|| label.to_owned())
}
