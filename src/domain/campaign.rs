//! A campaign: comments of the whole installation, on any pages and sites, that are near copies of one another.

use sha2::{Digest, Sha256};

use super::{comment::CommentId, id::id};

id! {
    /// What near copies have in common. It says nothing of the comments' sites.
    CampaignId
}

impl CampaignId {
    /// The campaign that begins with a comment: the same at every instance.
    #[must_use]
    pub fn of(first: CommentId) -> Self {
        let digest = Sha256::digest(format!("campaign {first}"));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        Self(uuid::Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// The campaign that a comment belongs to as it arrives, and the latest others in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The campaign.
    pub campaign: CampaignId,
    /// Others in it, at most [`MEMBERS`]; some may be gone by now, or not be stored.
    pub others: Vec<CommentId>,
    /// Those of them that may not be noted as members yet.
    pub unnoted: Vec<CommentId>,
}

/// Others in a campaign that are looked at when another arrives.
pub const MEMBERS: usize = 30;

/// What is known of the others in a comment's campaign, on all sites.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Others {
    /// How many there are; [`MEMBERS`] stands for more.
    pub comments: i64,
    /// About how many of them a person said that they are spam.
    pub spam: i64,
    /// How many of them a person approved.
    pub approved: i64,
}
