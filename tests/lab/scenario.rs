//! A scenario as data: what is changed on the platform, what is run, what must come out.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use ipnet::IpNet;
use serde::Deserialize;

/// One scenario file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// A few words for the table in `docs/scenarios.md`.
    pub title: String,
    /// One sentence: what is broken, or why nothing is.
    pub what: String,
    /// The pods that it is run in, one after another.
    #[serde(default = "first_pod")]
    pub from: Vec<Host>,
    /// Variables over the usual ones of a job; `null` unsets.
    #[serde(default)]
    pub env: BTreeMap<String, Option<String>>,
    /// Arguments after `reachgate probe --format json`.
    #[serde(default)]
    pub args: Vec<String>,
    /// A file of `tests/lab/policies`, in the place of the embedded policy.
    pub policy: Option<String>,
    /// How the platform differs from its healthy self.
    #[serde(default)]
    pub changes: Changes,
    /// Send SIGTERM so long after the start, milliseconds.
    pub terminate_after_ms: Option<u64>,
    /// What must come out.
    pub expect: Expect,
}

fn first_pod() -> Vec<Host> {
    vec![Host::PodA]
}

/// A network namespace of the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Host {
    /// A runner pod, 10.1.34.23.
    PodA,
    /// A runner pod in the other subnet, 10.1.35.42.
    PodB,
    /// The dev server, 10.1.20.15.
    Dev,
    /// The cluster's name server, 10.1.0.2.
    Dns,
    /// Tailscale's resolver, 100.100.100.100; there only when asked for.
    Tailscale,
}

impl Host {
    /// The namespace's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::PodA => "pod-a",
            Self::PodB => "pod-b",
            Self::Dev => "dev",
            Self::Dns => "dns",
            Self::Tailscale => "tailscale",
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How the platform differs from its healthy self.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Changes {
    /// Addresses in the place of a host's usual ones; each network's first address is its gateway.
    pub addresses: BTreeMap<Host, Vec<IpNet>>,
    /// nftables rules of the router's `forward` hook, before the security group's own.
    pub forward: Vec<String>,
    /// nftables rules of the router's `output` hook: the ICMP errors that it sends itself.
    pub router_output: Vec<String>,
    /// The MTU of the router's link to a host, bytes.
    pub mtu: BTreeMap<Host, u32>,
    /// `ip` commands in a host's namespace, after all links are up.
    pub ip: BTreeMap<Host, Vec<String>>,
    /// `ip` commands in the router.
    pub router_ip: Vec<String>,
    /// nftables rulesets in a host's namespace.
    pub firewall: BTreeMap<Host, String>,
    /// What the pods look like from inside.
    pub pod: Pod,
    /// The dev server's sshd.
    pub sshd: Sshd,
    /// The dev server's nginx.
    pub nginx: Nginx,
    /// Start sshd and nginx only so long after the probe, milliseconds.
    pub servers_after_ms: Option<u64>,
    /// More listeners.
    pub stand_ins: Vec<StandIn>,
    /// The cluster's name server.
    pub dns: Dns,
    /// Records of Tailscale's resolver by zone; when given, it answers on 100.100.100.100.
    pub magicdns: Option<BTreeMap<String, Vec<String>>>,
}

/// As the kubelet writes it under `dnsPolicy: ClusterFirst`.
const RESOLV_CONF: &str = "\
search runners.svc.cluster.local svc.cluster.local cluster.local
nameserver 10.1.0.2
options ndots:5
";

/// What a pod looks like from inside.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pod {
    /// `/etc/resolv.conf`; `null` makes it `/dev/null`, as broken mounts do.
    pub resolv_conf: Option<String>,
    /// Lines added to `/etc/hosts`.
    pub hosts: String,
    /// Unix sockets to plant.
    pub sockets: Vec<PathBuf>,
    /// Whether the service account's token is mounted, as Kubernetes does.
    pub service_account: bool,
}

