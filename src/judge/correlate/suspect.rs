//! Who is left to blame when AWS's configuration does not decide it, the likeliest first.

use serde_json::{Value, json};

use super::cell::Seen;
use super::flow::{Flow, text};
use super::{Egress, Place, Witnesses};
use crate::code::{Area, Code};
use crate::finding::{Finding, Verdict};
use crate::judge::list;

/// One of those who may be to blame.
#[derive(Debug)]
pub(super) struct Suspect {
    /// A stable word for it.
    pub name: &'static str,
    /// What it would have done, and what speaks for or against it here; a sentence.
    pub because: String,
    /// How to find out; a sentence.
    pub check: String,
}

impl Suspect {
    pub(super) fn evidence(&self) -> Value {
        json!({ "suspect": self.name, "because": self.because, "check": self.check })
    }
}

/// Everything that was seen and tells the suspects apart.
pub(super) struct Scene<'a> {
    witnesses: &'a Witnesses<'a>,
    flow: &'a Flow<'a>,
    /// Another service of the same destination that lets packets through.
    answering: Option<&'a Finding>,
    /// Another service of the same destination whose greeting came whole.
    whole: Option<&'a Finding>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(witnesses: &'a Witnesses<'a>, flows: &'a [Flow<'a>], flow: &'a Flow<'a>) -> Self {
        let beside = |seen: &[Seen]| {
            let mut others = flows.iter().filter(|other| {
                other.destination == flow.destination && !std::ptr::eq(other.probe, flow.probe)
            });
            others.find(|other| seen.contains(&other.seen())).map(|other| other.probe)
        };
        let answering = beside(&[Seen::Open, Seen::GreetingWrong, Seen::Stalled, Seen::Closed]);
        Self { witnesses, flow, answering, whole: beside(&[Seen::Open]) }
    }

    /// Nothing came back, and the configuration admits it.
    pub(super) fn silent(&self) -> Vec<Suspect> {
        let (port, address) = (self.port(), self.address());
        let mut suspects: Vec<Suspect> = self.configuration_of_others().into_iter().collect();
        let firewall = Suspect {
            name: "host-firewall",
            because: match self.answering {
                Some(other) => format!(
                    "{} answers, so the server runs and its answers find their way back; a rule that drops {port} \
                     alone is left.",
                    other.subject
                ),
                None => format!("A firewall on the server that drops what {port} gets looks like this."),
            },
            check: format!(
                "On the server: `sudo nft list ruleset` (or `sudo iptables -S`) must not drop {port} from {}.",
                self.from()
            ),
        };
        let policy = self.network_policy();
        let named = matches!(self.egress(), Some(Egress::Denied(_)));
        let cleared = matches!(self.egress(), Some(Egress::Allowed));
        // A pod that cannot even ask its resolver is shut in as a whole.
        if named || self.dns_is_silent() && !cleared {
            suspects.push(policy);
            suspects.push(firewall);
        } else {
            suspects.push(firewall);
            suspects.push(policy);
        }
        if self.answering.is_none() {
            suspects.push(Suspect {
                name: "return-route",
                because: format!(
                    "The server's own routes may send its answers elsewhere: a Tailscale client that accepts \
                     routes for {} does.",
                    self.from()
                ),
                check: format!(
                    "On the server: `ip route get {}` must leave by the interface that has {address}.",
                    self.from()
                ),
            });
            suspects.push(Suspect {
                name: "server-hung",
                because: "EC2 calls an instance running while its system is stopped, full or out of memory."
                    .to_owned(),
                check:
                    "`aws ec2 describe-instance-status` shows the status checks; the console's screenshot \
                        shows the rest."
                        .to_owned(),
            });
        }
        suspects
    }

    /// An answer came that the configuration would not let pass.
    pub(super) fn unexplained(&self) -> Vec<Suspect> {
        let mut suspects: Vec<Suspect> = self.configuration_of_others().into_iter().collect();
        suspects.push(Suspect {
            name: "stale-configuration",
            because: "The rules may have changed since they were read.".to_owned(),
            check: "Read them again now, and run the gate on that.".to_owned(),
        });
        suspects.push(Suspect {
            name: "source-nat",
            because: format!(
                "Something may put another address in place of {} on the way, and that one is admitted.",
                self.from()
            ),
            check: format!(
                "On the server: `ss -tn` during a connection shows whom {} talks to.",
                self.address()
            ),
        });
        suspects.push(Suspect {
            name: "another-path",
            because: "A proxy, a VPN or a tunnel may lead there past AWS's routes and groups.".to_owned(),
            check: format!(
                "In the job: `ip route get {}` must leave by the pod's own interface, to its VPC.",
                self.address()
            ),
        });
        suspects
    }

    /// The greeting began, and nothing followed.
    pub(super) fn stalled(&self) -> Vec<Suspect> {
        let (port, address) = (self.port(), self.address());
        let path = Suspect {
            name: "path-mtu",
            because: "A link on the way takes smaller packets, and the ICMP message that says so is dropped."
                .to_owned(),
            check: format!(
                "In the job: `ping -M do -s 1472 {address}`, smaller until it passes; admit ICMP type 3 code 4 on \
                 the way."
            ),
        };
        let hung = Suspect {
            name: "service-hung",
            because: match self.whole {
                Some(other) => format!(
                    "{} sent its whole greeting over the same path, about a kilobyte; a service that takes \
                     connections and is stuck is left.",
                    other.subject
                ),
                None => {
                    format!("A service behind {port} that takes connections and is stuck looks like this.")
                }
            },
            check: format!(
                "On the server: `ss -ltnp` names who listens on {port}; ask it there, past the network."
            ),
        };
        if self.whole.is_some() { vec![hung, path] } else { vec![path, hung] }
    }

    /// The pod's own machine forbids it.
    pub(super) fn local(&self) -> Vec<Suspect> {
        vec![self.network_policy()]
    }

    fn egress(&self) -> Option<&'a Egress> {
        self.flow.manifest(self.witnesses).map(|it| &it.egress)
    }

    fn network_policy(&self) -> Suspect {
        let (port, address) = (self.port(), self.address());
        Suspect {
            name: "network-policy",
            because: match self.egress() {
                Some(Egress::Denied(by)) => {
                    format!("{} selects the runners' pods, and no rule admits {address} {port}.", list(by))
                }
                Some(Egress::Allowed) => format!(
                    "The manifests at hand allow {address} {port}; the cluster may hold other policies."
                ),
                Some(Egress::Open(of)) if !of.is_empty() => {
                    format!("Whether {address} {port} is allowed depends on {}.", list(of))
                }
                _ if self.dns_is_silent() => {
                    "No resolver answers either: an egress policy that shuts the runners' namespace in drops \
                     both."
                        .to_owned()
                }
                _ => format!(
                    "A NetworkPolicy of the runners' namespace that leaves {address} {port} out drops it."
                ),
            },
            check: format!(
                "`kubectl get networkpolicy -n NAMESPACE -o yaml`: those that select the job's pods must allow \
                 egress to {address} {port}."
            ),
        }
    }

    /// The configuration that was judged may not be this pod's.
    fn configuration_of_others(&self) -> Option<Suspect> {
        let pod = self.witnesses.pod;
        match &pod.place {
            Place::Found(interface) if interface.carries_cluster_group == Some(false) => Some(Suspect {
                name: "node-security-group",
                because: format!(
                    "{} lacks the cluster security group, so a rule that refers to it does not match.",
                    interface.id
                ),
                check:
                    "Correct the EC2NodeClass (securityGroupSelectorTerms) or launch template, and replace \
                        the node."
                        .to_owned(),
            }),
            Place::Absent | Place::Several(_) => Some(Suspect {
                name: "other-interface",
                because: format!(
                    "No interface of the configuration is known to have {}, so it was judged for other runners.",
                    self.from()
                ),
                check:
                    "Read the configuration again while the job runs, from the runners' account and region."
                        .to_owned(),
            }),
            _ => None,
        }
    }

    /// Whether no resolver answers, so that this pod may be shut in as a whole.
    fn dns_is_silent(&self) -> bool {
        let names = self.witnesses.probe.iter().filter(|it| it.area() == Area::Dns);
        let mut control = names.filter(|it| it.code == Code::DnsControlFailed).peekable();
        control.peek().is_some() && control.all(|it| it.verdict != Verdict::Pass)
    }

    fn port(&self) -> String {
        let port = self.flow.probe.evidence.get("port").and_then(Value::as_u64);
        port.map_or_else(|| "the port".to_owned(), |port| format!("tcp/{port}"))
    }

    fn address(&self) -> &str {
        text(self.flow.probe, "address").unwrap_or("the server")
    }

    fn from(&self) -> String {
        self.witnesses.pod.address.map_or_else(|| "the pod".to_owned(), |address| address.to_string())
    }
}
