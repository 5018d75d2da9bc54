//! The serializer: one output buffer, one stack of the members of the objects that are open.

use super::object::{List, Member, Object};
use super::text;
use crate::error::{Cause, Error, Result};
use crate::limits::WIRE_MAX;
use core::cell::Cell;
use core::fmt::{self, Write};
use serde::ser::{Serialize, Serializer};
use std::sync::Arc;

/// Returns the canonical JSON of `value` (RFC 8785) as UTF-8 bytes.
///
/// Refused: integers outside +-(2^53 - 1) (`json.integer_out_of_range`), numbers that are not finite
/// (`json.number_not_finite`), two members of one name (`json.duplicate_key`), bytes and names that are not text
/// (`json.shape`). An f64 without a fraction is written as ECMAScript does, at any magnitude.
///
/// ```
/// let card = std::collections::BTreeMap::from([("pdo", 20.0), ("odds0", 1e30)]);
/// assert_eq!(kapix_core::audit::to_vec(&card)?, br#"{"odds0":1e+30,"pdo":20}"#);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn to_vec<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    Writer::with_spare(|writer| {
        // The text is given away; what orders its members serves the next one.
        let spare = core::mem::replace(&mut writer.out, Vec::with_capacity(SMALL));
        writer.write(value)?;
        Ok(core::mem::replace(&mut writer.out, spare))
    })
}

/// Returns the canonical JSON of `value` where several owners hold it; see [`to_vec`].
pub(crate) fn to_shared<T: Serialize + ?Sized>(value: &T) -> Result<Arc<[u8]>> {
    Writer::with_spare(|writer| {
        writer.write(value)?;
        Ok(writer.out.as_slice().into())
    })
}

/// Returns the canonical JSON of `value` (RFC 8785) as text; see [`to_vec`].
///
/// ```
/// assert_eq!(kapix_core::audit::to_string(&(0.002, "a\n", None::<u8>))?, r#"[0.002,"a\n",null]"#);
/// # Ok::<(), kapix_core::Error>(())
/// ```
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String> {
    String::from_utf8(to_vec(value)?)
        .map_err(|_| Error::new(Cause::JsonSyntax, "canonical text is not UTF-8"))
}

/// An [`Error`] as serde carries it; boxed, so that the result of each written value is one word.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(pub(super) Box<Error>);

impl Refused {
    pub(super) fn new(cause: Cause, message: impl Into<String>) -> Self {
        Self(Box::new(Error::new(cause, message)))
    }
}

impl serde::ser::Error for Refused {
    fn custom<M: fmt::Display>(message: M) -> Self {
        Self::new(Cause::JsonShape, message.to_string())
    }
}

/// Canonical text so far, and what the open objects need to sort their members.
#[derive(Default)]
pub(super) struct Writer {
    pub(super) out: Vec<u8>,
    /// Names of the entries of open maps whose text is escaped, one after the other.
    pub(super) names: String,
    /// Members of all open objects; those of the innermost object are the last ones.
    pub(super) members: Vec<Member>,
    /// Whether the members of the outermost object stay when it closes.
    pub(super) keeps_members: bool,
}

type Written = core::result::Result<(), Refused>;

/// Bytes that a text has room for at first.
const SMALL: usize = 512;
/// Bytes of a text whose buffers the thread keeps for the next one.
const SPARE_MAX: usize = 1 << 16;

thread_local! {
    static SPARE: Cell<Writer> = Cell::default();
}

impl Writer {
    /// Appends a value to the text.
    pub(super) fn write<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<()> {
        value.serialize(self).map_err(|refused| *refused.0)
    }

    /// Returns what `work` makes of an empty writer, whose buffers are those of the thread's last text.
    pub(super) fn with_spare<T>(work: impl FnOnce(&mut Self) -> T) -> T {
        let mut writer = SPARE.take();
        writer.out.clear();
        writer.names.clear();
        writer.members.clear();
        writer.keeps_members = false;
        let made = work(&mut writer);
        if writer.out.capacity() <= SPARE_MAX && writer.names.capacity() <= SPARE_MAX {
            SPARE.set(writer);
        }
        made
    }

    fn integer(&mut self, magnitude: u64, negative: bool) -> Written {
        if magnitude > WIRE_MAX.unsigned_abs() {
            return Err(out_of_range());
        }
        if negative {
            self.out.push(b'-');
        }
        self.out.extend_from_slice(itoa::Buffer::new().format(magnitude).as_bytes());
        Ok(())
    }

