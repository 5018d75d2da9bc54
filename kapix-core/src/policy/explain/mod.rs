//! A policy for people: one page of headings, sentences, lists and tables, written as Markdown and as HTML, so that both say
//! the same. The words are made of the policy that was proved, never of its document alone: what a sentence says of a row is
//! what a run does.

mod compare;
mod compare_rows;
mod decision;
mod findings;
mod html;
mod inputs;
mod markdown;
mod page;
mod policy;
mod steps;
mod terms;
mod words;

pub(crate) use decision::{DecisionView, ReasonLine};
#[cfg(test)]
pub(in crate::policy) use policy::Explained;
pub(crate) use policy::{Hits, Options};
