//! Who comes to a page of the desk, and with what form, as arguments of handlers. Whoever is not
//! signed in does so first and comes back; a form counts only from someone who was shown it; the
//! operators' pages are for operators.

use actix_web::{FromRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;

use super::frame::back_of;
use crate::web::{
    auth::{Visitor, from_request},
    desk::prelude::*,
};

/// Someone signed in who looks at a page.
pub struct Entered(pub SignedIn);

/// A form that someone signed in was shown and sent.
pub struct Sent {
    pub by: SignedIn,
    pub fields: FormFields,
}

/// One of these, of an operator.
pub struct Operators<T>(pub T);

/// Of whom a page or a form is.
pub trait Theirs {
    /// Whoever is signed in.
    fn whose(&self) -> &SignedIn;
}

impl Theirs for Entered {
    fn whose(&self) -> &SignedIn {
        &self.0
    }
}

impl Theirs for Sent {
    fn whose(&self) -> &SignedIn {
        &self.by
    }
}

type Extracted<T> = LocalBoxFuture<'static, Result<T, Refused>>;

from_request!(Entered, Refused);

impl Entered {
    async fn read(request: HttpRequest) -> Result<Self, Refused> {
        let Visitor(signed_in) = Visitor::extract(&request).await?;
        let here = || request.uri().path_and_query().map(ToString::to_string);
        let signed_in =
            signed_in.ok_or_else(|| Refused::SignInFirst(here().unwrap_or_default()))?;
        Ok(Self(signed_in))
    }
}

impl FromRequest for Sent {
    type Error = Refused;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (visitor, fields) = (
            Visitor::from_request(request, payload),
            FormFields::from_request(request, payload),
        );
        let app = request.app_data::<Shared>().cloned();
        let here = request.path().to_owned();
        Box::pin(async move {
            let (Visitor(signed_in), fields) = (visitor.await?, fields.await?);
            let app = app.ok_or_else(Problem::unavailable)?;
            let by = signed_in.ok_or_else(|| Refused::SignInFirst(back_of(&fields, &here)))?;
            by.accepts(&app, fields.get("csrf"))?;
            Ok(Self { by, fields })
        })
    }
}

impl<T> FromRequest for Operators<T>
where
    T: Theirs + FromRequest<Error = Refused, Future = Extracted<T>> + 'static,
{
    type Error = Refused;
    type Future = Extracted<Self>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let theirs = T::from_request(request, payload);
        Box::pin(async move {
            let theirs = theirs.await?;
            if theirs.whose().principal().is_operator() {
                return Ok(Self(theirs));
            }
            Err(Problem::forbidden("Only operators may see this page.").into())
        })
    }
}
