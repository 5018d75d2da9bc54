//! Sorting keys of numbers by their digits.
#![expect(
    clippy::indexing_slicing,
    reason = "a digit is below the number of counters, and so is every place"
)]

/// Bits of a digit: its counters fit the first-level cache.
const DIGIT_BITS: u32 = 11;
/// Keys from which counting pays.
const KEYS_MIN: usize = 256;
/// Most passes over the keys that are faster than comparisons; a pass reads and writes every key.
const PASSES_MAX: usize = 4;

/// Sorts keys as [`super::sorted`] makes them.
///
/// Whole numbers and short decimals of base 2 vary in few bits: only those are looked at. The bits of a negative number
/// are inverted, so bits that vary with the sign only follow from the sign.
pub(super) fn sort(keys: &mut [u64]) {
    const SIGN: u64 = 1 << 63;
    let Some(first) = keys.first().copied() else { return };
    let magnitude = |key: u64| if key & SIGN == 0 { !key } else { key } & !SIGN;
    let varying = keys
        .iter()
        .fold(0, |varying, key| varying | (magnitude(*key) ^ magnitude(first)) | ((key ^ first) & SIGN));
    let mut shifts = Vec::new();
    let mut rest = varying;
    while rest != 0 {
        let shift = rest.trailing_zeros();
        shifts.push(shift);
        rest = rest.checked_shr(shift + DIGIT_BITS).map_or(0, |high| high << (shift + DIGIT_BITS));
    }
    if keys.len() < KEYS_MIN || shifts.len() > PASSES_MAX || u32::try_from(keys.len()).is_err() {
        return keys.sort_unstable();
    }
    let mut other = vec![0; keys.len()];
    let (mut from, mut to) = (&mut *keys, &mut other[..]);
    for shift in &shifts {
        pass(from, to, *shift);
        (from, to) = (to, from);
    }
    if shifts.len() % 2 == 1 {
        to.copy_from_slice(from);
    }
}

/// Copies the keys in the order of one digit, and of those with one digit in their order.
fn pass(from: &[u64], to: &mut [u64], shift: u32) {
    const DIGITS: usize = 1 << DIGIT_BITS;
    #[expect(clippy::cast_possible_truncation, reason = "the mask leaves eleven bits")]
    let digit = |key: u64| (key >> shift) as usize & (DIGITS - 1);
    let mut places = [0_usize; DIGITS];
    for key in from {
        places[digit(*key)] += 1;
    }
    let mut next = 0;
    for place in &mut places {
        next += core::mem::replace(place, next);
    }
    for key in from {
        let place = &mut places[digit(*key)];
        to[*place] = *key;
        *place += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::super::sorted::key;
    use proptest::prelude::{any, prop, prop_assert_eq, proptest};

    proptest! {
        #[test]
        fn keys_are_in_the_order_of_comparisons(
            whole in prop::collection::vec(-3000_i32..3000, 0..700),
            any in prop::collection::vec(any::<f64>(), 0..600),
            scale in 0_u32..3,
        ) {
            let whole: Vec<u64> = whole.iter().map(|x| key(f64::from(*x) / f64::from(1 << scale))).collect();
            let any: Vec<u64> = any.into_iter().map(key).collect();
            for mut keys in [whole, any] {
                let mut expected = keys.clone();
                expected.sort_unstable();
                super::sort(&mut keys);
                prop_assert_eq!(keys, expected);
            }
        }
    }
}
