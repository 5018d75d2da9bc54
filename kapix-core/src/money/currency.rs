use super::iso4217;
use crate::error::{Cause, Error, Result};
use crate::string_types::reads_text;
use core::fmt;
use serde::ser::{Serialize, Serializer};

/// A currency of ISO 4217 list one that has a minor unit, written as its alphabetic code, for example `KES`.
///
/// ```
/// use kapix_core::money::Currency;
///
/// let shilling = Currency::parse("KES")?;
/// assert_eq!(shilling.exponent(), 2);
/// assert_eq!(Currency::parse("UGX")?.exponent(), 0);
/// assert!(Currency::parse("XAU").is_err()); // gold has no minor unit
/// # Ok::<(), kapix_core::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: [u8; 3],
    exponent: u8,
}

impl Currency {
    /// Returns the currency of a three-letter upper-case code.
    ///
    /// Error `money.currency_unknown`: the code is not active in ISO 4217 list one (see its date in
    /// `money/iso4217.rs`), or it has no minor unit, such as `XAU`, `XDR` or `XXX`.
    ///
    /// ```
    /// use kapix_core::{Cause, money::Currency};
    ///
    /// assert_eq!(Currency::parse("TZS")?.as_str(), "TZS");
    /// for text in ["tzs", "XXX", "shilling"] {
    ///     assert_eq!(Currency::parse(text).map_err(|error| error.cause), Err(Cause::MoneyCurrency));
    /// }
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        Self::of_code(text).ok_or_else(|| unknown(text))
    }

    /// Returns the currency that a word names without doubt: a code, or a name such as `Kenya Shillings`.
    pub(crate) fn of_name(text: &str) -> Option<Self> {
        let named = || NAMES.iter().find(|(name, _)| text.eq_ignore_ascii_case(name));
        Self::of_code(text).or_else(|| Self::of_code(named()?.1))
    }

    fn of_code(text: &str) -> Option<Self> {
        let code = <[u8; 3]>::try_from(text.as_bytes()).ok()?;
        let place = iso4217::MINOR_UNITS.binary_search_by_key(&code, |&(code, _)| code).ok()?;
        let &(code, exponent) = iso4217::MINOR_UNITS.get(place)?;
        Some(Self { code, exponent })
    }

    /// Returns the three letters of the code.
    ///
    /// ```
    /// use kapix_core::money::Currency;
    ///
    /// assert_eq!(Currency::parse("NGN")?.as_str(), "NGN");
    /// # Ok::<(), kapix_core::Error>(())
    /// ```
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(&self.code).unwrap_or_default()
    }

    /// Returns the number of decimal digits of the minor unit, 0..=4: one major unit is `10^exponent` minor units.
    ///
    /// ```
    /// use kapix_core::money::Currency;
    ///
    /// let exponents = ["JPY", "KES", "BHD", "CLF"].map(|code| Currency::parse(code).map(Currency::exponent));
    /// assert_eq!(exponents, [Ok(0), Ok(2), Ok(3), Ok(4)]);
    /// ```
    pub const fn exponent(self) -> u8 {
        self.exponent
    }

    /// Returns how many minor units one major unit has, 1..=10,000.
    pub(super) fn minor_per_major(self) -> i64 {
        10_i64.pow(u32::from(self.exponent))
    }
}

/// Names of currencies that statements have in place of the code, in lower case; those that several countries share, such as
/// `shilling`, are none.
const NAMES: &[(&str, &str)] = &[
    ("birr", "ETB"),
    ("cedi", "GHS"),
    ("cedis", "GHS"),
    ("euro", "EUR"),
    ("euros", "EUR"),
    ("ghana cedi", "GHS"),
    ("ghana cedis", "GHS"),
    ("indian rupee", "INR"),
    ("indian rupees", "INR"),
    ("kenya shilling", "KES"),
    ("kenya shillings", "KES"),
    ("kenyan shilling", "KES"),
    ("kenyan shillings", "KES"),
    ("ksh", "KES"),
    ("kshs", "KES"),
    ("malawi kwacha", "MWK"),
    ("malawian kwacha", "MWK"),
    ("naira", "NGN"),
    ("nigerian naira", "NGN"),
    ("pound sterling", "GBP"),
    ("pula", "BWP"),
    ("rand", "ZAR"),
    ("rwanda franc", "RWF"),
    ("rwandan franc", "RWF"),
    ("south african rand", "ZAR"),
    ("tanzania shilling", "TZS"),
    ("tanzania shillings", "TZS"),
    ("tanzanian shilling", "TZS"),
    ("tanzanian shillings", "TZS"),
    ("tsh", "TZS"),
    ("tshs", "TZS"),
    ("uganda shilling", "UGX"),
    ("uganda shillings", "UGX"),
    ("ugandan shilling", "UGX"),
    ("ugandan shillings", "UGX"),
    ("us dollar", "USD"),
    ("us dollars", "USD"),
    ("ush", "UGX"),
    ("ushs", "UGX"),
    ("zambian kwacha", "ZMW"),
];

