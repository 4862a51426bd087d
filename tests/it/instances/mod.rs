//! Several instances on one PostgreSQL database: each test has two, on disks of their own that share
//! nothing but the key file. Which of them is asked, and which of them dies, makes no difference.

mod arrivals;
mod people;
mod work;

use crate::support::app::{Engine, TestApp, Variables};

/// Two instances on one database; `None` where PostgreSQL is not to be had.
async fn two(variables: Variables<'_>) -> Option<[TestApp; 2]> {
    let one = TestApp::start(Engine::Postgres, variables).await?;
    let other = one.join().await;
    Some([one, other])
}
