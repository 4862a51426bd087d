//! Refusals as Google's services put them: programs branch on the code and the details.

use std::fmt;

use actix_web::ResponseError;
use serde_json::{Value, json};

use crate::{
    clients::{keys::KeyError, perspective::AnalysisError},
    web::prelude::*,
};

/// The type of the details that say what is wrong with a text.
const DETAIL: &str = "type.googleapis.com/google.commentanalyzer.v1alpha1.Error";

/// Why a call gets no answer to what it asks.
#[derive(Debug)]
pub(super) struct Refusal {
    status: StatusCode,
    word: &'static str,
    message: String,
    details: Vec<Value>,
}

impl Refusal {
    fn new(status: StatusCode, word: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            word,
            message: message.into(),
            details: Vec::new(),
        }
    }

    /// 400: something about the call is not right.
    pub(super) fn argument(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", message)
    }

    /// 400, with the type of the error by which clients know it.
    pub(super) fn of_type(message: impl Into<String>, error_type: &str) -> Self {
        let mut refusal = Self::argument(message);
        let detail = json!({ "@type": DETAIL, "errorType": error_type });
        refusal.details.push(detail);
        refusal
    }

    /// 400: the attribute is not known in this language.
    fn language(attribute: &str, languages: &[String]) -> Self {
        let listed = languages.join(", ");
        let message = format!("Attribute {attribute} does not support request languages: {listed}");
        let mut refusal = Self::argument(message);
        refusal.details.push(json!({
            "@type": DETAIL,
            "errorType": "LANGUAGE_NOT_SUPPORTED_BY_ATTRIBUTE",
            "languageNotSupportedByAttributeError": {
                "detectedLanguages": languages, "attribute": attribute,
            },
        }));
        refusal
    }

    /// 400: the key is not one of this service's.
    pub(super) fn wrong_key() -> Self {
        let message = "API key not valid. Please pass a valid API key.";
        let mut refusal = Self::argument(message);
        refusal.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "API_KEY_INVALID", "domain": "googleapis.com",
            "metadata": { "service": "commentanalyzer.googleapis.com" },
        }));
        refusal
    }

    /// 403: there is no key.
    pub(super) fn no_key() -> Self {
        let message = "The request is missing a valid API key.";
        Self::new(StatusCode::FORBIDDEN, "PERMISSION_DENIED", message)
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        let status = problem.status_code();
        let word = match status {
            StatusCode::NOT_FOUND => "NOT_FOUND",
            StatusCode::TOO_MANY_REQUESTS => "RESOURCE_EXHAUSTED",
            StatusCode::SERVICE_UNAVAILABLE => "UNAVAILABLE",
            status if status.is_client_error() => "INVALID_ARGUMENT",
            _ => "INTERNAL",
        };
        let wrong = problem
            .errors
            .iter()
            .map(|error| format!(" {}: {}", error.field, error.message));
        let message = problem.title.clone() + &wrong.collect::<String>();
        // What is wrong with a field is 400 there.
        let status = match status {
            StatusCode::UNPROCESSABLE_ENTITY => StatusCode::BAD_REQUEST,
            status => status,
        };
        Self::new(status, word, message)
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        Problem::from(error).into()
    }
}

impl From<AnalysisError> for Refusal {
    fn from(error: AnalysisError) -> Self {
        match error {
            AnalysisError::Language {
                attribute,
                languages,
            } => Self::language(&attribute, &languages),
            AnalysisError::Live(error) => Problem::from(error).into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl ResponseError for Refusal {
    fn status_code(&self) -> StatusCode {
        self.status
    }

    fn error_response(&self) -> HttpResponse {
        let mut error = json!({
            "code": self.status.as_u16(), "message": self.message, "status": self.word,
        });
        if !self.details.is_empty() {
            error["details"] = json!(self.details);
        }
        HttpResponse::build(self.status)
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .json(json!({ "error": error }))
    }
}
