//! One array of a producer.
//!
//! The reader of arrow-array takes the structure on trust: it drops a bitmap beside a count of 0.

use arrow_array::ffi::{FFI_ArrowArray, FFI_ArrowSchema};
use core::ffi::c_void;

/// `ArrowArray` of the interface ("Structure definitions"), field by field.
#[repr(C)]
pub struct Foreign {
    /// Number of rows.
    pub length: i64,
    /// Number of null rows, as the producer says; -1 is unknown.
    pub null_count: i64,
    /// Rows of the buffers before the first one.
    pub offset: i64,
    n_buffers: i64,
    n_children: i64,
    buffers: *const *const c_void,
    children: *const *mut Self,
    dictionary: *mut Self,
    release: Option<unsafe extern "C" fn(*mut Self)>,
    private_data: *mut c_void,
}

impl Foreign {
    /// Returns the fields of an array.
    pub const fn of(array: &mut FFI_ArrowArray) -> &mut Self {
        // SAFETY: both are the structure of the interface, which states its layout.
        unsafe { &mut *core::ptr::from_mut(array).cast() }
    }

    /// Returns each child, `None` for one that is NULL.
    ///
    /// # Safety
    /// It has as many children as it says, each live or released.
    pub unsafe fn children(&mut self) -> impl Iterator<Item = Option<&mut Self>> {
        let children = self.children;
        let child = move |place| {
            // SAFETY: the caller vouches for the children, as many as it says.
            unsafe { children.add(place).as_ref().and_then(|child| child.as_mut()) }
        };
        (0..usize::try_from(self.n_children).unwrap_or_default()).map(child)
    }

    /// Leaves the counts of nulls to the bitmaps; returns what contradicts itself, its schema or its format.
    ///
    /// # Safety
    /// Both are structures of the interface, live or released, with as many buffers and children as they say.
    pub unsafe fn settle(&mut self, schema: &FFI_ArrowSchema) -> Option<&'static str> {
        if !is_live(schema) {
            return Some("the schema of the column was released before");
        }
        // SAFETY: the caller vouches for both.
        let why = unsafe { self.settle_nulls() };
        // SAFETY: as above.
        why.or_else(|| unsafe { self.contradicts(schema) })
    }

    /// Returns what contradicts a format of the interface ("Data type description"), here and below: the number of buffers or of
    /// children, or a buffer that is NULL under rows.
    ///
    /// # Safety
    /// It has as many buffers and children as it says, which [`Self::settle_nulls`] looked at.
    unsafe fn contradicts(&mut self, schema: &FFI_ArrowSchema) -> Option<&'static str> {
        // Views have any number of buffers of text, and one of the sizes of those.
        let (buffers, is_view) = match schema.format().as_bytes() {
            [b'n'] => (0, false),
            [b'b' | b'c' | b'C' | b's' | b'S' | b'i' | b'I' | b'l' | b'L' | b'e' | b'f' | b'g']
            | [b't' | b'd' | b'w', _, ..]
            | [b'+', b'l' | b'L' | b'm'] => (2, false),
            [b'u' | b'U' | b'z' | b'Z'] => (3, false),
            [b'v', b'u' | b'z'] => (3, true),
            [b'+', b's'] | [b'+', b'w', ..] => (1, false),
            _ => (self.n_buffers, false),
        };
        if self.n_buffers != buffers && !(is_view && self.n_buffers > buffers) {
            return Some("the column has another number of buffers than its format");
        }
        let is_empty = self.length == 0 && self.offset == 0;
        let is_null = |place: i64| {
            // SAFETY: the caller vouches for the buffers, as many as it says.
            unsafe { self.buffers.offset(isize::try_from(place).unwrap_or_default()).as_ref() }
                .is_some_and(|buffer| buffer.is_null())
        };
        let needed = if is_view && buffers < self.n_buffers { 1..self.n_buffers } else { 1..buffers.min(2) };
        if !is_empty && needed.into_iter().any(is_null) {
            return Some("the buffer of its values is NULL");
        }
        // Of views the last buffer has the length of each buffer of texts.
        let lengths = usize::try_from(if is_view { self.n_buffers - buffers } else { 0 }).unwrap_or_default();
        // SAFETY: the caller vouches for the buffers, none of which is NULL.
        let length = |place: usize| unsafe {
            self.buffers
                .offset(isize::try_from(self.n_buffers - 1).unwrap_or_default())
                .read()
                .cast::<i64>()
                .add(place)
                .read_unaligned()
        };
        if !is_empty && (0..lengths).any(|place| length(place) < 0) {
            return Some("a buffer of its texts has a length below 0");
        }
        if self.n_children != i64::try_from(schema.children().count()).unwrap_or(i64::MAX) {
            return Some("the column has another number of children than its format");
        }
        // SAFETY: the caller vouches for what lies below.
        let dictionary = unsafe { self.dictionary.as_mut() }.zip(schema.dictionary());
        // SAFETY: as above.
        let children = unsafe { self.children() }.zip(schema.children());
        let children = children.filter_map(|(child, schema)| Some((child?, schema)));
        // SAFETY: as above.
        children.chain(dictionary).find_map(|(below, schema)| unsafe { below.contradicts(schema) })
    }

    /// Leaves the count of nulls to the bitmap, here and below; returns what contradicts itself.
    ///
    /// # Safety
    /// It is a structure of the interface, live or released, with as many buffers and children as it says.
    pub unsafe fn settle_nulls(&mut self) -> Option<&'static str> {
        if self.release.is_none() {
            return Some("the column was released before, or moved away");
        }
        if self.length < 0 || self.offset < 0 {
            return Some("a length or an offset is below 0");
        }
        if self.n_buffers < 0 || self.n_children < 0 {
            return Some("a count of buffers or of children is below 0");
        }
        if self.n_buffers > 0 && self.buffers.is_null() {
            return Some("the list of buffers is NULL");
        }
        // Arrays without any buffer, such as those of nulls alone, have no bitmap.
        if self.n_buffers > 0 {
            // SAFETY: the caller vouches for the buffers, of which there is one.
            let has_bitmap = unsafe { self.buffers.as_ref() }.is_some_and(|bitmap| !bitmap.is_null());
            if !has_bitmap && self.null_count > 0 {
                return Some("the column counts nulls and has no validity bitmap");
            }
            self.null_count = if has_bitmap { -1 } else { 0 };
        }
        // SAFETY: the caller vouches for what lies below.
        let dictionary = unsafe { self.dictionary.as_mut() };
        // SAFETY: as above.
        let children = unsafe { self.children() };
        let settle = |below: &mut Self| {
            // SAFETY: as above.
            unsafe { below.settle_nulls() }
        };
        children.flatten().chain(dictionary).find_map(settle)
    }
}

/// Returns whether a schema, and all below it, was not released.
fn is_live(schema: &FFI_ArrowSchema) -> bool {
    schema.release().is_some() && schema.children().all(is_live) && schema.dictionary().is_none_or(is_live)
}
