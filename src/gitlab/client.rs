//! The HTTP client: one server, one token, GET alone.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::de::DeserializeOwned;
use ureq::http::{Response, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body};

use crate::fact::gitlab::Unread;
use crate::untrusted::Untrusted;

/// How much of an answer is read.
const LONGEST: u64 = 4 * 1024 * 1024;
/// How many pages of a list: 100 entries each.
const PAGES: u32 = 100;

/// What GitLab knows the caller by. It is never shown.
#[derive(Clone)]
pub enum Token {
    /// A personal, group or project access token.
    Access(String),
    /// A job's own `CI_JOB_TOKEN`, which may ask little.
    Job(String),
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Access(_) => "Access(…)",
            Self::Job(_) => "Job(…)",
        })
    }
}

impl Token {
    /// The header that carries it (GitLab, "REST API authentication").
    fn header(&self) -> (&'static str, &str) {
        match self {
            Self::Access(token) => ("PRIVATE-TOKEN", token),
            Self::Job(token) => ("JOB-TOKEN", token),
        }
    }
}

/// Why GitLab cannot be asked at all.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The server's URL is no URL.
    #[error("{0:?} is no URL of a GitLab server; write it as https://gitlab.example.com")]
    Url(String),
    /// The token would be readable by everybody on the way.
    #[error("{0} is not encrypted, and a token is not sent over it; use https")]
    Unencrypted(String),
    /// The authorities' certificates cannot be read.
    #[error("the certificates of {path} cannot be read: {error}")]
    Authorities {
        /// The file.
        path: String,
        /// What is wrong with it.
        error: String,
    },
}

/// Asks one GitLab server.
#[derive(Debug)]
pub struct Client {
    agent: Agent,
    server: String,
    token: Token,
}

impl Client {
    /// A client of a server such as `https://gitlab.com`, which may have a path. `authorities` is a PEM file of
    /// certificates that are trusted besides the system's, such as `CI_SERVER_TLS_CA_FILE`; each call may take
    /// `timeout`.
    ///
    /// # Errors
    ///
    /// When the URL cannot be used, or the authorities cannot be read.
    pub fn new(
        server: &str,
        token: Token,
        authorities: Option<&str>,
        timeout: Duration,
    ) -> Result<Self, ClientError> {
        let server = server.trim_end_matches('/');
        let uri: Uri = server.parse().map_err(|_| ClientError::Url(server.to_owned()))?;
        match (uri.scheme_str(), uri.host()) {
            (Some("https"), Some(_)) => {}
            (Some("http"), Some(host)) if is_loopback(host) => {}
            (Some("http"), Some(_)) => return Err(ClientError::Unencrypted(server.to_owned())),
            _ => return Err(ClientError::Url(server.to_owned())),
        }
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(
                tokio_rustls::rustls::crypto::ring::default_provider(),
            ))
            .root_certs(RootCerts::new_with_certs(&roots(authorities)?))
            .build();
        let agent = Agent::config_builder()
            .tls_config(tls)
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(timeout))
            .user_agent(concat!("reachgate/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Ok(Self { agent, server: server.to_owned(), token })
    }

    /// The server that is asked.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// One thing, by the parts of its path.
    pub(super) fn get<T: DeserializeOwned>(&self, path: &[&str]) -> Result<T, Unread> {
        read(self.call(path, "")?)
    }

    /// A whole list, page by page.
    pub(super) fn list<T: DeserializeOwned>(&self, path: &[&str]) -> Result<Vec<T>, Unread> {
        let mut all = Vec::new();
        let mut page = "1".to_owned();
        for _ in 0..PAGES {
            let response = self.call(path, &format!("?per_page=100&page={page}"))?;
            let header = |name: &str| {
                let value = response.headers().get(name)?.to_str().ok()?;
                (!value.is_empty()).then(|| value.to_owned())
            };
            let next = header("x-next-page");
            all.extend(read::<Vec<T>>(response)?);
            match next {
                // A number and nothing else goes back into a URL.
                Some(next) if next.bytes().all(|byte| byte.is_ascii_digit()) => page = next,
                Some(next) => return Err(failed(&format!("the next page is said to be {next:?}"))),
                None => return Ok(all),
            }
        }
        Err(failed("the list does not end"))
    }

    fn call(&self, path: &[&str], query: &str) -> Result<Response<Body>, Unread> {
        let path = path.iter().map(|part| encoded(part)).collect::<Vec<_>>().join("/");
        let (name, value) = self.token.header();
        let response = self
            .agent
            .get(format!("{}/api/v4/{path}{query}", self.server))
            .header(name, value)
            .header("accept", "application/json")
            .call()
            // ureq's messages name hosts and reasons, never headers.
            .map_err(|error| failed(&error.to_string()))?;
        match response.status().as_u16() {
            200 => Ok(response),
            401 => Err(Unread::Unauthorized),
            status @ (403 | 404) => Err(Unread::Forbidden { status }),
            status @ 300..=399 => {
                Err(failed(&format!("HTTP status {status}: it redirects, and the token does not follow")))
            }
            status => Err(failed(&format!("HTTP status {status}"))),
        }
    }
}

fn read<T: DeserializeOwned>(mut response: Response<Body>) -> Result<T, Unread> {
    let body = response.body_mut().with_config().limit(LONGEST).read_to_string();
    let body = body.map_err(|error| failed(&error.to_string()))?;
    // The message has names of fields and places, no values that GitLab keeps secret.
    serde_json::from_str(&body).map_err(|error| {
        failed(&format!(
            "the answer is not what GitLab's API promises (line {}, column {})",
            error.line(),
            error.column()
        ))
    })
}

fn failed(detail: &str) -> Unread {
    Unread::Failed { detail: Untrusted::from(detail) }
}

/// A part of a path; a group's slashes too (GitLab, "Namespaced paths").
fn encoded(part: &str) -> String {
    utf8_percent_encode(part, NON_ALPHANUMERIC).to_string()
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The system's authorities, and those of a file.
fn roots(authorities: Option<&str>) -> Result<Vec<Certificate<'static>>, ClientError> {
    use rustls_pki_types::CertificateDer;
    use rustls_pki_types::pem::PemObject as _;

    let system = rustls_native_certs::load_native_certs().certs;
    let mut roots: Vec<Certificate<'static>> =
        system.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect();
    if let Some(path) = authorities {
        let unreadable = |error: String| ClientError::Authorities { path: path.to_owned(), error };
        let certificates =
            CertificateDer::pem_file_iter(path).map_err(|error| unreadable(error.to_string()))?;
        for certificate in certificates {
            let certificate = certificate.map_err(|error| unreadable(error.to_string()))?;
            roots.push(Certificate::from_der(&certificate).to_owned());
        }
    }
    Ok(roots)
}
