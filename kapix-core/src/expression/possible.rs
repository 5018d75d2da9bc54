//! Which texts a part can be: a test that none of them passes is a misspelt text.

use super::check::{Checked, Checker};
use super::program::TextTest;
use super::slot::is_among;
use super::types::Scalar;
use crate::error::Result;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Pairs of texts that are tried for one test, at most.
const PAIRS_MAX: usize = 1_000_000;

impl Checked {
    /// Returns the texts that either part can be; none where one may be any.
    pub(super) fn either(&self, other: &Self) -> Option<Arc<[u32]>> {
        let all: BTreeSet<u32> =
            self.values.iter().chain(&other.values).flat_map(|it| it.iter()).copied().collect();
        (self.values.is_some() && other.values.is_some()).then(|| all.into_iter().collect())
    }

    /// Returns the texts of two parts, where both are known and one of them is not as it is written.
    fn texts<'c>(&'c self, other: &'c Self) -> Option<(&'c [u32], &'c [u32])> {
        let are_texts = self.scalar == Scalar::Text && other.scalar == Scalar::Text;
        let is_constant = self.literal.is_some() && other.literal.is_some();
        self.values.as_deref().zip(other.values.as_deref()).filter(|_| are_texts && !is_constant)
    }
}

impl Checker<'_> {
    /// Returns an error where two texts are compared that are never one.
    pub(super) fn occurs(&self, left: &Checked, right: &Checked) -> Result<()> {
        let Some((one, other)) = left.texts(right) else { return Ok(()) };
        if one.iter().any(|it| is_among(f64::from(*it), other)) {
            return Ok(());
        }
        let (wrong, texts) = if left.literal.is_some() { (left, other) } else { (right, one) };
        Err(self.wrong(wrong.span, &format!("the text must be one of {}", self.named(texts))))
    }

    /// Returns an error where no text that a part can be passes a test.
    pub(super) fn passes(&self, test: TextTest, text: &Checked, part: &Checked) -> Result<()> {
        let Some((texts, parts)) = text.texts(part) else { return Ok(()) };
        let of = |symbol: &u32| self.symbols.text(*symbol).unwrap_or_default();
        let mut pairs = texts.iter().flat_map(|text| parts.iter().map(move |part| (text, part)));
        let is_long = texts.len().saturating_mul(parts.len()) > PAIRS_MAX;
        if is_long || pairs.any(|(text, part)| test.holds(of(text), of(part))) {
            return Ok(());
        }
        Err(self.wrong(part.span, &format!("no text passes: it is one of {}", self.named(texts))))
    }

    fn named(&self, texts: &[u32]) -> String {
        let names: Vec<&str> = texts.iter().filter_map(|it| self.symbols.text(*it)).collect();
        format!("`{}`", names.join("`, `"))
    }
}
