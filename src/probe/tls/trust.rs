//! What the system's trust store says of a chain, names and dates left aside.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::sync::{OnceCell, oneshot};
use tokio_rustls::rustls::client::verify_server_cert_signed_by_trust_anchor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{CertificateError, Error, RootCertStore};
use x509_parser::prelude::{FromDer as _, X509Certificate};

use crate::fact::port::Chain;
use crate::untrusted::Untrusted;

/// The system's trust store (or `SSL_CERT_FILE`, `SSL_CERT_DIR`), read once, when first asked for.
#[derive(Debug, Default)]
pub struct TrustStore {
    roots: OnceCell<Arc<RootCertStore>>,
}

impl TrustStore {
    /// The trusted roots; none when the machine has no store. They are read in a thread of their own,
    /// since a hundred and forty certificates take milliseconds.
    pub async fn roots(&self) -> Arc<RootCertStore> {
        Arc::clone(self.roots.get_or_init(load_in_thread).await)
    }
}

async fn load_in_thread() -> Arc<RootCertStore> {
    let (sender, receiver) = oneshot::channel();
    // Not tokio's blocking pool: it panics where the system grants no more threads.
    let thread = std::thread::Builder::new().name("trust-store".to_owned());
    let spawned = thread.spawn(move || {
        let _ = sender.send(load_roots());
    });
    match spawned {
        Ok(_) => Arc::new(receiver.await.unwrap_or_else(|_| RootCertStore::empty())),
        Err(_) => Arc::new(load_roots()),
    }
}

/// One file that holds all certificates is read where there is one (`SSL_CERT_FILE`, else the system's), and the
/// folder of single files only where there is none: distributions make both of the same certificates, and
/// reading some hundred files takes longer than everything else that a probe does.
fn load_roots() -> RootCertStore {
    let one_file = openssl_probe::probe().cert_file;
    let found = match one_file {
        // A folder that is asked for by name counts in any case.
        Some(file) if std::env::var_os("SSL_CERT_DIR").is_none() => {
            rustls_native_certs::load_certs_from_paths(Some(&file), None)
        }
        _ => rustls_native_certs::load_native_certs(),
    };
    let mut roots = RootCertStore::empty();
    // A store may hold a certificate that cannot be read; the others still count.
    roots.add_parsable_certificates(found.certs);
    roots
}

