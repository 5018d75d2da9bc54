//! From a column to its bins and their table.
