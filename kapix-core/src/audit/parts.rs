//! The parts of a record's body. Each has its own salt and its own HMAC in the leaf, so that one can lapse or be erased
//! while the others still verify.

use super::places::{Place, cut, fill, replace};
use crate::canonical::{self, Hash};
use crate::error::Result;
use crate::json_value::JsonValue;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeMap;
use std::sync::Arc;
use strum::{IntoStaticStr, VariantArray};

/// One part of a body.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Part {
    /// Features and reasons: values that the request states or that were computed of its rows, and the members of the
    /// response that say why.
    Features,
    /// What the call found beside its request.
    Found,
    /// The request without rows and features.
    Request,
    /// The response without reasons.
    Response,
    /// Rows of accounts.
    Rows,
}

impl Part {
    /// Every part, in the order of its name.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// Returns the name of the part on the wire.
    ///
    /// ```
    /// assert_eq!(kapix_core::audit::Part::Features.as_str(), "features");
    /// ```
    pub fn as_str(self) -> &'static str {
        self.into()
    }
}

/// A part of a body with the salt that its HMAC was made under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedPart {
    /// Canonical JSON.
    pub body: Arc<[u8]>,
    /// 16 random bytes.
    pub salt: [u8; 16],
}

impl SealedPart {
    /// Returns the HMAC of the part.
    pub(crate) fn hmac(&self) -> Hash {
        canonical::hmac(&self.salt, &self.body)
    }

    /// Returns whether a leaf that names this HMAC was sealed over the part.
    pub(crate) fn is(&self, hmac: &Hash) -> bool {
        canonical::hmac_verify(&self.salt, &self.body, hmac)
    }
}

/// Rows of accounts in a request, and in the requests of steps that a call found results of.
const ROWS: &[Place] = &[
    &["akiba", "transactions"],
    &["applicant", "akiba", "transactions"],
    &["applicant", "data", "*", "accounts", "*", "transactions"],
    &["data", "*", "accounts", "*", "transactions"],
    &["results", "*", "0", "arguments", "akiba", "transactions"],
    &["results", "*", "0", "arguments", "data", "*", "accounts", "*", "transactions"],
];

/// Named values of an applicant in a request.
const FEATURES: &[Place] = &[
    &["applicant", "context"],
    &["applicant", "data", "application"],
    &["applicant", "data", "bureau"],
    &["applicant", "data", "internal_loans"],
    &["applicant", "features"],
    &["context"],
    &["data", "application"],
    &["data", "bureau"],
    &["data", "internal_loans"],
    &["features"],
    &["inputs"],
];

/// Texts of rows, which may name other people.
const TEXTS: &[Place] = &[&["*", "counterparty"], &["*", "description"]];

/// Members of a response that say why.
const REASONS: &[Place] = &[
    &["assumed"],
    &["counterfactual"],
    &["explanation"],
    &["features"],
    &["findings"],
    &["matched_rules"],
    &["missing_inputs"],
    &["null_reasons"],
    &["principal_reasons"],
    &["reasons"],
    &["referral_reasons"],
    &["shadows"],
    &["steps"],
    &["trace"],
];

/// The documents of a call, each whole.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Whole {
    /// Values that were computed of the rows.
    pub(crate) computed: Option<Arc<[u8]>>,
    pub(crate) found: Option<Arc<[u8]>>,
    pub(crate) request: Arc<[u8]>,
    pub(crate) response: Arc<[u8]>,
}

/// The parts of documents, and whether texts of rows are kept as hashes in them.
pub(crate) struct Divided {
    pub(crate) parts: BTreeMap<Part, Arc<[u8]>>,
    pub(crate) has_hashed_texts: bool,
}

/// Returns the parts of these documents, without what is empty. With a key, texts of rows are kept as HMAC-SHA256 under it.
pub(crate) fn divide(whole: &Whole, key: Option<&[u8; 32]>) -> Result<Divided> {
    let mut hashed = 0;
    let mut hide = |rows: BTreeMap<String, Vec<u8>>| match key {
        Some(key) => rows
            .into_iter()
            .map(|(pointer, rows)| (pointer, without_texts(&rows, key, &mut hashed)))
            .collect(),
        None => rows,
    };
    let (request, rows_of_request) = cut(&whole.request, ROWS);
    let rows_of_request = hide(rows_of_request);
    let (request, features_of_request) = cut(&request, FEATURES);
    let (response, features_of_response) = cut(&whole.response, REASONS);
    let (found, rows_of_found) = match &whole.found {
        Some(found) => {
            let (found, rows) = cut(found, ROWS);
            (Some(found), hide(rows))
        }
        None => (None, BTreeMap::new()),
    };
    let mut parts = BTreeMap::from([
        (Part::Request, Arc::<[u8]>::from(request)),
        (Part::Response, Arc::<[u8]>::from(response)),
    ]);
    parts.extend(found.map(|found| (Part::Found, found.into())));
    let features = Pieces {
        computed: whole.computed.as_deref(),
        found: &BTreeMap::new(),
        request: &features_of_request,
        response: &features_of_response,
    };
    parts.extend(features.to_bytes()?.map(|body| (Part::Features, body)));
    let nothing = BTreeMap::new();
    let rows =
        Pieces { computed: None, found: &rows_of_found, request: &rows_of_request, response: &nothing };
    parts.extend(rows.to_bytes()?.map(|body| (Part::Rows, body)));
    Ok(Divided { parts, has_hashed_texts: hashed > 0 })
}

