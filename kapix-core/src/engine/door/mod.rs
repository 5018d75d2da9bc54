//! What enters and leaves: JSON and columns, options, control, replies.

mod control;
mod json;
mod options;
mod reply;

pub use control::{CancelFlag, Control, Progress};
pub use json::DoorReply;
pub use reply::{Event, EventData, Reply};
