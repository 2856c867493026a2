//! What the commands take that read AWS's configuration.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::{Probe, parse_duration};
use crate::flow::Port;
use crate::network::{Endpoint, Translation};

/// Where AWS's configuration comes from.
#[derive(Debug, Clone, Args)]
pub struct Origin {
    /// A folder of AWS CLI output, or a file of `reachgate snapshot`; may be given several times
    #[arg(long, value_name = "PATH")]
    pub snapshot: Vec<PathBuf>,
    /// The AWS region to read live, without --snapshot [default: as the AWS CLI finds it]
    #[arg(long, value_name = "REGION", conflicts_with = "snapshot")]
    pub region: Option<String>,
    /// The AWS profile to read as [default: as the AWS CLI finds it]
    #[arg(long, value_name = "PROFILE", conflicts_with = "snapshot")]
    pub profile: Option<String>,
}

/// Where AWS's configuration comes from, and how long reading it may take.
#[derive(Debug, Args)]
pub struct Configuration {
    /// Where it comes from
    #[command(flatten)]
    pub origin: Origin,
    /// How long reading AWS may take
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = parse_duration)]
    pub timeout: Duration,
}

/// A plan of Terraform's or of `OpenTofu`'s.
#[derive(Debug, Args)]
pub struct PlanFile {
    /// Judge AWS as it will be: a plan's JSON, of `terraform show -json` or `tofu show -json`, laid over what is read
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
}

/// What `static` takes.
#[derive(Debug, Args)]
pub struct Static {
    /// Where AWS's configuration comes from
    #[command(flatten)]
    pub configuration: Configuration,
    /// A plan to judge before it is applied
    #[command(flatten)]
    pub plan: PlanFile,
    /// What AWS's configuration does not say
    #[command(flatten)]
    pub unsaid: Unsaid,
}

/// What AWS's configuration does not say.
#[derive(Debug, Clone, Args)]
pub struct Unsaid {
    /// The EKS cluster security group [default: as describe-cluster says, else by its tag]
    #[arg(long, value_name = "ID", value_parser = parse_group)]
    pub cluster_security_group: Option<String>,
    /// The CNI's `AWS_VPC_K8S_CNI_EXTERNALSNAT`, which AWS does not know
    #[arg(long, value_name = "WHETHER", default_value = "unknown")]
    pub external_snat: ExternalSnat,
    /// The day that the policy's `review.allow` is held against [default: today, UTC]
    #[arg(long, value_name = "DATE")]
    pub today: Option<Date>,
}

/// What `gate` takes.
#[derive(Debug, Args)]
pub struct Gate {
    /// The probe
    #[command(flatten)]
    pub probe: Probe,
    /// Join a report that `reachgate probe --output json=FILE` made, instead of probing
    #[arg(long, value_name = "FILE", conflicts_with_all = ["wait", "timeout"])]
    pub probe_report: Option<PathBuf>,
    /// Where AWS's configuration comes from
    #[command(flatten)]
    pub origin: Origin,
    /// How long reading AWS may take
    #[arg(long, value_name = "DURATION", default_value = "60s", value_parser = parse_duration)]
    pub aws_timeout: Duration,
    /// What it does not say
    #[command(flatten)]
    pub unsaid: Unsaid,
    /// Join a report that `reachgate static --output json=FILE` made, instead of reading AWS
    #[arg(long, value_name = "FILE", conflicts_with_all = [
        "snapshot", "region", "profile", "aws_timeout", "cluster_security_group", "external_snat", "today"
    ])]
    pub static_report: Option<PathBuf>,
    /// Files and folders of Kubernetes manifests: their network and security group policies are suspects by name
    #[cfg(feature = "lint")]
    #[arg(long, value_name = "PATH")]
    pub manifests: Vec<PathBuf>,
    /// A report that is older than this is refused
    #[arg(long, value_name = "DURATION", default_value = "1h", value_parser = parse_duration)]
    pub max_age: Duration,
    /// Without this witness the gate does not pass: what it was not asked is unknown, not skipped
    #[arg(long, value_name = "WITNESS")]
    pub require: Vec<Witness>,
}

/// Who can be required.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Witness {
    /// AWS's configuration
    Static,
}

