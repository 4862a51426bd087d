//! Comments fetched from a WordPress by its REST interface.

use std::{fs::File, io::BufReader, path::Path, time::Duration};

use hamlet::{
    domain::comment::Status,
    history::{
        import::{self, Wanted},
        report::Report,
        wordpress::{self, FetchError, Fetched, From},
    },
    interchange::{foreign::ForeignFormat, readers},
};
use serde_json::Value;
use url::Url;

use super::{
    garden, stored,
    wordpress_site::{Faults, PASSWORD, WordPress, comment},
};
use crate::{
    on_both_engines,
    program::{hamlet, run, says},
    support::app::TestApp,
};

fn from(port: u16, certificate: Option<&Path>) -> From {
    From {
        home: Url::parse(&format!("http://localhost:{port}/")).unwrap(),
        user: "editor".to_owned(),
        password: PASSWORD.to_owned().into(),
        ca_file: certificate
            .map(|path| path.display().to_string())
            .unwrap_or_default(),
        first_wait: Duration::from_millis(5),
    }
}

async fn fetch(from: From, folder: &Path) -> Result<Fetched, FetchError> {
    wordpress::fetch(from, folder, |_, _| {}).await
}

/// 230 comments that are public, and a few of every other kind.
fn blog(base: &str) -> Vec<Value> {
    let mut comments: Vec<Value> = (1..=230)
        .map(|id| comment(id, "approved", "posts/1", base))
        .collect();
    comments.extend((301..=303).map(|id| comment(id, "spam", "posts/1", base)));
    comments.push(comment(401, "hold", "posts/1", base));
    comments.push(comment(501, "trash", "posts/1", base));
    comments.push(comment(601, "approved", "posts/2", base));
    comments.push(comment(602, "approved", "posts/3", base));
    comments.push(comment(603, "approved", "posts/9", base));
    comments.push(comment(604, "approved", "books/7", base));
    comments
}

async fn imported(app: &TestApp, fetched: &Fetched) -> Report {
    let site = app.app.directory.site("garden").unwrap();
    let file = fetched.file().to_owned();
    let wanted = Wanted {
        format: ForeignFormat::WpRest,
        dry_run: false,
        source: None,
        file: None,
    };
    let open = move || readers::read(ForeignFormat::WpRest, BufReader::new(File::open(&file)?));
    import::run_as(&app.app.history, &site, wanted, open)
        .await
        .unwrap()
}

