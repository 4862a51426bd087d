//! The route table, filled by every file that has routes. The same functions serve requests and
//! describe the interface; a worker that only serves keeps no description: that is several megabytes
//! of small parts, and each worker has a table of its own.

use std::collections::BTreeMap;

use actix_web::{
    App as ActixApp, FromRequest, Handler, Responder, Route, dev::HttpServiceFactory, http::Method,
    web::ServiceConfig,
};
use utoipa::openapi::{Components, OpenApi, RefOr, path::Paths, schema::Schema};
use utoipa_actix_web::OpenApiFactory;

/// Where routes are added.
pub struct RouteTable<'a> {
    served: &'a mut ServiceConfig,
    described: Option<&'a mut Description>,
}

/// What the routes say about themselves.
#[derive(Default)]
struct Description {
    paths: Paths,
    schemas: Vec<(String, RefOr<Schema>)>,
    tag: &'static str,
    /// Paths that are not described, with a method that each takes.
    pages: Vec<(&'static str, Method)>,
}

impl<'a> RouteTable<'a> {
    /// A table that serves and describes nothing.
    pub fn serving(served: &'a mut ServiceConfig) -> Self {
        Self {
            served,
            described: None,
        }
    }

    /// What is added from here on is of this part of the interface, where it does not name its own.
    pub fn tagged(&mut self, tag: &'static str) -> &mut Self {
        if let Some(described) = &mut self.described {
            described.tag = tag;
        }
        self
    }

    /// Adds a route that is part of the interface's description.
    pub fn service<F>(&mut self, factory: F) -> &mut Self
    where
        F: HttpServiceFactory + OpenApiFactory + 'static,
    {
        if let Some(described) = &mut self.described {
            let mut paths = factory.paths();
            for item in paths.paths.values_mut() {
                let operations = [
                    &mut item.get,
                    &mut item.post,
                    &mut item.patch,
                    &mut item.delete,
                ];
                for operation in operations.into_iter().flatten() {
                    let tags = operation.tags.get_or_insert_default();
                    if tags.is_empty() {
                        tags.push(described.tag.to_owned());
                    }
                }
            }
            described.paths.merge(paths);
            factory.schemas(&mut described.schemas);
        }
        self.served.service(factory);
        self
    }

    /// Adds another file's routes.
    pub fn configure(&mut self, routes: impl FnOnce(&mut RouteTable<'_>)) -> &mut Self {
        routes(self);
        self
    }

    /// Adds a page, or what else is not part of the interface's description.
    pub fn page<F, Args>(&mut self, method: Method, path: &'static str, handler: F) -> &mut Self
    where
        F: Handler<Args, Output: Responder + 'static>,
        Args: FromRequest + 'static,
    {
        self.guarded_page(
            method.clone(),
            path,
            Route::new().method(method).to(handler),
        )
    }

    /// Adds a route to a page that takes only some of the requests to it.
    pub fn guarded_page(&mut self, method: Method, path: &'static str, route: Route) -> &mut Self {
        if let Some(described) = &mut self.described {
            described.pages.push((path, method));
        }
        self.served.route(path, route);
        self
    }
}

/// Completes `document` with what `routes` say about themselves.
#[must_use]
pub fn describe(mut document: OpenApi, routes: impl FnOnce(&mut RouteTable<'_>)) -> OpenApi {
    let described = collect(routes);
    document.paths.merge(described.paths);
    let components = document.components.get_or_insert_with(Components::new);
    components.schemas.extend(described.schemas);
    document
}

/// The methods that each path takes, described or not.
#[must_use]
pub fn methods(routes: impl FnOnce(&mut RouteTable<'_>)) -> BTreeMap<String, Vec<String>> {
    let described = collect(routes);
    let mut methods: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (path, item) in described.paths.paths {
        let known = [
            ("GET", item.get.is_some()),
            ("POST", item.post.is_some()),
            ("PATCH", item.patch.is_some()),
            ("DELETE", item.delete.is_some()),
        ];
        let taken = known.into_iter().filter(|(_, taken)| *taken);
        methods.insert(path, taken.map(|(method, _)| method.to_owned()).collect());
    }
    for (path, method) in described.pages {
        let taken = methods.entry(path.to_owned()).or_default();
        if !taken.iter().any(|known| *known == method.as_str()) {
            taken.push(method.to_string());
        }
    }
    methods
}

fn collect(routes: impl FnOnce(&mut RouteTable<'_>)) -> Description {
    let mut described = Description::default();
    // The routes are added to an application that is thrown away: only one can be asked to take them.
    let _ = ActixApp::new().configure(|served| {
        routes(&mut RouteTable {
            served,
            described: Some(&mut described),
        });
    });
    described
}
