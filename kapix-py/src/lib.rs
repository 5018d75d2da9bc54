//! The native half of the Python package `kapix`: it converts, calls the core and converts back.

mod arrow;
mod columns;
mod desk;
mod read;
mod record;
mod write;

#[pyo3::pymodule]
mod _kapix {
    use kapix_core::{ENGINE_VERSION, RowStatus};
    use pyo3::prelude::*;
    use pyo3::types::PyTuple;

    #[pymodule_export]
    use crate::arrow::addresses;
    #[pymodule_export]
    use crate::columns::Column;
    #[pymodule_export]
    use crate::desk::{Desk, Unreadable};
    #[pymodule_export]
    use crate::record::{Record, register_shapes};
    #[pymodule_export]
    const EXPERT_CARDS: &str = kapix_core::EXPERT_CARDS;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        module.add("__version__", ENGINE_VERSION)?;
        module.add("ROW_STATUSES", PyTuple::new(module.py(), RowStatus::ALL.map(RowStatus::as_str))?)
    }
}
