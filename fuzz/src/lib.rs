//! What the fuzz targets share.

mod door;

pub use door::{Answers, call};
