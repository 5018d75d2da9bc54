//! The Merkle tree over the leaves of a log: RFC 6962, section 2.1.
//!
//! A log that grows needs the hashes of its complete subtrees, each of which never changes again, and the largest of
//! them from left to right, the peaks: at most 53 for as many leaves as a wire format can count.

use crate::canonical::{Hash, Hasher};
use crate::error::{Cause, Error, Result};
use core::fmt::Debug;
use std::collections::BTreeMap;

/// Number of leaves of a log: every integer on the wire lies within 2^53 - 1.
pub(super) const SIZE_MAX: u64 = (1 << 53) - 1;

/// Returns the hash of a leaf: SHA-256 of a zero byte and its bytes, so that no inner node can pass for a leaf.
///
/// ```
/// // The first of the reference hashes of Certificate Transparency: the leaf without bytes.
/// let hash = kapix_core::audit::leaf_hash(b"");
/// assert_eq!(hash.to_string(), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
/// ```
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update(&[0]);
    hasher.update(leaf);
    hasher.finish()
}

/// Returns the hash of an inner node.
pub(super) fn join(left: &Hash, right: &Hash) -> Hash {
    let mut hasher = Hasher::new();
    hasher.update(&[1]);
    hasher.update(left.as_bytes());
    hasher.update(right.as_bytes());
    hasher.finish()
}

/// The place of a complete subtree of 2^`level` leaves, of which the first is the leaf `index` * 2^`level`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    /// 0 for a leaf, below 53.
    pub level: u8,
    /// Number of the subtree among those of its level, from 0.
    pub index: u64,
}

/// Where the hashes of complete subtrees are kept.
pub trait Nodes: Debug {
    /// Returns the hash of a complete subtree.
    ///
    /// Error `audit.range`: the log has no such subtree.
    fn node(&self, node: Node) -> Result<Hash>;
}

impl Nodes for BTreeMap<Node, Hash> {
    fn node(&self, node: Node) -> Result<Hash> {
        self.get(&node).copied().ok_or_else(|| {
            let message = format!("no subtree `{}` of level `{}` is held", node.index, node.level);
            Error::new(Cause::AuditRange, message)
        })
    }
}

/// What a log must keep in hand to grow: the hashes of its largest complete subtrees, from left to right.
///
/// ```
/// use kapix_core::audit::{Peaks, leaf_hash};
///
/// let mut peaks = Peaks::default();
/// for leaf in [b"a", b"b", b"c"] {
///     peaks.append(leaf_hash(leaf), |_, _| {})?;
/// }
/// assert_eq!((peaks.size(), peaks.hashes().len()), (3, 2));
/// # Ok::<(), kapix_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peaks {
    size: u64,
    hashes: Vec<Hash>,
}

impl Peaks {
    /// Returns the peaks of the first `size` leaves of a log.
    ///
    /// Error `audit.range`: the log is shorter.
    ///
    /// ```
    /// use kapix_core::audit::{Node, Peaks, leaf_hash};
    /// use std::collections::BTreeMap;
    ///
    /// let mut nodes = BTreeMap::new();
    /// let mut peaks = Peaks::default();
    /// for leaf in [b"a", b"b", b"c"] {
    ///     peaks.append(leaf_hash(leaf), |node, hash| {
    ///         nodes.insert(node, hash);
    ///     })?;
    /// }
    /// assert_eq!(Peaks::of(3, &nodes)?, peaks);
    /// assert!(Peaks::of(4, &nodes).is_err());
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn of(size: u64, nodes: &dyn Nodes) -> Result<Self> {
        check_size(size)?;
        Ok(Self { size, hashes: complete(0, size).map(|node| nodes.node(node)).collect::<Result<_>>()? })
    }

    /// Returns the number of leaves.
    ///
    /// ```
    /// assert_eq!(kapix_core::audit::Peaks::default().size(), 0);
    /// ```
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Returns the hashes, the largest subtree first: one for each 1 in the binary digits of the size.
    ///
    /// ```
    /// assert!(kapix_core::audit::Peaks::default().hashes().is_empty());
    /// ```
    pub fn hashes(&self) -> &[Hash] {
        &self.hashes
    }

    /// Adds the hash of the next leaf, and gives each subtree that it completes, the leaf first: two on average.
    ///
    /// Error `audit.range`: the log has 2^53 - 1 leaves.
    ///
    /// ```
    /// use kapix_core::audit::{Node, Peaks, leaf_hash};
    ///
    /// let (mut peaks, mut completed) = (Peaks::default(), Vec::new());
    /// for leaf in [b"a", b"b"] {
    ///     peaks.append(leaf_hash(leaf), |node, _| completed.push((node.level, node.index)))?;
    /// }
    /// assert_eq!(completed, [(0, 0), (0, 1), (1, 0)]);
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn append(&mut self, leaf: Hash, mut completed: impl FnMut(Node, Hash)) -> Result<()> {
        check_size(self.size + 1)?;
        let mut node = Node { level: 0, index: self.size };
        let mut hash = leaf;
        completed(node, hash);
        // A right child completes its parent.
        while node.index % 2 == 1
            && let Some(left) = self.hashes.pop()
        {
            node = Node { level: node.level + 1, index: node.index / 2 };
            hash = join(&left, &hash);
            completed(node, hash);
        }
        self.hashes.push(hash);
        self.size += 1;
        Ok(())
    }

    /// Returns the root of the tree; of no leaves, the SHA-256 of no bytes.
    ///
    /// ```
    /// use kapix_core::audit::{Hash, Peaks};
    ///
    /// assert_eq!(Peaks::default().root(), Hash::of(b""));
    /// ```
    pub fn root(&self) -> Hash {
        fold(self.hashes.iter().copied()).unwrap_or_else(|| Hash::of(b""))
    }
}

/// Returns the root over complete subtrees from left to right, each larger than the next.
pub(super) fn fold(hashes: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    hashes.rev().reduce(|right, left| join(&left, &right))
}

/// Returns the complete subtrees that make up the leaves `begin..end`, the largest first; `begin` is a multiple of the
/// largest power of two that is not above `end - begin`, as it is of every part that RFC 6962 divides a tree into.
pub(super) fn complete(begin: u64, end: u64) -> impl Iterator<Item = Node> {
    let mut from = begin;
    core::iter::from_fn(move || {
        let level = end.checked_sub(from)?.checked_ilog2()?;
        let node = Node { level: u8::try_from(level).ok()?, index: from >> level };
        from += 1 << level;
        Some(node)
    })
}

/// Refuses a size beyond what the wire can count.
pub(super) fn check_size(size: u64) -> Result<()> {
    if size > SIZE_MAX {
        let message = format!("a log has at most `{SIZE_MAX}` leaves, not `{size}`");
        return Err(Error::new(Cause::AuditRange, message));
    }
    Ok(())
}
