//! Kapix by the C ABI: `include/kapix.h` is the documentation of what stands here.
//!
//! Convert, call, convert. A handle is a number and never an address, so a closed one is found and not followed;
//! every entry runs under the panic guard; nothing is kept for a thread.

mod abi;
mod arrow;
mod control;
mod engines;
