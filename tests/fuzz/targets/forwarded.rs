//! Any `X-Forwarded-For`: the sender is the last address in it, read from its end, that no trusted proxy
//! has, and everything behind it is a trusted proxy's word.

use std::net::{IpAddr, SocketAddr};

use actix_web::{http::header::HeaderValue, test::TestRequest};
use hamlet::{domain::network::SenderAddress, web::sender};
use ipnet::IpNet;

/// The first line is the peer's address, each other one a header as it came.
pub fn check(data: &[u8]) {
    let trusted: [IpNet; 2] = ["10.0.0.0/8", "fd00::/8"].map(|net| net.parse().expect("a network"));
    let mut lines = data.split(|byte| *byte == b'\n');
    let peer = lines
        .next()
        .and_then(|line| std::str::from_utf8(line).ok()?.trim().parse().ok());
    let peer: IpAddr = peer.unwrap_or([10, 0, 0, 1].into());
    let headers: Vec<HeaderValue> = lines
        .filter_map(|line| HeaderValue::from_bytes(line).ok())
        .collect();

    let mut request = TestRequest::default().peer_addr((peer, 4711).into());
    for header in &headers {
        request = request.append_header(("x-forwarded-for", header.clone()));
    }
    let told = sender::of(&request.to_http_request(), &trusted).expect("a sender");
    let expected = SenderAddress::new(expected(peer, &headers, &trusted));
    assert!(
        told == expected,
        "{} and not {}",
        told.truncated(),
        expected.truncated()
    );

    if !is_trusted(peer, &trusted) {
        assert!(
            told == SenderAddress::new(peer),
            "a stranger's header was believed"
        );
    }
    assert!(
        told.truncated()
            .parse::<IpNet>()
            .is_ok_and(|net| told.is_in(&net))
    );
}

/// The rule, written otherwise: all headers are one list, whatever bytes are in it.
fn expected(peer: IpAddr, headers: &[HeaderValue], trusted: &[IpNet]) -> IpAddr {
    let list = headers
        .iter()
        .map(HeaderValue::as_bytes)
        .collect::<Vec<_>>()
        .join(&b","[..]);
    let mut sender = peer;
    let mut rest = Some(list.as_slice()).filter(|_| !headers.is_empty());
    while let Some(list) = rest.filter(|_| is_trusted(sender, trusted)) {
        let comma = list.iter().rposition(|byte| *byte == b',');
        let hop = &list[comma.map_or(0, |comma| comma + 1)..];
        rest = comma.map(|comma| &list[..comma]);
        match std::str::from_utf8(hop).ok().and_then(read) {
            Some(address) => sender = address,
            None => break,
        }
    }
    sender
}

/// An address in any spelling of a proxy's: reduced to one of two that the standard library reads.
fn read(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    let quoted = hop.strip_prefix('"').and_then(|hop| hop.strip_suffix('"'));
    let mut plain = quoted.unwrap_or(hop).trim().to_owned();
    if let Some(from) = plain.find('%').filter(|from| plain[..*from].contains(':')) {
        let to = plain[from..].find(']').map_or(plain.len(), |to| from + to);
        plain.replace_range(from..to, "");
    }
    if plain.starts_with('[') && plain.ends_with(']') {
        plain.push_str(":0");
    }
    let address = plain.parse().ok();
    address.or_else(|| Some(plain.parse::<SocketAddr>().ok()?.ip()))
}

fn is_trusted(address: IpAddr, trusted: &[IpNet]) -> bool {
    trusted
        .iter()
        .any(|net| net.contains(&address.to_canonical()))
}
