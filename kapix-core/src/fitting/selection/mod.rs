//! Which characteristics enter the card.