impl Default for Pod {
    fn default() -> Self {
        Self {
            resolv_conf: Some(RESOLV_CONF.to_owned()),
            hosts: String::new(),
            sockets: Vec::new(),
            service_account: true,
        }
    }
}

/// The dev server's sshd.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sshd {
    /// It serves 22.
    #[default]
    Up,
    /// It is not started.
    Down,
    /// `MaxStartups 1:100:1`, and a connection that never logs in holds the one place.
    Full,
}

/// The dev server's nginx.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Nginx {
    /// TLS on 443, with a certificate that the pods trust.
    #[default]
    Up,
    /// It is not started.
    Down,
    /// Its certificate is for another name.
    WrongName,
    /// Its certificate has expired.
    Expired,
    /// Its certificate is valid for a few days more.
    ExpiresSoon,
    /// Its certificate is not valid yet.
    NotYetValid,
    /// Its certificate signed itself.
    SelfSigned,
    /// It wants a certificate of its clients.
    ClientCertificate,
    /// It answers the ClientHello with an alert.
    Rejects,
    /// HTTP without TLS on 443.
    Plain,
}

/// A listener that plays a server which no package gives.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandIn {
    /// Where it runs.
    pub on: Host,
    /// Where it listens.
    pub listen: SocketAddr,
    /// What it does with a connection.
    pub conduct: Conduct,
}

/// What a stand-in does with a connection.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Conduct {
    /// Closes it at once.
    Close,
    /// Reads and never answers.
    Hold,
    /// Says this and closes.
    Say(String),
    /// Says this, then reads and never answers.
    SayAndHold(String),
}

/// The cluster's name server.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Dns {
    /// How it behaves as a whole.
    pub conduct: DnsConduct,
    /// Records in the place of a zone's own (`cluster.local.`, `cwiq.io.`, `.`), or of new zones, in master file lines.
    pub records: BTreeMap<String, Vec<String>>,
    /// Zones that it answers SERVFAIL for.
    pub servfail: Vec<String>,
    /// Zones that it answers REFUSED for.
    pub refused: Vec<String>,
}

/// How a name server behaves as a whole.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DnsConduct {
    /// It answers.
    #[default]
    Answer,
    /// SERVFAIL to everything.
    Servfail,
    /// REFUSED to everything.
    Refused,
    /// It reads and never answers.
    Drop,
    /// It is not started; its host answers with ICMP port unreachable.
    Down,
}

/// What must come out.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The exit code.
    pub exit: i32,
    /// The report's verdict.
    pub verdict: Option<String>,
    /// Findings that must be there. Any other finding that is `warn`, `unknown` or `fail` is a fault.
    #[serde(default)]
    pub findings: Vec<ExpectedFinding>,
    /// Codes that must not be there, whatever their verdict.
    #[serde(default)]
    pub not: Vec<String>,
    /// The longest that the run may take, milliseconds.
    pub within_ms: Option<u64>,
    /// Files that the run must have written, each with a piece of its text.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// A piece of what it says on stderr.
    pub stderr: Option<String>,
}

/// A finding that must be there.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectedFinding {
    /// Its code.
    pub code: String,
    /// Its verdict.
    pub verdict: String,
    /// Its subject, where it matters which.
    pub subject: Option<String>,
}

/// The lab's own folder.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/lab")
}

/// A trial's scenario file; a name that has a slash is any file's.
pub fn named(name: &str, folder: &Path) -> PathBuf {
    if name.contains('/') { PathBuf::from(name) } else { folder.join(name).with_extension("yaml") }
}

/// Every scenario file, in the order of their names.
pub fn paths() -> Result<Vec<PathBuf>, String> {
    paths_in(&folder().join("scenarios"))
}

/// Every scenario file of a folder, in the order of their names.
pub fn paths_in(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = std::fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| format!("{}: {e}", folder.display()))?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    paths.sort();
    if paths.is_empty() { Err(format!("{}: no scenarios", folder.display())) } else { Ok(paths) }
}

/// Reads one scenario file.
pub fn load(path: &Path) -> Result<Scenario, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    serde_saphyr::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))
}
