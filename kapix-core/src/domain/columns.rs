//! Result columns: what an operation answers for each row, by name.

use super::packed::Texts;
use crate::canonical::{Hash, Hasher};
use crate::time::{Date, Instant};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use std::borrow::Cow;
use std::sync::Arc;

/// Values that are hashed at a time.
const BLOCK: usize = 4096;

/// Named columns of equal length that stand beside an answer; empty where the operation returns none.
///
/// As JSON it is an object of arrays with a null for each row without a value: dates as `YYYY-MM-DD`, instants in RFC
/// 3339, codes as their names.
///
/// ```
/// use kapix_core::frame::{ResultColumn, ResultColumns, ResultValues};
/// let points = ResultColumn::new("points", ResultValues::Integer32(vec![520, 0]), Some(vec![0b01]));
/// let columns = ResultColumns::from_iter([points]);
/// assert_eq!(kapix_core::audit::to_string(&columns)?, r#"{"points":[520,null]}"#);
/// assert!(columns.get("points").is_some_and(|points| points.is_null(1)));
/// # Ok::<(), kapix_core::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ResultColumns(Vec<ResultColumn>);

/// One result column.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultColumn {
    /// Its name, unique among the columns of an answer.
    pub name: Cow<'static, str>,
    /// The values; those of rows without one mean nothing.
    pub values: ResultValues,
    /// Which rows hold a value, as Arrow lays it out: bit `row`, least significant first; `None` when all do.
    pub validity: Option<Vec<u8>>,
}

/// The values of a result column.
#[derive(Clone, Debug, PartialEq)]
pub enum ResultValues {
    /// Numbers; NaN in rows without a value.
    Float(Vec<f64>),
    /// Integers.
    Integer(Vec<i64>),
    /// Integers of 32 bits.
    Integer32(Vec<i32>),
    /// True or false.
    Bool(Vec<bool>),
    /// Text.
    Text(Texts),
    /// Days since 1970-01-01.
    Date(Vec<i32>),
    /// Microseconds since 1970-01-01T00:00:00Z.
    Instant(Vec<i64>),
    /// Codes: a code is an index into `names`; -1 in rows without a value.
    Dictionary {
        /// Code of each row.
        codes: Codes,
        /// Name of each code.
        names: Vec<Arc<str>>,
    },
}

/// The codes of a dictionary, as wide as its names need: a batch writes as little memory as it can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Codes {
    /// At most 128 names, whatever artefact answers.
    Narrow(Vec<i8>),
    /// Any number of names.
    Wide(Vec<i32>),
}

impl Codes {
    /// Returns the number of rows.
    ///
    /// ```
    /// use kapix_core::frame::Codes;
    ///
    /// assert_eq!(Codes::Narrow(vec![0, 1, 0]).len(), 3);
    /// ```
    pub fn len(&self) -> usize {
        match self {
            Self::Narrow(codes) => codes.len(),
            Self::Wide(codes) => codes.len(),
        }
    }

    /// Returns whether there are no rows.
    ///
    /// ```
    /// use kapix_core::frame::Codes;
    ///
    /// assert!(Codes::Wide(Vec::new()).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the code of a row; `None` where it is below 0, and beyond the end.
    ///
    /// ```
    /// use kapix_core::frame::Codes;
    ///
    /// let codes = Codes::Narrow(vec![3, -1]);
    /// assert_eq!((codes.get(0), codes.get(1), codes.get(2)), (Some(3), None, None));
    /// ```
    pub fn get(&self, row: usize) -> Option<usize> {
        match self {
            Self::Narrow(codes) => codes.get(row).and_then(|code| usize::try_from(*code).ok()),
            Self::Wide(codes) => codes.get(row).and_then(|code| usize::try_from(*code).ok()),
        }
    }
}

impl ResultColumns {
    /// Returns whether the operation returned no columns.
    ///
    /// ```
    /// use kapix_core::frame::ResultColumns;
    ///
    /// assert!(ResultColumns::default().is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the number of columns.
    ///
    /// ```
    /// use kapix_core::frame::{ResultColumn, ResultColumns, ResultValues};
    ///
    /// let points = ResultColumn::new("points", ResultValues::Integer32(vec![520, 583]), None);
    /// let columns = ResultColumns::from_iter([points]);
    /// assert_eq!(columns.len(), 1);
    /// ```
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the column of this name.
    ///
    /// ```
    /// use kapix_core::frame::{ResultColumn, ResultColumns, ResultValues};
    ///
    /// let points = ResultColumn::new("points", ResultValues::Integer32(vec![520, 583]), None);
    /// let columns = ResultColumns::from_iter([points]);
    /// assert_eq!(columns.get("points").map(ResultColumn::len), Some(2));
    /// assert!(columns.get("pd").is_none());
    /// ```
    pub fn get(&self, name: &str) -> Option<&ResultColumn> {
        self.0.iter().find(|column| column.name == name)
    }