/// Judges `chain`, the server's own certificate first, against `roots`; `None` when they could not be
/// read in time. It is judged at the moment nearest `now` at which every certificate sent was valid, so
/// an expired certificate of a trusted root is [`Chain::Trusted`].
pub fn evaluate_chain(chain: &[CertificateDer<'_>], roots: Option<&RootCertStore>, now: SystemTime) -> Chain {
    let Some((leaf, intermediates)) = chain.split_first() else {
        return Chain::Invalid("the server sent no certificate".to_owned());
    };
    let self_signed = is_self_signed(leaf);
    let Some(roots) = roots else {
        return Chain::Invalid("the trust store could not be read in time".to_owned());
    };
    if self_signed && is_root(leaf, roots) {
        return Chain::Trusted;
    }
    let verified = ParsedCertificate::try_from(leaf).and_then(|leaf| {
        let algorithms = ring::default_provider().signature_verification_algorithms.all;
        verify_server_cert_signed_by_trust_anchor(
            &leaf,
            roots,
            intermediates,
            valid_moment(chain, now),
            algorithms,
        )
    });
    match verified {
        Ok(()) => Chain::Trusted,
        Err(_) if self_signed => Chain::SelfSigned,
        Err(_) if roots.is_empty() => Chain::NoTrustStore,
        Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => Chain::UnknownIssuer,
        Err(error) => Chain::Invalid(Untrusted::from(error.to_string().as_str()).as_str().to_owned()),
    }
}

/// Subject and issuer are the same, and so is the key that signed it.
fn is_self_signed(certificate: &CertificateDer<'_>) -> bool {
    X509Certificate::from_der(certificate).is_ok_and(|(_, parsed)| {
        parsed.subject().as_raw() == parsed.issuer().as_raw() && parsed.verify_signature(None).is_ok()
    })
}

/// The certificate itself is in the store.
fn is_root(certificate: &CertificateDer<'_>, roots: &RootCertStore) -> bool {
    let mut alone = RootCertStore::empty();
    if alone.add(certificate.clone().into_owned()).is_err() {
        return false;
    }
    alone.roots.iter().all(|anchor| {
        roots.roots.iter().any(|root| {
            root.subject == anchor.subject && root.subject_public_key_info == anchor.subject_public_key_info
        })
    })
}

/// The moment nearest `now` at which every certificate of the chain is valid.
fn valid_moment(chain: &[CertificateDer<'_>], now: SystemTime) -> UnixTime {
    let now = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_secs();
    let (mut earliest, mut latest) = (0, u64::MAX);
    for certificate in chain {
        if let Ok((_, parsed)) = X509Certificate::from_der(certificate) {
            let validity = parsed.validity();
            earliest = earliest.max(u64::try_from(validity.not_before.timestamp()).unwrap_or(0));
            latest = latest.min(u64::try_from(validity.not_after.timestamp()).unwrap_or(0));
        }
    }
    UnixTime::since_unix_epoch(Duration::from_secs(now.max(earliest).min(latest)))
}

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
        date_time_ymd,
    };

    use super::*;

    struct Authority(CertifiedIssuer<'static, KeyPair>);

    fn authority(name: &str) -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Authority(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    impl Authority {
        fn der(&self) -> CertificateDer<'static> {
            self.0.der().clone()
        }

        fn issue(&self, change: impl FnOnce(&mut CertificateParams)) -> CertificateDer<'static> {
            let mut params = CertificateParams::new(vec!["dev.example".to_owned()]).unwrap();
            change(&mut params);
            params.signed_by(&KeyPair::generate().unwrap(), &self.0).unwrap().der().clone()
        }

        fn roots(&self) -> RootCertStore {
            let mut roots = RootCertStore::empty();
            roots.add(self.der()).unwrap();
            roots
        }
    }

    fn judge(chain: &[CertificateDer<'_>], roots: &RootCertStore) -> Chain {
        evaluate_chain(chain, Some(roots), SystemTime::now())
    }

    #[test]
    fn dates_do_not_decide_trust() {
        let root = authority("root");
        let expired = |params: &mut CertificateParams| {
            params.not_before = date_time_ymd(2001, 1, 1);
            params.not_after = date_time_ymd(2002, 1, 1);
        };
        let future = |params: &mut CertificateParams| {
            params.not_before = date_time_ymd(2901, 1, 1);
            params.not_after = date_time_ymd(2902, 1, 1);
        };
        assert_eq!(judge(&[root.issue(|_| {})], &root.roots()), Chain::Trusted);
        assert_eq!(judge(&[root.issue(expired)], &root.roots()), Chain::Trusted);
        assert_eq!(judge(&[root.issue(future)], &root.roots()), Chain::Trusted);
        assert_eq!(judge(&[authority("other").issue(expired)], &root.roots()), Chain::UnknownIssuer);
    }

    #[test]
    fn who_signed_it_decides_trust() {
        let (root, other) = (authority("root"), authority("root"));
        // The same name with another key is another authority.
        assert!(!matches!(judge(&[other.issue(|_| {})], &root.roots()), Chain::Trusted | Chain::SelfSigned));
        assert_eq!(judge(&[other.der()], &root.roots()), Chain::SelfSigned);
        assert_eq!(judge(&[root.der()], &root.roots()), Chain::Trusted);
        assert_eq!(judge(&[root.issue(|_| {})], &RootCertStore::empty()), Chain::NoTrustStore);
        assert_eq!(judge(&[root.der()], &RootCertStore::empty()), Chain::SelfSigned);
    }

    #[test]
    fn a_forged_signature_is_not_self_signed() {
        let mut forged = authority("root").der().to_vec();
        *forged.last_mut().unwrap() ^= 1;
        let chain = judge(&[CertificateDer::from(forged)], &authority("other").roots());
        assert!(!matches!(chain, Chain::Trusted | Chain::SelfSigned), "{chain:?}");
    }

    #[test]
    fn what_it_is_for_counts() {
        let root = authority("root");
        let client_only = |params: &mut CertificateParams| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        };
        assert!(matches!(judge(&[root.issue(client_only)], &root.roots()), Chain::Invalid(_)));
        assert!(matches!(judge(&[], &root.roots()), Chain::Invalid(_)));
        assert!(matches!(judge(&[CertificateDer::from(vec![1, 2, 3])], &root.roots()), Chain::Invalid(_)));
        assert!(matches!(evaluate_chain(&[root.der()], None, SystemTime::now()), Chain::Invalid(_)));
    }
}
