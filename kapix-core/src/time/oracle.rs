//! A second calendar for the tests, which counts days one by one and shares nothing with chrono.

/// Returns `(year, month, days of the month)` from 1900-01 to 9999-12.
///
/// Source: RFC 3339, section 5.7, the table of days in a month, and appendix C, `leap_year`.
pub(super) fn months() -> impl Iterator<Item = (i32, u32, u32)> {
    const LENGTHS: [u32; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    (1900..=9999).flat_map(|year| {
        let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        (1..)
            .zip(LENGTHS)
            .map(move |(month, length)| (year, month, length + u32::from(is_leap && month == 2)))
    })
}

/// Returns `YYYY-MM-DD` and `HH:MM:SS` of a clock `minutes` east of UTC, `seconds` after 1970-01-01T00:00:00Z.
pub(super) fn local_text(seconds: i64, minutes: i32) -> (String, String) {
    let local = seconds + 60 * i64::from(minutes);
    // 25,567 days lie between 1900-01-01 and 1970-01-01: 70 years of 365 and 17 leap days, 1904 to 1968.
    let mut days = local.div_euclid(86_400) + 70 * 365 + 17;
    let (year, month, _) = months()
        .find(|&(_, _, length)| {
            let is_here = days < i64::from(length);
            days -= if is_here { 0 } else { i64::from(length) };
            is_here
        })
        .unwrap();
    let second = local.rem_euclid(86_400);
    (
        format!("{year:04}-{month:02}-{:02}", days + 1),
        format!("{:02}:{:02}:{:02}", second / 3_600, second / 60 % 60, second % 60),
    )
}