/// Says which code is meant where the text is a code in another case or the name of a currency, which is echoed as a word of
/// three letters is. Anything else may be free text: only its length is stated.
fn unknown(text: &str) -> Error {
    let meant = Currency::of_name(text).or_else(|| Currency::of_code(&text.to_uppercase()));
    if let Some(meant) = meant {
        let message = format!(
            "currency must be an upper-case ISO 4217 code with a minor unit; got `{text}`: did you mean `{meant}`?"
        );
        return Error::new(Cause::MoneyCurrency, message);
    }
    let got = if text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        format!("`{text}`")
    } else {
        format!("`{}` bytes", text.len())
    };
    let message =
        format!("currency must be an upper-case ISO 4217 code with a minor unit, such as `KES`; got {got}");
    Error::new(Cause::MoneyCurrency, message)
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> core::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

reads_text!(Currency, "an ISO 4217 currency code", {
    "type": "string",
    "pattern": "^[A-Z]{3}$",
    "description": "An active ISO 4217 alphabetic code of a currency with a minor unit, for example KES."
});

#[cfg(test)]
mod tests {
    use super::super::iso4217::MINOR_UNITS;
    use super::Currency;
    use crate::error::Cause;

    fn codes_with(exponent: u8) -> Vec<String> {
        let rows = MINOR_UNITS.iter().filter(|row| row.1 == exponent);
        rows.map(|row| String::from_utf8(row.0.to_vec()).unwrap()).collect()
    }

    /// Currencies whose minor unit is not 1/100, and how many there are, as the Java class `java.util.Currency`
    /// of OpenJDK 17.0.15 gives them; it is an independent reading of ISO 4217. UYW is not
    /// in its table; its exponent 4 is confirmed by Unicode CLDR 47.
    #[test]
    fn exponents_other_than_two_are_those_of_the_java_platform() {
        let zero = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
        assert_eq!(codes_with(0).join(" "), zero);
        assert_eq!(codes_with(3).join(" "), "BHD IQD JOD KWD LYD OMR TND");
        assert_eq!(codes_with(4).join(" "), "CLF UYW");
        assert_eq!(codes_with(2).len(), 165 - 17 - 7 - 2);
        assert_eq!(MINOR_UNITS.len(), 165);
    }

    #[test]
    fn the_table_ascends_so_that_a_search_finds_every_code() {
        assert!(MINOR_UNITS.windows(2).all(|pair| pair[0].0 < pair[1].0));
        for &(code, exponent) in &MINOR_UNITS {
            let text = core::str::from_utf8(&code).unwrap();
            let currency = Currency::parse(text).unwrap();
            assert_eq!((currency.as_str(), currency.exponent()), (text, exponent));
        }
    }

    #[test]
    fn codes_without_a_minor_unit_and_withdrawn_codes_are_refused() {
        // ISO 4217: the 13 codes of list one marked "N.A.", then some that left it: HRK, BGN, ZWL, ANG, SLL, DEM.
        for code in "XAU XAG XPT XPD XDR XUA XSU XBA XBB XBC XBD XTS XXX HRK BGN ZWL ANG SLL DEM".split(' ') {
            assert_eq!(Currency::parse(code).unwrap_err().cause, Cause::MoneyCurrency, "{code}");
        }
    }

    #[test]
    fn free_text_in_place_of_a_code_is_not_echoed() {
        for text in ["", "kes", "KE", "KESX", "KE\u{c9}", "254712345678", "K\0S"] {
            let error = Currency::parse(text).unwrap_err();
            assert_eq!(error.cause, Cause::MoneyCurrency);
            assert!(
                text.is_empty() || text == "kes" || !error.message.contains(&format!("`{text}`")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_name_or_another_case_of_a_code_is_told_the_code() {
        for (text, code) in [("KSH", "KES"), ("kes", "KES"), ("Naira", "NGN"), ("south african rand", "ZAR")]
        {
            let message = Currency::parse(text).unwrap_err().message;
            assert!(message.ends_with(&format!("got `{text}`: did you mean `{code}`?")), "{message}");
        }
        for (name, code) in super::NAMES {
            assert_eq!(Currency::of_name(name).map(|it| it.to_string()).as_deref(), Some(*code), "{name}");
        }
    }

    #[test]
    fn the_wire_form_is_the_code_and_the_cause_survives_the_reader() {
        let currency: Currency = serde_json::from_str("\"KES\"").unwrap();
        assert_eq!(serde_json::to_string(&currency).unwrap(), "\"KES\"");
        let error = serde_json::from_str::<Currency>("\"KSH\"").unwrap_err();
        assert!(error.to_string().contains("money.currency_unknown"));
    }
}
