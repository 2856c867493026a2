//! In the private world: builds the platform, leads AWS to the pods, runs the gate and compares.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use crate::aws::WORLDS;
use crate::bridge;
use crate::case::{self, Aws, Case, File, Reach};
use crate::compare;
use crate::namespace;
use crate::platform::Platform;
use crate::pod::{self, Outcome};
use crate::scenario::{Changes, Expect, Host, Scenario};

/// The word that asks for every case without what it plants.
pub const UNCHANGED: &str = "--unchanged";

/// Where the pods' ends of the bridges listen, the first of them.
const FIRST_PORT: u16 = 7001;
/// Nothing listens here.
const CLOSED: u16 = 7000;

/// A world's region, ids and addresses by the names that `seed.py` gives them.
pub type Ids = BTreeMap<String, String>;

/// Runs all cases and compares, or a command as one case has it.
pub fn run(path: &Path, folder: &Path, words: &[&str]) -> Result<(), String> {
    let mut file = case::load(path)?;
    let unchanged = words == [UNCHANGED];
    let is_changed = file.changes_something();
    if unchanged {
        file.changes = Changes::default();
    }
    let mut world = World::build(file, folder)?;
    let cases = std::mem::take(&mut world.cases);
    if let [number, command @ ..] = words
        && !unchanged
    {
        let case = number.parse().ok().and_then(|number: usize| cases.get(number));
        return world.enter(case.ok_or("there is no such case")?, command);
    }
    let mut faults = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        if unchanged {
            if !is_changed && !case.plants() {
                continue;
            }
            let mut usual = Aws::default();
            if case.aws.reach == Reach::NoCredentials {
                usual.reach = Reach::NoCredentials;
            }
            if world
                .gate(case, &usual)
                .and_then(|outcome| compare::case(case, &world.ids(&usual)?, &outcome))
                .is_ok()
            {
                faults.push(format!("case {number} is met without what it plants"));
            }
            continue;
        }
        if let Err(fault) = world.check(case) {
            faults.push(format!("case {number}, AWS {:?}, from {}: {fault}", case.aws, case.from));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// A platform that is up, with AWS behind it.
struct World {
    platform: Platform,
    scenario: Scenario,
    worlds: BTreeMap<String, Ids>,
    /// Where each manner of AWS's is reached in the pods.
    ports: BTreeMap<String, u16>,
    /// The policy's file as the pod sees it.
    policy: Vec<String>,
    args: Vec<String>,
    env: BTreeMap<String, Option<String>>,
    cases: Vec<Case>,
    offline: bool,
}

impl World {
    fn build(file: File, folder: &Path) -> Result<Self, String> {
        let platform = Platform::build(&file.changes)?;
        let path = folder.join(WORLDS);
        let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let worlds = serde_json::from_str(&text).map_err(|e| format!("{}: {e}", path.display()))?;
        let policy = match &file.policy {
            Some(name) => {
                let path = case::folder().join("../policies").join(name);
                let text = std::fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
                vec!["--policy".to_owned(), namespace::write(name, &text)?]
            }
            None => Vec::new(),
        };
        let mut ports = BTreeMap::new();
        // A case that runs without what it plants reads AWS in the usual manner.
        let manners = file.cases.iter().filter_map(|case| case.aws.manner()).chain([Aws::default().manner]);
        for socket in manners.map(|manner| manner.socket()) {
            if ports.contains_key(&socket) {
                continue;
            }
            let port = FIRST_PORT + u16::try_from(ports.len()).map_err(|e| e.to_string())?;
            for pod in [Host::PodA, Host::PodB] {
                bridge::start(pod.name(), (Ipv4Addr::LOCALHOST, port).into(), &folder.join(&socket))?;
            }
            ports.insert(socket, port);
        }
        let scenario = Scenario {
            title: String::new(),
            what: file.what,
            from: Vec::new(),
            env: BTreeMap::new(),
            args: Vec::new(),
            policy: None,
            changes: file.changes,
            terminate_after_ms: file.terminate_after_ms,
            expect: Expect::default(),
        };
        let File { args, env, cases, offline, .. } = file;
        Ok(Self { platform, scenario, worlds, ports, policy, args, env, cases, offline })
    }

    /// The ids of a case's world.
    fn ids(&self, aws: &Aws) -> Result<Ids, String> {
        self.worlds.get(&aws.world).cloned().ok_or_else(|| format!("seed.py has no world {}", aws.world))
    }

    /// The job's variables that lead to AWS.
    fn variables(&self, aws: &Aws) -> Result<BTreeMap<String, Option<String>>, String> {
        let region = self.ids(aws)?.get("region").cloned().ok_or("a world without a region")?;
        let port = match aws.manner() {
            Some(manner) => *self.ports.get(&manner.socket()).ok_or("no such bridge")?,
            None => CLOSED,
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut variables = self.env.clone();
        let mut set = |name: &str, value: &str| variables.insert(name.to_owned(), Some(value.to_owned()));
        set("AWS_REGION", &region);
        set("AWS_ENDPOINT_URL", &format!("http://{address}"));
        set("AWS_EC2_METADATA_DISABLED", "true");
        if aws.reach != Reach::NoCredentials {
            set("AWS_ACCESS_KEY_ID", "testing");
            set("AWS_SECRET_ACCESS_KEY", "testing");
        }
        Ok(variables)
    }

    /// Runs a command of reachgate's in a pod.
    fn step(
        &mut self,
        case: &Case,
        aws: &Aws,
        words: &[&str],
        args: &[&[String]],
    ) -> Result<Outcome, String> {
        self.scenario.env = self.variables(aws)?;
        self.scenario.args = [args.concat(), self.policy.clone()].concat();
        pod::run(&mut self.platform, &self.scenario, case.from, words)
    }

    fn gate(&mut self, case: &Case, aws: &Aws) -> Result<Outcome, String> {
        let args = self.args.clone();
        self.step(case, aws, &["gate"], &[&args, &case.args])
    }

    fn enter(&mut self, case: &Case, command: &[&str]) -> Result<(), String> {
        self.scenario.env = self.variables(&case.aws)?;
        pod::enter(&mut self.platform, &self.scenario, command)
    }

    fn check(&mut self, case: &Case) -> Result<(), String> {
        let live = self.gate(case, &case.aws)?;
        compare::case(case, &self.ids(&case.aws)?, &live)?;
        if self.offline { self.check_offline(case, &live) } else { Ok(()) }
    }

    /// Two jobs' reports, and one job's with the other half live: the diagnoses are the same.
    fn check_offline(&mut self, case: &Case, live: &Outcome) -> Result<(), String> {
        let args = self.args.clone();
        let probe = self.step(case, &case.aws, &["probe"], &[&args])?;
        let configuration = self.step(case, &case.aws, &["static"], &[])?;
        let probe = namespace::write("probe.json", &probe.report)?;
        let configuration = namespace::write("static.json", &configuration.report)?;
        let both = ["gate", "--probe-report", &probe, "--static-report", &configuration];
        let mixed = ["gate", "--static-report", &configuration];
        let other = ["gate", "--probe-report", &probe];
        for (words, args) in [(both.as_slice(), &[] as &[String]), (&mixed, &args), (&other, &[])] {
            let joined = self.step(case, &case.aws, words, &[args])?;
            compare::same(live, &joined).map_err(|fault| format!("{}: {fault}", words.join(" ")))?;
        }
        Ok(())
    }
}
