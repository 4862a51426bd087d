//! What a request that no route takes is answered: 404 where there is nothing, 405 with `Allow`
//! where there is something for other methods. A page to people, a problem to programs.

use std::{collections::BTreeMap, sync::LazyLock};

use actix_web::{
    ResponseError,
    http::header::{ALLOW, HeaderValue},
};

use super::{desk::refused::Refused, embed::form, route_table, routes};
use crate::web::prelude::*;

/// What `Allow` says of each path, collected when somebody first tries a wrong method.
static ALLOWED: LazyLock<BTreeMap<String, HeaderValue>> = LazyLock::new(|| {
    let methods = route_table::methods(routes).into_iter();
    let allow = |(path, methods): (String, Vec<String>)| {
        let value = HeaderValue::from_str(&methods.join(", ")).ok()?;
        Some((path, value))
    };
    methods.filter_map(allow).collect()
});

/// Answers what no route takes.
pub async fn answer(request: HttpRequest) -> HttpResponse {
    let page = form::wants_page(&request);
    let allowed = request.match_pattern().and_then(|path| ALLOWED.get(&path));
    let problem = match allowed {
        Some(_) => {
            let title = "This address takes other methods: see Allow.";
            Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", title)
        }
        None => Problem::not_found(if page { "page" } else { "resource" }),
    };
    let mut response = if page {
        Refused::from(problem).error_response()
    } else {
        problem.error_response()
    };
    if let Some(allowed) = allowed {
        response.headers_mut().insert(ALLOW, allowed.clone());
    }
    response
}
