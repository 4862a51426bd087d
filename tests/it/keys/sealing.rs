//! What is sealed belongs to its row.

use std::fs;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hamlet::{
    domain::moderator::Role,
    privacy::rotation,
    sealing::{key_file, keys::Purpose, vault::Unopenable},
};
use reqwest::Method;
use serde_json::Value;

use super::{Posted, command, execute, open, texts};
use crate::{
    on_both_engines,
    support::app::{TestApp, answer},
};

on_both_engines!(
    addresses_that_were_exchanged_open_nowhere,
    |app: TestApp| async move {
        let mut posted = Posted::default();
        posted.post(&app).await;
        posted.post(&app).await;
        let (one, other) = (&posted.0[0].1["id"], &posted.0[1].1["id"]);
        let (one, other) = (one.as_str().unwrap(), other.as_str().unwrap());
        let stolen = format!(
            "UPDATE comments SET email_sealed = (SELECT email_sealed FROM comments WHERE id = '{one}') \
             WHERE id = '{other}'"
        );
        execute(&app, stolen).await;
        let stored = app.stored(&posted.0[1].1).await;
        assert_eq!(open(&app.app, &stored), Err(Unopenable::Altered));
        let token = app.token(Role::Operator, &[]).await;
        let path = format!("/api/v1/comments/{other}/email");
        let (status, body) = answer(app.with(&token, Method::POST, &path)).await;
        assert_eq!(status, 503, "{body}");
        let (_, shown) =
            answer(app.with(&token, Method::GET, &format!("/api/v1/comments/{other}"))).await;
        assert!(!shown.to_string().contains("elsinore.example"), "{shown}");
        assert_eq!(
            rotation::rotate(&app.app.privacy).await.unwrap().unopenable,
            1
        );
        app.stop().await;
    }
);

/// An address as versions before sealed it, bound to nothing.
fn unbound(app: &TestApp, email: &str) -> String {
    let ring = key_file::open(&app.app.settings.key_file(), false).unwrap();
    let key = ring.current();
    let cipher = XChaCha20Poly1305::new(&key.derive(Purpose::EmailEncryption).into());
    let (nonce, aad) = ([7; 24], b"email".as_slice());
    let msg = email.as_bytes();
    let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg, aad });
    let bytes = [&nonce[..], &sealed.unwrap()].concat();
    format!("{}.{}", key.id(), BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

on_both_engines!(
    what_earlier_versions_sealed_opens_and_a_rotation_binds_it,
    |app: TestApp| async move {
        let mut posted = Posted::default();
        posted.post(&app).await;
        let sealed = unbound(&app, "reader1@elsinore.example");
        let put = format!("UPDATE comments SET email_sealed = '{sealed}'");
        execute(&app, put).await;
        let stored = app.stored(&posted.0[0].1).await;
        assert_eq!(
            open(&app.app, &stored),
            Err(Unopenable::Altered),
            "this key never sealed so"
        );
        // A key of an earlier version does not say what it may have sealed.
        let key = app.app.settings.key_file();
        let mut file: Value = serde_json::from_slice(&fs::read(&key).unwrap()).unwrap();
        file["keys"][0].as_object_mut().unwrap().remove("bound");
        fs::write(&key, file.to_string()).unwrap();
        let earlier = command(&app).await;
        let email = "reader1@elsinore.example".to_owned();
        assert_eq!(open(&earlier, &stored), Ok(email.clone()));
        let rotated = rotation::rotate(&earlier.privacy).await.unwrap();
        assert_eq!((rotated.done, rotated.unopenable), (1, 0));
        let bound = app.stored(&posted.0[0].1).await;
        assert_eq!(open(&earlier, &bound), Ok(email));
        assert!(bound.email.0.contains(".2."), "{:?}", bound.email);
        earlier.store.close().await;
        app.stop().await;
    }
);

on_both_engines!(
    every_column_with_sealed_values_is_rotated,
    |app: TestApp| async move {
        use hamlet::storage::resealing::{ADDRESSES, CLIENT_KEYS};
        let mut known: Vec<String> = [ADDRESSES[0], ADDRESSES[1], CLIENT_KEYS]
            .map(|place| format!("{}.{}", place.table, place.column))
            .to_vec();
        // Kept for the schema's sake; nothing is put there any more.
        known.push("subscriptions.email_sealed".to_owned());
        let query = if app.app.store.engine_name() == "sqlite" {
            "SELECT m.name || '.' || c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND c.name LIKE '%sealed'"
        } else {
            "SELECT CAST(table_name || '.' || column_name AS TEXT) FROM information_schema.columns \
             WHERE table_schema = 'public' AND column_name LIKE '%sealed'"
        };
        let mut columns = texts(&app, query).await;
        columns.sort();
        known.sort();
        assert_eq!(columns, known);
        app.stop().await;
    }
);
