//! What DNS says of the sender's domain: whether the mail servers that take our mail can tell that it is ours. Without SPF or DKIM much
//! mail ends among spam, and nobody notices. `hamlet doctor` shows it; sending looks at none of it.

use std::{net::SocketAddr, time::Duration};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use hickory_resolver::{
    Resolver, TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    net::{NetError, runtime::TokioRuntimeProvider},
    proto::rr::RData,
};

use crate::{config::MailSettings, text::hosts};

/// For one question and one try.
const PATIENCE: Duration = Duration::from_secs(3);

/// A key shorter than that of 1,024 bits, which receivers pass over, in bytes of its description (RFC 8301).
const SHORT_KEY: usize = 160;

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DnsRecord {
    /// `spf`, `dkim` or `dmarc`.
    pub about: &'static str,
    /// What is there.
    pub says: String,
    /// What to do, where something is missing or not right.
    pub advice: Option<String>,
}

/// DNS was not asked, or did not answer. That says nothing about the domain.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// The sender's domain is known to this machine alone.
    #[error("{0} is no domain of the Internet; mail.from names the sender")]
    Local(String),
    /// The setting cannot be used.
    #[error(
        "the setting mail.dns_server is not right: it must be an address and a port such as 127.0.0.1:53"
    )]
    Server,
    /// There was no answer.
    #[error("DNS does not answer: {0}")]
    Silent(#[from] NetError),
}

/// Asks DNS about a sender's domain.
///
/// # Errors
/// [`LookupError`].
pub async fn look_up(settings: &MailSettings, domain: &str) -> Result<Vec<DnsRecord>, LookupError> {
    let domain = domain.trim_end_matches('.').to_lowercase();
    if !domain.contains('.') || domain.starts_with('[') {
        return Err(LookupError::Local(domain));
    }
    let resolver = resolver(&settings.dns_server)?;
    let ask = async |name: String| texts(&resolver, &name).await;
    let mut records = vec![spf(&domain, &ask(domain.clone()).await?)];
    let selector = settings.dkim_selector.trim();
    if !selector.is_empty() {
        let name = format!("{selector}._domainkey.{domain}");
        records.push(dkim(&name, &ask(name.clone()).await?));
    }
    let mut policies = ask(format!("_dmarc.{domain}")).await?;
    let registered = &domain[hosts::registrable(&domain)..];
    // A domain without a policy of its own has that of the one it belongs to (RFC 7489, 6.6.3).
    let has_own = registered == domain || of_dmarc(&policies).next().is_some();
    if !has_own {
        policies = ask(format!("_dmarc.{registered}")).await?;
    }
    records.push(dmarc(if has_own { &domain } else { registered }, &policies));
    Ok(records)
}

/// The resolver that the settings name, or the system's.
fn resolver(server: &str) -> Result<TokioResolver, LookupError> {
    let mut builder = if server.is_empty() {
        Resolver::builder_tokio()?
    } else {
        let server: SocketAddr = server.parse().map_err(|_| LookupError::Server)?;
        let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
        for connection in &mut connections {
            connection.port = server.port();
        }
        let server = NameServerConfig::new(server.ip(), true, connections);
        let config = ResolverConfig::from_parts(None, Vec::new(), vec![server]);
        Resolver::builder_with_config(config, TokioRuntimeProvider::default())
    };
    let options = builder.options_mut();
    options.timeout = PATIENCE;
    options.attempts = 1;
    Ok(builder.build()?)
}

/// The texts at a name; none where there is no such name. A long one comes in pieces, which are put together.
async fn texts(resolver: &TokioResolver, name: &str) -> Result<Vec<String>, NetError> {
    let found = match resolver.txt_lookup(format!("{name}.")).await {
        Ok(found) => found,
        Err(error) if error.is_no_records_found() => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let texts = found
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::TXT(text) => Some(String::from_utf8_lossy(&text.txt_data.concat()).into_owned()),
            _ => None,
        });
    Ok(texts.collect())
}

