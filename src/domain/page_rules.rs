//! How a page's address is spelled: the normal form of RFC 3986 (6.2.2) for every site, and what a site says of slashes, index
//! files and parameters.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};
use url::Url;
use utoipa::ToSchema;

use super::{field::FieldError, word::with_words};

/// Parameters that a site may name at most, and the longest name, in bytes.
const MAX_PARAMETERS: usize = 50;
const MAX_PARAMETER_BYTES: usize = 100;

/// Parameters that say where a reader came from, who they are, how they read or which comment they look for, not what they read.
const TRACKING: [&str; 75] = [
    "__twitter_impression",
    "_branch_match_id",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "_ke",
    "_openstat",
    "_wpnonce",
    "amp",
    "amp_gsa",
    "amp_js_v",
    "aspsessionid",
    "cmpid",
    "cpage",
    "dclid",
    "doing_wp_cron",
    "elqtrackid",
    "epik",
    "fb_action_ids",
    "fb_action_types",
    "fb_comment_id",
    "fb_ref",
    "fb_source",
    "fbclid",
    "gbraid",
    "gclid",
    "gclsrc",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "igsh",
    "igshid",
    "isappinstalled",
    "jsessionid",
    "li_fat_id",
    "like_comment",
    "mc_cid",
    "mc_eid",
    "mibextid",
    "mkt_tok",
    "moderation-hash",
    "msclkid",
    "nb",
    "ncid",
    "noamp",
    "nr_email_referer",
    "oly_enc_id",
    "outputtype",
    "phpsessid",
    "rdt_cid",
    "ref",
    "ref_src",
    "replytocom",
    "s_cid",
    "s_kwcid",
    "sfnsn",
    "share",
    "showcomment",
    "spm",
    "srsltid",
    "trk",
    "ttclid",
    "twclid",
    "unapproved",
    "usqp",
    "vero_id",
    "wbraid",
    "wickedid",
    "wpamp",
    "wt_mc",
    "wt_zmc",
    "yclid",
    "ysclid",
    "zanpid",
];

/// What names of further such parameters begin with.
const TRACKING_FAMILIES: [&str; 9] = [
    "_x_tr_", "gad_", "hsa_", "itm_", "matomo_", "mtm_", "piwik_", "pk_", "utm_",
];

/// Files that stand for their folder.
const INDEX_FILES: [&str; 4] = ["index.html", "index.htm", "index.php", "default.aspx"];

/// How a site spells its pages, beyond what is the same everywhere.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PageRules {
    /// What becomes of a slash at the end of a path.
    pub trailing_slash: TrailingSlash,
    /// Whether `/post/index.html` is `/post/`; likewise `index.htm`, `index.php` and `default.aspx`.
    pub drop_index: bool,
    /// The parameters of a query that distinguish pages, such as `p`; absent: all but those that are known to say where a reader
    /// came from (`utm_source`, `fbclid`, `ref` and others).
    #[schema(max_items = 50)]
    pub parameters: Option<Vec<String>>,
}

/// What becomes of a slash at the end of a path.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[derive(IntoStaticStr, EnumString, VariantArray)]
#[strum(serialize_all = "lowercase")]
pub enum TrailingSlash {
    /// It stays as it is: `/post` and `/post/` are two pages.
    #[default]
    Kept,
    /// There is one: `/post` is `/post/`, and `/post.html` stays.
    Added,
    /// There is none: `/post/` is `/post`.
    Removed,
}

with_words!(TrailingSlash);

impl PageRules {
    /// Checks the names of parameters.
    ///
    /// # Errors
    /// A [`FieldError`] on `policy.pages.parameters`.
    pub fn validate(&self) -> Result<(), FieldError> {
        let names = self.parameters.as_deref().unwrap_or_default();
        let is_name = |name: &String| {
            (1..=MAX_PARAMETER_BYTES).contains(&name.len())
                && !name
                    .contains(|c: char| c.is_control() || c.is_whitespace() || "&=#?".contains(c))
        };
        if names.len() <= MAX_PARAMETERS && names.iter().all(is_name) {
            return Ok(());
        }
        let message = "At most 50 names of parameters, such as p, without &, =, # and blanks.";
        Err(FieldError::new(
            "policy.pages.parameters",
            "invalid",
            message,
        ))
    }

