//! The field's nouns as newtypes: ports, protocols, services.

use std::fmt;
use std::num::NonZeroU16;
use std::str::FromStr;

use serde::Serialize;

/// A TCP or UDP port, 1 to 65535 (RFC 6335).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Port(NonZeroU16);

impl Port {
    /// The port `number`; `None` for 0, which nothing can be reached on.
    pub fn new(number: u16) -> Option<Self> {
        NonZeroU16::new(number).map(Self)
    }

    /// The port's number.
    pub fn number(self) -> u16 {
        self.0.get()
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a service says first, and so what proves that it is the service that answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Greeting {
    /// The SSH identification exchange and key exchange start (RFC 4253, 4.2 and 7.1).
    Ssh,
    /// A TLS handshake (RFC 8446, RFC 5246).
    Tls,
    /// An HTTP/1.1 status line (RFC 9112, 4).
    Http,
    /// Nothing beyond TCP's own handshake: a weaker proof, for services with no greeting.
    Tcp,
}

impl Greeting {
    /// The word a policy uses for it, e.g. `ssh`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ssh => "ssh",
            Self::Tls => "tls",
            Self::Http => "http",
            Self::Tcp => "tcp",
        }
    }
}

impl fmt::Display for Greeting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A port and the greeting expected on it, spelled `22/ssh`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Service {
    /// The TCP port.
    pub port: Port,
    /// What proves that the service itself answers.
    pub greeting: Greeting,
}

/// Why a text is not a [`Service`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    /// There is no `/` between port and greeting.
    #[error("a service is PORT/GREETING, such as 22/ssh, 443/tls, 8080/http or 5432/tcp")]
    Shape,
    /// The port is not a number from 1 to 65535.
    #[error("port {0} is not a number from 1 to 65535")]
    Port(String),
    /// The greeting is not one that can be probed.
    #[error("greeting {0} is not one of ssh, tls, http, tcp")]
    Greeting(String),
}

impl FromStr for Service {
    type Err = ServiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (port, greeting) = text.split_once('/').ok_or(ServiceError::Shape)?;
        let port = port.parse().ok().map(Port).ok_or_else(|| ServiceError::Port(port.to_owned()))?;
        let greeting = match greeting {
            "ssh" => Greeting::Ssh,
            "tls" => Greeting::Tls,
            "http" => Greeting::Http,
            "tcp" => Greeting::Tcp,
            other => return Err(ServiceError::Greeting(other.to_owned())),
        };
        Ok(Self { port, greeting })
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.port, self.greeting)
    }
}
