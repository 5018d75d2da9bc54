//! What is checked of arrays from the Arrow C Data Interface before anything reads them, for each binding that takes
//! them, and numbers of every width as the ones that the engine reads. Foreign memory is trusted as far as its format
//! promises; counts of nulls are not: bitmaps decide.

mod foreign;
mod stream;
mod widened;

pub use foreign::Foreign;
pub use stream::chunks;
pub use widened::widened;
