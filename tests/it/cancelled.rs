//! Acts on accounts whose sender goes away meanwhile: wherever they are given up, all of it has happened or
//! nothing. Each is begun again and again, and given up one waiting later every time.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use hamlet::{
    accounts::{
        links::{self, FirstSignIn},
        own::{self, OwnChange},
        people::Wanted,
        sessions::Session,
    },
    domain::{
        decision::{Actor, Door},
        moderator::{MailMode, MailPreferences, Moderator},
    },
    storage::{acts, links::LinkFor},
};
use secrecy::{ExposeSecret, SecretString};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

use crate::{on_both_engines, support::app::TestApp};

const NAMES: &str = "id || name FROM moderators";
const ADDRESSES: &str = "id || COALESCE(email_index, '') FROM moderators";
const PASSWORDS: &str = "id || COALESCE(password_hash, '') FROM moderators";
const EPOCHS: &str = "id || CAST(session_epoch AS TEXT) FROM moderators";
const LINKS: &str = "hash FROM sign_in_links";
const MAIL: &str = "moderator || site || mode FROM mail_preferences";
const ACTS: &str = "id FROM acts";

/// How often each act is brought to its end: an answer of the database that is there at once is no waiting,
/// so that no two rounds are given up at the same points.
const ROUNDS: usize = 3;

/// Polls `work` until it has waited so many times, and drops it; what it came to, if it ended before.
async fn given_up_after<T>(waits: usize, work: impl Future<Output = T>) -> Option<T> {
    begun(waits, pin!(work)).await
}

/// Polls `work` until it has waited so many times; what it came to, if it ended before.
pub async fn begun<T>(waits: usize, mut work: Pin<&mut impl Future<Output = T>>) -> Option<T> {
    let mut left = waits;
    let polling = poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    });
    polling.await
}

/// The database as somebody else sees it.
struct Witness(AnyConnection);

impl Witness {
    async fn of(app: &TestApp) -> Self {
        let url = app.app.settings.database_url();
        Self(AnyConnection::connect(url.expose_secret()).await.unwrap())
    }

    /// All parts as they are at one moment: on PostgreSQL a commit that nobody waits for any more may come
    /// between two looks.
    async fn sees(&mut self, parts: &[&str]) -> Vec<Vec<String>> {
        let part = |(place, part): (usize, &&str)| format!("SELECT {place}, {part}");
        let parts_of: Vec<_> = parts.iter().enumerate().map(part).collect();
        let text = format!("{} ORDER BY 1, 2", parts_of.join(" UNION ALL "));
        let rows = sqlx::query(AssertSqlSafe(text))
            .fetch_all(&mut self.0)
            .await;
        let mut seen = vec![Vec::new(); parts.len()];
        for row in rows.unwrap() {
            let place: i32 = row.get(0);
            seen[usize::try_from(place).unwrap()].push(row.get(1));
        }
        seen
    }
}