/// What `path` takes.
#[derive(Debug, Args)]
pub struct Path {
    /// Where AWS's configuration comes from
    #[command(flatten)]
    pub configuration: Configuration,
    /// A plan to judge before it is applied
    #[command(flatten)]
    pub plan: PlanFile,
    /// Who begins: an address, an interface (eni-…) or an instance (i-…)
    #[arg(long, value_name = "IP|ENI|INSTANCE")]
    pub from: Endpoint,
    /// Who answers: an address, an interface (eni-…) or an instance (i-…)
    #[arg(long, value_name = "IP|ENI|INSTANCE")]
    pub to: Endpoint,
    /// What is sent
    #[arg(long, value_name = "PROTOCOL", default_value = "tcp")]
    pub protocol: Protocol,
    /// The port that is sent to; none for icmp
    #[arg(long, value_name = "PORT", value_parser = parse_port)]
    pub port: Option<Port>,
    /// The CNI's `AWS_VPC_K8S_CNI_EXTERNALSNAT`, which AWS does not know
    #[arg(long, value_name = "WHETHER", default_value = "unknown")]
    pub external_snat: ExternalSnat,
}

/// What `reach` takes.
#[derive(Debug, Args)]
pub struct Reach {
    /// Where AWS's configuration comes from
    #[command(flatten)]
    pub configuration: Configuration,
    /// A plan to judge before it is applied
    #[command(flatten)]
    pub plan: PlanFile,
    /// Who is reached: an address, an interface (eni-…) or an instance (i-…), which is all its interfaces
    #[arg(long, value_name = "IP|ENI|INSTANCE")]
    pub to: Endpoint,
    /// The CNI's `AWS_VPC_K8S_CNI_EXTERNALSNAT`, which AWS does not know
    #[arg(long, value_name = "WHETHER", default_value = "unknown")]
    pub external_snat: ExternalSnat,
}

/// What `diff` takes.
#[derive(Debug, Args)]
pub struct Diff {
    /// The configuration before: a folder of AWS CLI output, or a file of `reachgate snapshot`; may be given
    /// several times
    #[arg(long, value_name = "PATH", required = true)]
    pub before: Vec<PathBuf>,
    /// The configuration after, likewise
    #[arg(long, value_name = "PATH", required_unless_present = "plan")]
    pub after: Vec<PathBuf>,
    /// Instead of --after: a plan's JSON, of `terraform show -json` or `tofu show -json`, laid over the configuration
    /// before
    #[arg(long, value_name = "FILE", conflicts_with = "after")]
    pub plan: Option<PathBuf>,
    /// What AWS's configuration does not say
    #[command(flatten)]
    pub unsaid: Unsaid,
}

/// What `snapshot` takes.
#[derive(Debug, Args)]
pub struct Capture {
    /// Where AWS's configuration comes from
    #[command(flatten)]
    pub configuration: Configuration,
    /// The file to write; - is standard output
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Read everything that the account shows in the region, not what the policy leads to
    #[arg(long)]
    pub all: bool,
}

/// What a path is asked with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Protocol {
    /// A TCP connection
    Tcp,
    /// A datagram and its answer
    Udp,
    /// An echo request and its reply
    Icmp,
}

/// Whether pods keep their own address outside the VPC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ExternalSnat {
    /// They do
    On,
    /// They do not: the node's address takes its place (the CNI's default)
    Off,
    /// Judge both; where they differ the answer is unknown
    Unknown,
}

impl From<ExternalSnat> for Translation {
    fn from(choice: ExternalSnat) -> Self {
        match choice {
            ExternalSnat::On => Self::None,
            ExternalSnat::Off => Self::Node,
            ExternalSnat::Unknown => Self::Unknown,
        }
    }
}

/// A security group's id.
fn parse_group(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("sg-").unwrap_or_default();
    let is_id = !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphanumeric());
    if is_id {
        Ok(text.to_owned())
    } else {
        Err("use a security group's id, e.g. sg-0123456789abcdef0".to_owned())
    }
}

/// A port from 1 to 65535.
fn parse_port(text: &str) -> Result<Port, String> {
    text.parse().ok().and_then(Port::new).ok_or_else(|| "use a number from 1 to 65535".to_owned())
}
