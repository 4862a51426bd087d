//! Who sent a request, as far as the network shows: the peer, or what a trusted proxy says of it.

use std::{net::IpAddr, sync::Once};

use actix_web::{
    HttpRequest,
    http::header::{HeaderMap, HeaderValue},
};
use ipnet::IpNet;

use crate::domain::network::{self, SenderAddress};

/// The sender's address. What is forwarded is believed only from a peer in `trusted`, and then the last
/// address in it that is not itself a trusted proxy: everything before may be invented. `Forwarded`
/// (RFC 7239) counts where there is no `X-Forwarded-For`: most proxies write the latter, and hand on the
/// former as it came.
#[must_use]
pub fn of(request: &HttpRequest, trusted: &[IpNet]) -> Option<SenderAddress> {
    let peer = request.peer_addr()?.ip();
    let headers = request.headers();
    // A hop that is no text keeps its place in the list: who could have one passed over would
    // have their proxy's word passed over with it.
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let lists: Vec<String> = headers.get_all("x-forwarded-for").map(text).collect();
    let hops: Vec<String> = if lists.is_empty() {
        let lists = headers.get_all("forwarded").map(text);
        lists.flat_map(|list| nodes(&list)).collect()
    } else {
        let split = |list: String| list.split(',').map(str::to_owned).collect::<Vec<_>>();
        lists.into_iter().flat_map(split).collect()
    };
    let hops: Vec<&str> = hops.iter().map(String::as_str).collect();
    Some(SenderAddress::new(origin(peer, &hops, trusted)))
}

/// Whether a request comes through a proxy in the neighbourhood that is not in `trusted`: the commonest mistake in setting the service up. Then
/// everybody counts as one sender, the proxy.
#[must_use]
pub fn is_of_unknown_proxy(headers: &HeaderMap, peer: Option<IpAddr>, trusted: &[IpNet]) -> bool {
    let Some(peer) = peer.map(|peer| peer.to_canonical()) else {
        return false;
    };
    let near = match peer {
        IpAddr::V4(peer) => peer.is_loopback() || peer.is_private() || peer.is_link_local(),
        IpAddr::V6(peer) => {
            peer.is_loopback() || peer.is_unique_local() || peer.is_unicast_link_local()
        }
    };
    near && !trusted.iter().any(|net| net.contains(&peer))
        && OF_PROXIES.iter().any(|name| headers.contains_key(*name))
}

/// What proxies say of themselves and of whom they speak for: some only that they are there.
const OF_PROXIES: [&str; 6] = [
    "forwarded",
    "x-forwarded-for",
    "x-forwarded-host",
    "x-forwarded-proto",
    "x-forwarded-server",
    "x-real-ip",
];

fn origin(peer: IpAddr, hops: &[&str], trusted: &[IpNet]) -> IpAddr {
    let is_trusted = |address: IpAddr| {
        let address = address.to_canonical();
        trusted.iter().any(|net| net.contains(&address))
    };
    let mut origin = peer;
    for hop in hops.iter().rev() {
        if !is_trusted(origin) {
            break;
        }
        let Some(address) = network::read(hop) else {
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                tracing::warn!(
                    "a trusted proxy forwards an address that cannot be read; its own counts instead"
                );
            });
            break;
        };
        origin = address;
    }
    origin
}

/// The nodes that a `Forwarded` names, one for each element. One that leaves a quotation open names
/// none: what a proxy added would be part of what a stranger began.
fn nodes(list: &str) -> Vec<String> {
    if list.matches('"').count() % 2 == 1 {
        return vec![String::new()];
    }
    elements(list, ',').map(forwarded_for).collect()
}

/// The node that an element of `Forwarded` names; empty where it names none.
fn forwarded_for(element: &str) -> String {
    let pairs = elements(element, ';').filter_map(|pair| pair.trim().split_once('='));
    let mut named = pairs.filter(|(name, _)| name.trim().eq_ignore_ascii_case("for"));
    named
        .next()
        .map(|(_, node)| node.to_owned())
        .unwrap_or_default()
}

