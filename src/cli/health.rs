//! `hamlet health`: asks the service on this machine whether it is ready, for what restarts it when
//! it is not (a container's health check has no other program to ask with).

use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    path::Path,
    time::Duration,
};

use anyhow::Context;

use super::shell::settings;

/// Time for each step of asking.
const PATIENCE: Duration = Duration::from_secs(4);

/// Asks the service that runs with these settings.
///
/// # Errors
/// When the service does not answer, or is not ready.
pub fn run(config: Option<&Path>) -> anyhow::Result<()> {
    let address = reachable(settings(config)?.server.listen);
    let status = ask(address).with_context(|| format!("{address} does not answer"))?;
    anyhow::ensure!(
        status == "200",
        "the service is not ready: it answers {status}"
    );
    Ok(())
}

/// Where a service that listens there is reached from here.
fn reachable(mut listen: SocketAddr) -> SocketAddr {
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen {
            SocketAddr::V4(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            SocketAddr::V6(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        });
    }
    listen
}

/// The status that `/health/ready` answers with.
fn ask(address: SocketAddr) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream
        .write_all(b"GET /health/ready HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = String::new();
    stream.take(64 * 1024).read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).unwrap_or("nothing");
    Ok(status.to_owned())
}
