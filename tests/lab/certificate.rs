//! The dev server's certificate, and the authority that the pods trust.

use std::time::{Duration, SystemTime};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};

use crate::namespace::{self, WORK};
use crate::scenario::Nginx;

/// Too few for an automatic renewal to be still to come.
const FEW_DAYS: Duration = Duration::from_secs(5 * 24 * 3600);

/// The authority's certificate, for the pods' `SSL_CERT_FILE`.
pub fn authority() -> String {
    format!("{WORK}/authority.pem")
}

/// Writes `authority.pem`, `tls.crt` and `tls.key`.
pub fn write(nginx: Nginx) -> Result<(), String> {
    make(nginx).map_err(|e| format!("certificate: {e}")).and_then(|(authority, certificate, key)| {
        namespace::write("authority.pem", &authority)?;
        namespace::write("tls.crt", &certificate)?;
        namespace::write("tls.key", &key)?;
        Ok(())
    })
}

fn make(nginx: Nginx) -> Result<(String, String, String), rcgen::Error> {
    let authority_key = KeyPair::generate()?;
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    authority.distinguished_name.push(DnType::CommonName, "lab authority");
    let authority_pem = authority.self_signed(&authority_key)?.pem();
    let issuer = Issuer::from_params(&authority, &authority_key);

    let names = match nginx {
        Nginx::WrongName => vec!["other.example".to_owned()],
        _ => vec!["dev.cwiq.io".to_owned(), "10.1.20.15".to_owned()],
    };
    let key = KeyPair::generate()?;
    let mut certificate = CertificateParams::new(names)?;
    certificate.distinguished_name.push(DnType::CommonName, "dev server");
    certificate.not_before = match nginx {
        Nginx::NotYetValid => date_time_ymd(2098, 1, 1),
        _ => date_time_ymd(2020, 1, 1),
    };
    certificate.not_after = match nginx {
        Nginx::Expired => date_time_ymd(2021, 1, 1),
        Nginx::ExpiresSoon => (SystemTime::now() + FEW_DAYS).into(),
        _ => date_time_ymd(2099, 1, 1),
    };
    let certificate_pem = match nginx {
        Nginx::SelfSigned => certificate.self_signed(&key)?.pem(),
        _ => certificate.signed_by(&key, &issuer)?.pem(),
    };
    Ok((authority_pem, certificate_pem, key.serialize_pem()))
}
