//! Connections from outside: how many one address may keep open, and how long an answer may stand in the
//! way of a client that does not read it. actix has times for a request's head and body, and none for its
//! answer.

use std::{
    collections::HashMap,
    io,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use actix_rt::net::{ActixStream, Ready, TcpStream};
use ipnet::IpNet;
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

/// How long a client may keep its answer waiting. What it reads gives it time back.
const PATIENCE: Duration = Duration::from_secs(20);

/// So many bytes read give a second back.
const BYTES_A_SECOND: u64 = 4 * 1024;

/// The connections that are open, counted by address.
#[derive(Debug, Clone)]
pub struct Connections {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    /// At most so many of one address; 0: as many as come.
    most: usize,
    /// Proxies, whose connections are those of many.
    proxies: Arc<[IpNet]>,
}

impl Connections {
    /// Counts none yet.
    #[must_use]
    pub fn new(most: usize, proxies: &[IpNet]) -> Self {
        Self {
            open: Arc::default(),
            most,
            proxies: proxies.into(),
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a connection in; `None` when its address has too many already.
    #[must_use]
    pub fn admit(&self, stream: TcpStream, peer: Option<SocketAddr>) -> Option<Connection> {
        let address = peer.map(|peer| unit(peer.ip()));
        let proxy = |ip: IpAddr| self.proxies.iter().any(|network| network.contains(&ip));
        let exempt = peer.is_none_or(|peer| proxy(peer.ip().to_canonical()));
        let counted = address.filter(|_| self.most > 0 && !exempt);
        if let Some(address) = counted {
            let mut open = self.open();
            let count = open.entry(address).or_default();
            if *count >= self.most {
                return None;
            }
            *count += 1;
        }
        Some(Connection {
            stream,
            limit: Limit::default(),
            _place: Place {
                connections: self.clone(),
                counted,
            },
        })
    }
}

/// What is counted as one: an address, of IPv6 its /64, which is one household's or one machine's.
fn unit(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

/// A place among the connections of an address, free again when it is dropped.
struct Place {
    connections: Connections,
    counted: Option<IpAddr>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(address) = self.counted else { return };
        let mut open = self.connections.open();
        if let Some(count) = open.get_mut(&address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&address);
            }
        }
    }
}

/// How long the client may still keep its answer waiting.
#[derive(Debug)]
struct Limit {
    left: Duration,
    /// Since when it does.
    waiting: Option<(Instant, Pin<Box<Sleep>>)>,
}

impl Default for Limit {
    fn default() -> Self {
        Self {
            left: PATIENCE,
            waiting: None,
        }
    }
}

impl Limit {
    /// The client took some bytes.
    fn took(&mut self, bytes: usize) {
        if let Some((since, _)) = self.waiting.take() {
            self.left = self.left.saturating_sub(since.elapsed());
        }
        let earned = bytes as u64 * 1000 / BYTES_A_SECOND;
        self.left = PATIENCE.min(self.left + Duration::from_millis(earned));
    }

    /// The client takes nothing just now; whether that has lasted too long.
    fn is_over(&mut self, context: &mut Context<'_>) -> bool {
        let left = self.left;
        let (_, end) = self.waiting.get_or_insert_with(|| {
            let now = Instant::now();
            (now, Box::pin(sleep_until(now + left)))
        });
        end.as_mut().poll(context).is_ready()
    }
}

/// A client's connection.
pub struct Connection {
    stream: TcpStream,
    limit: Limit,
    _place: Place,
}

impl Connection {
    fn written(
        &mut self,
        wrote: Poll<io::Result<usize>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<usize>> {
        match wrote {
            Poll::Pending if self.limit.is_over(context) => {
                // What the system still holds for the client goes with it.
                let _ = self.stream.set_zero_linger();
                tracing::info!("a client did not read its answer and was cut off");
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            Poll::Ready(Ok(bytes)) => {
                self.limit.took(bytes);
                Poll::Ready(Ok(bytes))
            }
            other => other,
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write(context, buffer);
        self.written(wrote, context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let wrote = Pin::new(&mut self.stream).poll_write_vectored(context, buffers);
        self.written(wrote, context)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl ActixStream for Connection {
    fn poll_read_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_read_ready(&self.stream, context)
    }

    fn poll_write_ready(&self, context: &mut Context<'_>) -> Poll<io::Result<Ready>> {
        ActixStream::poll_write_ready(&self.stream, context)
    }
}
