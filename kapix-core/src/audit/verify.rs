//! Whether a proof holds: RFC 9162, sections 2.1.3.2 and 2.1.4.2, whose trees are those of RFC 6962.

use super::tree::join;
use crate::canonical::Hash;

/// Returns whether `path` proves that a leaf with the hash `leaf` is number `index`, from 0, in the tree of `size` leaves
/// with the root `root`. Nothing but the right path passes; no input panics.
///
/// ```
/// use kapix_core::audit::{leaf_hash, verify_inclusion};
///
/// // A tree of one leaf is its hash.
/// let leaf = leaf_hash(b"a");
/// assert!(verify_inclusion(&leaf, 0, 1, &[], &leaf));
/// assert!(!verify_inclusion(&leaf, 0, 1, &[leaf], &leaf));
/// ```
pub fn verify_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash], root: &Hash) -> bool {
    if index >= size {
        return false;
    }
    let mut climb = Climb { place: index, last: size - 1 };
    let mut hash = *leaf;
    for sibling in path {
        match climb.side() {
            None => return false,
            Some(Side::Left) => hash = join(sibling, &hash),
            Some(Side::Right) => hash = join(&hash, sibling),
        }
        climb.up();
    }
    climb.last == 0 && hash == *root
}

/// Returns whether `path` proves that the tree of (size, root) `old` is the beginning of the tree `new`. The empty tree is
/// the beginning of every tree.
///
/// ```
/// use kapix_core::audit::{Hash, leaf_hash, verify_consistency};
///
/// let (empty, one) = (Hash::of(b""), leaf_hash(b"a"));
/// assert!(verify_consistency((0, &empty), (1, &one), &[]));
/// assert!(!verify_consistency((1, &empty), (1, &one), &[]));
/// ```
pub fn verify_consistency(old: (u64, &Hash), new: (u64, &Hash), path: &[Hash]) -> bool {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size == 0 {
        return path.is_empty() && *old_root == Hash::of(b"");
    }
    if old_size >= new_size {
        return old_size == new_size && path.is_empty() && old_root == new_root;
    }
    let mut climb = Climb { place: old_size - 1, last: new_size - 1 };
    while climb.place % 2 == 1 {
        climb.up();
    }
    // A complete old tree is a subtree of the new one, and its root is where the climb begins.
    let (first, rest) = match path {
        _ if old_size.is_power_of_two() => (*old_root, path),
        [first, rest @ ..] => (*first, rest),
        [] => return false,
    };
    let (mut of_old, mut of_new) = (first, first);
    for sibling in rest {
        match climb.side() {
            None => return false,
            Some(Side::Left) => {
                of_old = join(sibling, &of_old);
                of_new = join(sibling, &of_new);
            }
            Some(Side::Right) => of_new = join(&of_new, sibling),
        }
        climb.up();
    }
    climb.last == 0 && of_old == *old_root && of_new == *new_root
}

/// A way from a node to the root: the number of the node in its level, and that of the last node there.
struct Climb {
    place: u64,
    last: u64,
}

/// On which side of a node its sibling is.
enum Side {
    Left,
    Right,
}

impl Climb {
    /// Returns on which side the next sibling is, and goes up to where there is one; `None` at the root.
    fn side(&mut self) -> Option<Side> {
        if self.last == 0 {
            return None;
        }
        if self.place.is_multiple_of(2) && self.place < self.last {
            return Some(Side::Right);
        }
        // The last node of an incomplete tree has no sibling until a level at which it is a right child.
        while self.place.is_multiple_of(2) && self.place > 0 {
            self.up();
        }
        Some(Side::Left)
    }

    fn up(&mut self) {
        self.place /= 2;
        self.last /= 2;
    }
}
