//! How one of AWS's nouns is declared: the fields before `;` must be there, the others may be absent.

/// Whether a field has nothing to say, and so is not written.
pub(super) trait Absent {
    fn absent(&self) -> bool;
}

impl<T> Absent for Option<T> {
    fn absent(&self) -> bool {
        self.is_none()
    }
}

impl<T> Absent for Vec<T> {
    fn absent(&self) -> bool {
        self.is_empty()
    }
}

impl Absent for super::Id {
    fn absent(&self) -> bool {
        self.is_empty()
    }
}

impl Absent for bool {
    fn absent(&self) -> bool {
        !self
    }
}

macro_rules! noun {
    ($($(#[$meta:meta])* $name:ident { $($needed:ident: $needed_type:ty,)* ; $($field:ident: $type:ty,)* })+) => {
        $(
            $(#[$meta])*
            #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
            #[serde(rename_all = "PascalCase")]
            #[expect(missing_docs, reason = "the fields are AWS's own, as its API reference describes them")]
            pub struct $name {
                $(pub $needed: $needed_type,)*
                $(
                    #[serde(default, skip_serializing_if = "crate::snapshot::noun::Absent::absent")]
                    pub $field: $type,
                )*
            }
        )+
    };
}

pub(super) use noun;
