//! The pools of connections, how a connection begins, and when it is looked at.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use sqlx::{
    Any, AnyConnection, AnyPool, Connection,
    any::{AnyConnectOptions, AnyPoolOptions},
    pool::PoolConnection,
};

use super::{
    Result,
    engine::Engine,
    hosts::Host,
    primary::{Primary, unless_moved},
};

/// How soon a connection that lay idle, or comes back, has to answer, or another is taken. sqlx asks without
/// end: each connection on which a server fell silent kept somebody waiting for all the time that there is.
const ANSWERS_WITHIN: Duration = Duration::from_secs(1);

/// A connection that came back well no longer ago is not asked again before it is used.
const STAYS_WELL: Duration = Duration::from_secs(1);

/// A pool of connections to the database: to the server that takes writes, where there are several.
/// Clones share it.
#[derive(Clone)]
pub(super) struct Pool {
    options: AnyPoolOptions,
    present: Arc<ArcSwap<AnyPool>>,
    primary: Option<Arc<Primary>>,
}

impl Pool {
    /// A pool whose connections begin with the statements of `session`, then `more`. It connects when it is
    /// first asked for a connection.
    pub(super) fn new(
        engine: Engine,
        connections: u32,
        session: &'static [&'static str],
        more: &'static [&'static str],
        to: AnyConnectOptions,
        primary: Option<Arc<Primary>>,
    ) -> Self {
        let options = options(engine, connections, session, more, primary.clone());
        let present = options.clone().connect_lazy_with(to);
        Self {
            options,
            present: Arc::new(ArcSwap::from_pointee(present)),
            primary,
        }
    }

    /// A connection.
    ///
    /// # Errors
    /// [`super::StoreError`] when there is none within five seconds.
    pub(super) async fn acquire(&self) -> Result<PoolConnection<Any>> {
        let present = self.present.load_full();
        let connection = Box::pin(async { Ok(present.acquire().await?) });
        unless_moved(self.primary.as_deref(), connection).await
    }

    /// Closes every connection.
    pub(super) async fn close(&self) {
        self.present.load_full().close().await;
    }

    /// Connects to another server from now on. The connections to the one before are closed as they
    /// come back; on those it may never be heard of again.
    pub(super) fn begin_anew(&self, host: &Host) {
        let anew = self.options.clone().connect_lazy_with(host.pooled.clone());
        let before = self.present.swap(Arc::new(anew));
        tokio::spawn(async move { before.close().await });
    }
}

fn options(
    engine: Engine,
    connections: u32,
    session: &'static [&'static str],
    more: &'static [&'static str],
    primary: Option<Arc<Primary>>,
) -> AnyPoolOptions {
    let options = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(Duration::from_secs(5))
        .test_before_acquire(false)
        .after_connect(move |connection, _| {
            let primary = primary.clone();
            Box::pin(async move {
                for statement in session.iter().chain(more) {
                    sqlx::query(*statement).execute(&mut *connection).await?;
                }
                match primary {
                    Some(primary) => primary.check(connection).await,
                    None => Ok(()),
                }
            })
        });
    // A file does not go away between two statements, as a server can.
    if engine == Engine::Sqlite {
        return options;
    }
    options
        .before_acquire(|connection, idle| {
            Box::pin(async move {
                if idle.idle_for < STAYS_WELL {
                    return Ok(true);
                }
                answers(connection).await
            })
        })
        .after_release(|connection, _| Box::pin(answers(connection)))
}

/// Whether the other end of a connection answers; an error closes the connection without a goodbye.
async fn answers(connection: &mut AnyConnection) -> sqlx::Result<bool> {
    let answer = tokio::time::timeout(ANSWERS_WITHIN, connection.ping()).await;
    let silent = || sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
    answer.map_err(|_| silent())?.map(|()| true)
}
