//! Mail as the [runner](super::runner) carries it: queue what is due to moderators, look up where each
//! mail goes, write it, hand it over, and record how that ended. A mail is sent at least once, with the
//! same Message-ID each time, and given up visibly after days.

use std::{collections::HashSet, ops::AddAssign, time::Duration};

use metrics::{counter, gauge};
use tokio_util::sync::CancellationToken;

use super::{
    compose,
    content::{ComposeError, Composed},
    failure::SendError,
    runner::{self, Carried, Courier, later},
    schedule,
    traffic::Lanes,
};
use crate::{
    domain::{mail::MailKind, timestamp::Timestamp},
    ground::Ground,
    notify::Notify,
    sealing::vault::Unopenable,
    storage::{
        Result,
        mail_queue::Claimed,
        outbox::OutboxPulse,
        queues::{Claim, End, Lease},
    },
};

/// Mails whose domain is looked up at once.
const ADDRESSED: u32 = 1_000;

/// Where a mail goes whose recipient cannot be read.
const NOWHERE: &str = "-";

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

/// Queues and sends everything that is due now, and what becomes due meanwhile; done when nothing is on
/// its way. Takes as long as the slowest recipient's server does.
///
/// # Errors
/// [`crate::storage::StoreError`]; what was claimed by then comes up again when its lease ends.
pub async fn tick(notify: &Notify) -> Result<Ticked> {
    tick_until(notify, &CancellationToken::new()).await
}

/// Like [`tick`]; once `stop` is cancelled nothing more sets out.
///
/// # Errors
/// [`crate::storage::StoreError`].
pub async fn tick_until(notify: &Notify, stop: &CancellationToken) -> Result<Ticked> {
    let post = Post(notify);
    let ticked = runner::run(&post, stop).await?;
    measure(notify).await?;
    Ok(ticked)
}

struct Post<'a>(&'a Notify);

impl Courier for Post<'_> {
    type Item = Claimed;
    type Tally = Ticked;

    const SLOTS: u32 = 16;

    fn ground(&self) -> &Ground {
        &self.0.ground
    }

    fn lanes(&self) -> &Lanes {
        &self.0.traffic.mail
    }

    fn deadline(&self) -> Duration {
        self.0.mailer.deadline()
    }

    fn patience(&self) -> Duration {
        let hours = self.0.ground.settings.mail.give_up_hours;
        Duration::from_secs(hours.saturating_mul(3600))
    }

    async fn prepare(&self) -> Result<()> {
        let notify = self.0;
        let now = notify.ground.now();
        let due = schedule::due(&notify.ground.settings.mail, now);
        notify.ground.store.queue_due_notices(due).await?;
        if measure(notify).await?.forgettable > 0 {
            notify.ground.store.forget_mail(now).await?;
        }
        address(notify).await
    }

    async fn due(&self, except: Vec<String>) -> Result<Vec<String>> {
        self.0
            .ground
            .store
            .due_mail(&except, self.0.ground.now())
            .await
    }

    async fn claim(&self, claim: Claim) -> Result<Vec<Claimed>> {
        let now = claim.now;
        let claimed = self.0.ground.store.claim_mail(claim).await?;
        let mut subscriptions = HashSet::new();
        let (kept, gathered): (Vec<_>, Vec<_>) = claimed.into_iter().partition(|mail| {
            mail.kind != MailKind::Reply
                || mail.lease.attempts > 1
                || subscriptions.insert(mail.about["subscription"].to_string())
        });
        // Claimed together, two mails to one person would not find each other.
        for mail in &gathered {
            self.0.ground.store.postpone_mail(mail, now).await?;
        }
        Ok(kept)
    }

    fn lease<'a>(&self, mail: &'a Claimed) -> &'a Lease {
        &mail.lease
    }

    async fn give_up(&self, lost: Vec<String>, queued_before: Timestamp) -> Result<u64> {
        let now = self.0.ground.now();
        self.0
            .ground
            .store
            .give_up_mail(&lost, queued_before, now)
            .await
    }

    async fn carry(&self, mail: &Claimed) -> Result<Carried> {
        let composed = match compose::compose(&self.0.ground, mail).await {
            Ok(composed) => composed,
            // Another try would read the same damaged row: a dead letter says so.
            Err(ComposeError::Store(error)) if error.is_damage() => {
                return Ok(dead(error.to_string()));
            }
            Err(ComposeError::Store(error)) => return Err(error),
            // As with a server that is away: the key may arrive, or another instance has it.
            Err(error @ ComposeError::Address(Unopenable::NoKey(_))) => {
                return Ok(later(self, mail, error.to_string()).into());
            }
            Err(error) => return Ok(dead(error.to_string())),
        };
        let (id, letter, told) = match composed {
            Composed::Letter { id, letter, told } => (id, letter, told),
            Composed::Settled => return Ok(End::Settled.into()),
            Composed::PutOff => {
                return Ok(Carried {
                    end: None,
                    ..Carried::from(End::Settled)
                });
            }
        };
        let message = match letter.pack(&id, self.0.mailer.from(), self.0.ground.now()) {
            Ok(message) => message,
            Err(error) => return Ok(dead(error.to_string())),
        };
        let sent = self.0.mailer.send(&id, &message).await;
        let stuck = matches!(sent, Err(SendError::Unreachable(_)));
        let silent = matches!(sent, Err(SendError::Late(_)));
        let end = match sent {
            Ok(()) => End::Done,
            Err(SendError::Refused(error)) => End::Dead { error },
            Err(
                SendError::Deferred(error) | SendError::Late(error) | SendError::Unreachable(error),
            ) => later(self, mail, error),
        };
        Ok(Carried {
            end: Some(end),
            silent,
            stuck,
            told,
        })
    }

    async fn finish(&self, mail: &Claimed, carried: Carried) -> Result<Ticked> {
        let Some(end) = carried.end else {
            return Ok(Ticked::default());
        };
        let (store, now) = (&self.0.ground.store, self.0.ground.now());
        store
            .finish_mail(mail, carried.told, end.clone(), now)
            .await?;
        report(mail, &end);
        Ok(count(&end))
    }
}

