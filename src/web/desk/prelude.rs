//! What nearly every page of the desk names, beside what all handlers do.

pub(in crate::web::desk) use super::{
    HOME,
    done::Done,
    entry::{Entered, Operators, Sent},
    fields::FormFields,
    flash::Flash,
    frame::Frame,
    item::age,
    refused::Refused,
};
pub(in crate::web::desk) use crate::web::{page::see_other, prelude::*};