/// Gives `act` up at each point where it waits. Before each time `prepare` makes what it starts from; after
/// it all `parts` of the database have changed, or none.
async fn happens_whole<P, T: std::fmt::Debug>(
    app: &TestApp,
    parts: &[&'static str],
    prepare: impl AsyncFn(usize) -> P,
    act: impl AsyncFn(usize, P) -> T,
) {
    let mut witness = Witness::of(app).await;
    let (mut waits, mut rounds) = (0, 0);
    for number in 0.. {
        let prepared = prepare(number).await;
        let before = witness.sees(parts).await;
        let by = Actor {
            id: "tests".to_owned(),
            name: "tests".to_owned(),
            via: Door::Token,
        };
        let acting = acts::on_behalf(app.app.clock.clone(), Some(by), act(number, prepared));
        let ended = given_up_after(waits, acting).await;
        // A commit that nobody waits for any more holds the rows until it is there.
        app.sql("UPDATE moderators SET name = name").await;
        let after = witness.sees(parts).await;
        let changed = before
            .iter()
            .zip(&after)
            .map(|(before, after)| before != after);
        let changed: Vec<bool> = changed.collect();
        let (all, none) = (changed.iter().all(|one| *one), !changed.contains(&true));
        assert!(all || none, "after {waits} waits: {changed:?}");
        waits += 1;
        if let Some(ended) = ended {
            assert!(all, "it ended and did nothing: {ended:?}");
            (waits, rounds) = (0, rounds + 1);
        }
        if rounds == ROUNDS {
            break;
        }
    }
}

fn someone(number: usize) -> Wanted {
    Wanted {
        name: Some(format!("Guard {number}")),
        email: Some(format!("guard{number}@elsinore.example")),
        ..Wanted::default()
    }
}

fn password(number: usize) -> SecretString {
    format!("who is there, number {number}").into()
}

/// Somebody who was invited; with the word of their link.
async fn invited(app: &TestApp, number: usize) -> (Moderator, String) {
    let (account, link) = links::invite(&app.app, someone(number)).await.unwrap();
    (account, word(&link))
}

fn word(link: &str) -> String {
    link.rsplit('/').next().unwrap().to_owned()
}

fn choices(number: usize, name: String) -> FirstSignIn {
    FirstSignIn {
        name,
        email: String::new(),
        password: password(number),
    }
}

on_both_engines!(
    an_invitation_makes_an_account_with_its_link_or_nothing,
    |app: TestApp| async move {
        happens_whole(
            &app,
            &[NAMES, ADDRESSES, LINKS, ACTS],
            async |_| (),
            async |number, ()| links::invite(&app.app, someone(number)).await.map(|_| ()),
        )
        .await;
    }
);

on_both_engines!(
    a_link_is_spent_with_what_was_chosen_or_is_good_still,
    |app: TestApp| async move {
        happens_whole(
            &app,
            &[LINKS, NAMES, PASSWORDS, EPOCHS],
            async |number| invited(&app, number).await.1,
            async |number, word: String| {
                let choices = choices(number, format!("Francisco {number}"));
                links::redeem(&app.app, &word, choices).await.map(|_| ())
            },
        )
        .await;
    }
);

on_both_engines!(
    a_forgotten_password_is_replaced_as_the_link_is_spent_or_not_at_all,
    |app: TestApp| async move {
        let (account, first) = invited(&app, 0).await;
        links::redeem(&app.app, &first, choices(0, String::new()))
            .await
            .unwrap();
        happens_whole(
            &app,
            &[LINKS, PASSWORDS, EPOCHS, ACTS],
            async |_| {
                word(
                    &links::make(&app.app, &account.id, LinkFor::Known)
                        .await
                        .unwrap(),
                )
            },
            async |number, word: String| {
                let choices = choices(number + 1, String::new());
                links::redeem(&app.app, &word, choices).await.map(|_| ())
            },
        )
        .await;
    }
);

on_both_engines!(
    a_new_link_ends_the_one_before_or_leaves_it,
    |app: TestApp| async move {
        let (account, _) = invited(&app, 0).await;
        happens_whole(
            &app,
            &[LINKS, ACTS],
            async |_| (),
            async |_, ()| {
                links::make(&app.app, &account.id, LinkFor::Known)
                    .await
                    .map(|_| ())
            },
        )
        .await;
    }
);

/// Changes an own account; `more` is changed beside the password.
async fn changes_whole(
    app: TestApp,
    parts: &[&'static str],
    more: fn(usize, MailMode) -> OwnChange,
) {
    let (account, first) = invited(&app, 0).await;
    links::redeem(&app.app, &first, choices(0, String::new()))
        .await
        .unwrap();
    let id = &account.id;
    let known = std::sync::Mutex::new(password(0));
    happens_whole(
        &app,
        parts,
        async |number| {
            // Tries at a password are counted for a quarter of an hour.
            app.app.clock.advance(Duration::from_hours(1));
            let account = app.app.store.moderator(id).await.unwrap().unwrap();
            // A change may have happened although nobody heard of it.
            if number > 0 {
                let hash = account.password_hash.clone();
                let last = password(number);
                let right = hamlet::accounts::passwords::is_right(last.clone(), hash).await;
                if right.unwrap() {
                    *known.lock().unwrap() = last;
                }
            }
            let mail = app.app.store.mail_preferences(id).await.unwrap();
            (account, mail.default)
        },
        async |number, (account, mail): (Moderator, MailMode)| {
            let session = Session::begin(id, account.session_epoch, app.app.now());
            let change = OwnChange {
                current_password: Some(known.lock().unwrap().clone()),
                new_password: Some(password(number + 1)),
                ..more(number, mail)
            };
            own::change(&app.app, &account, session, change)
                .await
                .map(|_| ())
        },
    )
    .await;
}

on_both_engines!(
    a_password_is_changed_with_all_that_ends_by_it_or_not,
    |app: TestApp| async move {
        changes_whole(app, &[PASSWORDS, EPOCHS, ACTS], |_, _| OwnChange::default()).await;
    }
);

on_both_engines!(
    an_own_account_is_changed_in_all_that_was_asked_or_in_nothing,
    |app: TestApp| async move {
        let parts = [NAMES, ADDRESSES, MAIL, PASSWORDS, EPOCHS, ACTS];
        changes_whole(app, &parts, |number, mail| OwnChange {
            name: Some(format!("Bernardo {number}")),
            email: Some(format!("bernardo{number}@elsinore.example")),
            mail: Some(MailPreferences {
                default: if mail == MailMode::Daily {
                    MailMode::Hourly
                } else {
                    MailMode::Daily
                },
                ..MailPreferences::default()
            }),
            ..OwnChange::default()
        })
        .await;
    }
);
