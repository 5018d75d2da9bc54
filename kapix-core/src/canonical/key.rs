//! Names of the entries of a map: text, and what serde's users expect to become text (integers, characters, unit
//! variants). A number with a fraction, a null or a list is no name.

use super::object::Object;
use super::writer::Refused;
use crate::error::Cause;
use core::fmt::{self, Write};
use serde::ser::{Impossible, Serialize, Serializer};

/// Begins the entry of a map with its name.
pub(super) struct NameWriter<'o, 'w>(pub(super) &'o mut Object<'w>);

type Written = Result<(), Refused>;
type Refuse = Result<Impossible<(), Refused>, Refused>;

fn no_name() -> Refused {
    Refused::new(Cause::JsonShape, "the name of a member must be text")
}

macro_rules! displayed {
    ($($method:ident: $type:ty)+) => { $(
        fn $method(self, value: $type) -> Written {
            self.collect_str(&value)
        }
    )+ };
}

macro_rules! refused {
    ($($method:ident($($argument:ty),*) -> $result:ty;)+) => { $(
        fn $method(self, $(_: $argument),*) -> $result {
            Err(no_name())
        }
    )+ };
}

impl Serializer for NameWriter<'_, '_> {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = Impossible<(), Refused>;
    type SerializeTuple = Impossible<(), Refused>;
    type SerializeTupleStruct = Impossible<(), Refused>;
    type SerializeTupleVariant = Impossible<(), Refused>;
    type SerializeMap = Impossible<(), Refused>;
    type SerializeStruct = Impossible<(), Refused>;
    type SerializeStructVariant = Impossible<(), Refused>;

    displayed! {
        serialize_bool: bool serialize_char: char
        serialize_i8: i8 serialize_i16: i16 serialize_i32: i32 serialize_i64: i64 serialize_i128: i128
        serialize_u8: u8 serialize_u16: u16 serialize_u32: u32 serialize_u64: u64 serialize_u128: u128
    }

    refused! {
        serialize_f32(f32) -> Written;
        serialize_f64(f64) -> Written;
        serialize_bytes(&[u8]) -> Written;
        serialize_none() -> Written;
        serialize_unit() -> Written;
        serialize_unit_struct(&'static str) -> Written;
        serialize_seq(Option<usize>) -> Refuse;
        serialize_tuple(usize) -> Refuse;
        serialize_tuple_struct(&'static str, usize) -> Refuse;
        serialize_tuple_variant(&'static str, u32, &'static str, usize) -> Refuse;
        serialize_map(Option<usize>) -> Refuse;
        serialize_struct(&'static str, usize) -> Refuse;
        serialize_struct_variant(&'static str, u32, &'static str, usize) -> Refuse;
    }

    fn serialize_str(self, value: &str) -> Written {
        self.0.begin_entry(value);
        Ok(())
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Written {
        Err(no_name())
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Written {
        let mut name = String::new();
        write!(name, "{value}").map_err(|_| no_name())?;
        self.serialize_str(&name)
    }
}
