//! From profile, region and environment to a [`Reader`].

use std::time::Duration;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region};
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, SharedCredentialsProvider};
use aws_smithy_runtime::client::retries::{ClientRateLimiter, RetryPartition};

use super::error::{FetchError, causes};
use super::http::Whole;
use super::reader::Reader;
use super::{Request, Session};

/// The first try and five more.
const ATTEMPTS: u32 = 6;
/// EKS is asked for what a tag says too, and often has no way to it where EC2 has one.
const EKS_ATTEMPTS: u32 = 2;
/// The most that is waited between two tries.
const BACKOFF: Duration = Duration::from_secs(5);
/// Calls a second that are taken for the pace so far when AWS first says "throttled". The first half second's
/// count takes the place of four fifths of it, so that 10 is left, the least rate at which EC2 refills an
/// account's read calls (EC2 API reference, "Request throttling").
const PACE: f64 = 50.0;
/// The most that one try of a call may take.
const PATIENCE: Duration = Duration::from_secs(15);
/// The most that a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(4);

/// Finds region and credentials as every AWS SDK does, and makes the clients.
pub(super) async fn connect(request: &Request) -> Result<Reader, FetchError> {
    let attempt = PATIENCE.min(request.timeout / 4);
    let Session { profile, region, endpoint_url } = &request.session;
    let mut loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(Whole::default())
        .retry_config(
            RetryConfig::adaptive().with_max_attempts(ATTEMPTS).with_max_backoff(BACKOFF.min(attempt)),
        )
        .timeout_config(
            TimeoutConfig::builder()
                .connect_timeout(CONNECT.min(attempt))
                .operation_attempt_timeout(attempt)
                .operation_timeout(request.timeout * 3 / 4)
                .build(),
        );
    // So that an account's CloudTrail says who asked.
    if let Ok(name) = AppName::new(env!("CARGO_PKG_NAME")) {
        loader = loader.app_name(name);
    }
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    if let Some(region) = region {
        loader = loader.region(Region::new(region.clone()));
    }
    if let Some(url) = endpoint_url {
        loader = loader.endpoint_url(url);
    }
    let found = loader.load().await;
    let region = found.region().ok_or(FetchError::NoRegion)?.to_string();
    let none = || FetchError::NoCredentials { detail: "no provider is configured".to_owned() };
    let provider = found.credentials_provider().ok_or_else(none)?;
    // Once, and before any call: a chain that fails would otherwise fail in each of them.
    let credentials = provider.provide_credentials().await.map_err(|error| refuse(&error))?;
    let settled =
        found.to_builder().credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    let endpoint = settled.endpoint_url().map_or_else(|| format!("AWS in {region}"), str::to_owned);
    let ec2 = aws_sdk_ec2::Client::from_conf(
        aws_sdk_ec2::config::Builder::from(&settled).retry_partition(partition("ec2")).build(),
    );
    let once_more =
        RetryConfig::adaptive().with_max_attempts(EKS_ATTEMPTS).with_max_backoff(BACKOFF.min(attempt));
    let eks = aws_sdk_eks::Client::from_conf(
        aws_sdk_eks::config::Builder::from(&settled)
            .retry_config(once_more)
            .retry_partition(partition("eks"))
            .build(),
    );
    Ok(Reader { ec2, eks, region, endpoint })
}

/// What one reading has learnt of AWS's limits; no other reading of this process waits for it.
///
/// The SDK's own beginning is half a call a second, at which one answer "throttled" among the first calls
/// takes each call after it ten seconds.
fn partition(service: &'static str) -> RetryPartition {
    let limiter = ClientRateLimiter::builder().tokens_retrieved_per_second(PACE).build();
    RetryPartition::custom(service).client_rate_limiter(limiter).build()
}

fn refuse(error: &CredentialsError) -> FetchError {
    let detail = causes(error);
    match error {
        CredentialsError::CredentialsNotLoaded(_) => FetchError::NoCredentials { detail },
        _ => FetchError::Credentials { detail },
    }
}
