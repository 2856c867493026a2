//! Reads AWS's configuration from AWS itself, and only as much of it as the question needs.
//!
//! Nothing but EC2's and EKS's read actions is called, those of `docs/iam-policy.json`. What one action
//! does not show, for want of a permission or because AWS keeps failing, is noted in the snapshot and so
//! makes unknown what depends on it; what makes every action fail is a [`FetchError`].

mod call;
mod cluster;
mod convert;
mod error;
mod follow;
mod http;
mod interface;
mod narrow;
mod reader;
mod session;
mod transit;

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;

use crate::snapshot::{Id, Snapshot};

pub use error::FetchError;

/// What is to be read, as whom, and for how long at most.
#[derive(Debug, Clone)]
pub struct Request {
    /// How much.
    pub scope: Scope,
    /// The EKS cluster whose security group is asked for.
    pub cluster: Option<ClusterRequest>,
    /// As whom, and where.
    pub session: Session,
    /// The most that the whole reading may take. A call of its own gets a fourth of it, 15 s at most.
    pub timeout: Duration,
}

/// How much is read.
#[derive(Debug, Clone)]
pub enum Scope {
    /// Everything that the account shows in the region.
    Everything,
    /// What these lead to.
    Around(Ends),
}

/// The ends of the paths that will be asked about.
#[derive(Debug, Clone, Default)]
pub struct Ends {
    /// Ranges whose subnets' interfaces are all read: the runners' subnets.
    pub ranges: Vec<IpNet>,
    /// Addresses of interfaces, their own or pods'.
    pub addresses: Vec<IpAddr>,
    /// Interfaces.
    pub interfaces: Vec<Id>,
    /// Instances.
    pub instances: Vec<Id>,
}

/// An EKS cluster.
#[derive(Debug, Clone)]
pub struct ClusterRequest {
    /// Its name.
    pub name: Id,
    /// Its cluster security group, where the user says so; AWS is not asked then.
    pub security_group: Option<Id>,
}

/// As whom AWS is asked, and where. What is not given is found as every AWS SDK finds it: environment,
/// profile, web identity (IRSA), pod identity, instance role.
#[derive(Debug, Clone, Default)]
pub struct Session {
    /// A profile of the AWS configuration files, instead of `AWS_PROFILE`.
    pub profile: Option<String>,
    /// A region, instead of `AWS_REGION` or the profile's.
    pub region: Option<String>,
    /// An endpoint for every service, instead of `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
}

/// Reads a snapshot. Calls run side by side, every list to its last page; what is throttled, fails or
/// arrives cut short is asked for again, with the SDK's adaptive back-off.
pub async fn fetch_snapshot(request: &Request) -> Result<Snapshot, FetchError> {
    let reading = async {
        let reader = session::connect(request).await?;
        follow::follow(&reader, request).await
    };
    match tokio::time::timeout(request.timeout, reading).await {
        Ok(read) => read,
        Err(_) => Err(FetchError::Late { limit: request.timeout }),
    }
}
