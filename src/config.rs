//! Settings: the compiled-in `config/hamlet.toml`, then a file, then the environment.
//!
//! An unknown key or a bad value is an error that names it; nothing is silently ignored.

mod bounds;
mod said;

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
};

use config::{Config, Environment, File, FileFormat};
use ipnet::IpNet;
use jiff::tz::TimeZone;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, de::Error as _};
use url::Url;

pub use self::bounds::{BOUNDS, Bound};

/// Every key with its default and what it does.
pub static DEFAULTS: &str = include_str!("../config/hamlet.toml");

/// What paths of the service begin with.
pub(crate) const OWN_PATHS: [&str; 20] = [
    "$discovery",
    "1.1",
    "1.2",
    "api",
    "assets",
    "avatars",
    "coral",
    "demo",
    "desk",
    "docs",
    "embed.js",
    "embed-worker.js",
    "health",
    "m",
    "openapi.json",
    "r",
    "sign-in",
    "sign-out",
    "sites",
    "v1alpha1",
];

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file or a variable has an unknown key or a value of the wrong kind.
    #[error("the settings are not right: {0}")]
    Malformed(String),
    /// A number is not in the range that works.
    #[error("the setting {key} is {value}, and must be from {low} to {high}")]
    OutOfBounds {
        /// The key, as in the file.
        key: &'static str,
        /// What it was set to.
        value: i64,
        /// The smallest value.
        low: i64,
        /// The largest value.
        high: i64,
    },
    /// A value of the right kind makes no sense.
    #[error("the setting {key} is not right: {reason}")]
    Senseless {
        /// The key, as in the file.
        key: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// All settings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Folder for the database, the key file and mail files.
    pub data_dir: PathBuf,
    /// Whether the demo page is served.
    pub demo: bool,
    /// The listener.
    pub server: ServerSettings,
    /// The database.
    pub database: DatabaseSettings,
    /// Logs.
    pub log: LogSettings,
    /// The metrics listener.
    pub metrics: MetricsSettings,
    /// Intake's limits.
    pub intake: IntakeSettings,
    /// Learning.
    pub learning: LearningSettings,
    /// Mail.
    pub mail: MailSettings,
    /// Webhooks.
    pub webhooks: WebhooksSettings,
    /// Coral.
    pub coral: CoralSettings,
    /// Privacy.
    pub privacy: PrivacySettings,
}

/// Networks; an address is one of one address.
fn networks<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<IpNet>, D::Error> {
    let given = Vec::<String>::deserialize(deserializer)?;
    let given = given
        .iter()
        .map(|one| one.trim())
        .filter(|one| !one.is_empty());
    let network = |raw: &str| {
        raw.parse()
            .or_else(|_| raw.parse::<IpAddr>().map(IpNet::from))
    };
    given
        .map(|raw| {
            network(raw).map_err(|_| {
                D::Error::custom(
                    "write an address such as 127.0.0.1, or a network such as 10.0.0.0/8",
                )
            })
        })
        .collect()
}

/// A time zone by the name that the IANA gave it.
fn zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<TimeZone, D::Error> {
    let name = String::deserialize(deserializer)?;
    TimeZone::get(name.trim())
        .map_err(|_| D::Error::custom("write a time zone such as Europe/Berlin, or UTC"))
}

/// An address and a port; `localhost` is this machine's.
fn socket<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SocketAddr, D::Error> {
    let given = String::deserialize(deserializer)?;
    let given = given.trim();
    let given = match given.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => given.to_owned(),
    };
    let wanted = "write an address and a port such as 127.0.0.1:8080";
    given.parse().map_err(|_| D::Error::custom(wanted))
}

/// Whether browsers can open what begins with an address. `localhost:8080` is one too, of the scheme `localhost`.
fn opens(url: &Url) -> bool {
    let has_more = url.query().is_some() || url.fragment().is_some();
    let names_a_user = !url.username().is_empty() || url.password().is_some();
    matches!(url.scheme(), "http" | "https") && url.has_host() && !has_more && !names_a_user
}

/// `[server]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described in config/hamlet.toml")]
pub struct ServerSettings {
    #[serde(deserialize_with = "socket")]
    pub listen: SocketAddr,
    pub public_url: String,
    #[serde(deserialize_with = "networks")]
    pub trusted_proxies: Vec<IpNet>,
    pub workers: usize,
    pub max_connections: usize,
    pub max_connections_per_address: usize,
    pub body_timeout_seconds: u64,
}

/// `[database]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described in config/hamlet.toml")]
pub struct DatabaseSettings {
    pub url: SecretString,
    pub max_connections: u32,
    pub pooler: bool,
}

/// `[log]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described in config/hamlet.toml")]
pub struct LogSettings {
    pub filter: String,
    pub format: LogFormat,
}

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text on a terminal, JSON elsewhere.
    Auto,
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// `[metrics]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described in config/hamlet.toml")]
pub struct MetricsSettings {
    pub listen: String,
}

