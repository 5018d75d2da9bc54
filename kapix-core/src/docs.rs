//! The long documents, compiled so that their links and examples are checked.

/// The plan of the house.
pub mod architecture {
    #![doc = include_str!("../docs/ARCHITECTURE.md")]
}

/// The form of artefacts and bundles, and what is proved of them.
pub mod artefact {
    #![doc = include_str!("../docs/ARTEFACT.md")]
}

/// Beside hosted APIs and open peers.
pub mod compare {
    #![doc = include_str!("../docs/COMPARE.md")]
}

/// What can go wrong, and what to do.
pub mod errors {
    #![doc = include_str!("../docs/ERRORS.md")]
}

/// How every figure is made.
pub mod methods {
    #![doc = include_str!("../docs/METHODS.md")]
}

/// How code reads here.
pub mod style {
    #![doc = include_str!("../docs/STYLE.md")]
}
