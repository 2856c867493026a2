//! A distinguished name as RFC 4514 text, e.g. `CN=dev.example,O=Example`.

use std::fmt::Write as _;

use x509_parser::prelude::{AttributeTypeAndValue, X509Name};

use crate::untrusted::Untrusted;

/// Attributes looked at; the text is cut long before.
const MOST_ATTRIBUTES: usize = 64;

/// Short names of attribute types (RFC 4514, 3), and PKCS #9's, which certificates use as well.
const SHORT_NAMES: [(&str, &str); 10] = [
    ("2.5.4.3", "CN"),
    ("2.5.4.7", "L"),
    ("2.5.4.8", "ST"),
    ("2.5.4.10", "O"),
    ("2.5.4.11", "OU"),
    ("2.5.4.6", "C"),
    ("2.5.4.9", "STREET"),
    ("0.9.2342.19200300.100.1.25", "DC"),
    ("0.9.2342.19200300.100.1.1", "UID"),
    ("1.2.840.113549.1.9.1", "emailAddress"),
];

/// The last relative name first (RFC 4514, 2.1); bounded and safe to print.
pub fn format_name(name: &X509Name<'_>) -> Untrusted {
    let relative: Vec<_> = name.iter().take(MOST_ATTRIBUTES).collect();
    let mut text = String::new();
    for relative in relative.into_iter().rev() {
        for (position, attribute) in relative.iter().take(MOST_ATTRIBUTES).enumerate() {
            match position {
                0 if text.is_empty() => {}
                0 => text.push(','),
                _ => text.push('+'),
            }
            push_attribute(&mut text, attribute);
        }
    }
    Untrusted::from(text.as_str())
}

fn push_attribute(text: &mut String, attribute: &AttributeTypeAndValue<'_>) {
    let kind = attribute.attr_type().to_id_string();
    let short = SHORT_NAMES.iter().find(|(id, _)| *id == kind).map(|(_, short)| *short);
    text.push_str(short.unwrap_or(&kind));
    text.push('=');
    if let Ok(value) = attribute.as_str() {
        push_escaped(text, value);
        return;
    }
    // Not a string that can be read: its bytes in hexadecimal (RFC 4514, 2.4).
    text.push('#');
    for byte in attribute.as_slice().iter().take(128) {
        let _ = write!(text, "{byte:02x}");
    }
}

/// RFC 4514 (2.4).
fn push_escaped(text: &mut String, value: &str) {
    let last = value.chars().count().saturating_sub(1);
    for (position, character) in value.chars().enumerate() {
        let special = matches!(character, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
            || (position == 0 && matches!(character, ' ' | '#'))
            || (position == last && character == ' ');
        if special {
            text.push('\\');
        }
        text.push(character);
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
    use x509_parser::prelude::{FromDer as _, X509Certificate};

    use super::*;

    fn subject(attributes: &[(DnType, &str)]) -> String {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name = DistinguishedName::new();
        for (kind, value) in attributes {
            params.distinguished_name.push(kind.clone(), *value);
        }
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let (_, parsed) = X509Certificate::from_der(certificate.der()).unwrap();
        format_name(parsed.subject()).as_str().to_owned()
    }

    #[test]
    fn is_rfc_4514_text() {
        let name = [
            (DnType::CountryName, "NL"),
            (DnType::OrganizationName, "Example, B.V."),
            (DnType::CommonName, "#dev "),
        ];
        assert_eq!(subject(&name), "CN=\\#dev\\ ,O=Example\\, B.V.,C=NL");
        assert_eq!(subject(&[]), "");
        assert_eq!(subject(&[(DnType::CustomDnType(vec![2, 5, 4, 5]), "7")]), "2.5.4.5=7");
    }

    #[test]
    fn is_safe_and_bounded() {
        assert_eq!(subject(&[(DnType::CommonName, "a\u{1b}[2J\n")]), "CN=a\\u{1b}[2J\\u{a}");
        assert_eq!(subject(&[(DnType::CommonName, &"a".repeat(5000))]).chars().count(), 256);
    }
}
