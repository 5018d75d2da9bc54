//! Random numbers that are a pure function of seed, stream and counter, so that any task can start at its own place
//! and the result does not depend on the number of threads.

use super::normal::normal_quantile;
use core::num::NonZeroU64;

/// The counter-based generator Philox4x32-10: J. K. Salmon, M. A. Moraes, R. O. Dror, D. E. Shaw, Parallel random
/// numbers: as easy as 1, 2, 3, SC11, 2011. Not for secrets: the seed follows from the output.
///
/// The key is the seed; the counter is a block number (low half) and a stream number (high half). One block gives four
/// 32-bit words, so two 64-bit words, two uniforms or two normals.
#[derive(Clone, Debug)]
pub struct Random {
    key: [u32; 2],
    stream: [u32; 2],
    next_block: u64,
    words: [u32; 4],
    used: usize,
}

impl Random {
    /// Returns the generator at block 0 of a stream; streams of one seed never overlap.
    pub fn new(seed: u64, stream: u64) -> Self {
        Self { key: halves(seed), stream: halves(stream), next_block: 0, words: [0; 4], used: 4 }
    }

    /// Moves to the first word of a block, in constant time; words left over from the present block are dropped.
    pub fn jump(&mut self, block: u64) {
        self.next_block = block;
        self.used = 4;
    }

    /// Returns the next 32 random bits. After block 2^64 - 1 the stream begins again.
    pub fn next_u32(&mut self) -> u32 {
        if self.used >= 4 {
            let [low, high] = halves(self.next_block);
            let [stream_low, stream_high] = self.stream;
            self.words = philox([low, high, stream_low, stream_high], self.key);
            self.next_block = self.next_block.wrapping_add(1);
            self.used = 0;
        }
        let [first, second, third, fourth] = self.words;
        self.used += 1;
        match self.used {
            1 => first,
            2 => second,
            3 => third,
            _ => fourth,
        }
    }

    /// Returns the next 64 random bits: the next two words, the low one first.
    pub fn next_u64(&mut self) -> u64 {
        let low = u64::from(self.next_u32());
        u64::from(self.next_u32()) << 32 | low
    }

    /// Returns a uniform number of the open interval (0, 1): (k + 1/2) 2^-52 with k of 52 random bits. Takes two words.
    pub fn uniform(&mut self) -> f64 {
        open_unit(self.next_u64())
    }

    /// Returns a uniform integer of 0..n without bias. Takes two words, and two more with a probability below n/2^64.
    ///
    /// D. Lemire, Fast random integer generation in an interval, ACM Transactions on Modeling and Computer Simulation
    /// 29(1), 2019, algorithm 5: the high half of n times 64 bits, refused where the low half is below 2^64 mod n.
    pub fn below(&mut self, n: NonZeroU64) -> u64 {
        let n = n.get();
        let refused_below = u128::from(n.wrapping_neg() % n);
        loop {
            let product = u128::from(self.next_u64()) * u128::from(n);
            if product & u128::from(u64::MAX) >= refused_below {
                return u64::try_from(product >> 64).unwrap_or(n - 1);
            }
        }
    }

    /// Returns a standard normal number by inversion, within -8.3..=8.3; it rises with its one uniform. Takes two words.
    pub fn normal(&mut self) -> f64 {
        normal_quantile(self.uniform())
    }
}

/// Returns (k + 1/2) 2^-52 with k the upper 52 bits of the word.
fn open_unit(word: u64) -> f64 {
    const ONE: u64 = 1.0_f64.to_bits();
    // 1 + k 2^-52 lies in [1, 2); both steps below are exact.
    f64::from_bits(ONE | word >> 12) - 1.0 + f64::EPSILON / 2.0
}

/// Returns the low and the high half.
#[expect(clippy::cast_possible_truncation, reason = "the truncation is the low half")]
fn halves(x: u64) -> [u32; 2] {
    [x as u32, (x >> 32) as u32]
}

/// Returns the block of a counter: ten rounds, multipliers and key increments of Salmon et al., Philox4x32.
fn philox(counter: [u32; 4], key: [u32; 2]) -> [u32; 4] {
    let [mut a, mut b, mut c, mut d] = counter;
    let [mut key_b, mut key_d] = key;
    for _ in 0..10 {
        let [low_a, high_a] = halves(u64::from(a) * 0xD251_1F53);
        let [low_c, high_c] = halves(u64::from(c) * 0xCD9E_8D57);
        [a, b, c, d] = [high_c ^ b ^ key_b, low_c, high_a ^ d ^ key_d, low_a];
        key_b = key_b.wrapping_add(0x9E37_79B9);
        key_d = key_d.wrapping_add(0xBB67_AE85);
    }
    [a, b, c, d]
}

#[cfg(test)]
mod tests {
    use super::{Random, open_unit, philox};
    use crate::numeric::{mean, normal_cdf, normal_quantile, sample_variance};
    use core::num::NonZeroU64;
    use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

