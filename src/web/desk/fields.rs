//! The fields of a form on one of our pages.

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use futures_util::future::LocalBoxFuture;
use secrecy::SecretString;

use crate::web::{
    body::{self, media_type},
    forms::urlencoded,
    problem::Problem,
};

/// A form's fields in order; a name may be there several times.
pub struct FormFields(Vec<(String, String)>);

impl FormFields {
    /// The field's value; empty when it is not there.
    #[must_use]
    pub fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// The field's value as something not to be logged.
    #[must_use]
    pub fn secret(&self, name: &str) -> SecretString {
        SecretString::from(self.get(name))
    }

    /// Every value of a name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = move |(known, _): &&(String, String)| known == name;
        self.0
            .iter()
            .filter(of_name)
            .map(|(_, value)| value.as_str())
    }
}

impl From<Vec<(String, String)>> for FormFields {
    fn from(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }
}

impl FromRequest for FormFields {
    type Error = Problem;
    type Future = LocalBoxFuture<'static, Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        Box::pin(async move {
            let kind = media_type(&request);
            let essence = kind.as_ref().map(mime::Mime::essence_str);
            if essence != Some("application/x-www-form-urlencoded") {
                let title = "Send the form as application/x-www-form-urlencoded.";
                return Err(Problem::unsupported(title));
            }
            let body = body::read(&request, &mut payload, body::MAX_BYTES).await?;
            let pairs = urlencoded(&body).into_iter().map(|(name, value)| {
                let value = String::from_utf8(value);
                let value = value.map_err(|_| Problem::malformed("A field is not UTF-8."))?;
                Ok((name, value))
            });
            pairs.collect::<Result<_, Problem>>().map(Self)
        })
    }
}