fn dead(error: String) -> Carried {
    End::Dead { error }.into()
}

/// Looks up where new mails go. Only here are their addresses open: the database knows no domain.
async fn address(notify: &Notify) -> Result<()> {
    loop {
        let found = notify.ground.store.unaddressed_mail(ADDRESSED).await?;
        if found.is_empty() {
            return Ok(());
        }
        let domain = |(sealed, owner)| {
            let email = notify.ground.vault.open(&sealed, owner).ok()?;
            Some(notify.ground.vault.mail_domain(&email))
        };
        let addressed = found.into_iter().map(|(mail, sealed)| {
            let domain = sealed.and_then(domain);
            (mail, domain.unwrap_or_else(|| NOWHERE.to_owned()))
        });
        notify
            .ground
            .store
            .address_mail(addressed.collect())
            .await?;
    }
}

fn count(end: &End) -> Ticked {
    let mut one = Ticked::default();
    *match end {
        End::Done => &mut one.sent,
        End::Retry { .. } => &mut one.deferred,
        End::Dead { .. } => &mut one.dead,
        End::Settled => &mut one.cancelled,
    } = 1;
    one
}

fn report(mail: &Claimed, end: &End) {
    let (id, kind, attempts) = (&mail.id, mail.kind.as_str(), mail.lease.attempts);
    let outcome = match end {
        End::Done => {
            tracing::info!(mail = id, kind, "mail sent");
            "sent"
        }
        End::Settled => {
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
async fn measure(notify: &Notify) -> Result<OutboxPulse> {
    let pulse = notify
        .ground
        .store
        .outbox_pulse(notify.ground.now())
        .await?;
    gauge!("hamlet_outbox_pending").set(pulse.pending as f64);
    gauge!("hamlet_outbox_oldest_seconds").set(pulse.age(notify.ground.now()).as_secs_f64());
    Ok(pulse)
}
