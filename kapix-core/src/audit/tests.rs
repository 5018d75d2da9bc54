//! The log beside its published vectors, an independent tree (ct-merkle), and the definition of RFC 6962 as it is written.

use super::*;
use crate::error::{Cause, Result};
use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{InclusionProof, RootHash};
use proptest::prelude::{any, prop, proptest};
use sha2::Sha256;
use std::collections::BTreeMap;

/// The leaves of the reference tests of Certificate Transparency (transparency-dev/merkle, testonly/constants.go,
/// `LeafInputs`).
const LEAVES: [&[u8]; 8] = [
    b"",
    b"\x00",
    b"\x10",
    b"\x20\x21",
    b"\x30\x31",
    b"\x40\x41\x42\x43",
    b"\x50\x51\x52\x53\x54\x55\x56\x57",
    b"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];

/// The roots of the first 0 to 8 of them (`RootHashes` there).
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// The complete subtrees above the leaves, by level (`NodeHashes` there).
const SUBTREES: [(u8, u64, &str); 7] = [
    (1, 0, "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"),
    (1, 1, "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
    (1, 2, "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
    (1, 3, "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0"),
    (2, 0, "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"),
    (2, 1, "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
    (3, 0, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"),
];

/// A log in memory: its nodes, and its root at every size.
struct Log {
    nodes: BTreeMap<Node, Hash>,
    peaks: Peaks,
    roots: Vec<Hash>,
}

fn log(leaves: &[Vec<u8>]) -> Log {
    let mut log = Log { nodes: BTreeMap::new(), peaks: Peaks::default(), roots: Vec::new() };
    log.roots.push(log.peaks.root());
    for leaf in leaves {
        let Log { nodes, peaks, roots } = &mut log;
        let keep = |node, hash| assert_eq!(nodes.insert(node, hash), None, "a subtree is completed once");
        peaks.append(leaf_hash(leaf), keep).unwrap();
        roots.push(peaks.root());
    }
    log
}

/// MTH of RFC 6962, section 2.1, as it is defined there.
fn defined_root(leaves: &[Vec<u8>]) -> Hash {
    match leaves {
        [] => Hash::of(b""),
        [leaf] => Hash::of(&[b"\0", leaf.as_slice()].concat()),
        _ => {
            let half = leaves.len().next_power_of_two() / 2;
            let (left, right) = leaves.split_at(half);
            let (left, right) = (defined_root(left), defined_root(right));
            Hash::of(&[b"\x01", left.as_bytes().as_slice(), right.as_bytes()].concat())
        }
    }
}

/// PATH of RFC 6962, section 2.1.1, as it is defined there.
fn defined_path(index: usize, leaves: &[Vec<u8>]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let half = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(half);
    let (mut path, other) = if index < half {
        (defined_path(index, left), right)
    } else {
        (defined_path(index - half, right), left)
    };
    path.push(defined_root(other));
    path
}

/// SUBPROOF of RFC 6962, section 2.1.2, as it is defined there.
fn defined_consistency(old: usize, leaves: &[Vec<u8>], is_known: bool) -> Vec<Hash> {
    if old == leaves.len() {
        return if is_known { Vec::new() } else { vec![defined_root(leaves)] };
    }
    let half = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(half);
    let (mut path, other) = if old <= half {
        (defined_consistency(old, left, is_known), right)
    } else {
        (defined_consistency(old - half, right, false), left)
    };
    path.push(defined_root(other));
    path
}

fn numbered(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(|number| number.to_be_bytes().to_vec()).collect()
}

fn cause<T>(result: Result<T>) -> Option<Cause> {
    result.err().map(|error| error.cause)
}

#[test]
fn the_tree_has_the_published_hashes() {
    let log = log(&LEAVES.map(<[u8]>::to_vec));
    assert_eq!(log.roots.iter().map(Hash::to_string).collect::<Vec<_>>(), ROOTS);
    for (level, index, published) in SUBTREES {
        assert_eq!(log.nodes[&Node { level, index }].to_string(), published);
    }
    assert_eq!(log.nodes.len(), LEAVES.len() + SUBTREES.len());
}

#[test]
fn proofs_of_every_tree_up_to_66_leaves_are_those_of_the_definition() {
    let leaves = numbered(66);
    let log = log(&leaves);
    for size in 0..=leaves.len() {
        let part = &leaves[..size];
        assert_eq!(log.roots[size], defined_root(part));
        assert_eq!(Peaks::of(size as u64, &log.nodes).unwrap().root(), log.roots[size]);
        for index in 0..size {
            let path = inclusion_path(&log.nodes, index as u64, size as u64).unwrap();
            assert_eq!(path, defined_path(index, part), "leaf {index} of {size}");
        }
        for old in 1..size {
            let path = consistency_path(&log.nodes, old as u64, size as u64).unwrap();
            assert_eq!(path, defined_consistency(old, part, true), "{old} of {size}");
        }
    }
}

#[test]
fn every_proof_holds_and_nothing_else_does() {
    let leaves = numbered(33);
    let log = log(&leaves);
    let root = |size: u64| &log.roots[usize::try_from(size).unwrap()];
    for size in 1..=33_u64 {
        for index in 0..size {
            let leaf = leaf_hash(&leaves[usize::try_from(index).unwrap()]);
            let path = inclusion_path(&log.nodes, index, size).unwrap();
            assert!(verify_inclusion(&leaf, index, size, &path, root(size)));
            // Another place or size does not hold, but one at which the same path leads to the same root.
            for other in 0..40 {
                let is_same = other == index;
                assert_eq!(verify_inclusion(&leaf, other, size, &path, root(size)), is_same);
                if other < size {
                    assert!(!verify_inclusion(&leaf, index, other, &path, root(other)));
                }
            }
            assert!(!verify_inclusion(&leaf_hash(b"forged"), index, size, &path, root(size)));
            for changed in changed(&path) {
                assert!(!verify_inclusion(&leaf, index, size, &changed, root(size)));
            }
        }
        for old in 0..=size {
            let path = consistency_path(&log.nodes, old, size).unwrap();
            assert!(verify_consistency((old, root(old)), (size, root(size)), &path));
            for other in (0..=33).filter(|other| *other != old) {
                assert!(!verify_consistency((old, root(other)), (size, root(size)), &path));
            }
            let forged = Hash::of(b"forged");
            assert!(!verify_consistency((old, &forged), (size, root(size)), &path));
            assert!(old == 0 || !verify_consistency((old, root(old)), (size, &forged), &path));
            for changed in changed(&path) {
                assert!(!verify_consistency((old, root(old)), (size, root(size)), &changed));
            }
        }
    }
}

/// Paths that differ from one in one way.
fn changed(path: &[Hash]) -> Vec<Vec<Hash>> {
    let mut all = vec![[path, &[Hash::of(b"more")]].concat(), [&[Hash::of(b"more")], path].concat()];
    for place in 0..path.len() {
        let mut flipped = path.to_vec();
        let mut bytes = *flipped[place].as_bytes();
        bytes[place % 32] ^= 1;
        flipped[place] = Hash::from_bytes(bytes);
        let mut shorter = path.to_vec();
        shorter.remove(place);
        all.extend([flipped, shorter]);
        if place > 0 && path[place - 1] != path[place] {
            let mut swapped = path.to_vec();
            swapped.swap(place - 1, place);
            all.push(swapped);
        }
    }
    all
}

#[test]
fn an_independent_tree_agrees() {
    let leaves = numbered(300);
    let log = log(&leaves);
    let mut other = MemoryBackedTree::<Sha256, Vec<u8>>::new();
    for leaf in &leaves {
        other.push(leaf.clone());
    }
    assert_eq!(other.root().as_bytes().as_slice(), log.peaks.root().as_bytes());
    let flat = |path: &[Hash]| path.iter().flat_map(|it| *it.as_bytes()).collect::<Vec<u8>>();
    for index in 0..300 {
        let path = inclusion_path(&log.nodes, index, 300).unwrap();
        let theirs = other.prove_inclusion(usize::try_from(index).unwrap());
        assert_eq!(theirs.as_bytes(), flat(&path));
        // Their verifier takes our proof of a tree of another size.
        let size = index + 1;
        let path = inclusion_path(&log.nodes, index / 2, size).unwrap();
        let root = *log.roots[usize::try_from(size).unwrap()].as_bytes();
        let root = RootHash::<Sha256>::new(root.into(), size);
        let proof = InclusionProof::<Sha256>::try_from_bytes(flat(&path)).unwrap();
        let leaf = &leaves[usize::try_from(index / 2).unwrap()];
        root.verify_inclusion(leaf, index / 2, &proof).unwrap();
    }
    for old in 1..300_u64 {
        let path = consistency_path(&log.nodes, old, 300).unwrap();
        let theirs = other.prove_consistency(usize::try_from(300 - old).unwrap());
        assert_eq!(theirs.as_bytes(), flat(&path));
    }
}

#[test]
fn what_a_log_does_not_have_is_refused() {
    let log = log(&numbered(5));
    assert_eq!(cause(inclusion_path(&log.nodes, 5, 5)), Some(Cause::AuditRange));
    assert_eq!(cause(inclusion_path(&log.nodes, 0, 6)), Some(Cause::AuditRange));
    assert_eq!(cause(inclusion_path(&log.nodes, 0, u64::MAX)), Some(Cause::AuditRange));
    assert_eq!(cause(consistency_path(&log.nodes, 3, 2)), Some(Cause::AuditRange));
    assert_eq!(cause(consistency_path(&log.nodes, 1, 6)), Some(Cause::AuditRange));
    assert_eq!(cause(Peaks::of(1 << 53, &log.nodes)), Some(Cause::AuditRange));
}

proptest! {
    /// No size, place or path makes the verifiers panic or believe.
    #[test]
    fn the_verifiers_take_anything(
        place in any::<u64>(), size in any::<u64>(), other in any::<u64>(),
        path in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let path: Vec<Hash> = path.into_iter().map(Hash::from_bytes).collect();
        let (leaf, root) = (leaf_hash(b"leaf"), Hash::of(b"root"));
        assert!(!verify_inclusion(&leaf, place, size, &path, &root));
        assert!(!verify_consistency((other, &leaf), (size, &root), &path));
    }

    /// What is no note, checkpoint or proof is an error, and what is one is written as it was read.
    #[test]
    fn the_readers_take_anything(text in "(\\PC|\n|— |log|[0-9]|c2sp.org/tlog-proof@v1\n|index |\n\n){0,60}") {
        if let Ok(note) = Note::parse(&text) {
            assert_eq!(note.to_string(), text);
        }
        if let Ok(proof) = LogProof::parse(&text) {
            assert_eq!(proof.to_string(), text);
        }
        let _ = Checkpoint::parse(&text);
    }
}

#[test]
fn texts_that_are_no_note_are_refused() {
    let long = format!("a\n\n{}", "— log AAAAAQI=\n".repeat(65));
    let none = [
        "",
        "\n",
        "\n\n",
        "a\n",
        "a\n\n",
        "a\n\nb\n",
        "a\n\n— log\n",
        "a\n\n— log AAAA\n",
        "a\n\n— log AAAAAQI=",
        "a\n\n- log AAAAAQI=\n",
        "a\n\n— lo+g AAAAAQI=\n",
        "a\n\n—  AAAAAQI=\n",
        "a\n\n— log AAAAAQI\n",
        "a\r\n\n— log AAAAAQI=\n",
        "a\0\n\n— log AAAAAQI=\n",
        "a\n\n— log AAAAAQI=\nb\n",
        "a\n\n— l\u{a0}g AAAAAQI=\n",
        &long,
    ];
    for text in none {
        assert_eq!(cause(Note::parse(text)), Some(Cause::AuditForm), "{text:?}");
    }
    for text in ["log\n1\n", "log\n01\nAAAA\n", "log\n+1\n", "\n1\nAA\n", "log\n9007199254740992\n"] {
        let root = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
        assert!(
            Checkpoint::parse(text).is_err() && Checkpoint::parse(&format!("{text}{root}\n")).is_err()
                || text == "log\n1\n"
        );
    }
}

#[cfg(feature = "signing")]
mod signed {
    use super::*;

    /// The example of Go's golang.org/x/mod/sumdb/note (note.go, package comment).
    const PUBLIC: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const PRIVATE: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
    const TEXT: &str = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
    const SIGNATURE: &str = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";

    #[test]
    fn a_note_is_the_published_one() {
        let signer = Ed25519Signer::from_text(PRIVATE).unwrap();
        assert_eq!((signer.to_text().as_str(), signer.verifier().to_string().as_str()), (PRIVATE, PUBLIC));
        let note = Note::signed(TEXT, &[&signer]).unwrap();
        assert_eq!(note.to_string(), format!("{TEXT}\n{SIGNATURE}"));
        let key = Ed25519Verifier::from_text(PUBLIC).unwrap();
        Note::parse(&note.to_string()).unwrap().verify(&[&key]).unwrap();
        // The example of the specification, signed-note.md: another key of another name.
        let other = Ed25519Verifier::from_text(
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        );
        assert_eq!(cause(note.verify(&[&other.unwrap()])), Some(Cause::AuditSignature));
    }

    #[test]
    fn every_changed_byte_of_a_signed_note_is_found() {
        let key = Ed25519Verifier::from_text(PUBLIC).unwrap();
        let note = format!("{TEXT}\n{SIGNATURE}");
        for place in 0..note.len() {
            let mut bytes = note.clone().into_bytes();
            bytes[place] ^= 1;
            let holds = String::from_utf8(bytes)
                .is_ok_and(|changed| Note::parse(&changed).is_ok_and(|note| note.verify(&[&key]).is_ok()));
            assert!(!holds, "byte {place}");
        }
    }

    #[test]
    fn no_part_and_no_change_of_a_key_is_a_key() {
        for text in [PUBLIC, PRIVATE] {
            let reads = |text: &str| {
                Ed25519Verifier::from_text(text).is_ok() || Ed25519Signer::from_text(text).is_ok()
            };
            assert!(reads(text));
            for from in 0..text.len() {
                for to in from..=text.len() {
                    let part = &text[from..to];
                    assert!(part == text || !reads(part), "{part}");
                }
                let mut bytes = text.to_owned().into_bytes();
                bytes[from] ^= 1;
                assert!(!String::from_utf8(bytes).is_ok_and(|text| reads(&text)));
            }
        }
    }

    #[test]
    fn a_secret_is_not_printed() {
        let signer = Ed25519Signer::from_text(PRIVATE).unwrap();
        assert_eq!(format!("{signer:?}"), "Ed25519Signer { name: \"PeterNeumann\", .. }");
    }

    #[test]
    fn a_file_proves_its_leaf_and_no_other() {
        let leaves = numbered(21);
        let log = log(&leaves);
        let key = Ed25519Signer::from_seed("lender.example/log", &[1; 32]).unwrap();
        let head = Checkpoint { origin: "lender.example/log".to_owned(), size: 21, root: log.peaks.root() };
        let checkpoint = head.signed(&[&key]).unwrap();
        for index in 0..21 {
            let path = inclusion_path(&log.nodes, index, 21).unwrap();
            let file =
                LogProof { extra: Some(b"leaf".to_vec()), index, path, checkpoint: checkpoint.clone() };
            let read = LogProof::parse(&file.to_string()).unwrap();
            assert_eq!(read, file);
            for (number, leaf) in leaves.iter().enumerate() {
                let result = read.verify(leaf, &head.origin, &[&key.verifier()]);
                if number as u64 == index {
                    assert_eq!(result.unwrap(), head);
                } else {
                    assert_eq!(cause(result), Some(Cause::AuditProof));
                }
            }
            assert_eq!(cause(read.verify(b"", "another log", &[&key.verifier()])), Some(Cause::AuditForm));
            let stranger = Ed25519Signer::from_seed("lender.example/log", &[2; 32]).unwrap().verifier();
            assert_eq!(cause(read.verify(b"", &head.origin, &[&stranger])), Some(Cause::AuditSignature));
        }
    }
}
