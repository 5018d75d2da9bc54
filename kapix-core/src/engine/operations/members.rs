//! The members that a request has, as its type states them.

use serde::de::{DeserializeOwned, Deserializer, Error as _, Visitor, value};
use serde::forward_to_deserialize_any;

/// Returns the names of the members of a request, as they are on the wire.
pub(super) fn of<R: DeserializeOwned>() -> &'static [&'static str] {
    let mut members: &'static [&'static str] = &[];
    // It never comes to a value: what it reads are the names that the type asks for.
    let _asked: Result<R, value::Error> = R::deserialize(Members(&mut members));
    members
}

struct Members<'m>(&'m mut &'static [&'static str]);

impl<'de> Deserializer<'de> for Members<'_> {
    type Error = value::Error;

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, value::Error> {
        Err(value::Error::custom("no value"))
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        members: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, value::Error> {
        *self.0 = members;
        Err(value::Error::custom("no value"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}
