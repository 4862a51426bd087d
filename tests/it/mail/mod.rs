//! Mail, through the front door and a real SMTP server, on both engines.

mod decisions;
mod delivery;
pub mod office;
mod queue;
mod records;
mod replies;

/// Runs each named test on both engines.
macro_rules! on_each_engine {
    ($($name:ident),* $(,)?) => {
        $(mod $name {
            use $crate::support::app::Engine;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                super::$name(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgres() {
                super::$name(Engine::Postgres).await;
            }
        })*
    };
}
use on_each_engine;
