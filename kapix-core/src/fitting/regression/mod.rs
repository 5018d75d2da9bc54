//! Logistic regression by Newton steps.
