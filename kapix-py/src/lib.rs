//! The native half of the Python package `kapix`: it converts, calls the core and converts back.

mod answer;
mod arrow;
mod columns;
mod desk;
mod fork;
mod read;
mod sample;

#[pyo3::pymodule]
mod _kapix {
    #[pymodule_export]
    use crate::answer::Answer;
    #[pymodule_export]
    use crate::arrow::{addresses, settled};
    #[pymodule_export]
    use crate::columns::Batch;
    #[pymodule_export]
    use crate::desk::{Desk, Unreadable, record, verify};
    #[pymodule_export]
    use crate::sample::sample;
    #[pymodule_export]
    const EXAMPLE_POLICIES: &str = kapix_core::artefact::EXAMPLE_POLICIES;
    #[pymodule_export]
    const EXPERT_CARDS: &str = kapix_core::artefact::EXPERT_CARDS;
    #[pymodule_export]
    const VERSION: &str = kapix_core::audit::ENGINE_VERSION;
}
