//! The long documents, compiled so that their links and examples are checked.

/// The layers of the code, what they promise, and why they are as they are.
pub mod architecture {
    #![doc = include_str!("../docs/ARCHITECTURE.md")]
}

/// The form of artefacts and bundles, and what is proved of them.
pub mod artefact {
    #![doc = include_str!("../docs/ARTEFACT.md")]
}

/// The codes that answers hold: null reasons, findings, referrals.
pub mod codes {
    #![doc = include_str!("../docs/CODES.md")]
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

    /// Records, the log over them, and what it proves.
    pub mod audit {
        #![doc = include_str!("../docs/methods/audit.md")]
    }

    /// The features of transactions.
    pub mod cash_flow {
        #![doc = include_str!("../docs/methods/cash_flow.md")]
    }

    /// From rows with known outcomes to a card.
    pub mod development {
        #![doc = include_str!("../docs/methods/development.md")]
    }

    /// What was measured of confidence and of the shipped cards.
    pub mod evidence {
        #![doc = include_str!("../docs/methods/evidence.md")]
    }

    /// The weights of the shipped cards, and why.
    pub mod expert_cards {
        #![doc = include_str!("../docs/methods/expert_cards.md")]
    }

    /// Policies: the document, the language, and what a run does with what is unknown.
    pub mod policy {
        #![doc = include_str!("../docs/methods/policy.md")]
    }

    /// From documents of banks and aggregators to transactions.
    pub mod reading {
        #![doc = include_str!("../docs/methods/reading.md")]
    }

    /// From inputs to points, a decision and its reasons.
    pub mod scoring {
        #![doc = include_str!("../docs/methods/scoring.md")]
    }
}

/// How code reads here.
pub mod style {
    #![doc = include_str!("../docs/STYLE.md")]
}
