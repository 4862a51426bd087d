//! The application: every room on one ground, wired once. The faces (`web`, `cli`) and `background` see
//! it; a room never does. Whoever has it can hand it to what needs the [`Ground`] alone.

use std::{ops::Deref, sync::Arc};

use crate::{
    bayes::ModelError,
    clients::Clients,
    clock::Clock,
    config::Settings,
    ground::{Ground, GroundError},
    history::History,
    intake::Intake,
    learn::Learning,
    news::News,
    notify::{Notify, NotifyError},
    privacy::Privacy,
    readiness::{Pulses, Readiness},
    reading::Reading,
    review::Review,
    sites::Sites,
};

/// Why the application could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data folder, the database or the keys cannot be used.
    #[error(transparent)]
    Ground(#[from] GroundError),
    /// The settings of mail or webhooks cannot be used.
    #[error(transparent)]
    Notify(#[from] NotifyError),
    /// The compiled-in model cannot be read.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// The rooms and their ground. Shared behind an `Arc`.
pub struct App {
    /// What all rooms stand on.
    pub ground: Arc<Ground>,
    /// The models that judge; exchanged while requests run.
    pub learning: Arc<Learning>,
    /// Approved comments as anyone reads them.
    pub reading: Arc<Reading>,
    /// Announces arrivals on moderators' pages.
    pub news: News,
    /// Takes comments in.
    pub intake: Arc<Intake>,
    /// Carries decisions out.
    pub review: Arc<Review>,
    /// Programs of other systems.
    pub clients: Clients,
    /// Sends mail and deliveries.
    pub notify: Notify,
    /// Erases people, exchanges keys.
    pub privacy: Arc<Privacy>,
    /// Removes sites.
    pub sites: Sites,
    /// Imports from other systems.
    pub history: History,
    /// How the background jobs do.
    pub pulses: Pulses,
    /// Whether the database can be written to.
    pub readiness: Readiness,
}

impl App {
    /// Puts the application together; see [`Ground::open`].
    ///
    /// # Errors
    /// [`StartError`], one plain sentence each.
    pub async fn build(
        settings: Settings,
        clock: Clock,
        may_migrate: bool,
    ) -> Result<Arc<Self>, StartError> {
        let ground = Arc::new(Ground::open(settings, clock, may_migrate).await?);
        let learning = Arc::new(Learning::new(ground.clone())?);
        let reading = Arc::new(Reading::new(ground.clone()));
        let intake = Intake::new(ground.clone(), learning.clone(), reading.clone());
        let intake = Arc::new(intake);
        let review = Review::new(ground.clone(), learning.clone(), reading.clone());
        let review = Arc::new(review);
        let privacy = Privacy::new(ground.clone(), learning.clone(), reading.clone());
        let privacy = Arc::new(privacy);
        Ok(Arc::new(Self {
            news: News::new(ground.clone()),
            clients: Clients::new(intake.clone(), review.clone(), learning.clone()),
            notify: Notify::new(ground.clone())?,
            sites: Sites::new(ground.clone(), learning.clone(), reading.clone()),
            history: History::new(learning.clone(), privacy.clone()),
            pulses: Pulses::default(),
            readiness: Readiness::default(),
            ground,
            learning,
            reading,
            intake,
            review,
            privacy,
        }))
    }
}

impl Deref for App {
    type Target = Ground;

    fn deref(&self) -> &Ground {
        &self.ground
    }
}
