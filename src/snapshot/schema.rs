//! The JSON Schema of a snapshot's own file.
//!
//! AWS's nouns hold types of other crates (ids, ranges) that have no schema of their own, so each type says here what
//! it is in JSON. A field that may be absent is absent, never `null`.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value};

use super::{Conflict, Document, Id, SCHEMA, Snapshot, Unread};

/// What a type is in a snapshot's file.
pub(super) trait Described {
    /// Its schema.
    fn described(generator: &mut SchemaGenerator) -> Schema;
}

/// Types that have a schema of their own.
macro_rules! by_itself {
    ($($type:ty)+) => {
        $(impl Described for $type {
            fn described(generator: &mut SchemaGenerator) -> Schema {
                generator.subschema_for::<$type>()
            }
        })+
    };
}

by_itself! { bool i32 u16 u32 i64 u64 std::net::IpAddr std::net::Ipv4Addr std::net::Ipv6Addr Document Unread Conflict super::Cluster super::Undecided }

impl Described for Id {
    fn described(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }
}

macro_rules! ranges {
    ($($type:ty: $about:literal,)+) => {
        $(impl Described for $type {
            fn described(_: &mut SchemaGenerator) -> Schema {
                json_schema!({ "type": "string", "description": $about })
            }
        })+
    };
}

ranges! {
    IpNet: "An IPv4 or IPv6 CIDR block.",
    Ipv4Net: "An IPv4 CIDR block.",
    Ipv6Net: "An IPv6 CIDR block.",
}

impl<T: Described> Described for Option<T> {
    fn described(generator: &mut SchemaGenerator) -> Schema {
        T::described(generator)
    }
}

impl<T: Described> Described for Vec<T> {
    fn described(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": T::described(generator) })
    }
}

impl<T: Described> Described for BTreeSet<T> {
    fn described(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "array", "items": T::described(generator), "uniqueItems": true })
    }
}

impl<T: Described> Described for BTreeMap<Id, T> {
    fn described(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "additionalProperties": T::described(generator) })
    }
}

impl<T: Described> Described for BTreeMap<Document, T> {
    fn described(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "object",
            "propertyNames": Document::described(generator),
            "additionalProperties": T::described(generator),
        })
    }
}

/// A field of one of AWS's nouns.
pub(super) struct FieldSchema {
    /// As Rust spells it.
    pub(super) name: &'static str,
    pub(super) is_required: Required,
    pub(super) schema: Schema,
}

/// Whether a field is always there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Required {
    Yes,
    No,
}

/// An object with these fields, in AWS's spelling.
pub(super) fn object(about: &str, fields: Vec<FieldSchema>) -> Schema {
    let required = fields.iter().filter(|field| field.is_required == Required::Yes);
    let required: Vec<Value> = required.map(|field| pascal_case(field.name).into()).collect();
    let properties: Map<String, Value> =
        fields.into_iter().map(|field| (pascal_case(field.name), field.schema.to_value())).collect();
    let mut schema =
        json_schema!({ "type": "object", "description": about.trim(), "properties": properties });
    if !required.is_empty() {
        schema.insert("required".to_owned(), required.into());
    }
    schema
}

/// As serde's `rename_all = "PascalCase"` spells a field.
fn pascal_case(name: &str) -> String {
    let words = name.trim_start_matches("r#").split('_');
    words
        .map(|word| {
            let mut letters = word.chars();
            letters
                .next()
                .map_or_else(String::new, |first| first.to_ascii_uppercase().to_string() + letters.as_str())
        })
        .collect()
}

/// Every field but the marker, or this does not compile.
macro_rules! fields_of_snapshot {
    ($generator:ident: $($field:ident)+) => {{
        fn of<T: Described>(_: impl Fn(&Snapshot) -> &T, generator: &mut SchemaGenerator) -> Schema {
            T::described(generator)
        }
        let _ = |Snapshot { schema: _, $($field: _),+ }: Snapshot| ();
        vec![$(FieldSchema {
            name: stringify!($field),
            is_required: Required::No,
            schema: of(|snapshot| &snapshot.$field, $generator),
        }),+]
    }};
}

impl JsonSchema for Snapshot {
    fn schema_name() -> Cow<'static, str> {
        SCHEMA.into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let fields = fields_of_snapshot! { generator:
            documents unread conflicts narrowed undecided network_interfaces instances security_groups security_group_rules
            security_group_vpc_associations stale_security_groups subnets vpcs vpc_endpoints route_tables network_acls
            vpc_peering_connections prefix_lists prefix_list_entries transit_gateways transit_gateway_attachments
            transit_gateway_vpc_attachments transit_gateway_peering_attachments transit_gateway_route_tables
            transit_gateway_associations transit_gateway_propagations transit_gateway_routes
            transit_gateway_prefix_list_references clusters
        };
        let mut schema = object("AWS configuration at one moment, by id.", fields);
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert("schema".to_owned(), serde_json::json!({ "const": SCHEMA }));
        }
        schema.insert("required".to_owned(), serde_json::json!(["schema"]));
        schema
    }
}

/// Writes the JSON Schema (draft 2020-12) of a snapshot's own file.
///
/// # Errors
///
/// What the writer gives.
pub fn write_snapshot_schema(out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(&schemars::schema_for!(Snapshot))?;
    writeln!(out, "{text}")
}