fn spf(domain: &str, texts: &[String]) -> DnsRecord {
    let of_spf = |text: &&String| {
        let version = text.split(' ').next().unwrap_or_default();
        version.eq_ignore_ascii_case("v=spf1")
    };
    let found: Vec<&String> = texts.iter().filter(of_spf).collect();
    let record = |says: String, advice: Option<String>| DnsRecord {
        about: "spf",
        says,
        advice,
    };
    match found.as_slice() {
        [] => record(
            format!("{domain} names no servers that may send its mail"),
            Some(format!(
                "add what your mail provider says as a TXT record of {domain}, such as \"v=spf1 include:PROVIDER ~all\", or \"v=spf1 a:MAIL.{domain} ~all\" for a server of your own"
            )),
        ),
        [one]
            if one
                .split(' ')
                .any(|term| matches!(term.to_ascii_lowercase().as_str(), "+all" | "all")) =>
        {
            record(
                format!("{domain} lets every server send its mail: {one}"),
                Some("end the record with ~all or -all".to_owned()),
            )
        }
        [one] => record(format!("{domain}: {one}"), None),
        more => record(
            format!(
                "{domain} has {} records, and receivers take that for none",
                more.len()
            ),
            Some("put them together into one that begins with v=spf1".to_owned()),
        ),
    }
}

fn dkim(name: &str, texts: &[String]) -> DnsRecord {
    let record = |says: String, advice: Option<&str>| DnsRecord {
        about: "dkim",
        says,
        advice: advice.map(str::to_owned),
    };
    let keys: Vec<&str> = texts.iter().filter_map(|text| tag(text, "p")).collect();
    let [key] = keys.as_slice() else {
        let says = match keys.len() {
            0 => format!("there is no key at {name}"),
            many => format!("there are {many} keys at {name}"),
        };
        let advice = "add the TXT or CNAME record that your mail server or provider shows, and see that mail.dkim_selector is right";
        return record(says, Some(advice));
    };
    let key: String = key.split_whitespace().collect();
    let is_short = |bytes: &Vec<u8>| {
        let ed25519 = texts.iter().any(|text| tag(text, "k") == Some("ed25519"));
        !ed25519 && bytes.len() < SHORT_KEY
    };
    match BASE64_STANDARD.decode(&key) {
        Ok(bytes) if bytes.is_empty() => record(
            format!("the key at {name} is revoked"),
            Some("sign with another selector, and set mail.dkim_selector to it"),
        ),
        Ok(bytes) if is_short(&bytes) => record(
            format!("the key at {name} is shorter than 1024 bits"),
            Some("make one of 2048 bits: receivers pass over shorter ones"),
        ),
        Ok(_) => record(format!("there is a key at {name}"), None),
        Err(_) => record(
            format!("the key at {name} cannot be read: it is cut or has other characters in it"),
            Some("copy the record again, whole: long ones are written in pieces of 255 characters"),
        ),
    }
}

fn dmarc(domain: &str, texts: &[String]) -> DnsRecord {
    let record = |says: String, advice: Option<String>| DnsRecord {
        about: "dmarc",
        says,
        advice,
    };
    let found: Vec<&str> = of_dmarc(texts).collect();
    let advice = format!(
        "add a TXT record \"v=DMARC1; p=none; rua=mailto:POSTMASTER@{domain}\" at _dmarc.{domain}: large receivers ask for one"
    );
    match found.as_slice() {
        [] => record(
            format!("{domain} says nothing of mail that is not its own"),
            Some(advice),
        ),
        [one] => match tag(one, "p").map(str::to_ascii_lowercase).as_deref() {
            Some("none" | "quarantine" | "reject") => record(format!("{domain}: {one}"), None),
            _ => record(
                format!("{domain} has a record without a policy: {one}"),
                Some("say p=none, p=quarantine or p=reject in it".to_owned()),
            ),
        },
        more => record(
            format!(
                "{domain} has {} records, and receivers take that for none",
                more.len()
            ),
            Some("leave one of them".to_owned()),
        ),
    }
}

fn of_dmarc(texts: &[String]) -> impl Iterator<Item = &str> {
    let texts = texts.iter().map(String::as_str);
    texts.filter(|text| {
        let version = text.split(';').next().unwrap_or_default();
        version
            .trim()
            .replace(' ', "")
            .eq_ignore_ascii_case("v=DMARC1")
    })
}

/// The value of a tag of a list of them, such as `p` of `v=DKIM1; p=…`.
fn tag<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let mut tags = text.split(';').filter_map(|one| one.split_once('='));
    let found = tags.find(|(known, _)| known.trim().eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.trim())
}
