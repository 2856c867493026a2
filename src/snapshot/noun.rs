//! How one of AWS's nouns is declared: the fields before `;` must be there, the others may be absent.

use serde::{Deserialize, Deserializer};

/// What a field that may be absent can do.
pub(super) trait Field {
    /// Whether it has nothing to say, and so is not written.
    fn absent(&self) -> bool;

    /// Gives back memory that it does not need: a list read from text has room for four at least, and a
    /// large account has a million lists of one.
    fn fit(&mut self) {}
}

impl<T> Field for Option<T> {
    fn absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Field for Vec<T> {
    fn absent(&self) -> bool {
        self.is_empty()
    }

    fn fit(&mut self) {
        self.shrink_to_fit();
    }
}

impl Field for super::Id {
    fn absent(&self) -> bool {
        self.is_empty()
    }
}

impl Field for bool {
    fn absent(&self) -> bool {
        !self
    }
}

/// Reads a field and gives back what memory it does not need.
pub(super) fn fitting<'de, D: Deserializer<'de>, T: Deserialize<'de> + Field>(
    deserializer: D,
) -> Result<T, D::Error> {
    let mut field = T::deserialize(deserializer)?;
    field.fit();
    Ok(field)
}

macro_rules! noun {
    ($($(#[doc = $about:literal])+ $name:ident { $($needed:ident: $needed_type:ty,)* ; $($field:ident: $type:ty,)* })+) => {
        $(
            $(#[doc = $about])+
            #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
            #[serde(rename_all = "PascalCase")]
            #[expect(missing_docs, reason = "the fields are AWS's own, as its API reference describes them")]
            pub struct $name {
                $(pub $needed: $needed_type,)*
                $(
                    #[serde(
                        default,
                        deserialize_with = "crate::snapshot::noun::fitting",
                        skip_serializing_if = "crate::snapshot::noun::Field::absent"
                    )]
                    pub $field: $type,
                )*
            }

            impl schemars::JsonSchema for $name {
                fn schema_name() -> std::borrow::Cow<'static, str> {
                    stringify!($name).into()
                }

                fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    use crate::snapshot::schema::{Described, FieldSchema, Required, object};
                    object(concat!($($about),+), vec![
                        $(FieldSchema {
                            name: stringify!($needed),
                            is_required: Required::Yes,
                            schema: <$needed_type as Described>::described(generator),
                        },)*
                        $(FieldSchema {
                            name: stringify!($field),
                            is_required: Required::No,
                            schema: <$type as Described>::described(generator),
                        },)*
                    ])
                }
            }

            impl crate::snapshot::schema::Described for $name {
                fn described(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                    generator.subschema_for::<Self>()
                }
            }
        )+
    };
}

pub(super) use noun;
