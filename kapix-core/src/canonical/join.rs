//! An object in canonical form that members of known names join later, as the envelope joins an answer whose bytes a
//! record holds.

use super::object::Member;
use super::text;
use super::writer::Writer;
use crate::error::Result;
use serde::ser::Serialize;
use std::sync::Arc;

/// The canonical text of an object, and where members of `N` names would begin in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Joinable<const N: usize> {
    text: Arc<[u8]>,
    names: [&'static str; N],
    places: [usize; N],
}

impl<const N: usize> Joinable<N> {
    /// Returns the text of an object that has no member of `names`, which ascend; refuses what
    /// [`to_vec`](super::to_vec) refuses.
    pub(crate) fn of<T: Serialize + ?Sized>(object: &T, names: [&'static str; N]) -> Result<Self> {
        Writer::with_spare(|writer| {
            writer.keeps_members = true;
            writer.write(object)?;
            let end = writer.out.len().saturating_sub(1);
            let places = names.map(|name| Member::after(writer, name).unwrap_or(end));
            Ok(Self { text: writer.out.as_slice().into(), names, places })
        })
    }

    /// Returns the text without them.
    pub(crate) fn text(&self) -> &Arc<[u8]> {
        &self.text
    }

    /// Returns the text with the members that have a value, each in canonical form.
    pub(crate) fn with(&self, values: [Option<Vec<u8>>; N]) -> Vec<u8> {
        let room: usize = values.iter().flatten().map(Vec::len).sum();
        let mut out = Vec::with_capacity(self.text.len() + room + 24 * N);
        let mut at = 0;
        for ((name, place), value) in self.names.iter().zip(self.places).zip(values) {
            let Some(value) = value else { continue };
            out.extend_from_slice(self.text.get(at..place).unwrap_or_default());
            at = place;
            let is_last = place + 1 == self.text.len();
            if is_last && out.len() > 1 {
                out.push(b',');
            }
            text::write(&mut out, name);
            out.push(b':');
            out.extend_from_slice(&value);
            if !is_last {
                out.push(b',');
            }
        }
        out.extend_from_slice(self.text.get(at..).unwrap_or_default());
        out
    }
}

#[cfg(test)]
mod tests {
    use super::Joinable;
    use crate::canonical::to_vec;
    use proptest::prelude::{Strategy, proptest};
    use serde::ser::{Serialize, Serializer};
    use std::collections::BTreeMap;

    /// Members in the order in which they were made.
    #[derive(Debug)]
    struct Unordered(Vec<(String, u8)>);

    impl Serialize for Unordered {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
        }
    }

    fn object() -> impl Strategy<Value = Unordered> {
        let members = proptest::collection::btree_map("[a-k]{1,2}", 0..9_u8, 0..6);
        let members =
            members.prop_map(|it| it.into_iter().filter(|(name, _)| name != "g").collect::<Vec<_>>());
        Strategy::prop_shuffle(members).prop_map(Unordered)
    }

    proptest! {
        #[test]
        fn joining_gives_what_writing_all_members_gives(
            object in object(), optional in proptest::option::of(0..9_u8),
        ) {
            let names = ["A", "bb1", "g", "zz"];
            let values = [Some(1), optional, Some(2), optional];
            let mut whole: BTreeMap<&str, u8> = object.0.iter().map(|(name, value)| (name.as_str(), *value)).collect();
            whole.extend(names.into_iter().zip(values).filter_map(|(name, value)| Some((name, value?))));
            let joinable = Joinable::of(&object, names).unwrap();
            let text = joinable.with(values.map(|value| value.map(|value| to_vec(&value).unwrap())));
            assert_eq!(String::from_utf8(text).unwrap(), String::from_utf8(to_vec(&whole).unwrap()).unwrap());
            assert_eq!(joinable.text().to_vec(), to_vec(&object).unwrap());
        }
    }
}