/// Returns rows with their texts as keyed hashes: equal texts stay equal, and none can be read or guessed without the key.
fn without_texts(rows: &[u8], key: &[u8; 32], hashed: &mut usize) -> Vec<u8> {
    let hash = |text: &[u8]| {
        let is_text = text.len() > 2 && text.first() == Some(&b'"');
        is_text.then(|| {
            let digits = canonical::hmac(key, text).to_string();
            format!("\"#{}\"", digits.get(..32).unwrap_or_default()).into_bytes()
        })
    };
    let (rows, number) = replace(rows, TEXTS, &hash);
    *hashed += number;
    rows
}

/// What was taken out of the documents of a call, by JSON pointer.
struct Pieces<'p> {
    computed: Option<&'p [u8]>,
    found: &'p BTreeMap<String, Vec<u8>>,
    request: &'p BTreeMap<String, Vec<u8>>,
    response: &'p BTreeMap<String, Vec<u8>>,
}

impl Pieces<'_> {
    /// Returns the pieces in canonical JSON; none where there are none.
    fn to_bytes(&self) -> Result<Option<Arc<[u8]>>> {
        let mut members: Vec<Vec<u8>> = Vec::new();
        members.extend(self.computed.map(|computed| [b"\"computed\":", computed].concat()));
        for (name, pieces) in [("found", self.found), ("request", self.request), ("response", self.response)]
        {
            if !pieces.is_empty() {
                members.push([b"\"", name.as_bytes(), b"\":", &*object(pieces)?].concat());
            }
        }
        let body = || [b"{", &*members.join(&b','), b"}"].concat();
        Ok((!members.is_empty()).then(|| body().into()))
    }
}

/// Returns an object of members that are canonical already.
fn object(members: &BTreeMap<String, Vec<u8>>) -> Result<Vec<u8>> {
    // RFC 8785 sorts names by their UTF-16 units.
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by_key(|(name, _)| name.encode_utf16().collect::<Vec<_>>());
    let mut out = vec![b'{'];
    for (number, (name, value)) in sorted.into_iter().enumerate() {
        if number > 0 {
            out.push(b',');
        }
        out.extend(canonical::to_vec(name)?);
        out.push(b':');
        out.extend_from_slice(value);
    }
    out.push(b'}');
    Ok(out)
}

/// The pieces of a part, as they are read again.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PiecesBody<'b> {
    #[serde(borrow)]
    computed: Option<&'b RawValue>,
    #[serde(borrow)]
    found: BTreeMap<String, &'b RawValue>,
    #[serde(borrow)]
    request: BTreeMap<String, &'b RawValue>,
    #[serde(borrow)]
    response: BTreeMap<String, &'b RawValue>,
}

/// Which document of a call pieces belong to.
#[derive(Clone, Copy)]
pub(super) enum Document {
    Found,
    Request,
    Response,
}

/// Puts what the other parts hold of a document back into it.
pub(super) fn join(document: Document, body: &[u8], others: [Option<&SealedPart>; 2]) -> Vec<u8> {
    let mut whole = body.to_vec();
    for other in others.into_iter().flatten() {
        let Ok(pieces) = serde_json::from_slice::<PiecesBody<'_>>(&other.body) else { continue };
        let pieces = match document {
            Document::Found => pieces.found,
            Document::Request => pieces.request,
            Document::Response => pieces.response,
        };
        let bytes = pieces.into_iter().map(|(pointer, value)| (pointer, value.get().as_bytes())).collect();
        whole = fill(&whole, &bytes);
    }
    whole
}

/// Returns the values that were computed of the rows, as the part of features holds them.
pub(super) fn computed(features: &SealedPart) -> Option<JsonValue> {
    let pieces = serde_json::from_slice::<PiecesBody<'_>>(&features.body).ok()?;
    serde_json::from_str(pieces.computed?.get()).ok()
}
