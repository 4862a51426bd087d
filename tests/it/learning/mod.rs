//! Learning, through the front door: labels, the models that follow them, training runs.

mod abuse;
pub mod decisions;
mod heard;
pub mod models;
mod reports;
mod runs;
mod samples;
mod shares;
mod subjects;

/// Overwrites every stored model with something else, as a failing disk might.
pub async fn damage_models(app: &crate::support::app::TestApp) {
    use secrecy::ExposeSecret;
    let url = app.app.settings.database_url();
    let pool = sqlx::AnyPool::connect(url.expose_secret()).await.unwrap();
    let text = "UPDATE model_files SET bytes = $1";
    let damaged = sqlx::query(text).bind(b"HAMLETNB and then nothing".to_vec());
    damaged.execute(&pool).await.unwrap();
    pool.close().await;
}
