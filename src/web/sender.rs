//! Who sent a request, as far as the network tells: the peer, or what a trusted proxy says of it.

use std::{net::IpAddr, str};

use actix_web::HttpRequest;
use ipnet::IpNet;

use crate::domain::network::SenderAddress;

/// The sender's address. `X-Forwarded-For` is believed only from a peer in `trusted`, and then the
/// last address in it that is not itself a trusted proxy: everything before may be invented.
#[must_use]
pub fn of(request: &HttpRequest, trusted: &[IpNet]) -> Option<SenderAddress> {
    let peer = request.peer_addr()?.ip();
    let forwarded = request.headers().get_all("x-forwarded-for");
    // A header that is no text keeps its place in the list: whoever could have one passed over would
    // have their proxy's word passed over with it.
    let hops: Vec<&str> = forwarded
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(|hop| str::from_utf8(hop).unwrap_or_default())
        .collect();
    Some(SenderAddress::new(origin(peer, &hops, trusted)))
}

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
        let Ok(address) = hop.trim().parse() else {
            break;
        };
        origin = address;
    }
    origin
}

#[cfg(test)]
mod tests {
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
}
