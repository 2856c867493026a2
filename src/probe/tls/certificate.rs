//! Reads a server's certificate (RFC 5280). Everything in it is the server's word.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::SystemTime;

use jiff::Timestamp;
use tokio_rustls::rustls::RootCertStore;
use tokio_rustls::rustls::client::verify_server_name;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::server::ParsedCertificate;
use x509_parser::prelude::{ASN1Time, FromDer as _, GeneralName, X509Certificate};

use super::distinguished_name::format_name;
use super::trust::evaluate_chain;
use crate::fact::port::Certificate;
use crate::untrusted::Untrusted;

/// Names kept of a certificate.
const MOST_NAMES: usize = 100;

/// Reads the first certificate of `chain` and has the chain judged against `roots` (see
/// [`evaluate_chain`]). `asked` is the name or address that the certificate should be for. `None` when
/// there is no certificate, or none that can be read.
pub fn parse_certificate(
    chain: &[CertificateDer<'_>],
    asked: Option<&str>,
    roots: Option<&RootCertStore>,
) -> Option<Certificate> {
    let leaf = chain.first()?;
    let (_, parsed) = X509Certificate::from_der(leaf).ok()?;
    Some(Certificate {
        subject: format_name(parsed.subject()),
        issuer: format_name(parsed.issuer()),
        names: names(&parsed),
        matches_name: asked.map(|asked| matches_name(leaf, asked)),
        not_before: timestamp(parsed.validity().not_before),
        not_after: timestamp(parsed.validity().not_after),
        chain: evaluate_chain(chain, roots, SystemTime::now()),
    })
}

/// The DNS names and addresses of the subject alternative name, the first 100; how many more there are
/// is said in place of the last.
fn names(parsed: &X509Certificate<'_>) -> Vec<Untrusted> {
    let Ok(Some(extension)) = parsed.subject_alternative_name() else { return Vec::new() };
    let mut all = extension.value.general_names.iter().filter_map(|name| match name {
        GeneralName::DNSName(name) => Some(Untrusted::from(*name)),
        GeneralName::IPAddress(bytes) => Some(address(bytes)),
        _ => None,
    });
    let mut names: Vec<_> = all.by_ref().take(MOST_NAMES).collect();
    match all.count() {
        0 => {}
        more => names.push(Untrusted::from(format!("and {more} more").as_str())),
    }
    names
}

fn address(bytes: &[u8]) -> Untrusted {
    let address = <[u8; 4]>::try_from(bytes)
        .map(|octets| IpAddr::V4(Ipv4Addr::from(octets)))
        .or_else(|_| <[u8; 16]>::try_from(bytes).map(|octets| IpAddr::V6(Ipv6Addr::from(octets))));
    match address {
        Ok(address) => Untrusted::from(address.to_string().as_str()),
        Err(_) => Untrusted::from("an address of impossible length"),
    }
}

/// RFC 6125, RFC 9525: by the subject alternative name alone, a wildcard standing for one whole label.
fn matches_name(leaf: &CertificateDer<'_>, asked: &str) -> bool {
    let (Ok(asked), Ok(leaf)) = (ServerName::try_from(asked), ParsedCertificate::try_from(leaf)) else {
        return false;
    };
    verify_server_name(&leaf, &asked).is_ok()
}

/// RFC 5280 (4.1.2.5) spells "no end" as 9999-12-31 23:59:59, which is past jiff's last moment.
fn timestamp(time: ASN1Time) -> Timestamp {
    let seconds = time.timestamp();
    let limit = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(seconds).unwrap_or(limit)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rcgen::{CertificateParams, KeyPair, SanType, date_time_ymd};

    use super::*;
    use crate::fact::port::Chain;

    fn sign(params: &CertificateParams) -> CertificateDer<'static> {
        params.self_signed(&KeyPair::generate().unwrap()).unwrap().der().clone()
    }

    fn for_names(names: &[&str]) -> CertificateDer<'static> {
        sign(
            &CertificateParams::new(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>()).unwrap(),
        )
    }

    fn parse(der: CertificateDer<'_>, asked: Option<&str>) -> Option<Certificate> {
        parse_certificate(&[der], asked, Some(&RootCertStore::empty()))
    }

    #[test]
    fn reads_names_and_addresses() {
        let certificate = parse(for_names(&["dev.example", "192.0.2.1", "2001:db8::1"]), None).unwrap();
        let names: Vec<_> = certificate.names.iter().map(Untrusted::as_str).collect();
        assert_eq!(names, ["dev.example", "192.0.2.1", "2001:db8::1"]);
        assert_eq!(certificate.matches_name, None);
        assert_eq!(certificate.chain, Chain::SelfSigned);
    }

    #[test]
    fn matches_as_tls_clients_do() {
        let matches = |asked| {
            let names = ["dev.example", "*.wild.example", "192.0.2.1", "2001:db8::1"];
            parse(for_names(&names), Some(asked)).unwrap().matches_name.unwrap()
        };
        for asked in ["dev.example", "DEV.example", "a.wild.example", "192.0.2.1", "2001:db8::1"] {
            assert!(matches(asked), "{asked}");
        }
        for asked in
            ["example", "wild.example", "a.b.wild.example", "192.0.2.2", "2001:db8::2", "", "not a name"]
        {
            assert!(!matches(asked), "{asked}");
        }
    }

    #[test]
    fn ten_thousand_names_are_a_hundred_and_a_number() {
        // Three letters each, so that it all still fits a TLS handshake message.
        let letter = |number: u32| char::from_digit(10 + number % 26, 36).unwrap();
        let name = |number| [number / 676, number / 26, number].map(letter).iter().collect::<String>();
        let params = CertificateParams::new((0..10_000).map(name).collect::<Vec<_>>()).unwrap();
        let certificate = parse(sign(&params), Some(&name(9999))).unwrap();
        assert_eq!(certificate.names.len(), 101);
        assert_eq!(certificate.names[100].as_str(), "and 9900 more");
        assert_eq!(certificate.matches_name, Some(true));
    }

    #[test]
    fn absurd_dates_are_kept_in_bounds() {
        let mut params = CertificateParams::new(vec!["dev.example".to_owned()]).unwrap();
        params.not_before = date_time_ymd(1900, 1, 1);
        params.not_after = date_time_ymd(9999, 12, 31);
        let certificate = parse(sign(&params), None).unwrap();
        assert_eq!(certificate.not_before, "1900-01-01T00:00:00Z".parse().unwrap());
        assert_eq!(certificate.not_after, Timestamp::MAX);
    }

    #[test]
    fn control_characters_do_not_come_through() {
        let mut params = CertificateParams::default();
        params.subject_alt_names = vec![SanType::DnsName("a\u{1b}[2Jb".try_into().unwrap())];
        assert_eq!(parse(sign(&params), None).unwrap().names[0].as_str(), "a\\u{1b}[2Jb");
    }

    #[test]
    fn junk_is_no_certificate() {
        assert!(parse(CertificateDer::from(b"junk".to_vec()), Some("dev.example")).is_none());
        assert!(parse_certificate(&[], None, None).is_none());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn no_bytes_panic(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut: prop::sample::Index) {
            let mut der = for_names(&["dev.example", "192.0.2.1"]).to_vec();
            for (index, byte) in changes {
                let index = index.index(der.len());
                der[index] = byte;
            }
            let _ = parse(CertificateDer::from(der.clone()), Some("dev.example"));
            der.truncate(cut.index(der.len()));
            let _ = parse(CertificateDer::from(der), Some("dev.example"));
        }
    }
}
