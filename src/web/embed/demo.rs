//! The demo's article with its comments and the form; what it starts with is in [`crate::demo`].

use super::form::Form;
use crate::{
    demo::{PAGE, SITE},
    intake::submission::Fields,
    reading::{self, Shown},
    web::{prelude::*, reader::Reader},
};

/// The article's title. It is content, as its comments are, and in English for all.
const TITLE: &str = "Keeping a garden on a balcony";

#[derive(Template)]
#[template(path = "demo.html")]
struct DemoPage {
    words: &'static Words,
    /// The article's.
    title: &'static str,
    comments: Vec<Shown>,
    form: Form,
}

impl DemoPage {
    fn count(&self) -> String {
        let count = self.comments.len();
        self.words.fill("read-count", &[("count", &count)])
    }
}

/// The article, where the demo is switched on.
pub(super) async fn demo(app: Shared, Reader(words): Reader) -> Result<HttpResponse, Problem> {
    let site = app.directory.site(SITE).filter(|_| app.settings.demo);
    let site = site.ok_or_else(|| Problem::not_found("page"))?;
    let page = site.page(PAGE)?;
    let fields = Fields {
        page: Some(PAGE.to_owned()),
        page_title: Some(TITLE.to_owned()),
        ..Fields::default()
    };
    let template = DemoPage {
        words,
        title: TITLE,
        comments: reading::read(&app, &site.slug, &page, None).await?.comments,
        form: Form::new(&app, words, &site, fields),
    };
    page::render(StatusCode::OK, &template)
}
