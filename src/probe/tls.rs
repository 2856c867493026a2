//! A TLS handshake (RFC 8446, RFC 5246) that accepts any certificate and reports it.
//!
//! The address is dialled and the configured name sent as SNI. Whose certificate it is, and whether it
//! is trusted, are facts of their own: they never turn a service that answers into one that does not.

pub mod certificate;
pub mod distinguished_name;
pub mod trust;
mod verifier;

use std::fmt;
use std::io;
use std::sync::{Arc, LazyLock};

use tokio::io::AsyncWriteExt as _;
use tokio::time::timeout_at;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::Resumption;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{AlertDescription, ClientConfig, Error};

use crate::fact::port::{Exchange, Proof, Step, Target};
use crate::probe::conversation::{Conversation, first_line};
use crate::untrusted::Untrusted;
use trust::TrustStore;
use verifier::AnyCertificate;

/// TLS record types that a server's first bytes may have: alert and handshake (RFC 8446, 5.1).
const FIRST_RECORDS: [u8; 2] = [0x15, 0x16];

/// What all handshakes of a run share; made when first needed.
pub struct TlsProbe {
    connector: LazyLock<TlsConnector>,
    trust: TrustStore,
}

impl fmt::Debug for TlsProbe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TlsProbe").finish_non_exhaustive()
    }
}

impl Default for TlsProbe {
    fn default() -> Self {
        Self { connector: LazyLock::new(connector), trust: TrustStore::default() }
    }
}

impl TlsProbe {
    /// Performs one handshake and says goodbye. The trust store is read beside the first handshake.
    pub async fn probe_tls(&self, mut conversation: Conversation, target: &Target) -> Exchange {
        let deadline = conversation.deadline();
        // Which a handshake that fails does not wait for.
        let roots = async { Ok(timeout_at(deadline, self.trust.roots()).await.ok()) };
        match tokio::try_join!(self.handshake(&mut conversation, target), roots) {
            Err(exchange) => exchange,
            Ok((Handshake { version, chain }, roots)) => {
                let name = target.server_name.as_deref();
                let certificate = certificate::parse_certificate(&chain, name, roots.as_deref());
                Exchange::Completed(Proof::Tls { version, certificate })
            }
        }
    }

    async fn handshake(
        &self,
        conversation: &mut Conversation,
        target: &Target,
    ) -> Result<Handshake, Exchange> {
        let name = target.server_name.clone().and_then(|name| ServerName::try_from(name).ok());
        // An address is never sent as SNI (RFC 6066, 3).
        let name = name.unwrap_or_else(|| ServerName::from(target.address.to_canonical()));
        let deadline = conversation.deadline();
        let mut stream = match timeout_at(deadline, self.connector.connect(name, &mut *conversation)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return Err(failed(conversation, &error)),
            Err(_) => return Err(stalled(conversation)),
        };
        let connection = stream.get_ref().1;
        let version = connection.protocol_version().and_then(|version| version.as_str());
        let version = version.unwrap_or("TLS").replace('_', ".");
        let chain = connection.peer_certificates().unwrap_or_default();
        let chain = chain.iter().map(|certificate| certificate.clone().into_owned()).collect();
        // close_notify. The handshake is done, so whether it gets through changes nothing.
        let _ = timeout_at(deadline, stream.shutdown()).await;
        Ok(Handshake { version, chain })
    }
}

/// A completed handshake.
struct Handshake {
    version: String,
    chain: Vec<CertificateDer<'static>>,
}

fn connector() -> TlsConnector {
    let provider = ring::default_provider();
    let verifier = AnyCertificate::new(provider.signature_verification_algorithms);
    #[expect(
        clippy::expect_used,
        reason = "ring's own cipher suites serve both versions; every run's tests pass here"
    )]
    let builder = ClientConfig::builder_with_provider(Arc::new(provider))
        .with_safe_default_protocol_versions()
        .expect("ring serves TLS 1.2 and 1.3");
    let mut config =
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth();
    config.resumption = Resumption::disabled();
    TlsConnector::from(Arc::new(config))
}

/// The deadline passed within the handshake.
fn stalled(conversation: &Conversation) -> Exchange {
    if is_plaintext(conversation) {
        return plaintext(conversation);
    }
    Exchange::Stalled { after: step(conversation), identification: None, waited: conversation.waited() }
}

fn failed(conversation: &Conversation, error: &io::Error) -> Exchange {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Error>()) {
        Some(Error::AlertReceived(alert)) => Exchange::Alert { alert: alert_name(*alert) },
        _ if is_plaintext(conversation) => plaintext(conversation),
        // The peer closed or reset, so there is no TLS error.
        None => Exchange::Closed { after: step(conversation), reset: conversation.reset(), said: None },
        Some(error) => {
            let problem = Untrusted::from(format!("a TLS handshake that failed: {error}").as_str());
            Exchange::Wrong { received: Untrusted::from("TLS records"), problem: problem.as_str().to_owned() }
        }
    }
}

fn is_plaintext(conversation: &Conversation) -> bool {
    conversation.beginning().first().is_some_and(|first| !FIRST_RECORDS.contains(first))
}

fn plaintext(conversation: &Conversation) -> Exchange {
    let received = Untrusted::from_bytes(first_line(conversation.beginning()));
    Exchange::Wrong { received, problem: "this is not TLS".to_owned() }
}

fn step(conversation: &Conversation) -> Step {
    if conversation.beginning().is_empty() { Step::Request } else { Step::Handshake }
}

/// An alert's name as RFC 8446 (6) spells it, e.g. `handshake_failure`.
fn alert_name(alert: AlertDescription) -> String {
    let Some(name) = alert.as_str() else { return format!("unknown alert {}", u8::from(alert)) };
    let name = name.replace("Unrecognised", "Unrecognized");
    let mut spelled = String::with_capacity(name.len() + 4);
    let mut after_capital = true;
    for character in name.chars() {
        if character.is_ascii_uppercase() && !after_capital {
            spelled.push('_');
        }
        // `UnknownCA` is unknown_ca.
        after_capital = character.is_ascii_uppercase();
        spelled.push(character.to_ascii_lowercase());
    }
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alerts_are_spelled_as_the_rfc_does() {
        for (alert, name) in [
            (AlertDescription::HandshakeFailure, "handshake_failure"),
            (AlertDescription::UnknownCA, "unknown_ca"),
            (AlertDescription::UnrecognisedName, "unrecognized_name"),
            (AlertDescription::ProtocolVersion, "protocol_version"),
            (AlertDescription::NoApplicationProtocol, "no_application_protocol"),
            (AlertDescription::Unknown(200), "unknown alert 200"),
        ] {
            assert_eq!(alert_name(alert), name);
        }
    }
}
