//! Around every route: what is done in a request is done on behalf of its sender. The
//! extractors in `auth` say who that is; what they do is recorded where it is written.

use actix_web::{
    Error,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};

use super::{Shared, sender};
use crate::{clock::Clock, storage::acts};

/// Middleware around every route.
///
/// # Errors
/// Those of the inner service.
pub async fn act_for_sender(
    request: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    let app = request.app_data::<Shared>();
    if let Some(app) = app {
        let (peer, trusted) = (request.peer_addr(), &app.settings.server.trusted_proxies);
        let peer = peer.map(|peer| peer.ip());
        if sender::is_of_unknown_proxy(request.headers(), peer, trusted) {
            app.readiness.notice_unknown_proxy();
        }
    }
    let clock = app.map_or(Clock::System, |app| app.clock.clone());
    acts::on_behalf(clock, None, next.call(request)).await
}
