//! The shapes of the published APIs, translated to and from the engine's own.

pub(crate) mod akiba;
pub(crate) mod origin;
