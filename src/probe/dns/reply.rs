//! What one transport brought, by the type of what hickory gave: a response to be read, or an error. Pure.

use std::io;

use hickory_resolver::net::NetError;
use hickory_resolver::proto::op::{DnsResponse, Query};
use nix::errno::Errno;

use super::message::read;
use crate::fact::name::Answer;
use crate::untrusted::Untrusted;

/// What one transport brought.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// The answer.
    Answer(Answer),
    /// Only a part of it (TC): the rest is to be had over TCP.
    Truncated,
}

/// Why one transport brought nothing.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// The network's error, by errno.
    Network(String),
    /// The nameserver sent something that is no DNS message, or does not answer the question.
    Malformed(String),
}

impl Failure {
    /// It in words, with the transport that failed.
    pub(super) fn words(self, transport: &str) -> String {
        match self {
            Self::Network(error) => format!("{transport}: {error}"),
            Self::Malformed(error) => format!("{transport}: malformed answer ({error})"),
        }
    }

    /// An I/O error by its errno, e.g. `ECONNREFUSED (Connection refused)`.
    pub(super) fn network(error: &io::Error) -> Self {
        Self::Network(match error.raw_os_error().map(Errno::from_raw) {
            Some(errno) => format!("{errno:?} ({})", errno.desc()),
            None if error.kind() == io::ErrorKind::UnexpectedEof => "closed without an answer".to_owned(),
            None => error.to_string(),
        })
    }
}

/// What came of a question. hickory has held the message's id against the question's; over TCP it holds
/// nothing else against it.
pub(super) fn reply(asked: &Query, result: Result<DnsResponse, NetError>) -> Result<Reply, Failure> {
    match result {
        Ok(response) => read(asked, &response),
        Err(NetError::Io(error)) => Err(Failure::network(&error)),
        // What hickory says where a connection ended before its task took up the question.
        Err(NetError::Busy | NetError::Message(_)) => {
            Err(Failure::Network("closed without an answer".to_owned()))
        }
        Err(NetError::Timeout) => Err(Failure::Network("no answer in time".to_owned())),
        Err(NetError::Proto(error)) => Err(Failure::Malformed(in_words(&error))),
        Err(other) => Err(Failure::Network(in_words(&other))),
    }
}

/// A library's error may quote what it read.
fn in_words(error: &impl ToString) -> String {
    Untrusted::from(error.to_string().as_str()).to_string()
}

#[cfg(test)]
mod tests {
    use hickory_resolver::net::NetError;
    use hickory_resolver::proto::op::Query;
    use hickory_resolver::proto::rr::{Name, RecordType};

    use super::{Failure, reply};

    #[test]
    fn errors_are_told_apart_by_type_and_number() {
        let asked = Query::query(Name::root(), RecordType::A);
        let failure = |error: NetError| match reply(&asked, Err(error)) {
            Err(Failure::Network(words)) => words,
            other => panic!("{other:?}"),
        };
        let refused = std::io::Error::from_raw_os_error(nix::libc::ECONNREFUSED);
        assert_eq!(failure(refused.into()), "ECONNREFUSED (Connection refused)");
        let closed = std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
        assert_eq!(failure(closed.into()), "closed without an answer");
        assert_eq!(failure(NetError::Timeout), "no answer in time");
        assert!(!failure(NetError::Msg("\u{1b}[2J".to_owned())).contains('\u{1b}'));
    }
}
