//! Certificates: warnings of their own, never "unreachable".

use jiff::{SignedDuration, Timestamp};

use super::list;
use super::target::subject;
use crate::code::Code;
use crate::fact::port::{Certificate, Chain, Exchange, PortFact, Proof};
use crate::finding::{Finding, Verdict};

/// An automatic renewal happens well before this.
const SOON: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Judges the certificate of one TLS port at the moment the facts were taken.
pub fn judge_certificate(taken_at: Timestamp, fact: &PortFact) -> Finding {
    let name = fact.target.server_name.as_deref();
    let expected = match name {
        Some(name) => format!("a certificate in date, for {name}"),
        None => "a certificate in date".to_owned(),
    };
    let subject = format!("{} certificate", subject(&fact.target));
    let finding = |code, verdict| Finding::new(code, verdict, subject.as_str()).expected(expected.as_str());
    let certificate = match &fact.exchange {
        Some(Exchange::Completed(Proof::Tls { certificate: Some(certificate), .. })) => certificate,
        Some(Exchange::Completed(_)) => {
            return finding(Code::CertificateUnreadable, Verdict::Warn)
                .observed("cannot be read")
                .reason("The handshake completed; names and dates could not be judged.")
                .hint(format!(
                    "`openssl s_client -connect {}:{} </dev/null | openssl x509 -noout -text`",
                    fact.target.address, fact.target.port
                ));
        }
        _ => {
            return finding(Code::CertificateNotAsked, Verdict::Skip)
                .observed("not seen")
                .reason("The TLS handshake did not complete; the port's own finding says why.");
        }
    };
    let names = list(&certificate.names);
    let (from, until) = (certificate.not_before, certificate.not_after);
    let judged = if taken_at > until {
        finding(Code::CertificateExpired, Verdict::Warn)
            .observed(format!("expired on {}", day(until)))
            .reason("The port is reachable; a client that checks certificates refuses it.")
            .hint("Renew the certificate and reload the server.")
    } else if taken_at < from {
        finding(Code::CertificateNotYetValid, Verdict::Warn)
            .observed(format!("is valid from {} on", day(from)))
            .reason("The port is reachable; a client that checks certificates refuses it.")
            .hint("Compare the clocks here and on the server.")
    } else if let (Some(false), Some(name)) = (certificate.matches_name, name) {
        finding(Code::CertificateNameMismatch, Verdict::Warn)
            .observed(format!("is for {names}, not for {name}"))
            .reason("The port is reachable; a client that checks the name refuses it.")
            .hint(format!(
                "Give the server a certificate for {name}, or correct server_name in the \
                policy."
            ))
    } else if until.duration_since(taken_at) < SOON {
        finding(Code::CertificateExpiresSoon, Verdict::Warn)
            .observed(format!("expires on {}", day(until)))
            .reason("An automatic renewal would have happened by now.")
            .hint("Renew the certificate; look at the renewal's log.")
    } else {
        finding(Code::CertificateValid, Verdict::Pass).observed(format!(
            "is for {names}, valid until {}, {}",
            day(until),
            chain(&certificate.chain)
        ))
    };
    evidence(judged, certificate)
}

fn evidence(finding: Finding, certificate: &Certificate) -> Finding {
    finding
        .evidence("subject", certificate.subject.as_str())
        .evidence("issuer", certificate.issuer.as_str())
        .evidence("names", certificate.names.iter().map(ToString::to_string).collect::<Vec<_>>())
        .evidence("not_before", certificate.not_before.to_string())
        .evidence("not_after", certificate.not_after.to_string())
        .evidence("chain", chain(&certificate.chain))
}

fn chain(chain: &Chain) -> String {
    match chain {
        Chain::Trusted => "chain trusted".to_owned(),
        Chain::SelfSigned => "self-signed".to_owned(),
        Chain::UnknownIssuer => "issuer not in the trust store".to_owned(),
        Chain::NoTrustStore => "no trust store here to check the chain".to_owned(),
        Chain::Invalid(problem) => format!("chain invalid: {problem}"),
    }
}

fn day(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%d").to_string()
}