    /// Random123 1.14.0, tests/kat_vectors, the three lines `philox4x32 10`.
    #[test]
    fn blocks_are_the_published_known_answers() {
        assert_eq!(philox([0; 4], [0; 2]), [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]);
        assert_eq!(
            philox([u32::MAX; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        let counter = [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344];
        let want = [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1];
        assert_eq!(philox(counter, [0xa409_3822, 0x299f_31d0]), want);
    }

    #[test]
    fn the_generator_walks_the_blocks_of_its_seed_and_stream() {
        let mut random = Random::new(0x299f_31d0_a409_3822, 0x0370_7344_1319_8a2e);
        random.jump(0x85a3_08d3_243f_6a88);
        assert_eq!(random.next_u64(), 0x94fd_cceb_d16c_fe09);
        assert_eq!(random.next_u32(), 0x5001_e420);
        let mut zero = Random::new(0, 0);
        assert_eq!(zero.next_u64(), 0xe169_c58d_6627_e8d5);
    }

    #[test]
    fn uniforms_are_open_and_normals_finite_at_the_ends() {
        assert_eq!(open_unit(0).to_bits(), (f64::EPSILON / 2.0).to_bits());
        assert_eq!(open_unit(u64::MAX).to_bits(), (1.0 - f64::EPSILON / 2.0).to_bits());
        // The normal quantile of 2^-53 is -8.2095.
        let extreme = normal_quantile(open_unit(0));
        assert!(extreme > -8.3 && extreme < -8.2);
        let mut random = Random::new(1, 2);
        for _ in 0..100_000 {
            let u = random.uniform();
            assert!(u > 0.0 && u < 1.0);
        }
    }

    #[test]
    fn normals_have_the_moments_and_the_distribution_of_the_normal() {
        let mut random = Random::new(2026, 0);
        let mut values: Vec<f64> = (0..100_000).map(|_| random.normal()).collect();
        // Five standard errors: 5/sqrt(1e5) and 5 sqrt(2/1e5).
        assert!(mean(&values).unwrap().abs() < 0.0158);
        assert!((sample_variance(&values).unwrap() - 1.0).abs() < 0.0224);
        values.sort_by(f64::total_cmp);
        let steps = (0_u32..).map(|rank| (f64::from(rank) + 0.5) / 100_000.0);
        let distance = values.iter().zip(steps).map(|(x, p)| (normal_cdf(*x) - p).abs()).fold(0.0, f64::max);
        // Kolmogorov's statistic exceeds 1.95/sqrt(n) with a probability of 0.001.
        assert!(distance < 1.95 / 316.2, "{distance}");
    }

    #[test]
    fn below_is_uniform_and_reaches_both_ends() {
        let mut random = Random::new(7, 7);
        let mut counts = [0_u32; 6];
        let six = NonZeroU64::new(6).unwrap();
        for _ in 0..60_000 {
            counts[usize::try_from(random.below(six)).unwrap()] += 1;
        }
        let statistic: f64 =
            counts.iter().map(|&n| (f64::from(n) - 10_000.0) * (f64::from(n) - 10_000.0) / 1e4).sum();
        // 20.515: upper 0.1 % point of chi-square with 5 degrees of freedom.
        assert!(statistic < 20.515, "{counts:?}");
        // With n = 3 2^62 every fourth word is refused; without that the residues mod 3 have shares 1/2, 1/4, 1/4.
        let n = NonZeroU64::new(3 << 62).unwrap();
        let mut residues = [0_u32; 3];
        for _ in 0..30_000 {
            let drawn = random.below(n);
            assert!(drawn < n.get());
            residues[usize::try_from(drawn % 3).unwrap()] += 1;
        }
        // Five standard deviations: 5 sqrt(30000 (1/3)(2/3)).
        assert!(residues.iter().all(|&n| n.abs_diff(10_000) < 409), "{residues:?}");
        assert_eq!(random.below(NonZeroU64::MIN), 0);
    }

    proptest! {
        #[test]
        fn a_task_that_starts_at_its_counter_draws_the_same_numbers(
            seed in any::<u64>(), stream in any::<u64>(), block in 0_u32..200,
        ) {
            let mut walked = Random::new(seed, stream);
            for _ in 0..2 * block {
                walked.uniform();
            }
            let mut jumped = Random::new(seed, stream);
            jumped.uniform();
            jumped.jump(u64::from(block));
            for _ in 0..9 {
                prop_assert_eq!(walked.normal().to_bits(), jumped.normal().to_bits());
            }
        }

        #[test]
        fn another_seed_or_stream_is_another_sequence(seed in any::<u64>(), stream in any::<u64>(), bit in 0_u32..64) {
            let first = Random::new(seed, stream).next_u64();
            prop_assert!(first != Random::new(seed ^ 1 << bit, stream).next_u64());
            prop_assert!(first != Random::new(seed, stream ^ 1 << bit).next_u64());
        }
    }
}