    /// Opens `{"variant":`, which [`Serializer`]'s enum forms put before their content.
    fn variant(&mut self, variant: &'static str) {
        self.out.push(b'{');
        text::write(&mut self.out, variant);
        self.out.push(b':');
    }
}

fn out_of_range() -> Refused {
    Refused::new(Cause::JsonInteger, format!("an integer must be within +-(2^53 - 1), `{WIRE_MAX}`"))
}

macro_rules! integers {
    ($($method:ident: $signed:ty, $unsigned_method:ident: $unsigned:ty;)+) => { $(
        fn $method(self, value: $signed) -> Written {
            self.serialize_i64(i64::from(value))
        }
        fn $unsigned_method(self, value: $unsigned) -> Written {
            self.serialize_u64(u64::from(value))
        }
    )+ };
}

impl<'w> Serializer for &'w mut Writer {
    type Ok = ();
    type Error = Refused;
    type SerializeSeq = List<'w>;
    type SerializeTuple = List<'w>;
    type SerializeTupleStruct = List<'w>;
    type SerializeTupleVariant = List<'w>;
    type SerializeMap = Object<'w>;
    type SerializeStruct = Object<'w>;
    type SerializeStructVariant = Object<'w>;

    integers! {
        serialize_i8: i8, serialize_u8: u8;
        serialize_i16: i16, serialize_u16: u16;
        serialize_i32: i32, serialize_u32: u32;
    }

    fn serialize_i64(self, value: i64) -> Written {
        self.integer(value.unsigned_abs(), value < 0)
    }

    fn serialize_u64(self, value: u64) -> Written {
        self.integer(value, false)
    }

    fn serialize_i128(self, value: i128) -> Written {
        self.serialize_i64(i64::try_from(value).map_err(|_| out_of_range())?)
    }

    fn serialize_u128(self, value: u128) -> Written {
        self.serialize_u64(u64::try_from(value).map_err(|_| out_of_range())?)
    }

    fn serialize_bool(self, value: bool) -> Written {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_f32(self, value: f32) -> Written {
        self.serialize_f64(f64::from(value))
    }

    fn serialize_f64(self, value: f64) -> Written {
        if !value.is_finite() {
            return Err(Refused::new(
                Cause::JsonNumber,
                "a number must be finite; JSON has no NaN or infinity",
            ));
        }
        // Most numbers of an answer are whole, and ECMAScript writes those below 10^21 as integers are written.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "only a whole number of at most 2^53 - 1 is used"
        )]
        let whole = value as i64;
        #[expect(
            clippy::cast_precision_loss,
            clippy::float_cmp,
            reason = "equal only where nothing was lost"
        )]
        if whole as f64 == value && whole.unsigned_abs() <= WIRE_MAX.unsigned_abs() {
            return self.serialize_i64(whole);
        }
        self.out.extend_from_slice(ryu_js::Buffer::new().format_finite(value).as_bytes());
        Ok(())
    }

    fn serialize_char(self, value: char) -> Written {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Written {
        text::write(&mut self.out, value);
        Ok(())
    }

    fn serialize_bytes(self, _: &[u8]) -> Written {
        Err(Refused::new(Cause::JsonShape, "bytes have no JSON form; write them as text"))
    }

    fn serialize_none(self) -> Written {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Written {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Written {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Written {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Written {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Written {
        self.variant(variant);
        value.serialize(&mut *self)?;
        self.out.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> core::result::Result<List<'w>, Refused> {
        Ok(List::open(self, b"]"))
    }

    fn serialize_tuple(self, _: usize) -> core::result::Result<List<'w>, Refused> {
        Ok(List::open(self, b"]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> core::result::Result<List<'w>, Refused> {
        Ok(List::open(self, b"]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> core::result::Result<List<'w>, Refused> {
        self.variant(variant);
        Ok(List::open(self, b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> core::result::Result<Object<'w>, Refused> {
        Ok(Object::open(self, b"}"))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> core::result::Result<Object<'w>, Refused> {
        Ok(Object::open(self, b"}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> core::result::Result<Object<'w>, Refused> {
        self.variant(variant);
        Ok(Object::open(self, b"}}"))
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Written {
        self.out.push(b'"');
        // The formatter of a type may refuse; the pieces it writes are escaped one by one.
        write!(Escaping(&mut self.out), "{value}")
            .map_err(|_| Refused::new(Cause::JsonShape, "a value has no text form"))?;
        self.out.push(b'"');
        Ok(())
    }
}

struct Escaping<'o>(&'o mut Vec<u8>);

impl Write for Escaping<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        text::write_inner(self.0, piece);
        Ok(())
    }
}
