//! Working the outbox off: queue what is due to moderators, claim what is due at all, write it, hand
//! it over, and record how that ended. A mail is sent at least once, with the same Message-ID each
//! time, and given up visibly after days.

use std::{ops::AddAssign, time::Duration};

use futures_util::future::join_all;
use metrics::{counter, gauge};

use super::{
    compose::{self, ComposeError},
    mailer::{CONCURRENCY, SendError},
    schedule,
};
use crate::{
    app::App,
    domain::timestamp::Timestamp,
    privacy::vault::Unopenable,
    storage::{
        Result,
        outbox::{Claimed, End},
    },
};

/// What one look at the outbox did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Mails handed over.
    pub sent: usize,
    /// Mails that failed and will be tried again.
    pub deferred: usize,
    /// Mails given up.
    pub dead: usize,
    /// Mails whose matter had settled.
    pub cancelled: usize,
}

impl AddAssign for Ticked {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.deferred += other.deferred;
        self.dead += other.dead;
        self.cancelled += other.cancelled;
    }
}

/// Queues and sends everything that is due now; done when all of it was tried once. Takes as long
/// as the mail server does.
///
/// # Errors
/// [`crate::storage::StoreError`]; what was claimed by then comes up again when its lease ends.
pub async fn tick(app: &App) -> Result<Ticked> {
    let now = app.now();
    app.store
        .queue_due_notices(schedule::due(&app.settings.mail, now))
        .await?;
    let pulse = app.store.outbox_pulse(now).await?;
    let mut ticked = Ticked::default();
    if pulse.due > 0 {
        ticked = send_due(app).await?;
    }
    if pulse.forgettable > 0 {
        app.store.forget_mail(now).await?;
    }
    measure(app).await?;
    Ok(ticked)
}

/// Claims and sends a handful at a time, so that a lease is never longer than a handful takes.
async fn send_due(app: &App) -> Result<Ticked> {
    let mut all = Ticked::default();
    loop {
        let now = app.now();
        let lease = now.plus(app.mailer.deadline().saturating_add(Duration::from_mins(1)));
        let claimed = app.store.claim_mail(CONCURRENCY, now, lease).await?;
        let outcomes = join_all(claimed.iter().map(|mail| send(app, mail))).await;
        let mut unreachable = false;
        for outcome in outcomes {
            let (end, no_server) = outcome?;
            unreachable |= no_server;
            all += count(&end);
        }
        // The rest would fare the same; it stays due for the next look.
        if unreachable || claimed.len() < CONCURRENCY as usize {
            return Ok(all);
        }
    }
}

/// Writes one mail, hands it over and records the end; tells also whether no server was there.
async fn send(app: &App, mail: &Claimed) -> Result<(End, bool)> {
    let outcome = hand_over(app, mail).await?;
    let now = app.now();
    let (end, unreachable) = match outcome {
        Ok(()) => (End::Sent, false),
        Err(Failure::Settled) => (End::Cancelled, false),
        Err(Failure::Final(error) | Failure::Send(SendError::Refused(error))) => {
            (End::Dead { error }, false)
        }
        Err(Failure::Send(SendError::Deferred(error))) => (later(app, mail, error, now), false),
        Err(Failure::Send(SendError::Unreachable(error))) => (later(app, mail, error, now), true),
    };
    app.store.finish_mail(mail, end.clone(), now).await?;
    report(mail, &end);
    Ok((end, unreachable))
}

enum Failure {
    Settled,
    Final(String),
    Send(SendError),
}

async fn hand_over(app: &App, mail: &Claimed) -> Result<Result<(), Failure>> {
    let letter = match compose::compose(app, mail).await {
        Ok(Some(letter)) => letter,
        Ok(None) => return Ok(Err(Failure::Settled)),
        // Another try would read the same damaged row: a dead letter says so.
        Err(ComposeError::Store(error)) if error.is_damage() => {
            return Ok(Err(Failure::Final(error.to_string())));
        }
        Err(ComposeError::Store(error)) => return Err(error),
        // As with a server that is away: the key may arrive, or another instance has it.
        Err(error @ ComposeError::Address(Unopenable::NoKey(_))) => {
            return Ok(Err(Failure::Send(SendError::Deferred(error.to_string()))));
        }
        Err(error) => return Ok(Err(Failure::Final(error.to_string()))),
    };
    let message = match letter.pack(&mail.id, app.mailer.from(), app.now()) {
        Ok(message) => message,
        Err(error) => return Ok(Err(Failure::Final(error.to_string()))),
    };
    let sent = app.mailer.send(&mail.id, &message).await;
    Ok(sent.map_err(Failure::Send))
}

/// Another try, or none if it has been tried for too long.
fn later(app: &App, mail: &Claimed, error: String, now: Timestamp) -> End {
    let patience = Duration::from_secs(app.settings.mail.give_up_hours.saturating_mul(3600));
    if now.since(mail.queued_at) >= patience {
        return End::Dead { error };
    }
    let at = now.plus(schedule::wait(mail.attempts, rand::random()));
    End::Retry { at, error }
}

fn count(end: &End) -> Ticked {
    let mut one = Ticked::default();
    *match end {
        End::Sent => &mut one.sent,
        End::Retry { .. } => &mut one.deferred,
        End::Dead { .. } => &mut one.dead,
        End::Cancelled => &mut one.cancelled,
    } = 1;
    one
}

fn report(mail: &Claimed, end: &End) {
    let (id, kind, attempts) = (&mail.id, mail.kind.as_str(), mail.attempts);
    let outcome = match end {
        End::Sent => {
            tracing::info!(mail = id, kind, "mail sent");
            "sent"
        }
        End::Cancelled => {
            tracing::info!(mail = id, kind, "mail cancelled: its matter is settled");
            "cancelled"
        }
        End::Retry { at, error } => {
            tracing::warn!(mail = id, kind, attempts, %at, error, "mail failed, will be tried again");
            "deferred"
        }
        End::Dead { error } => {
            tracing::error!(
                mail = id,
                kind,
                attempts,
                error,
                "mail given up: a dead letter"
            );
            "dead"
        }
    };
    counter!("hamlet_mail_sent_total", "outcome" => outcome).increment(1);
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a gauge is a float; counts stay far below 2^52"
)]
async fn measure(app: &App) -> Result<()> {
    let pulse = app.store.outbox_pulse(app.now()).await?;
    gauge!("hamlet_outbox_pending").set(pulse.pending as f64);
    gauge!("hamlet_outbox_oldest_seconds").set(pulse.age(app.now()).as_secs_f64());
    Ok(())
}
