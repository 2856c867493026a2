//! One thing, described by two files: the same, or a conflict.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Each account names and tags things for itself.
const OWN: &[&str] = &["Tags", "TagSet", "Description", "GroupName"];
/// Lists that not every account, or not every command, is shown.
const PARTIAL: &[&str] = &["Cidrs", "CidrBlockSet", "Ipv6CidrBlockSet"];

/// Completes `first` with what only `second` says; the path of the first field in which they disagree.
pub(super) fn reconcile<T>(first: &mut T, second: &T) -> Option<String>
where
    T: Serialize + DeserializeOwned + PartialEq,
{
    if first == second {
        return None;
    }
    let (Ok(mut one), Ok(other)) = (serde_json::to_value(&*first), serde_json::to_value(second)) else {
        return Some(".".to_owned());
    };
    let conflict = merge(&mut one, other, "");
    match serde_json::from_value(one) {
        Ok(merged) => *first = merged,
        Err(_) => return Some(".".to_owned()),
    }
    conflict
}

fn merge(one: &mut Value, other: Value, path: &str) -> Option<String> {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => objects(one, other, path),
        (Value::Array(one), Value::Array(other)) => {
            let sorted = |list: &[Value]| {
                let mut list: Vec<String> = list.iter().map(Value::to_string).collect();
                list.sort();
                list
            };
            (sorted(one) != sorted(&other)).then(|| path.to_owned())
        }
        (one, other) => (*one != other).then(|| path.to_owned()),
    }
}

fn objects(one: &mut Map<String, Value>, other: Map<String, Value>, path: &str) -> Option<String> {
    // An empty list and `false` are not written, so what only one side has is a difference there.
    let telling = |key: &str, value: &Value| {
        (value.is_array() || value.is_boolean()) && !OWN.contains(&key) && !PARTIAL.contains(&key)
    };
    let mut conflict = None;
    for (key, value) in &*one {
        if telling(key, value) && !other.contains_key(key) {
            conflict.get_or_insert_with(|| format!("{path}.{key}"));
        }
    }
    for (key, value) in other {
        let below = format!("{path}.{key}");
        match one.get_mut(&key) {
            _ if OWN.contains(&key.as_str()) => {}
            // Zone names are drawn anew for each account; the zone's id is what counts.
            Some(had) if key == "AvailabilityZone" && *had != value => {
                one.remove(&key);
            }
            Some(had) => {
                if let Some(found) = merge(had, value, &below) {
                    conflict.get_or_insert(found);
                }
            }
            None => {
                if telling(&key, &value) {
                    conflict.get_or_insert(below);
                }
                one.insert(key, value);
            }
        }
    }
    conflict
}

#[cfg(test)]
mod tests {
    use super::reconcile;
    use crate::snapshot::SecurityGroup;

    fn group(json: &str) -> SecurityGroup {
        serde_json::from_str(json).expect("a group")
    }

    #[test]
    fn tags_and_order_differ_legitimately() {
        let mut one = group(
            r#"{"GroupId": "sg-1", "Tags": [{"Key": "a", "Value": "b"}], "IpPermissions": [
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "10.1.0.0/16"}]}]}"#,
        );
        let other = group(
            r#"{"GroupId": "sg-1", "OwnerId": "111122223333", "IpPermissions": [
            {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "10.1.0.0/16"}]}]}"#,
        );
        assert_eq!(reconcile(&mut one, &other), None);
        assert_eq!(one.owner_id.as_deref(), Some("111122223333"));
    }

    #[test]
    fn a_rule_only_one_file_has_is_a_conflict() {
        let full = group(r#"{"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "-1"}]}"#);
        let empty = group(r#"{"GroupId": "sg-1", "IpPermissions": []}"#);
        assert_eq!(reconcile(&mut full.clone(), &empty).as_deref(), Some(".IpPermissions"));
        assert_eq!(reconcile(&mut empty.clone(), &full).as_deref(), Some(".IpPermissions"));
    }
}
