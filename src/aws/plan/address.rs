//! Addresses: `module.dev["a"].aws_security_group.server[0].id` in its parts.

/// One part of an address: a word, and the index behind it as it is written, quotes and all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Part {
    pub name: String,
    pub index: Option<String>,
}

/// The parts of an address. Dots and brackets in a quoted index part nothing.
pub(super) fn parts(address: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let (mut name, mut index) = (String::new(), None::<String>);
    let mut chars = address.chars();
    while let Some(c) = chars.next() {
        match c {
            '.' => parts.push(Part { name: std::mem::take(&mut name), index: index.take() }),
            '[' => index = Some(bracketed(&mut chars)),
            other => name.push(other),
        }
    }
    if !name.is_empty() || index.is_some() {
        parts.push(Part { name, index });
    }
    parts
}

/// What stands in a bracket that has been opened, up to its end.
fn bracketed(chars: &mut std::str::Chars<'_>) -> String {
    let (mut text, mut quoted, mut escaped) = (String::new(), false, false);
    for c in chars.by_ref() {
        match c {
            ']' if !quoted => break,
            '"' if !escaped => quoted = !quoted,
            _ => {}
        }
        escaped = c == '\\' && !escaped;
        text.push(c);
    }
    text
}

/// The address of such parts.
pub(super) fn written(path: &[Part]) -> String {
    let each = path.iter().map(|part| match &part.index {
        Some(index) => format!("{}[{index}]", part.name),
        None => part.name.clone(),
    });
    each.collect::<Vec<_>>().join(".")
}

/// An index of the plan's JSON as an address writes it: `0`, `"a"`.
pub(super) fn index_text(index: &serde_json::Value) -> Option<String> {
    match index {
        serde_json::Value::Null => None,
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::parts;

    #[test]
    fn an_index_may_hold_anything() {
        let found = parts(r#"module.a["x.y]\"z"].aws_vpc.b[0].id"#);
        let told: Vec<(&str, Option<&str>)> =
            found.iter().map(|part| (part.name.as_str(), part.index.as_deref())).collect();
        let expected = [
            ("module", None),
            ("a", Some(r#""x.y]\"z""#)),
            ("aws_vpc", None),
            ("b", Some("0")),
            ("id", None),
        ];
        assert_eq!(told, expected);
    }
}