    /// Returns the columns in their order.
    ///
    /// ```
    /// use kapix_core::frame::{ResultColumn, ResultColumns, ResultValues};
    ///
    /// let points = ResultColumn::new("points", ResultValues::Integer32(vec![520, 583]), None);
    /// let columns = ResultColumns::from_iter([points]);
    /// assert!(columns.iter().map(|column| &*column.name).eq(["points"]));
    /// ```
    pub fn iter(&self) -> core::slice::Iter<'_, ResultColumn> {
        self.0.iter()
    }

    /// Returns the SHA-256 over the columns in their order: name and type, each with a zero byte after it, the number
    /// of rows, validity and values, in little-endian bytes.
    pub(crate) fn hash(&self) -> Hash {
        let mut hasher = Hasher::new();
        for column in &self.0 {
            column.hash(&mut hasher);
        }
        hasher.finish()
    }
}

impl FromIterator<ResultColumn> for ResultColumns {
    fn from_iter<I: IntoIterator<Item = ResultColumn>>(columns: I) -> Self {
        Self(columns.into_iter().collect())
    }
}

impl Extend<ResultColumn> for ResultColumns {
    fn extend<I: IntoIterator<Item = ResultColumn>>(&mut self, columns: I) {
        self.0.extend(columns);
    }
}

impl IntoIterator for ResultColumns {
    type Item = ResultColumn;
    type IntoIter = std::vec::IntoIter<ResultColumn>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'c> IntoIterator for &'c ResultColumns {
    type Item = &'c ResultColumn;
    type IntoIter = core::slice::Iter<'c, ResultColumn>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl ResultColumn {
    /// Returns a column of this name.
    ///
    /// ```
    /// use kapix_core::frame::{ResultColumn, ResultValues};
    ///
    /// // Bit 0 is set: the first row holds a value, the second none.
    /// let pd = ResultColumn::new("pd", ResultValues::Float(vec![0.02, f64::NAN]), Some(vec![0b01]));
    /// assert!(!pd.is_null(0) && pd.is_null(1));
    /// ```
    pub fn new(name: impl Into<Cow<'static, str>>, values: ResultValues, validity: Option<Vec<u8>>) -> Self {
        Self { name: name.into(), values, validity }
    }

    /// Returns the number of rows.
    ///
    /// ```
    /// use kapix_core::frame::{ResultColumn, ResultValues};
    ///
    /// assert_eq!(ResultColumn::new("approved", ResultValues::Bool(vec![true, false]), None).len(), 2);
    /// ```
    pub fn len(&self) -> usize {
        match &self.values {
            ResultValues::Float(it) => it.len(),
            ResultValues::Integer(it) | ResultValues::Instant(it) => it.len(),
            ResultValues::Integer32(it) | ResultValues::Date(it) => it.len(),
            ResultValues::Bool(it) => it.len(),
            ResultValues::Text(it) => it.len(),
            ResultValues::Dictionary { codes, .. } => codes.len(),
        }
    }

    /// Returns whether there are no rows.
    ///
    /// ```
    /// use kapix_core::frame::{ResultColumn, ResultValues};
    ///
    /// assert!(ResultColumn::new("approved", ResultValues::Bool(Vec::new()), None).is_empty());
    /// ```
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns whether a row holds no value.
    ///
    /// ```
    /// use kapix_core::frame::{ResultColumn, ResultValues};
    ///
    /// let points = ResultColumn::new("points", ResultValues::Integer32(vec![520, 0]), Some(vec![0b01]));
    /// assert_eq!([0, 1, 2].map(|row| points.is_null(row)), [false, true, true]);
    /// ```
    pub fn is_null(&self, row: usize) -> bool {
        let bit = |bits: &Vec<u8>| bits.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1);
        row >= self.len() || !self.validity.as_ref().is_none_or(bit)
    }

    /// Returns the name of the code in a row; `None` where there is none, and for other columns.
    ///
    /// ```
    /// use kapix_core::frame::{Codes, ResultColumn, ResultValues};
    ///
    /// let names = vec!["approve".into(), "refer".into()];
    /// let values = ResultValues::Dictionary { codes: Codes::Narrow(vec![1, -1]), names };
    /// let decision = ResultColumn::new("decision", values, Some(vec![0b01]));
    /// assert_eq!(decision.name_of(0).map(|name| &**name), Some("refer"));
    /// assert_eq!(decision.name_of(1), None);
    /// ```
    pub fn name_of(&self, row: usize) -> Option<&Arc<str>> {
        let ResultValues::Dictionary { codes, names } = &self.values else { return None };
        if self.is_null(row) {
            return None;
        }
        names.get(codes.get(row)?)
    }

