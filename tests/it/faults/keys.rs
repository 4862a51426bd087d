//! The key file missing, cut short or another's, before a start and while the service runs.

use std::{collections::HashMap, fs};

use hamlet::{
    app::{App, StartError},
    clock::Clock,
    config::Settings,
    ground::GroundError,
    sealing::keys::KeyError,
};
use reqwest::StatusCode;

use super::Ledger;
use crate::support::app::{Engine, TestApp};

/// Whoever runs the service notices at the next start or by `hamlet doctor`; until then nothing stops.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_file_lost_while_the_service_runs_stops_nothing() {
    let started = TestApp::start(Engine::Sqlite, &[]).await;
    let app = started.expect("an application");
    let mut ledger = Ledger::default();
    ledger.post(&app).await;
    let key = app.app.settings.key_file();
    let kept = fs::read(&key).unwrap();
    for damaged in [None, Some(&kept[..kept.len() / 2]), Some(b"{}".as_slice())] {
        match damaged {
            None => fs::remove_file(&key).unwrap(),
            Some(bytes) => fs::write(&key, bytes).unwrap(),
        }
        hamlet::background::refresh(&app.app).await;
        assert_eq!(ledger.post(&app).await, StatusCode::ACCEPTED);
    }
    ledger.settle(&app).await;
    app.stop().await;
}

#[tokio::test]
async fn a_key_file_cut_short_stops_the_start_and_is_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let variables = HashMap::from([("HAMLET_DATA_DIR".to_owned(), data.display().to_string())]);
    let settings = Settings::from_sources(None, variables).unwrap();
    let start = || App::build(settings.clone(), Clock::System, true);
    start().await.unwrap().store.close().await;
    let key = settings.key_file();
    let whole = fs::read(&key).unwrap();
    for length in [0, 1, whole.len() / 2, whole.len() - 2] {
        fs::write(&key, &whole[..length]).unwrap();
        let Err(error) = start().await else {
            panic!("started with {length} bytes of a key file");
        };
        assert!(
            matches!(
                error,
                StartError::Ground(GroundError::Keys(KeyError::Malformed(_)))
            ),
            "{error}"
        );
        assert_eq!(fs::read(&key).unwrap().len(), length);
    }
    fs::write(&key, &whole).unwrap();
    assert!(start().await.is_ok());
}
