//! What nearly every handler names: how it is routed, what it takes, and what it answers with. A
//! handler's own imports are then what is special to it.

pub(in crate::web) use actix_web::{
    HttpRequest, HttpResponse, delete, get,
    http::{Method, StatusCode, header},
    patch, post,
    web::Path,
};
pub(in crate::web) use askama::Template;
pub(in crate::web) use serde::{Deserialize, Serialize};
pub(in crate::web) use utoipa::{IntoParams, ToSchema};

pub(in crate::web) use crate::{
    app::App,
    domain::{
        comment::{CommentId, Status},
        field::FieldError,
        moderator::Principal,
        site::SiteSlug,
        timestamp::Timestamp,
    },
    web::{
        Shared,
        api::private,
        auth::{Moderator, Operator, SignedIn},
        body::Json,
        page,
        problem::Problem,
        query::Query,
        route_table::RouteTable,
        site,
    },
    words::{Said, Words},
};
