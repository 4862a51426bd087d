//! Naive Bayes over text. Pure: no I/O, no clock, no framework.
