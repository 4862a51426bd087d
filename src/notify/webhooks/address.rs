//! Where deliveries may go: to the public internet, and to networks that the settings name. A host
//! is judged by the address that is connected to, not by what its name resolved to some time before.

use std::net::IpAddr;

use ipnet::IpNet;
use url::{Host, Url};

/// Networks that are not the public internet: IANA's special-purpose registries for IPv4 and IPv6
/// (<https://www.iana.org/assignments/iana-ipv4-special-registry>, `…ipv6…`), and of IPv6 all that is
/// not global unicast (`2000::/3`): all else is local, reserved, or leads to an IPv4 address.
const PRIVATE: [&str; 26] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "::/3",
    "4000::/2",
    "8000::/1",
    "2001::/23",
    "2001:db8::/32",
    "2002::/16",
    "2620:4f:8000::/48",
    "3fff::/20",
];

/// Longest address, in bytes.
pub const MAX_URL: usize = 2_000;

/// Why a webhook's address is not one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// It is no address that deliveries can be sent to.
    #[error(
        "it must be an http or https address of at most {MAX_URL} bytes without a user name or password"
    )]
    Shape,
    /// It is an address in a network that deliveries are not sent to.
    #[error("it is in a network that is not public: see webhooks.allow_networks")]
    Network,
}

/// Whether deliveries may go to an address.
#[must_use]
pub fn is_allowed(address: IpAddr, allowed: &[IpNet]) -> bool {
    let address = address.to_canonical();
    let within = |network: &IpNet| network.contains(&address);
    if allowed.iter().any(within) {
        return true;
    }
    let private = PRIVATE.iter().filter_map(|network| network.parse().ok());
    !private
        .into_iter()
        .any(|network: IpNet| network.contains(&address))
}

/// Reads a webhook's address. One that names a network address is judged at once; a name is judged
/// when it is connected to.
///
/// # Errors
/// [`Refused`].
pub fn check_url(raw: &str, allowed: &[IpNet]) -> Result<Url, Refused> {
    let fits = raw.len() <= MAX_URL;
    let url = Url::parse(raw.trim()).ok().filter(|_| fits);
    let url = url.ok_or(Refused::Shape)?;
    let web = matches!(url.scheme(), "http" | "https");
    if !web || !url.username().is_empty() || url.password().is_some() {
        return Err(Refused::Shape);
    }
    let address: IpAddr = match url.host().ok_or(Refused::Shape)? {
        Host::Domain(_) => return Ok(url),
        Host::Ipv4(address) => address.into(),
        Host::Ipv6(address) => address.into(),
    };
    if is_allowed(address, allowed) {
        Ok(url)
    } else {
        Err(Refused::Network)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_and_what_is_configured_may_be_told() {
        let allowed = ["10.1.0.0/16".parse().unwrap()];
        for (address, may) in [
            ("93.184.215.14", true),
            ("2606:4700::1111", true),
            ("10.1.2.3", true),
            ("10.2.0.1", false),
            ("127.0.0.1", false),
            ("::1", false),
            ("::ffff:127.0.0.1", false),
            ("::ffff:10.1.2.3", true),
            ("169.254.169.254", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("64:ff9b::7f00:1", false),
            ("2002:7f00:1::", false),
            ("0.0.0.0", false),
        ] {
            assert_eq!(
                is_allowed(address.parse().unwrap(), &allowed),
                may,
                "{address}"
            );
        }
    }

    /// The first and the last address of every block of IANA's special-purpose registries, and those
    /// that lead to an IPv4 address.
    #[test]
    fn nothing_of_the_special_purpose_registries_is_told() {
        for (first, last) in [
            ("0.0.0.0", "0.255.255.255"),
            ("10.0.0.0", "10.255.255.255"),
            ("100.64.0.0", "100.127.255.255"),
            ("127.0.0.0", "127.255.255.255"),
            ("169.254.0.0", "169.254.255.255"),
            ("172.16.0.0", "172.31.255.255"),
            ("192.0.0.0", "192.0.0.255"),
            ("192.0.2.0", "192.0.2.255"),
            ("192.31.196.0", "192.31.196.255"),
            ("192.52.193.0", "192.52.193.255"),
            ("192.88.99.0", "192.88.99.255"),
            ("192.168.0.0", "192.168.255.255"),
            ("192.175.48.0", "192.175.48.255"),
            ("198.18.0.0", "198.19.255.255"),
            ("198.51.100.0", "198.51.100.255"),
            ("203.0.113.0", "203.0.113.255"),
            ("224.0.0.0", "239.255.255.255"),
            ("240.0.0.0", "255.255.255.255"),
            ("::", "::1"),
            ("::127.0.0.1", "::255.255.255.255"),
            ("::ffff:0.0.0.1", "::ffff:10.255.255.255"),
            ("::ffff:0:127.0.0.1", "::ffff:0:ffff:ffff"),
            ("64:ff9b::", "64:ff9b::ffff:ffff"),
            ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
            ("100::", "100::ffff:ffff:ffff:ffff"),
            ("100:0:0:1::", "100:0:0:1:ffff:ffff:ffff:ffff"),
            ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
            ("3fff::1", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("5f00::1", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fe80::1", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("fec0::1", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ] {
            for address in [first, last] {
                assert!(!is_allowed(address.parse().unwrap(), &[]), "{address}");
            }
        }
        for public in [
            "1.1.1.1",
            "192.0.1.1",
            "2001:4860:4860::8888",
            "2a00::1",
            "3ffe::1",
        ] {
            assert!(is_allowed(public.parse().unwrap(), &[]), "{public}");
        }
    }

    #[test]
    fn every_spelling_of_a_private_address_is_seen_through() {
        for raw in [
            "http://127.1/",
            "http://0x7f.1/",
            "http://2130706433/",
            "http://[::ffff:7f00:1]/",
            "https://169.254.169.254/latest",
        ] {
            assert_eq!(check_url(raw, &[]), Err(Refused::Network), "{raw}");
        }
        for raw in [
            "ftp://a.example",
            "https://u:p@a.example",
            "nonsense",
            "file:///etc",
        ] {
            assert_eq!(check_url(raw, &[]), Err(Refused::Shape), "{raw}");
        }
        assert!(check_url("https://hooks.example:8443/a?b=c", &[]).is_ok());
    }
}
