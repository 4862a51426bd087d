//! One's own account, as its page on the desk changes it.

use reqwest::Method;
use serde_json::json;

use crate::{
    desk::send,
    on_both_engines,
    support::{app::answer, people::PASSWORD},
};

use super::EMAIL;

on_both_engines!(
    ones_own_account_is_changed_on_its_page,
    |app: TestApp| async move {
        let me = app.first_operator(EMAIL).await;
        let fields = [
            ("name", "Horatio"),
            ("mail", "daily"),
            ("mail:default", "none"),
        ];
        assert_eq!(
            send(&app, &me, "/desk/me", &fields).await,
            "/desk/me?saved=1"
        );
        let (_, seen) = answer(me.request(&app, Method::GET, "/api/v1/me")).await;
        assert_eq!(
            seen["mail"],
            json!({ "default": "daily", "sites": { "default": "none" } })
        );

        let fields = [
            ("name", "Horatio"),
            ("email", "h@wittenberg.example"),
            ("new_password", "short"),
        ];
        let refused = me.form(&app, "/desk/me", &fields).send().await.unwrap();
        assert_eq!(refused.status(), 422);
        assert!(
            refused
                .text()
                .await
                .unwrap()
                .contains("Use at least 10 characters.")
        );
        let fields = [("name", "Horatio"), ("email", "h@wittenberg.example")];
        let refused = me.form(&app, "/desk/me", &fields).send().await.unwrap();
        assert_eq!(
            refused.status(),
            422,
            "an address needs the present password"
        );
        let fields = [fields[0], fields[1], ("current_password", PASSWORD)];
        send(&app, &me, "/desk/me", &fields).await;
        assert!(
            me.page(&app, "/desk/me")
                .await
                .contains("h***@w***.example")
        );
    }
);
