//! How typed messages are read from, and written to, a [`Value`].

use crate::lists::CollectVec as _;
use crate::value::{Object, Value};

/// A message that does not have the shape it must have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// The value is not a JSON object.
    #[error("a message must be an object")]
    NotAnObject,
    /// A member that the receiver cannot do without is missing or of the wrong kind.
    #[error("member {0} is missing or of the wrong kind")]
    Member(&'static str),
    /// The `type` names no known message.
    #[error("unknown message type")]
    UnknownType,
}

/// A kind of member that messages are made of.
pub trait Member: Sized {
    /// Reads the member; `None` means it is missing or of the wrong kind.
    fn read(value: Option<&Value>) -> Option<Self>;
    /// What to write; `None` leaves the member out.
    fn write(&self) -> Option<Value>;
}

impl Member for String {
    fn read(value: Option<&Value>) -> Option<Self> {
        value?.as_text().map(str::to_owned)
    }
    fn write(&self) -> Option<Value> {
        Some(Value::Text(self.clone()))
    }
}

impl Member for f64 {
    fn read(value: Option<&Value>) -> Option<Self> {
        value?.as_number()
    }
    fn write(&self) -> Option<Value> {
        Some(Value::Number(*self))
    }
}

impl Member for bool {
    fn read(value: Option<&Value>) -> Option<Self> {
        value?.as_bool()
    }
    fn write(&self) -> Option<Value> {
        Some(Value::Bool(*self))
    }
}

/// Any JSON value; absent reads as `null` and `null` is written.
impl Member for Value {
    fn read(value: Option<&Value>) -> Option<Self> {
        Some(value.cloned().unwrap_or_default())
    }
    fn write(&self) -> Option<Value> {
        Some(self.clone())
    }
}

/// Absent or of the wrong kind reads as `None`: the receiver then falls back to its default. An
/// `Option<Value>` tells an absent member from `null`; for all others `null` is a wrong kind.
impl<T: Member> Member for Option<T> {
    fn read(value: Option<&Value>) -> Option<Self> {
        Some(value.and_then(|value| T::read(Some(value))))
    }
    fn write(&self) -> Option<Value> {
        self.as_ref().and_then(Member::write)
    }
}

/// Items of the wrong kind are left out.
impl<T: Member> Member for Vec<T> {
    fn read(value: Option<&Value>) -> Option<Self> {
        Some(value?.as_list()?.iter().filter_map(|item| T::read(Some(item))).collect_vec())
    }
    fn write(&self) -> Option<Value> {
        Some(Value::List(self.iter().filter_map(Member::write).collect_vec()))
    }
}

/// Reads the members of one object into the slots of a struct. The first one that cannot be read
/// is remembered, so that the struct's own code has no way out for each member: that, and keeping
/// the reading of one kind of member in one place, is what keeps the browser build small.
pub(crate) struct MemberReader<'a> {
    object: &'a Object,
    unreadable: Option<&'static str>,
}

impl<'a> MemberReader<'a> {
    /// # Errors
    /// When the value is not an object.
    pub fn new(value: &'a Value) -> Result<Self, ShapeError> {
        let object = value.as_object().ok_or(ShapeError::NotAnObject)?;
        Ok(Self { object, unreadable: None })
    }

    #[inline(never)]
    pub fn read<T: Member>(&mut self, key: &'static str, slot: &mut T) {
        match T::read(self.object.get(key)) {
            Some(member) => *slot = member,
            None => self.unreadable = self.unreadable.or(Some(key)),
        }
    }

    /// # Errors
    /// When a member that the receiver cannot do without is missing or of the wrong kind.
    pub fn finish(&self) -> Result<(), ShapeError> {
        self.unreadable.map_or(Ok(()), |key| Err(ShapeError::Member(key)))
    }
}

/// Writes one member into an object, unless it is absent.
#[inline(never)]
pub(crate) fn write_member<T: Member>(object: &mut Object, key: &'static str, member: &T) {
    if let Some(value) = member.write() {
        object.put(key, value);
    }
}

/// Declares a struct with its JSON member names, and reading from and writing to a [`Value`].
///
/// With a `: "name"` after the struct's name, the object carries that text as its `type`.
/// Unknown members are ignored when reading.
macro_rules! shape {
    ($(#[$meta:meta])* pub struct $name:ident $(: $tag:literal)? {
        $($(#[$field_meta:meta])* $field:ident : $kind:ty = $key:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Default)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(into = "crate::Value", try_from = "crate::Value"))]
        pub struct $name {
            $($(#[$field_meta])* pub $field: $kind,)*
        }

        impl $name {
            $(/// The `type` of this message on the wire.
            pub const TYPE: &'static str = $tag;)?
        }

        impl TryFrom<&crate::Value> for $name {
            type Error = crate::ShapeError;
            fn try_from(value: &crate::Value) -> Result<Self, Self::Error> {
                let mut reader = crate::shape::MemberReader::new(value)?;
                let mut message = Self::default();
                $(reader.read($key, &mut message.$field);)*
                reader.finish()?;
                Ok(message)
            }
        }

        impl TryFrom<crate::Value> for $name {
            type Error = crate::ShapeError;
            fn try_from(value: crate::Value) -> Result<Self, Self::Error> {
                Self::try_from(&value)
            }
        }

        impl From<&$name> for crate::Value {
            fn from(message: &$name) -> Self {
                let mut object = crate::Object::new();
                $(object.put("type", crate::Value::from($tag));)?
                $(crate::shape::write_member(&mut object, $key, &message.$field);)*
                crate::Value::Object(object)
            }
        }

        impl From<$name> for crate::Value {
            fn from(message: $name) -> Self {
                Self::from(&message)
            }
        }

        impl crate::shape::Member for $name {
            fn read(value: Option<&crate::Value>) -> Option<Self> {
                Self::try_from(value?).ok()
            }
            fn write(&self) -> Option<crate::Value> {
                Some(self.into())
            }
        }
    };
}
pub(crate) use shape;

/// Declares an enum of messages, read by looking at `type` first and then at the one shape it names.
macro_rules! messages {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        #[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
        #[cfg_attr(feature = "serde", serde(into = "crate::Value", try_from = "crate::Value"))]
        pub enum $name {
            $($(#[$variant_meta])* $variant($variant),)*
        }

        impl $name {
            /// The `type` of every known message.
            pub const TYPES: &'static [&'static str] = &[$($variant::TYPE),*];
        }

        impl TryFrom<&crate::Value> for $name {
            type Error = crate::ShapeError;
            fn try_from(value: &crate::Value) -> Result<Self, Self::Error> {
                match value.get("type").and_then(crate::Value::as_text) {
                    $(Some($variant::TYPE) => $variant::try_from(value).map(Self::$variant),)*
                    _ => Err(crate::ShapeError::UnknownType),
                }
            }
        }

        impl TryFrom<crate::Value> for $name {
            type Error = crate::ShapeError;
            fn try_from(value: crate::Value) -> Result<Self, Self::Error> {
                Self::try_from(&value)
            }
        }

        impl From<&$name> for crate::Value {
            fn from(message: &$name) -> Self {
                match message {
                    $($name::$variant(inner) => inner.into(),)*
                }
            }
        }

        impl From<$name> for crate::Value {
            fn from(message: $name) -> Self {
                Self::from(&message)
            }
        }

        $(impl From<$variant> for $name {
            fn from(message: $variant) -> Self {
                Self::$variant(message)
            }
        })*
    };
}
pub(crate) use messages;