/// `[intake]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described in config/hamlet.toml")]
pub struct IntakeSettings {
    pub rate_window_seconds: u64,
    pub network_soft_limit: i64,
    pub network_hard_limit: i64,
    pub email_soft_limit: i64,
    pub email_hard_limit: i64,
    pub duplicate_window_hours: u64,
    pub campaign_window_days: u64,
    pub campaign_window_comments: usize,
}

/// `[learning]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described in config/hamlet.toml")]
pub struct LearningSettings {
    pub minimum_per_class: i64,
    pub cap_per_source: i64,
    pub training_threads: usize,
    pub max_upload_mib: u64,
    pub memory_mib: usize,
}

/// `[mail]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described in config/hamlet.toml")]
pub struct MailSettings {
    pub url: SecretString,
    pub from: String,
    pub ca_file: String,
    pub require_tls: bool,
    pub timeout_seconds: u64,
    pub interval_seconds: u64,
    #[serde(deserialize_with = "zone")]
    pub time_zone: TimeZone,
    pub digest_hour: u8,
    pub dkim_selector: String,
    pub dns_server: String,
    pub give_up_hours: u64,
}

/// `[webhooks]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described in config/hamlet.toml")]
pub struct WebhooksSettings {
    #[serde(deserialize_with = "networks")]
    pub allow_networks: Vec<IpNet>,
    pub ca_file: String,
    pub give_up_hours: u64,
}

/// `[coral]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described in config/hamlet.toml")]
pub struct CoralSettings {
    pub signing_secret: SecretString,
}

/// `[privacy]`
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "each key is described in config/hamlet.toml")]
pub struct PrivacySettings {
    pub network_days: u64,
    pub audit_days: u64,
    pub key_file: String,
    pub retire_after_seconds: u64,
}

impl Settings {
    /// Reads the defaults, then `file`, then the process's environment.
    ///
    /// # Errors
    /// [`SettingsError`] naming the first key that is unknown or not right.
    pub fn load(file: Option<&Path>) -> Result<Self, SettingsError> {
        Self::from_sources(file, said::variables()?)
    }

    /// Like [`Settings::load`], with the environment given as a map.
    ///
    /// # Errors
    /// [`SettingsError`] naming the first key that is unknown or not right.
    pub fn from_sources(
        file: Option<&Path>,
        variables: HashMap<String, String>,
    ) -> Result<Self, SettingsError> {
        // Variables for the test suite share the prefix and are not settings.
        let variables = variables
            .into_iter()
            .filter(|(name, _)| name.starts_with("HAMLET_") && !name.starts_with("HAMLET_TEST_"))
            .collect();
        let environment = Environment::with_prefix("HAMLET")
            .prefix_separator("_")
            .separator("__")
            .try_parsing(true)
            .list_separator(",")
            .with_list_parse_key("server.trusted_proxies")
            .with_list_parse_key("webhooks.allow_networks")
            .source(Some(variables));
        let mut builder = Config::builder().add_source(File::from_str(DEFAULTS, FileFormat::Toml));
        if let Some(file) = file {
            builder = builder.add_source(File::from_str(&said::file(file)?, FileFormat::Toml));
        }
        let malformed = |error| SettingsError::Malformed(said::wrong(&error, file));
        let built = builder.add_source(environment).build().map_err(malformed)?;
        bounds::check(&built)?;
        let settings: Self = built.try_deserialize().map_err(malformed)?;
        settings.check()
    }

    fn check(self) -> Result<Self, SettingsError> {
        let senseless = |key, reason: &str| SettingsError::Senseless {
            key,
            reason: reason.to_owned(),
        };
        let public = Url::parse(&self.server.public_url).ok().filter(opens);
        if !self.server.public_url.is_empty() && public.is_none() {
            let reason = "it must be an absolute address such as https://comments.example.org";
            return Err(senseless("server.public_url", reason));
        }
        let first = public.as_ref().and_then(|url| url.path_segments()?.next());
        if first.is_some_and(|first| OWN_PATHS.contains(&first)) {
            let reason = "its path cannot begin as one of the service's own does: a proxy that takes it off could not be understood";
            return Err(senseless("server.public_url", reason));
        }
        if !self.metrics.listen.is_empty() && self.metrics.listen.parse::<SocketAddr>().is_err() {
            let reason = "it must be an address and a port such as 127.0.0.1:9090";
            return Err(senseless("metrics.listen", reason));
        }
        Ok(self)
    }

    /// Where the key file is.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        if self.privacy.key_file.is_empty() {
            return self.data_dir.join("hamlet.key");
        }
        PathBuf::from(&self.privacy.key_file)
    }

    /// The database's URL, with the default filled in.
    #[must_use]
    pub fn database_url(&self) -> SecretString {
        if self.database.url.expose_secret().is_empty() {
            return format!("sqlite://{}", self.data_dir.join("hamlet.db").display()).into();
        }
        self.database.url.clone()
    }

    /// The mail transport's URL, with the default filled in.
    #[must_use]
    pub fn mail_url(&self) -> SecretString {
        if self.mail.url.expose_secret().is_empty() {
            return format!("file://{}", self.data_dir.join("mail").display()).into();
        }
        self.mail.url.clone()
    }
}
