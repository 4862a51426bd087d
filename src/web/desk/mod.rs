//! The moderators' pages: signing in and the desk. Rendered on the server, usable without script;
//! what a page decides, it decides through `review`.

mod activity;
mod answer;
mod batches;
mod block;
mod blocks;
mod charts;
mod comment;
mod decide;
mod done;
mod edit;
mod entry;
mod fields;
mod file_form;
mod filter;
mod flash;
mod frame;
mod import_file;
mod imports;
mod item;
mod looks;
mod me;
mod model;
mod near;
mod news;
mod prelude;
mod privacy;
mod queue;
pub mod refused;
mod settings;
mod sign_in;
mod site;
mod site_choice;
mod start;
mod statistics;
mod text;
mod thread;
mod views;
mod why;
mod words;

use actix_web::{Route, guard::fn_guard, http::Method};

use crate::web::route_table::RouteTable;

/// Where people go once they are signed in.
pub const HOME: &str = "/desk";

/// Adds these routes; pages are not part of the interface's description.
pub fn routes(config: &mut RouteTable<'_>) {
    let with_file = || {
        let route = Route::new().method(Method::POST);
        route.guard(fn_guard(file_form::is_sent))
    };
    config
        .page(Method::GET, "/sign-in", sign_in::show)
        .page(Method::POST, "/sign-in", sign_in::with_password)
        .page(Method::GET, "/sign-in/{word}", sign_in::show_link)
        .page(Method::POST, "/sign-in/{word}", sign_in::with_link)
        .page(Method::GET, "/sign-out", sign_in::show_sign_out)
        .page(Method::POST, "/sign-out", sign_in::sign_out)
        .page(Method::GET, "/desk", queue::show)
        .page(Method::GET, "/desk/news", news::listen)
        .page(Method::GET, "/desk/model", model::show)
        .guarded_page(
            Method::POST,
            "/desk/model",
            with_file().to(model::upload::take),
        )
        .page(Method::POST, "/desk/model", model::act)
        .page(
            Method::GET,
            "/desk/model/{id}/report",
            model::report::download,
        )
        .page(Method::GET, "/desk/settings", settings::show)
        .page(Method::POST, "/desk/settings", settings::act)
        .page(Method::GET, "/desk/settings/sites/{site}", site::show)
        .page(Method::POST, "/desk/settings/sites/{site}", site::change)
        .page(Method::GET, "/desk/privacy", privacy::show)
        .page(Method::POST, "/desk/privacy", privacy::act)
        .page(Method::GET, "/desk/imports", imports::show)
        .guarded_page(
            Method::POST,
            "/desk/imports",
            with_file().to(import_file::take),
        )
        .page(Method::POST, "/desk/imports", imports::act)
        .page(Method::GET, "/desk/activity", activity::show)
        .page(Method::GET, "/desk/statistics", statistics::show)
        .page(Method::GET, "/desk/statistics/export", statistics::export)
        .page(Method::GET, "/desk/me", me::show)
        .page(Method::POST, "/desk/me", me::change)
        .page(Method::GET, "/", start::home)
        .page(Method::GET, "/desk/blocks", blocks::list)
        .page(Method::GET, "/desk/blocks/export", blocks::export)
        .page(Method::POST, "/desk/blocks/import", blocks::import)
        .page(Method::POST, "/desk/blocks/{id}/remove", blocks::remove)
        .page(Method::GET, "/desk/comments/{id}/block", block::choose)
        .page(Method::POST, "/desk/comments/{id}/block", block::add)
        .page(Method::POST, "/desk/comments/{id}/answer", answer::send)
        .page(Method::GET, "/desk/comments/{id}/edit", edit::show)
        .page(Method::POST, "/desk/comments/{id}/edit", edit::save)
        .page(Method::POST, "/desk/comments/{id}/edit/undo", edit::undo)
        .page(Method::GET, "/desk/comments/{id}", comment::show)
        .page(Method::POST, "/desk/comments/{id}/email", comment::reveal)
        .page(Method::POST, "/desk/comments/{id}/notes", comment::add_note)
        .page(Method::POST, "/desk/comments/{id}/looks", looks::note)
        .page(Method::POST, "/desk/comments/{id}/erase", comment::erase)
        .page(Method::POST, "/desk/comments/{id}/copies", near::apply)
        .page(Method::GET, "/desk/views", views::show)
        .page(Method::POST, "/desk/views", views::save)
        .page(Method::GET, "/desk/views/{name}", views::open)
        .page(Method::POST, "/desk/views/{name}/remove", views::remove)
        .page(Method::GET, "/desk/batches", batches::show)
        .page(Method::POST, "/desk/batches/{id}/undo", batches::undo)
        .page(Method::POST, "/desk/page-size", queue::choose_page_size)
        .page(Method::POST, "/desk/decisions", decide::decide)
        .page(Method::POST, "/desk/undo", decide::undo);
}
