//! The two proofs of a Merkle tree: RFC 6962, sections 2.1.1 and 2.1.2.

use super::tree::{Nodes, check_size, complete, fold};
use crate::canonical::Hash;
use crate::error::{Cause, Error, Result};

/// Returns the proof that the leaf `index` is in the tree of the first `size` leaves: the hashes that lead from the leaf
/// to the root, the leaf's neighbour first, at most one for each level. `index` counts from 0.
///
/// Error `audit.range`: the tree has no such leaf, or the log is shorter.
///
/// ```
/// use kapix_core::audit::{Peaks, inclusion_path, leaf_hash, verify_inclusion};
/// use std::collections::BTreeMap;
///
/// let (mut peaks, mut nodes) = (Peaks::default(), BTreeMap::new());
/// for leaf in [b"a", b"b", b"c"] {
///     peaks.append(leaf_hash(leaf), |node, hash| {
///         nodes.insert(node, hash);
///     })?;
/// }
/// let path = inclusion_path(&nodes, 1, 3)?;
/// assert!(verify_inclusion(&leaf_hash(b"b"), 1, 3, &path, &peaks.root()));
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn inclusion_path(nodes: &dyn Nodes, index: u64, size: u64) -> Result<Vec<Hash>> {
    check_size(size)?;
    if index >= size {
        let message = format!("a tree of `{size}` leaves has no leaf `{index}`");
        return Err(Error::new(Cause::AuditRange, message));
    }
    let (mut begin, mut end) = (0, size);
    let mut path = Vec::new();
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if index < middle {
            path.push(root_of(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(root_of(nodes, begin, middle)?);
            begin = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Returns the proof that the tree of the first `old` leaves is the beginning of that of the first `new` leaves: nothing
/// was altered, removed or inserted between the two. It is empty where `old` is 0 or `new`.
///
/// Error `audit.range`: `old` is above `new`, or the log is shorter.
///
/// ```
/// use kapix_core::audit::{Peaks, consistency_path, leaf_hash, verify_consistency};
/// use std::collections::BTreeMap;
///
/// let (mut peaks, mut nodes, mut roots) = (Peaks::default(), BTreeMap::new(), Vec::new());
/// for leaf in [b"a", b"b", b"c"] {
///     roots.push(peaks.root());
///     peaks.append(leaf_hash(leaf), |node, hash| {
///         nodes.insert(node, hash);
///     })?;
/// }
/// let path = consistency_path(&nodes, 2, 3)?;
/// assert!(verify_consistency((2, &roots[2]), (3, &peaks.root()), &path));
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn consistency_path(nodes: &dyn Nodes, old: u64, new: u64) -> Result<Vec<Hash>> {
    check_size(new)?;
    if old > new {
        let message = format!("a tree of `{old}` leaves is not the beginning of one of `{new}`");
        return Err(Error::new(Cause::AuditRange, message));
    }
    let (mut begin, mut end) = (0, new);
    let mut path = Vec::new();
    // The old root itself is known to who asks, and is not given while the part is the whole old tree.
    while old > 0 && old != end {
        let middle = begin + split(end - begin);
        if old <= middle {
            path.push(root_of(nodes, middle, end)?);
            end = middle;
        } else {
            path.push(root_of(nodes, begin, middle)?);
            begin = middle;
        }
    }
    if begin > 0 {
        path.push(root_of(nodes, begin, end)?);
    }
    path.reverse();
    Ok(path)
}

/// Returns the largest power of two below a number above 1: where RFC 6962 divides so many leaves.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Returns the root over the leaves `begin..end`, a part that [`split`] made.
fn root_of(nodes: &dyn Nodes, begin: u64, end: u64) -> Result<Hash> {
    let hashes: Vec<Hash> = complete(begin, end).map(|node| nodes.node(node)).collect::<Result<_>>()?;
    fold(hashes.into_iter()).ok_or_else(|| Error::new(Cause::AuditRange, "a part without leaves has no root"))
}
