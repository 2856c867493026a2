//! What keeps AWS from being read at all.

use std::error::Error;
use std::time::Duration;

use crate::snapshot::Document;
use crate::untrusted::Untrusted;

/// Why nothing was read. Each message names the thing and the next step.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No region is set anywhere.
    #[error("no AWS region is set: give --region, or set AWS_REGION or the profile's region")]
    NoRegion,
    /// The chain of providers found no credentials.
    #[error(
        "no AWS credentials were found: sign in (aws sso login), set AWS_PROFILE, or give the pod a role ({detail})"
    )]
    NoCredentials {
        /// What the chain said.
        detail: String,
    },
    /// A provider was found and failed.
    #[error(
        "AWS credentials could not be had: check the profile, or sign in again (aws sso login): {detail}"
    )]
    Credentials {
        /// What the provider said.
        detail: String,
    },
    /// The session ended.
    #[error("the AWS session has expired ({code}): sign in again, and check that the clock is right")]
    Expired {
        /// AWS's error code.
        code: String,
    },
    /// AWS does not know the credentials, or not in this region.
    #[error(
        "AWS does not accept these credentials in {region} ({code}): check whose they are (aws sts get-caller-identity), \
         and that the account has this region switched on"
    )]
    Rejected {
        /// AWS's error code.
        code: String,
        /// The region that was asked.
        region: String,
    },
    /// No connection to the endpoint.
    #[error(
        "{endpoint} cannot be reached: check the region's name, AWS_ENDPOINT_URL, HTTPS_PROXY and NO_PROXY, and that \
         the network lets AWS's endpoints be reached: {detail}"
    )]
    Unreachable {
        /// The service's endpoint, or the region where it is AWS's own.
        endpoint: String,
        /// What the connection said.
        detail: String,
    },
    /// One call took too long, every time.
    #[error("{document} got no answer in time from {endpoint}: try again, or give it longer with --timeout")]
    TimedOut {
        /// What was asked for.
        document: Document,
        /// The service's endpoint, or the region where it is AWS's own.
        endpoint: String,
    },
    /// All of it took too long.
    #[error("AWS was not read within {} s: try again, or give it longer with --timeout", limit.as_secs_f32())]
    Late {
        /// The most that it may take.
        limit: Duration,
    },
    /// Nothing could be read, and not for want of permission.
    #[error(
        "nothing could be read from {endpoint}: {document} failed with {code} every time; try again later"
    )]
    Failing {
        /// What was asked for.
        document: Document,
        /// AWS's error code, or the kind of failure.
        code: String,
        /// The service's endpoint, or the region where it is AWS's own.
        endpoint: String,
    },
    /// The account's part of the region has none of what was asked for.
    #[error("{region} has nothing of {asked}: wrong region or account? Give --region or --profile")]
    Elsewhere {
        /// The region that was asked.
        region: String,
        /// The ranges, addresses and ids.
        asked: String,
    },
}

/// An error and what caused it, each cause once.
pub(super) fn causes(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        // Some errors repeat their cause in their own words.
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        source = cause.source();
    }
    Untrusted::from(text.as_str()).to_string()
}
