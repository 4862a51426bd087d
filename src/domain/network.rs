//! Where a submission came from, in the two forms that may be kept: a truncated prefix for
//! moderators, and the unit that rates are counted by.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use ipnet::IpNet;

/// An address as proxies, logs and databases write it: by itself, with a port, in brackets, in quotation marks, with
/// a zone.
#[must_use]
pub fn read(raw: &str) -> Option<IpAddr> {
    let raw = raw.trim();
    let quoted = raw.strip_prefix('"').and_then(|raw| raw.strip_suffix('"'));
    let raw = quoted.unwrap_or(raw).trim();
    if let Some(inside) = raw.strip_prefix('[') {
        let (inside, port) = inside.split_once(']')?;
        let port = port.strip_prefix(':').map_or(port.is_empty(), is_port);
        return v6(inside).filter(|_| port);
    }
    match raw.split_once(':') {
        Some((v4, port)) if is_port(port) && v4.contains('.') => {
            v4.parse::<Ipv4Addr>().ok().map(IpAddr::from)
        }
        Some(_) => v6(raw),
        None => raw.parse().ok(),
    }
}

/// An IPv6 address, with or without a zone.
fn v6(raw: &str) -> Option<IpAddr> {
    let (bare, _zone) = raw.split_once('%').unwrap_or((raw, ""));
    bare.parse::<Ipv6Addr>().ok().map(IpAddr::from)
}

fn is_port(raw: &str) -> bool {
    raw.bytes().all(|byte| byte.is_ascii_digit()) && raw.parse::<u16>().is_ok()
}

/// A sender's address. It has no `Display` and no `Serialize`; `Debug` shows nothing of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SenderAddress(IpAddr);

impl SenderAddress {
    /// Takes the peer's address; an IPv4 address written as IPv6 counts as IPv4.
    #[must_use]
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The prefix that may be stored: /24 of an IPv4 address, /48 of an IPv6 one, so that it names
    /// a neighbourhood and not a household.
    #[must_use]
    pub fn truncated(&self) -> String {
        let length = if self.0.is_ipv4() { 24 } else { 48 };
        IpNet::new(self.0, length).map_or_else(|_| String::new(), |net| net.trunc().to_string())
    }

    /// The unit that rates are counted by, for a keyed hash: an IPv4 address, or the /64 that one
    /// IPv6 customer usually holds.
    #[must_use]
    pub fn rate_unit(&self) -> Vec<u8> {
        match self.0 {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => first_64_bits(v6),
        }
    }

    /// The networks around the sender that one customer may hold, with their lengths in bits, the
    /// smallest first: an IPv4 address; of IPv6 the /64, the /56 and the /48, whose addresses cost
    /// whoever has been given one nothing. The first is [`SenderAddress::rate_unit`].
    #[must_use]
    pub fn prefixes(&self) -> Vec<(u8, Vec<u8>)> {
        match self.0 {
            IpAddr::V4(v4) => vec![(32, v4.octets().to_vec())],
            IpAddr::V6(v6) => [64, 56, 48]
                .into_iter()
                .map(|bits| (bits, v6.octets()[..usize::from(bits / 8)].to_vec()))
                .collect(),
        }
    }

    /// The networks that comments are counted by, narrowest first: the [`Self::rate_unit`], and those
    /// around it that one customer may hold or rent, for which more is allowed.
    #[must_use]
    pub fn rate_prefixes(&self) -> Vec<Prefix> {
        let unit = self.rate_unit();
        let wider: &[(usize, i64)] = match self.0 {
            IpAddr::V4(_) => &[(3, 8)],
            IpAddr::V6(_) => &[(7, 2), (6, 8)],
        };
        let wider = wider.iter().map(|(bytes, share)| Prefix {
            bytes: unit[..*bytes].to_vec(),
            share: *share,
        });
        let narrowest = Prefix {
            bytes: unit.clone(),
            share: 1,
        };
        [narrowest].into_iter().chain(wider).collect()
    }

    /// Whether a blocked network covers this address.
    #[must_use]
    pub fn is_in(&self, network: &IpNet) -> bool {
        network.contains(&self.0)
    }
}

/// A network that comments are counted by.
#[derive(Clone, PartialEq, Eq)]
pub struct Prefix {
    /// The leading bytes of its addresses. Prefixes of different lengths are different.
    pub bytes: Vec<u8>,
    /// How many times as much is allowed as for the narrowest one: one IPv4 address or /64 1, a /56 2,
    /// an IPv4 /24 or a /48 8.
    pub share: i64,
}

impl fmt::Debug for SenderAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SenderAddress(hidden)")
    }
}

fn first_64_bits(v6: Ipv6Addr) -> Vec<u8> {
    v6.octets()[..8].to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(address: &str) -> SenderAddress {
        SenderAddress::new(address.parse().unwrap())
    }

    #[test]
    fn a_customer_may_hold_more_than_the_smallest_network() {
        assert_eq!(
            sender("203.0.113.77").prefixes(),
            [(32, vec![203, 0, 113, 77])]
        );
        let home = sender("2001:db8:1:203::9").prefixes();
        let (next, other) = (
            sender("2001:db8:1:2ff::9").prefixes(),
            sender("2001:db8:1:302::9").prefixes(),
        );
        let lengths: Vec<u8> = home.iter().map(|(bits, _)| *bits).collect();
        assert_eq!(lengths, [64, 56, 48]);
        assert_eq!(home[0].1, sender("2001:db8:1:203::9").rate_unit());
        assert!(home[0] != next[0] && home[1] == next[1]);
        assert!(home[1] != other[1] && home[2] == other[2]);
    }

    #[test]
    fn keeps_a_neighbourhood_and_counts_a_customer() {
        assert_eq!(sender("203.0.113.77").truncated(), "203.0.113.0/24");
        assert_eq!(sender("2001:db8:1:2:3::9").truncated(), "2001:db8:1::/48");
        assert_eq!(sender("::ffff:203.0.113.77").rate_unit(), [203, 0, 113, 77]);
        assert_eq!(
            sender("2001:db8:1:2:3::9").rate_unit(),
            sender("2001:db8:1:2::1").rate_unit()
        );
        assert_ne!(
            sender("2001:db8:1:2::9").rate_unit(),
            sender("2001:db8:1:3::9").rate_unit()
        );
        let shared = |one: &str, other: &str| {
            let (one, other) = (sender(one).rate_prefixes(), sender(other).rate_prefixes());
            let same = one.iter().zip(&other).map(|(one, other)| one == other);
            same.collect::<Vec<_>>()
        };
        assert_eq!(
            shared("2001:db8:1:200::1", "2001:db8:1:2ff::1"),
            [false, true, true]
        );
        assert_eq!(
            shared("2001:db8:1:200::1", "2001:db8:1:300::1"),
            [false, false, true]
        );
        assert_eq!(shared("203.0.113.77", "203.0.113.78"), [false, true]);
        assert_eq!(
            format!("{:?}", sender("203.0.113.77")),
            "SenderAddress(hidden)"
        );
    }
}