/// Splits at a separator that is not within quotation marks.
fn elements(list: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    list.split(move |c| {
        quoted ^= c == '"';
        c == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use actix_web::http::header;

    use super::*;

    fn of_hops(peer: &str, hops: &[&str]) -> String {
        let trusted = ["10.0.0.0/8".parse().unwrap()];
        origin(peer.parse().unwrap(), hops, &trusted).to_string()
    }

    #[test]
    fn a_forwarded_address_counts_only_from_a_trusted_proxy() {
        assert_eq!(of_hops("203.0.113.7", &["198.51.100.1"]), "203.0.113.7");
        assert_eq!(of_hops("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(
            of_hops("10.0.0.1", &["6.6.6.6", "198.51.100.1", "10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(of_hops("10.0.0.1", &["6.6.6.6", "nonsense"]), "10.0.0.1");
        assert_eq!(
            of_hops("::ffff:10.0.0.1", &["198.51.100.1"]),
            "198.51.100.1"
        );
    }

    #[test]
    fn a_proxy_next_door_that_is_not_trusted_is_noticed() {
        let mut headers = HeaderMap::new();
        let noticed = |headers: &HeaderMap, peer: &str, trusted: &[IpNet]| {
            is_of_unknown_proxy(headers, peer.parse().ok(), trusted)
        };
        assert!(!noticed(&headers, "127.0.0.1", &[]));
        headers.insert(
            header::FORWARDED,
            HeaderValue::from_static("for=198.51.100.7"),
        );
        for near in [
            "127.0.0.1",
            "172.18.0.2",
            "::1",
            "fd00::2",
            "::ffff:10.0.0.1",
        ] {
            assert!(noticed(&headers, near, &[]), "{near}");
        }
        for name in ["x-real-ip", "x-forwarded-proto", "x-forwarded-host"] {
            let mut headers = HeaderMap::new();
            headers.insert(
                header::HeaderName::from_static(name),
                HeaderValue::from_static("198.51.100.7"),
            );
            assert!(noticed(&headers, "127.0.0.1", &[]), "{name}");
        }
        assert!(
            !noticed(&headers, "203.0.113.9", &[]),
            "strangers may write what they like"
        );
        assert!(!noticed(
            &headers,
            "10.0.0.1",
            &["10.0.0.0/8".parse().unwrap()]
        ));
    }

    #[test]
    fn an_address_is_read_however_proxies_write_it() {
        for (hop, read) in [
            ("198.51.100.7:51234", "198.51.100.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("2001:db8::7", "2001:db8::7"),
            ("\"198.51.100.7:1\"", "198.51.100.7"),
            ("\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("fe80::7%eth0", "fe80::7"),
            ("[fe80::7%25en1]:80", "fe80::7"),
            ("::ffff:198.51.100.7", "::ffff:198.51.100.7"),
        ] {
            assert_eq!(network::read(hop), read.parse().ok(), "{hop}");
        }
        for bad in [
            "",
            "unknown",
            "_hidden",
            "198.51.100.7:",
            "198.51.100.7:x",
            "[::1",
            "[::1]x",
            "1.2.3.4.5",
            "a:1",
        ] {
            assert_eq!(network::read(bad), None, "{bad}");
        }
        assert_eq!(
            nodes(
                "for=192.0.2.60;proto=http;by=203.0.113.43, For=\"[2001:db8::1]:4711\", proto=https"
            ),
            ["192.0.2.60", "\"[2001:db8::1]:4711\"", ""]
        );
        assert_eq!(nodes("for=\"a,b\";by=c"), ["\"a,b\""]);
        assert_eq!(nodes("for=192.0.2.1;x=\", for=198.51.100.7"), [""]);
    }
}
