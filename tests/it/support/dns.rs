//! A name server on loopback that knows what a test says, and nothing else (RFC 1035).

use std::sync::Arc;

use tokio::net::UdpSocket;

/// What is at names: texts, in pieces of at most 255 bytes.
pub type Zone<'a> = &'a [(&'a str, &'a str)];

/// A server for UDP. It ends with the test's runtime.
pub struct NameServer {
    /// Where it listens.
    pub address: String,
}

/// Answers with an error instead of a name's texts.
pub const BROKEN: &str = "\u{0}broken";

impl NameServer {
    pub async fn start(zone: Zone<'_>) -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap().to_string();
        let zone: Arc<[(String, String)]> = zone
            .iter()
            .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
            .collect();
        tokio::spawn(async move {
            let mut question = [0; 1_500];
            while let Ok((length, from)) = socket.recv_from(&mut question).await {
                let answer = answer(&zone, &question[..length]);
                let _ = socket.send_to(&answer, from).await;
            }
        });
        Self { address }
    }
}

/// The answer to a question, which is repeated in it.
fn answer(zone: &[(String, String)], question: &[u8]) -> Vec<u8> {
    let (mut name, mut at) = (String::new(), 12);
    while question[at] != 0 {
        let end = at + 1 + usize::from(question[at]);
        name.push_str(&String::from_utf8_lossy(&question[at + 1..end]));
        name.push('.');
        at = end;
    }
    let asked = &question[12..at + 5];
    let name = name.trim_end_matches('.').to_lowercase();
    let texts: Vec<&str> = zone
        .iter()
        .filter(|(known, _)| *known == name)
        .map(|(_, text)| text.as_str())
        .collect();
    let is_known = zone.iter().any(|(known, _)| known.ends_with(&name));
    let code = match texts.first() {
        Some(&BROKEN) => 2,
        None if !is_known => 3,
        _ => 0,
    };
    let texts = if code == 0 { texts } else { Vec::new() };
    let mut out = question[..2].to_vec();
    out.extend([0x85, 0x80 | code, 0, 1, 0]);
    out.push(u8::try_from(texts.len()).unwrap());
    out.extend([0, 0, 0, 0]);
    out.extend(asked);
    for text in texts {
        // The name is where the question has it; TXT, IN, a minute.
        out.extend([0xC0, 12, 0, 16, 0, 1, 0, 0, 0, 60]);
        let pieces: Vec<u8> = text
            .as_bytes()
            .chunks(200)
            .flat_map(|piece| [&[u8::try_from(piece.len()).unwrap()][..], piece].concat())
            .collect();
        out.extend(u16::try_from(pieces.len()).unwrap().to_be_bytes());
        out.extend(pieces);
    }
    out
}