    /// A URL's path and query as the site spells them, and the route behind them.
    #[must_use]
    pub fn spell(&self, url: &Url) -> String {
        let route = route(url.fragment().unwrap_or_default());
        self.path_and_query(url) + &route
    }

    fn path_and_query(&self, url: &Url) -> String {
        let path = self.path(without_session(url.path()));
        // Blogger shows a post to phones under its own address with `m=1`.
        let is_post = path
            .rsplit_once('.')
            .is_some_and(|(_, kind)| kind == "html");
        let is_for_phones = |pair: &&str| is_post && matches!(*pair, "m=0" | "m=1");
        let kept: Vec<String> = url
            .query()
            .unwrap_or_default()
            .split('&')
            // Templates that escape an address twice leave this of an ampersand.
            .map(|pair| pair.strip_prefix("amp;").unwrap_or(pair))
            .filter(|pair| self.counts(pair.split('=').next().unwrap_or_default()))
            .filter(|pair| self.parameters.is_some() || !is_for_phones(pair))
            .map(normal)
            .collect();
        if kept.is_empty() {
            return path;
        }
        format!("{path}?{}", kept.join("&"))
    }

    fn path(&self, raw: &str) -> String {
        // Two slashes at the start would name a host to whoever takes the page for a link.
        let mut path = format!("/{}", normal(raw.trim_start_matches('/')));
        // What one rule leaves may be for another: the form of a form is itself.
        loop {
            let ruled = self.ruled(&path);
            if ruled == path {
                return path;
            }
            path = ruled;
        }
    }

    fn ruled(&self, path: &str) -> String {
        let mut path = path.to_owned();
        // Where WordPress breaks comments into pages, a comment's link says on which it is.
        if let Some((post, number)) = path.rsplit_once("/comment-page-") {
            let digits = number.strip_suffix('/').unwrap_or(number);
            if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
                let slash = if number.ends_with('/') { "/" } else { "" };
                path = format!("{post}{slash}");
            }
        }
        let (folder, file) = path.rsplit_once('/').unwrap_or(("", &path));
        if self.drop_index && INDEX_FILES.contains(&file.to_ascii_lowercase().as_str()) {
            path = format!("{folder}/");
        }
        let is_file = path
            .rsplit_once('/')
            .is_some_and(|(_, last)| last.contains('.'));
        match self.trailing_slash {
            TrailingSlash::Added if !path.ends_with('/') && !is_file => path.push('/'),
            TrailingSlash::Removed => path.truncate(path.trim_end_matches('/').len()),
            TrailingSlash::Added | TrailingSlash::Kept => {}
        }
        format!("/{}", path.trim_start_matches('/'))
    }

    /// Whether a parameter of this name is part of a page's address.
    fn counts(&self, name: &str) -> bool {
        if let Some(names) = &self.parameters {
            return names.iter().any(|one| one == name);
        }
        let name = name.to_ascii_lowercase();
        !name.is_empty()
            && !TRACKING.contains(&name.as_str())
            && !TRACKING_FAMILIES
                .iter()
                .any(|family| name.starts_with(family))
    }
}

/// A path without the name of a session, which Java's servers write behind it for browsers without cookies.
fn without_session(path: &str) -> &str {
    let at = path.to_ascii_lowercase().rfind(";jsessionid=");
    let behind = at.map(|at| &path[at..]);
    match (at, behind) {
        (Some(at), Some(behind)) if !behind.contains('/') => &path[..at],
        _ => path,
    }
}

/// The page that an application draws by itself has its name in the fragment: `#/about`, `#!/about`. Any other fragment is a place in the
/// page, and so is what stands behind a second `#`.
fn route(fragment: &str) -> String {
    let route = fragment.split('#').next().unwrap_or_default();
    let is_route = route.starts_with(['/', '!']) && !matches!(route, "/" | "!" | "!/");
    if is_route {
        format!("#{}", normal(route))
    } else {
        String::new()
    }
}