    fn hash(&self, hasher: &mut Hasher) {
        for text in [&*self.name, self.values.type_name()] {
            hasher.update(text.as_bytes());
            hasher.update(&[0]);
        }
        hasher.update(&length(self.len()));
        hasher.update(&[u8::from(self.validity.is_some())]);
        hasher.update(self.validity.as_deref().unwrap_or_default());
        match &self.values {
            ResultValues::Float(it) => fixed(hasher, it, |value| value.to_le_bytes()),
            ResultValues::Integer(it) | ResultValues::Instant(it) => {
                fixed(hasher, it, |value| value.to_le_bytes());
            }
            ResultValues::Integer32(it) | ResultValues::Date(it) => {
                fixed(hasher, it, |value| value.to_le_bytes());
            }
            ResultValues::Bool(it) => fixed(hasher, it, |value| [u8::from(*value)]),
            ResultValues::Text(it) => texts(hasher, it.iter()),
            ResultValues::Dictionary { codes, names } => {
                match codes {
                    Codes::Narrow(codes) => fixed(hasher, codes, |value| value.to_le_bytes()),
                    Codes::Wide(codes) => fixed(hasher, codes, |value| value.to_le_bytes()),
                }
                texts(hasher, names.iter().map(|name| &**name));
            }
        }
    }
}

impl ResultValues {
    const fn type_name(&self) -> &'static str {
        match self {
            Self::Float(_) => "f64",
            Self::Integer(_) => "i64",
            Self::Integer32(_) => "i32",
            Self::Bool(_) => "bool",
            Self::Text(_) => "utf8",
            Self::Date(_) => "date",
            Self::Instant(_) => "instant",
            Self::Dictionary { .. } => "dictionary",
        }
    }
}

fn length(count: usize) -> [u8; 8] {
    u64::try_from(count).unwrap_or(u64::MAX).to_le_bytes()
}

/// Hashes values of a fixed width.
pub(super) fn fixed<T, const N: usize>(hasher: &mut Hasher, values: &[T], bytes_of: impl Fn(&T) -> [u8; N]) {
    let mut bytes = [[0; N]; BLOCK];
    for block in values.chunks(BLOCK) {
        bytes.iter_mut().zip(block).for_each(|(own, value)| *own = bytes_of(value));
        hasher.update(bytes.split_at(block.len()).0.as_flattened());
    }
}

fn texts<'t>(hasher: &mut Hasher, texts: impl Iterator<Item = &'t str>) {
    for text in texts {
        hasher.update(&length(text.len()));
        hasher.update(text.as_bytes());
    }
}

impl Serialize for ResultColumns {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sorted: Vec<&ResultColumn> = self.0.iter().collect();
        sorted.sort_by(|a, b| a.name.cmp(&b.name));
        let mut map = serializer.serialize_map(Some(sorted.len()))?;
        for column in sorted {
            map.serialize_entry(&column.name, &Cells(column))?;
        }
        map.end()
    }
}

