//! The names of marks: what a field is about that says who may see a comment, in the letters of any system.

use super::columns::letters;

/// Whether a list of this name, `hidden_ids` or `deleted`, names what is not for everyone: the mark that each of them has.
pub(super) fn mark_of_list(name: &str) -> Option<String> {
    let name: String = letters(name).collect();
    let ends = ["commentids", "comments", "ids"];
    let bare = ends.iter().find_map(|end| name.strip_suffix(end));
    let bare = bare.unwrap_or(&name);
    let hides = matches!(kind(bare), Some(Kind::Withheld | Kind::Discarded));
    (hides || bare == "spam").then(|| bare.to_owned())
}

/// What a mark is about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    /// It is not for everyone where this is set.
    Withheld,
    /// It was thrown away where this is set: by anything that does not plainly say no. A date counts.
    Discarded,
    /// It is not for everyone where this is denied.
    Shown,
    /// From when on it is for everyone.
    From,
    /// Until when it was.
    Until,
    /// Who may see it.
    Audience,
    /// A word of a moderator's.
    State,
    /// A word, or several, that may be one of a moderator's.
    Word,
    /// What it is.
    Type,
}

/// What a field of this name is about, if it is a mark.
pub(super) fn kind(name: &str) -> Option<Kind> {
    let name: String = letters(name).collect();
    let bare = name.strip_prefix("is").unwrap_or(&name);
    known(bare).or_else(|| done(bare))
}

/// What was done to a comment where the name adds when, by whom or why: `removed_by_category`, `hiddenReason`.
fn done(bare: &str) -> Option<Kind> {
    const ENDS: [&str; 10] = [
        "category",
        "moderator",
        "reason",
        "author",
        "admin",
        "user",
        "date",
        "by",
        "at",
        "on",
    ];
    let stem = ENDS.iter().find_map(|end| bare.strip_suffix(end))?;
    let found = known(stem).or_else(|| done(stem));
    found.filter(|kind| matches!(kind, Kind::Withheld | Kind::Discarded))
}

fn known(bare: &str) -> Option<Kind> {
    Some(match bare {
        "private" | "privatenote" | "hidden" | "hide" | "invisible" | "draft" | "unlisted"
        | "unpublished" | "pending" | "unapproved" | "needsmoderation" | "awaitingmoderation"
        | "inmoderation" | "pendingreview" | "pendingapproval" | "pendingmoderation"
        | "needsreview" | "needsapproval" | "awaitingapproval" | "awaitingreview"
        | "underreview" | "inreview" | "unconfirmed" | "postpassword" | "passwordprotected"
        | "minimized" | "secret" | "internal" | "staffonly" | "adminonly" | "membersonly"
        | "onlyauthor" | "confidential" | "whisper" | "shadowban" | "shadowbanned" | "banned"
        | "blocked" | "disabled" | "quarantined" | "suppressed" | "restricted" | "censored"
        | "withheld" | "embargoed" | "ghosted" | "shadowed" | "internalnote"
        | "internalcomment" | "privatecomment" | "privatemessage" | "onlyadmin" | "onlyadmins"
        | "onlyme" | "onlymembers" | "onlystaff" | "authoronly" | "moderatorsonly"
        | "friendsonly" | "subscribersonly" | "registeredonly" => Kind::Withheld,
        "deleted" | "deletion" | "trash" | "trashed" | "removed" | "removal" | "rejected"
        | "rejection" => Kind::Discarded,
        "approved" | "public" | "visible" | "published" | "publish" | "listed" | "display"
        | "displayed" | "show" | "shown" | "enabled" | "active" | "confirmed" => Kind::Shown,
        "visibility" | "privacy" | "access" | "accesslevel" | "audience" | "visibleto"
        | "viewableby" | "readableby" | "sharedwith" => Kind::Audience,
        "moderationstatus" | "moderationstate" | "approvalstatus" | "approvalstate"
        | "reviewstatus" | "reviewstate" | "publishstatus" | "publishstate"
        | "publicationstatus" | "publicationstate" | "poststatus" => Kind::State,
        "publishat" | "publishedat" | "publishon" | "publishdate" | "publisheddate"
        | "publishtime" | "publicationdate" | "pubdate" | "publishfrom" | "scheduledat"
        | "scheduledfor" | "scheduledon" | "scheduleddate" | "scheduleat" | "scheduledtime"
        | "releasedate" | "releaseat" | "embargo" | "embargountil" | "embargoeduntil"
        | "embargodate" | "goliveat" | "visiblefrom" | "visibleafter" | "showfrom"
        | "showafter" | "availablefrom" => Kind::From,
        "expiresat" | "expireson" | "expiredat" | "expireat" | "expirydate" | "expirationdate"
        | "unpublishat" | "unpublishon" | "unpublishdate" | "publishuntil" | "visibleuntil"
        | "showuntil" | "hideafter" | "availableuntil" => Kind::Until,
        "moderation" | "status" | "state" | "flags" | "permissions" => Kind::Word,
        "type" => Kind::Type,
        _ => return None,
    })
}