on_both_engines!(
    all_comments_come_and_nothing_becomes_public_that_was_not,
    |app: TestApp| async move {
        garden(&app).await;
        for (plain, encrypted) in [(false, false), (true, false), (false, true)] {
            let faults = Faults {
                plain,
                busy: true,
                ..Faults::default()
            };
            let site = WordPress::start(encrypted, faults, blog).await;
            let folder = tempfile::tempdir().unwrap();
            let certificate = folder.path().join("ca.pem");
            std::fs::write(&certificate, site.certificate.clone().unwrap_or_default()).unwrap();
            let mut wanted = from(site.port, encrypted.then_some(certificate.as_path()));
            if encrypted {
                // The address that people know leads on to the encrypted one.
                let moved = Faults {
                    moved: Some(format!("https://localhost:{}/", site.port)),
                    ..Faults::default()
                };
                wanted
                    .home
                    .set_port(Some(WordPress::start(false, moved, blog).await.port))
                    .unwrap();
            }
            let fetched = fetch(wanted, &folder.path().join("fetched")).await.unwrap();
            assert_eq!((fetched.comments, fetched.said), (239, 239));
            let pages = site.asked.lock().unwrap().join(" ");
            assert_eq!(pages, "approve/1 approve/2 approve/3 hold/1 spam/1 trash/1");
            let report = imported(&app, &fetched).await;
            let (new, known) = (report.imported, report.unchanged);
            assert_eq!(new + known, 239);
            if !plain && !encrypted {
                assert_eq!(
                    report.withheld.values().sum::<u64>(),
                    4,
                    "{:?}",
                    report.withheld
                );
                assert_eq!((report.ham, report.spam), (230, 3));
            }
            let file = fetched.file().to_owned();
            fetched.done().unwrap();
            assert!(!file.exists());
        }
        let comments = stored(&app).await;
        assert_eq!(comments.len(), 239);
        let count = |status| comments.iter().filter(|one| one.status == status).count();
        assert_eq!(count(Status::Approved), 230);
        assert_eq!(count(Status::Spam), 3);
        assert_eq!(count(Status::Trash), 1);
        assert_eq!(count(Status::Pending), 5);
        assert_eq!(comments[0].page_title.as_deref(), Some("Peas"));
        app.stop().await;
    }
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_fetched_before_the_connection_broke_is_not_fetched_again() {
    // A cut that another try mends is not seen.
    let once = Faults {
        cut: Some((2, 1)),
        ..Faults::default()
    };
    let site = WordPress::start(false, once, blog).await;
    let folder = tempfile::tempdir().unwrap();
    let fetched = fetch(from(site.port, None), folder.path()).await.unwrap();
    assert_eq!(fetched.comments, 239);
    fetched.done().unwrap();
    // One that stays ends the run, and the next one goes on from there.
    let often = Faults {
        cut: Some((3, 5)),
        ..Faults::default()
    };
    let site = WordPress::start(false, often, blog).await;
    let failed = fetch(from(site.port, None), folder.path())
        .await
        .err()
        .unwrap();
    assert!(failed.to_string().contains("cannot be reached"), "{failed}");
    let before = site.asked.lock().unwrap().len();
    let fetched = fetch(from(site.port, None), folder.path()).await.unwrap();
    let asked = site.asked.lock().unwrap();
    assert_eq!(
        asked[before..],
        ["approve/3", "hold/1", "spam/1", "trash/1"]
    );
    assert_eq!(fetched.comments, 239);
    let text = std::fs::read_to_string(fetched.file()).unwrap();
    let ids: Vec<u64> = text
        .lines()
        .flat_map(|line| serde_json::from_str::<Vec<Value>>(line).unwrap())
        .map(|one| one["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids.len(), 239);
    let distinct: std::collections::BTreeSet<u64> = ids.into_iter().collect();
    assert_eq!(distinct.len(), 239);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_password_goes_to_nobody_else_and_errors_say_what_to_do() {
    let site = WordPress::start(false, Faults::default(), blog).await;
    let folder = tempfile::tempdir().unwrap();
    let said = async |change: &dyn Fn(&mut From)| {
        let mut wanted = from(site.port, None);
        change(&mut wanted);
        fetch(wanted, folder.path())
            .await
            .err()
            .unwrap()
            .to_string()
    };
    let wrong = said(&|from| from.password = "something else".to_owned().into()).await;
    assert!(
        wrong.contains("401") && wrong.contains("application password"),
        "{wrong}"
    );
    let reader = said(&|from| from.user = "reader".to_owned()).await;
    assert!(
        reader.contains("403") && reader.contains("editor"),
        "{reader}"
    );
    let inside = said(&|from| from.home.set_password(Some("pw")).unwrap()).await;
    assert!(inside.contains("must not hold a password"), "{inside}");
    // Plain HTTP to another machine: not even tried.
    let open = said(&|from| from.home = Url::parse("ftp://localhost/").unwrap()).await;
    assert!(open.contains("https://"), "{open}");
    let elsewhere = Faults {
        said: Some(format!("http://127.0.0.1:{}/wp-json/", site.port)),
        ..Faults::default()
    };
    let moved = WordPress::start(false, elsewhere, blog).await;
    let other = said(&|from| from.home.set_port(Some(moved.port)).unwrap()).await;
    assert!(other.contains("does not get the password"), "{other}");
    assert!(site.asked.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_reads_the_password_from_the_environment_or_a_file() {
    let site = WordPress::start(false, Faults::default(), blog).await;
    let installation = crate::history::Installation::new();
    let address = format!("http://localhost:{}/", site.port);
    let file = installation.file("password", &format!("{PASSWORD}\n"));
    let arguments = [
        "import",
        "--from",
        "wordpress",
        "--site",
        "blog",
        "--url",
        &address,
        "--user",
        "editor",
    ];
    let folder = installation.path("");
    let mut command = hamlet(&folder, &arguments);
    command.env("WORDPRESS_APPLICATION_PASSWORD", "wrong-and-secret");
    let output = tokio::task::spawn_blocking(move || run(command))
        .await
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(says(&output).contains("401"), "{}", says(&output));
    assert!(!says(&output).contains("wrong-and-secret"));
    let mut command = hamlet(
        &folder,
        &[&arguments[..], &["--password-file", &file, "--json"]].concat(),
    );
    command.env_remove("WORDPRESS_APPLICATION_PASSWORD");
    let output = tokio::task::spawn_blocking(move || run(command))
        .await
        .unwrap();
    assert!(output.status.success(), "{}", says(&output));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["imported"], 239);
    assert_eq!(report["warnings"].as_array().unwrap().len(), 0, "{report}");
}
