//! The moderators' pages: signing in and the desk. Rendered on the server, usable without script;
//! what a page decides, it decides through `review`.

mod activity;
mod batches;
mod charts;
mod comment;
mod decide;
mod done;
mod entry;
mod fields;
mod file_form;
mod filter;
mod flash;
mod frame;
mod item;
mod me;
mod model;
mod news;
mod privacy;
mod queue;
pub mod refused;
mod settings;
mod sign_in;
mod site;
mod text;
mod words;

use crate::web::route_table::{Other, RouteTable};

/// Where people go once they are signed in.
pub const HOME: &str = "/desk";

/// What the pages take.
const TAKEN: &[Other] = &[
    ("/sign-in", &["GET", "POST"]),
    ("/sign-in/{word}", &["GET", "POST"]),
    ("/sign-out", &["GET", "POST"]),
    ("/desk", &["GET"]),
    ("/desk/news", &["GET"]),
    ("/desk/model", &["GET", "POST"]),
    ("/desk/model/{id}/report", &["GET"]),
    ("/desk/settings", &["GET", "POST"]),
    ("/desk/settings/sites/{site}", &["GET", "POST"]),
    ("/desk/privacy", &["GET", "POST"]),
    ("/desk/activity", &["GET"]),
    ("/desk/me", &["GET", "POST"]),
    ("/desk/comments/{id}", &["GET"]),
    ("/desk/comments/{id}/email", &["POST"]),
    ("/desk/comments/{id}/notes", &["POST"]),
    ("/desk/batches", &["GET"]),
    ("/desk/batches/{id}/undo", &["POST"]),
    ("/desk/decisions", &["POST"]),
    ("/desk/undo", &["POST"]),
];

/// Adds these routes; pages are not part of the interface's description.
pub fn routes(config: &mut RouteTable<'_>) {
    config.undescribed(TAKEN, |config| {
        config
            .service(sign_in::show)
            .service(sign_in::with_password)
            .service(sign_in::show_link)
            .service(sign_in::with_link)
            .service(sign_in::show_sign_out)
            .service(sign_in::sign_out)
            .service(queue::show)
            .service(news::listen)
            .service(model::show)
            .service(model::upload::take)
            .service(model::act)
            .service(model::report::download)
            .service(settings::show)
            .service(settings::act)
            .service(site::show)
            .service(site::change)
            .service(privacy::show)
            .service(privacy::act)
            .service(activity::show)
            .service(me::show)
            .service(me::change)
            .service(comment::show)
            .service(comment::reveal)
            .service(comment::add_note)
            .service(batches::show)
            .service(batches::undo)
            .service(decide::decide)
            .service(decide::undo)
    });
}
