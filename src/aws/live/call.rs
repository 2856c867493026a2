//! How one call failed.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};

use super::error::{FetchError, causes};
use super::reader::Reader;
use crate::snapshot::{Document, Unread, UnreadCause};
use crate::untrusted::Untrusted;

/// Why a call showed nothing.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Every other call would fail like it.
    Fatal(FetchError),
    /// This kind of document alone was not read.
    Unread(Unread),
}

/// What a call read; `None` where there was nothing to ask for.
pub(super) type Read<T> = Result<Option<Vec<T>>, Trouble>;

/// AWS's codes for a missing permission (EC2 and EKS API references, common errors).
const DENIED: &[&str] = &[
    "UnauthorizedOperation",
    "Client.UnauthorizedOperation",
    "UnauthorizedAccess",
    "AccessDenied",
    "AccessDeniedException",
    "NotAuthorized",
];
/// Its codes for a session that ended.
const EXPIRED: &[&str] = &["ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"];
/// Its codes for credentials that it does not know, or not in this region.
const REJECTED: &[&str] = &[
    "AuthFailure",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "OptInRequired",
    "Blocked",
    "PendingVerification",
];

/// A kind of document that was not read.
pub(super) fn unread(document: Document, cause: UnreadCause, code: &str) -> Trouble {
    let code = Untrusted::from(code).as_str().into();
    Trouble::Unread(Unread { cause, action: document.action().into(), code })
}

/// Sorts an SDK error by its type and AWS's code.
pub(super) fn trouble<E, R>(reader: &Reader, document: Document, error: &SdkError<E, R>) -> Trouble
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug + 'static,
{
    let endpoint = reader.endpoint.clone();
    match error {
        // EC2 may be reached without EKS: a VPC with an endpoint for the one alone.
        SdkError::TimeoutError(_) if document == Document::Cluster => {
            unread(document, UnreadCause::Failed, "timeout")
        }
        SdkError::DispatchFailure(_) if document == Document::Cluster => {
            unread(document, UnreadCause::Failed, "unreachable")
        }
        SdkError::TimeoutError(_) => Trouble::Fatal(FetchError::TimedOut { document, endpoint }),
        SdkError::DispatchFailure(failure) if is_cut(failure.as_connector_error()) => {
            unread(document, UnreadCause::Failed, "malformed")
        }
        SdkError::DispatchFailure(_) | SdkError::ConstructionFailure(_) => {
            Trouble::Fatal(FetchError::Unreachable { endpoint, detail: causes(error) })
        }
        SdkError::ServiceError(failure) => {
            let code = failure.err().code().unwrap_or("malformed");
            let told = || Untrusted::from(code).to_string();
            if DENIED.contains(&code) {
                unread(document, UnreadCause::Denied, code)
            } else if EXPIRED.contains(&code) {
                Trouble::Fatal(FetchError::Expired { code: told() })
            } else if REJECTED.contains(&code) {
                Trouble::Fatal(FetchError::Rejected { code: told(), region: reader.region.clone() })
            } else {
                unread(document, UnreadCause::Failed, code)
            }
        }
        _ => unread(document, UnreadCause::Failed, "malformed"),
    }
}

/// Whether a connection was made and answered, but never to the end.
fn is_cut(failure: Option<&aws_smithy_runtime_api::client::result::ConnectorError>) -> bool {
    let mut source = failure.and_then(|failure| std::error::Error::source(failure));
    while let Some(error) = source {
        if let Some(io) = error.downcast_ref::<std::io::Error>() {
            return io.kind() == std::io::ErrorKind::UnexpectedEof;
        }
        source = error.source();
    }
    false
}
