//! Champion and challengers: which policy decides an applicant, by a hash of the applicant's id.

use super::PolicyRunRequest;
use crate::canonical;
use crate::engine::operations::Call;
use crate::engine::registry::Chosen;
use crate::error::{Cause, Detail, Error, Result};
use crate::policy::Policy;
use serde::{Deserialize, Serialize};

/// Challengers of one split.
const CHALLENGERS_MAX: usize = 8;

/// Bytes of a salt.
const SALT_BYTES_MAX: usize = 128;

/// Policies that decide a share of the applicants in place of `policy`. Which one decides follows from the applicant's id
/// alone, so that the same applicant always has the same one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicySplit {
    /// The challengers, 1 to 8; their shares sum to 1 at most, and `policy` decides the rest.
    pub challengers: Vec<Challenger>,
    /// Text of 1 to 128 bytes that names the experiment: another one splits the applicants anew.
    pub salt: String,
}

/// A policy that decides a share of the applicants.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Challenger {
    /// `id` or `id@version` of a policy.
    pub policy: String,
    /// Its share of the applicants, above 0.
    pub share: f64,
}

/// Which policy of a split decided, and how it was chosen.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PolicyArm {
    /// Place of the applicant in the split, from 0 to 1: the first 53 bits of SHA-256 of the JSON text `["SALT","ENTITY_ID"]`.
    /// The first challenger decides below its share, the next one below the sum of both, and so on.
    pub draw: f64,
    /// `champion` or `challenger`.
    pub role: ArmRole,
    /// The share of the applicants that this policy decides.
    pub share: f64,
}

/// The role of a policy in a split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum ArmRole {
    /// One of `challengers`.
    Challenger,
    /// The policy of the request.
    Champion,
}

impl PolicyRunRequest {
    /// Returns the policy that decides. Every policy of a split must be loaded, whichever decides.
    pub(super) fn chosen<'c>(&self, call: &Call<'c, '_>) -> Result<(Chosen<'c, Policy>, Option<PolicyArm>)> {
        let named = |name: &str| call.registry.named::<Policy>(name, |_| false);
        let champion = named(&self.policy)?;
        let Some(split) = &self.split else { return Ok((champion, None)) };
        split.check().map_err(|error| error.under("/split"))?;
        let draw = split.draw(self.entity_id.as_str())?;
        let (mut end, mut arm) = (0.0, None);
        for (number, challenger) in split.challengers.iter().enumerate() {
            let policy = named(&challenger.policy)
                .map_err(|error| error.under(&format!("/split/challengers/{number}")))?;
            end += challenger.share;
            if arm.is_none() && draw < end {
                arm = Some((policy, PolicyArm { draw, role: ArmRole::Challenger, share: challenger.share }));
            }
        }
        let (policy, arm) = arm.unwrap_or_else(|| {
            (champion, PolicyArm { draw, role: ArmRole::Champion, share: (1.0 - end).max(0.0) })
        });
        Ok((policy, Some(arm)))
    }
}

impl PolicySplit {
    fn check(&self) -> Result<()> {
        let mut wrong = Vec::new();
        let mut tell = |field: String, message: &str| {
            wrong.push(Detail { cause: Cause::ValueOutOfRange, message: message.to_owned(), field });
        };
        if self.salt.is_empty() || self.salt.len() > SALT_BYTES_MAX {
            tell("/salt".to_owned(), "a salt has 1 to `128` bytes");
        }
        if self.challengers.is_empty() || self.challengers.len() > CHALLENGERS_MAX {
            tell("/challengers".to_owned(), "a split has 1 to `8` challengers");
        }
        for (number, challenger) in self.challengers.iter().enumerate() {
            if !(challenger.share > 0.0 && challenger.share <= 1.0) {
                tell(format!("/challengers/{number}/share"), "a share lies above 0 and is at most 1");
            }
        }
        let sum: f64 = self.challengers.iter().map(|it| it.share).sum();
        // Tenths and thirds do not add up exactly.
        if sum > 1.0 + 1e-9 {
            tell("/challengers".to_owned(), "the shares of challengers sum to more than 1");
        }
        Error::from_details(wrong).map_or(Ok(()), Err)
    }

    /// Returns the place of an applicant, from 0 to 1.
    #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
    fn draw(&self, entity_id: &str) -> Result<f64> {
        let hash = canonical::hash(&[&self.salt, entity_id])?;
        let first = hash.as_bytes().iter().take(8).fold(0_u64, |bits, byte| bits << 8 | u64::from(*byte));
        Ok((first >> 11) as f64 / (1_u64 << 53) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(shares: &[f64]) -> PolicySplit {
        let challengers =
            shares.iter().map(|share| Challenger { policy: "p".to_owned(), share: *share }).collect();
        PolicySplit { challengers, salt: "2026-q3".to_owned() }
    }

    #[test]
    fn the_draw_is_that_of_the_documented_hash() {
        // printf '["2026-q3","ent_1"]' | sha256sum: 09f8e51dfc8f0421..., its first 53 bits over 2^53.
        let draw = split(&[0.1]).draw("ent_1").unwrap();
        assert_eq!(draw.to_bits(), 0.038_954_086_132_942_93_f64.to_bits());
    }

    #[test]
    fn shares_of_many_applicants_are_those_of_the_split() {
        let split = split(&[0.1, 0.25]);
        let mut counts = [0_u32; 3];
        let count = 40_000;
        for number in 0..count {
            let draw = split.draw(&format!("ent_{number}")).unwrap();
            assert!((0.0..1.0).contains(&draw));
            counts[if draw < 0.1 {
                0
            } else if draw < 0.35 {
                1
            } else {
                2
            }] += 1;
        }
        for (got, share) in counts.into_iter().zip([0.1, 0.25, 0.65]) {
            let expected = f64::from(count) * share;
            let deviation = (expected * (1.0 - share)).sqrt();
            assert!((f64::from(got) - expected).abs() < 4.0 * deviation, "{got} for {expected}");
        }
    }

    #[test]
    fn a_split_that_cannot_be_is_refused() {
        for (split, field) in [
            (split(&[]), "/challengers"),
            (split(&[0.6, 0.5]), "/challengers"),
            (split(&[0.0]), "/challengers/0/share"),
            (split(&[f64::NAN]), "/challengers/0/share"),
            (split(&[0.1; 9]), "/challengers"),
            (PolicySplit { salt: String::new(), ..split(&[0.1]) }, "/salt"),
        ] {
            let error = split.check().unwrap_err();
            assert!(error.fields.iter().any(|it| it == field), "{field}: {:?}", error.fields);
        }
        assert!(split(&[0.1; 8]).check().is_ok() && split(&[0.7, 0.1, 0.2]).check().is_ok());
    }
}
