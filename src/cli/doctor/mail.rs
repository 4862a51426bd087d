//! Whether mail leaves, and whether those who get it can see that it is ours.

use super::Finding;
use crate::{
    config::Settings,
    domain::mail::MailStatus,
    notify::{
        mailer::Mailer,
        records::{self, DnsRecord},
    },
    storage::Store,
};

/// Looks at the way that mail takes and, where it goes to a mail server, at what DNS says of the sender's domain.
pub(super) async fn mail(settings: &Settings, store: Option<&Store>) -> Vec<Finding> {
    let mailer = match Mailer::new(settings) {
        Ok(mailer) => mailer,
        Err(error) => {
            return vec![Finding::ill(
                "mail",
                error.to_string(),
                "correct the setting",
            )];
        }
    };
    let mut findings = vec![sending(&mailer, store).await];
    if mailer.folder().is_none() {
        let domain = mailer.from().email.domain();
        match records::look_up(&settings.mail, domain).await {
            Ok(records) => findings.extend(records.into_iter().map(finding)),
            Err(error) => findings.push(Finding::well("dns", format!("not looked at: {error}"))),
        }
    }
    findings
}

fn finding(record: DnsRecord) -> Finding {
    match record.advice {
        None => Finding::well(record.about, record.says),
        Some(advice) => Finding::warning(record.about, record.says, advice),
    }
}

/// Whether mail leaves.
async fn sending(mailer: &Mailer, store: Option<&Store>) -> Finding {
    if let Err(error) = mailer.check().await {
        let advice = "look at mail.url, mail.require_tls and mail.ca_file, and at the mail server";
        return Finding::ill("mail", error.to_string(), advice);
    }
    let dead = match store {
        Some(store) => store.list_mail(Some(MailStatus::Dead), None, 1).await,
        None => Ok(Vec::new()),
    };
    match dead.as_deref() {
        Ok([]) => match mailer.folder() {
            Some(folder) => Finding::warning(
                "mail",
                format!(
                    "it is written to files in {}: nobody gets it",
                    folder.display()
                ),
                "set mail.url to a mail server (docs/mail.md), then try it: hamlet mail test YOU@EXAMPLE.ORG",
            ),
            None => Finding::well("mail", format!("{mailer} can be used")),
        },
        Ok([last, ..]) => Finding::ill(
            "mail",
            format!(
                "there are dead letters; why the last one was given up: {}",
                last.last_error.as_deref().unwrap_or("unknown")
            ),
            "list them with GET /api/v1/outbox?status=dead, put right what is wrong, try them again",
        ),
        Err(error) => Finding::ill(
            "mail",
            error.to_string(),
            "see what is said of the database",
        ),
    }
}
