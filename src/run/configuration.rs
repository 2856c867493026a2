//! Where AWS's configuration is read from: the one place that knows.

use std::net::IpAddr;
use std::time::Duration;

use ipnet::IpNet;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Failure;
use crate::aws::files::load_snapshot;
use crate::aws::plan::{Laid, lay_plan, load_plan};
use crate::cli::{Configuration, Origin, PlanFile, Unsaid};
use crate::judge::address::judge_address;
use crate::judge::configuration::StaticOptions;
use crate::judge::destinations;
use crate::network::Endpoint;
use crate::policy::Policy;
use crate::snapshot::{Id, Planned, Snapshot};

/// What of AWS's configuration is needed; files are read whole in any case.
#[derive(Debug, Clone, Default)]
#[cfg_attr(not(feature = "aws"), expect(dead_code, reason = "only live reading looks for less than all"))]
pub struct Needed {
    /// Everything that the account shows, rather than what the rest leads to.
    pub everything: bool,
    /// Ranges whose subnets' interfaces are needed.
    pub ranges: Vec<IpNet>,
    /// Addresses whose interfaces are needed.
    pub addresses: Vec<IpAddr>,
    /// Interfaces.
    pub interfaces: Vec<Id>,
    /// Instances.
    pub instances: Vec<Id>,
    /// The EKS cluster whose security group is needed.
    pub cluster: Option<String>,
    /// Its security group, where the user says so.
    pub cluster_group: Option<String>,
}

impl From<&Unsaid> for StaticOptions {
    fn from(unsaid: &Unsaid) -> Self {
        Self {
            cluster_group: unsaid.cluster_security_group.as_deref().map(Into::into),
            translation: unsaid.external_snat.into(),
            today: unsaid.today.unwrap_or_else(today),
        }
    }
}

/// The day, in UTC.
pub fn today() -> Date {
    TimeZone::UTC.to_datetime(Timestamp::now()).date()
}

impl Needed {
    /// What judging the policy needs.
    pub fn by_policy(policy: &Policy, cluster_group: Option<&str>) -> Self {
        let dialled = |(name, destination)| judge_address(policy, &[], name, destination).dial;
        Self {
            ranges: policy.sources.values().flat_map(|source| source.subnets.iter().copied()).collect(),
            addresses: destinations(policy).filter_map(dialled).collect(),
            cluster: policy.sources.values().find_map(|source| source.eks_cluster.clone()),
            cluster_group: cluster_group.map(str::to_owned),
            ..Self::default()
        }
    }

    /// What a path between these needs.
    pub fn by_ends(ends: [&Endpoint; 2]) -> Self {
        let mut needed = Self::default();
        for end in ends {
            match end {
                Endpoint::Address(address) => needed.addresses.push(*address),
                Endpoint::Interface(id) => needed.interfaces.push(id.clone()),
                Endpoint::Instance(id) => needed.instances.push(id.clone()),
                Endpoint::Hypothetical(_) => {}
            }
        }
        needed
    }

    /// All there is.
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }
}

/// Reads it into one snapshot: from the files that are given, else from AWS itself, in this time at most.
///
/// # Errors
///
/// Every file that is wrong, or that AWS itself cannot be read.
pub fn load(origin: &Origin, timeout: Duration, needed: Needed) -> Result<Snapshot, Failure> {
    if origin.snapshot.is_empty() {
        fetch(origin, timeout, needed)
    } else {
        Ok(load_snapshot(&origin.snapshot)?)
    }
}

/// Reads it, and lays the plan over it that is given. Where there are no files and no means to read AWS itself,
/// the plan is judged alone: what it does not say is unknown.
///
/// # Errors
///
/// As [`load`], and what is wrong with the plan.
pub fn load_planned(
    options: &Configuration,
    file: &PlanFile,
    needed: Needed,
) -> Result<(Snapshot, Option<Planned>), Failure> {
    let read = || load(&options.origin, options.timeout, needed);
    let Some(path) = &file.plan else { return Ok((read()?, None)) };
    let plan = load_plan(path)?;
    let snapshot = match read() {
        Err(failure) if failure.is_without_means() => Snapshot::default(),
        read => read?,
    };
    let Laid { snapshot, planned } = lay_plan(snapshot, &plan);
    Ok((snapshot, Some(planned)))
}

#[cfg(feature = "aws")]
fn fetch(origin: &Origin, timeout: Duration, needed: Needed) -> Result<Snapshot, Failure> {
    use crate::aws::live::{ClusterRequest, Ends, Request, Scope, Session, fetch_snapshot};

    let Needed { everything, ranges, addresses, interfaces, instances, cluster, cluster_group } = needed;
    let request = Request {
        scope: if everything {
            Scope::Everything
        } else {
            Scope::Around(Ends { ranges, addresses, interfaces, instances })
        },
        cluster: cluster
            .map(|name| ClusterRequest { name: name.into(), security_group: cluster_group.map(Into::into) }),
        session: Session {
            profile: origin.profile.clone(),
            region: origin.region.clone(),
            endpoint_url: None,
        },
        timeout,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(Failure::Start)?;
    let snapshot = runtime.block_on(fetch_snapshot(&request));
    runtime.shutdown_background();
    Ok(snapshot?)
}

#[cfg(not(feature = "aws"))]
fn fetch(_origin: &Origin, _timeout: Duration, _needed: Needed) -> Result<Snapshot, Failure> {
    Err(Failure::NoLive)
}
