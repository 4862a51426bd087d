//! Signing deliveries as Standard Webhooks says: HMAC-SHA256 over `id.timestamp.body`.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{ground::Ground, storage::deliveries::Delivery};

/// The secret of a webhook, as its program is given it. It is derived from the key file, so that the
/// database does not hold it.
#[must_use]
pub fn secret_of(ground: &Ground, webhook: &str) -> String {
    let secret = ground.vault.webhook_secret(webhook);
    format!("whsec_{}", BASE64_STANDARD.encode(secret))
}

/// The headers of a try. The time is that of the try: a program refuses old ones.
pub(super) fn headers(ground: &Ground, one: &Delivery, body: &str) -> Vec<(&'static str, String)> {
    let timestamp = ground.now().millis() / 1000;
    let secret = ground.vault.webhook_secret(&one.webhook);
    vec![
        ("webhook-id", one.id.clone()),
        ("webhook-timestamp", timestamp.to_string()),
        ("webhook-signature", sign(&secret, &one.id, timestamp, body)),
    ]
}

fn sign(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key length is valid for HMAC");
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", BASE64_STANDARD.encode(mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the specification's own libraries.
    #[test]
    fn the_signature_is_that_of_the_specification() {
        let secret = BASE64_STANDARD
            .decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
            .unwrap();
        let signed = sign(
            &secret,
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            "{\"test\": 2432232314}",
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