/// Percent-encoded characters in normal form: those that need no code are written as they are, the codes of others have capitals
/// (RFC 3986, 6.2.2.1 and 6.2.2.2).
fn normal(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((before, after)) = rest.split_once('%') {
        out.push_str(before);
        let code = after
            .get(..2)
            .and_then(|code| u8::from_str_radix(code, 16).ok());
        let hex = after.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        let Some(byte) = code.filter(|_| hex) else {
            out.push('%');
            rest = after;
            continue;
        };
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push_str(&after[..2].to_ascii_uppercase());
        }
        rest = &after[2..];
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelled(rules: &PageRules, raw: &str) -> String {
        let base = Url::parse("https://example.org").unwrap();
        rules.spell(&base.join(raw).unwrap())
    }

    #[test]
    fn an_address_has_one_normal_form() {
        let rules = PageRules::default();
        for (raw, wanted) in [
            ("/caf%c3%a9", "/caf%C3%A9"),
            ("/café", "/caf%C3%A9"),
            ("/%7Eann/%61%2Db", "/~ann/a-b"),
            ("/a%2fb%2Cc", "/a%2Fb%2Cc"),
            ("/100%/a%zz%4", "/100%/a%zz%4"),
            ("/post?replytocom=3", "/post"),
            (
                "/post?srsltid=x&p=%e4%bd%a0&gad_source=1&GCLID=2",
                "/post?p=%E4%BD%A0",
            ),
            ("/post?&&", "/post"),
            ("/post?unapproved=5&moderation-hash=abc#comment-5", "/post"),
            ("/post?fbclid=1&amp;utm_source=x&amp;p=7", "/post?p=7"),
            ("/post?_x_tr_sl=de&_x_tr_tl=en&p=7", "/post?p=7"),
            ("/post?p=7&__twitter_impression=true", "/post?p=7"),
            ("/post;jsessionid=0A1B.node1?p=7", "/post?p=7"),
            ("/a;v=1/post?PHPSESSID=9&share=x&nb=1", "/a;v=1/post"),
            (
                "/2020/05/peas.html?m=1&showComment=132#c1",
                "/2020/05/peas.html",
            ),
            ("/?m=202005", "/?m=202005"),
            ("/list?m=1", "/list?m=1"),
            ("/2020/peas/comment-page-2/#comment-7", "/2020/peas/"),
            ("/2020/peas/comment-page-2", "/2020/peas"),
            ("/comment-page-guide/", "/comment-page-guide/"),
            ("/a/comment-page-1/comment-page-2", "/a"),
            ("/comment-page-2", "/"),
            ("/app#!/peas", "/app#!/peas"),
            ("/app?utm_source=x#/p%65as?id=2", "/app#/peas?id=2"),
            ("/#/peas#comment-5", "/#/peas"),
            ("/app#!/", "/app"),
            ("/app#/", "/app"),
            ("/app#peas", "/app"),
            ("/post/", "/post/"),
            ("/post/index.html", "/post/index.html"),
        ] {
            assert_eq!(spelled(&rules, raw), wanted, "{raw}");
            assert_eq!(spelled(&rules, wanted), wanted, "the form of {wanted}");
        }
    }

    #[test]
    fn a_site_says_what_slashes_index_files_and_parameters_mean() {
        let rules = |trailing_slash, parameters: Option<&[&str]>| PageRules {
            trailing_slash,
            drop_index: true,
            parameters: parameters
                .map(|names| names.iter().map(|name| (*name).to_owned()).collect()),
        };
        let added = rules(TrailingSlash::Added, Some(&["p", "ref"]));
        for (raw, wanted) in [
            ("/post", "/post/"),
            ("/post/Index.HTML", "/post/"),
            ("/post.html", "/post.html"),
            ("/index.php?p=1&lang=de&ref=2", "/?p=1&ref=2"),
        ] {
            assert_eq!(spelled(&added, raw), wanted, "{raw}");
        }
        let removed = rules(TrailingSlash::Removed, Some(&[]));
        for (raw, wanted) in [
            ("/post/?a=1", "/post"),
            ("/", "/"),
            ("/a//", "/a"),
            ("/index.htm", "/"),
        ] {
            assert_eq!(spelled(&removed, raw), wanted, "{raw}");
        }
        assert!(
            rules(TrailingSlash::Kept, Some(&["a&b"]))
                .validate()
                .is_err()
        );
        assert!(added.validate().is_ok());
    }
}