/// A column as an array.
struct Cells<'c>(&'c ResultColumn);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn all<T: Serialize, S: Serializer>(
            column: &ResultColumn,
            serializer: S,
            cell: impl Fn(usize) -> Option<T>,
        ) -> Result<S::Ok, S::Error> {
            let cells = (0..column.len()).map(|row| if column.is_null(row) { None } else { cell(row) });
            serializer.collect_seq(cells)
        }
        let column = self.0;
        match &column.values {
            ResultValues::Float(it) => all(column, serializer, |row| it.get(row)),
            ResultValues::Integer(it) => all(column, serializer, |row| it.get(row)),
            ResultValues::Integer32(it) => all(column, serializer, |row| it.get(row)),
            ResultValues::Bool(it) => all(column, serializer, |row| it.get(row)),
            ResultValues::Text(it) => all(column, serializer, |row| it.get(row)),
            ResultValues::Date(it) => {
                let days: Result<Vec<Date>, _> = it.iter().map(|day| Date::from_epoch_days(*day)).collect();
                let days = days.map_err(S::Error::custom)?;
                all(column, serializer, |row| days.get(row))
            }
            ResultValues::Instant(it) => {
                let instants = it.iter().map(|it| Instant::from_epoch_microseconds(*it));
                let instants = instants.collect::<Result<Vec<Instant>, _>>().map_err(S::Error::custom)?;
                all(column, serializer, |row| instants.get(row))
            }
            ResultValues::Dictionary { .. } => all(column, serializer, |row| column.name_of(row)),
        }
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for ResultColumns {
    fn schema_name() -> Cow<'static, str> {
        "ResultColumns".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        std::collections::BTreeMap::<String, Vec<crate::json::Scalar>>::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::{Codes, ResultColumn, ResultColumns, ResultValues, Texts};
    use crate::canonical::to_string;

    fn every_type() -> ResultColumns {
        let names = vec!["lake".into(), "coast".into()];
        let odd = || Some(vec![0b101]);
        ResultColumns::from_iter([
            ResultColumn::new("z", ResultValues::Float(vec![0.5, f64::NAN, 2.0]), odd()),
            ResultColumn::new("long", ResultValues::Integer(vec![-1, 0, 9_007_199_254_740_991]), odd()),
            ResultColumn::new("short", ResultValues::Integer32(vec![-7, 0, 7]), odd()),
            ResultColumn::new("truth", ResultValues::Bool(vec![true, false, false]), None),
            ResultColumn::new("text", ResultValues::Text(Texts::from_iter(["é", "", "b"])), odd()),
            ResultColumn::new("day", ResultValues::Date(vec![0, 19_782, -1]), None),
            ResultColumn::new("at", ResultValues::Instant(vec![0, 1, 1_500_000]), odd()),
            ResultColumn::new(
                "region",
                ResultValues::Dictionary { codes: Codes::Wide(vec![1, -1, 0]), names },
                odd(),
            ),
        ])
    }

    #[test]
    fn every_type_is_an_array_of_json_in_the_order_of_the_names() {
        // 19,782 days after 1970-01-01: 54 years of 365 days make 19,710, 13 leap days 1972..=2020 19,723; so day
        // 19,723 is 2024-01-01, and 59 days later, in a leap year, is 29 February.
        assert_eq!(
            to_string(&every_type()).unwrap(),
            concat!(
                r#"{"at":["1970-01-01T00:00:00Z",null,"1970-01-01T00:00:01.500Z"],"#,
                r#""day":["1970-01-01","2024-02-29","1969-12-31"],"long":[-1,null,9007199254740991],"#,
                r#""region":["coast",null,"lake"],"short":[-7,null,7],"text":["é",null,"b"],"#,
                r#""truth":[true,false,false],"z":[0.5,null,2]}"#
            )
        );
        assert_eq!(to_string(&ResultColumns::default()).unwrap(), "{}");
    }

    #[test]
    fn a_change_of_any_name_type_value_or_validity_changes_the_hash() {
        let all = every_type();
        let mut seen = vec![all.hash()];
        let mut add = |columns: ResultColumns| {
            let hash = columns.hash();
            assert!(!seen.contains(&hash), "{columns:?}");
            seen.push(hash);
        };
        for place in 0..all.len() {
            let change = |with: &dyn Fn(&mut ResultColumn)| {
                let mut columns: Vec<ResultColumn> = all.clone().into_iter().collect();
                with(&mut columns[place]);
                columns.into_iter().collect::<ResultColumns>()
            };
            add(change(&|column| column.name = "other".into()));
            add(change(&|column| column.validity = Some(vec![0b001])));
            add(change(&|column| match &mut column.values {
                ResultValues::Float(it) => it[0] = 0.25,
                ResultValues::Integer(it) | ResultValues::Instant(it) => it[0] += 1,
                ResultValues::Integer32(it) | ResultValues::Date(it) => it[0] += 1,
                ResultValues::Bool(it) => it[0] = false,
                ResultValues::Text(it) => *it = Texts::from_iter(["e", "", "b"]),
                ResultValues::Dictionary { names, .. } => names[0] = "sea".into(),
            }));
        }
        let retyped = all.clone().into_iter().map(|mut column| {
            if let ResultValues::Date(days) = column.values {
                column.values = ResultValues::Integer32(days);
            }
            column
        });
        add(retyped.collect());
        add(all.into_iter().skip(1).collect());
    }

    #[test]
    fn a_row_is_null_by_its_bit_and_beyond_the_end() {
        let all = every_type();
        let region = all.get("region").unwrap();
        assert_eq!([0, 1, 2, 3].map(|row| region.is_null(row)), [false, true, false, true]);
        assert_eq!(region.name_of(0).map(|name| &**name), Some("coast"));
        assert_eq!((region.name_of(1), all.get("z").unwrap().name_of(0), all.get("y")), (None, None, None));
    }
}
