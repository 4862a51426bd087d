//! The pools of connections, and how a connection begins.

use std::time::Duration;

use sqlx::{Connection, any::AnyPoolOptions};

use super::engine::Engine;

/// How soon a connection that lay idle has to answer, or another is taken. sqlx asks without end: each
/// connection on which a server fell silent kept somebody waiting for all the time that there is.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// A connection that answered so lately is not asked: the question would cost a post a tenth of its time.
const ANSWERED: Duration = Duration::from_millis(250);

/// A pool whose connections begin with the statements of `session`, then `more`.
pub(super) fn pool(
    engine: Engine,
    connections: u32,
    session: &'static [&'static str],
    more: &'static [&'static str],
) -> AnyPoolOptions {
    AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .before_acquire(move |connection, meta| {
            Box::pin(async move {
                // A file does not go away between two statements, as a server can.
                if engine == Engine::Sqlite || meta.idle_for < ANSWERED {
                    return Ok(true);
                }
                let answer = tokio::time::timeout(ANSWERS_WITHIN, connection.ping()).await;
                let silent = || sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
                answer.map_err(|_| silent())?.map(|()| true)
            })
        })
        .after_connect(move |connection, _| {
            Box::pin(async move {
                for statement in session.iter().chain(more) {
                    sqlx::query(*statement).execute(&mut *connection).await?;
                }
                Ok(())
            })
        })
}
