//! Gathers facts, and with `--wait` asks again for what can heal.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use jiff::Timestamp;
use tokio::time::{Instant, sleep};

use super::environment;
use super::progress::Progress;
use super::signal::Signals;
use crate::cli::Probe;
use crate::code::Area;
use crate::fact::name::{MAGICDNS, MagicDnsFact, NameFact, NameQuestion, NameRole};
use crate::fact::port::{PortFact, Role, Target};
use crate::fact::{Facts, Interruption};
use crate::finding::{Finding, Verdict};
use crate::flow::Greeting;
use crate::judge::runner::{Place, is_vpc_address};
use crate::judge::target::{plan_targets, subject};
use crate::judge::{judge_probe, own_addresses};
use crate::policy::{Policy, TAILNET, Tailscale, VPC, Value};
use crate::probe::runner::probe_runner;
use crate::probe::{Answers, Plan, probe_all};

/// Between two rounds.
const PAUSE: Duration = Duration::from_secs(1);
/// Between two connections to one sshd: below that, `PerSourcePenalties` (OpenSSH 9.8) adds up.
const SSH_PAUSE: Duration = Duration::from_secs(5);

/// Gathers all facts, round after round while `--wait` allows and something can heal. Gives the time taken
/// as well.
pub async fn gather(
    policy: &Policy,
    options: &Probe,
    wanted: &dyn Fn(Area) -> bool,
    signals: &mut Signals,
    progress: &mut Progress,
) -> (Facts, Duration) {
    let started = Instant::now();
    let runner = probe_runner(policy.network(TAILNET), policy.network(VPC), &environment, Path::new("/"));
    let mut facts = Facts {
        taken_at: Timestamp::now(),
        runner,
        names: Vec::new(),
        magicdns: Vec::new(),
        ports: Vec::new(),
        interrupted: None,
    };
    let everything = plan(policy, &facts, wanted);
    let mut round = everything.clone();
    let mut last_dialled: HashMap<Target, Instant> = HashMap::new();
    loop {
        let (answers, signal) =
            probe_all(&round, facts.runner.resolver.as_ref().ok(), options.timeout, signals.received()).await;
        let now = Instant::now();
        last_dialled.extend(round.targets.iter().map(|target| (target.clone(), now)));
        merge(&mut facts, answers);
        let mut signal = signal;
        let left = options.wait.unwrap_or_default().saturating_sub(started.elapsed());
        if signal.is_none() && !left.is_zero() {
            let findings = judge_probe(policy, &facts);
            if let Some(next) = next_round(&everything, &findings) {
                progress.show(&findings, left);
                round = next;
                let due = due(&round, &last_dialled, now);
                tokio::select! {
                    biased;
                    name = signals.received() => signal = Some(name),
                    () = sleep(due.min(left)) => {}
                }
                if signal.is_none() && due <= left {
                    continue;
                }
            }
        }
        progress.clear();
        facts.interrupted = signal.map(|signal| Interruption { signal, after: started.elapsed() });
        facts.taken_at = Timestamp::now();
        return (facts, started.elapsed());
    }
}

/// All that the policy gives to ask.
fn plan(policy: &Policy, facts: &Facts, wanted: &dyn Fn(Area) -> bool) -> Plan {
    let place = Place::find(policy, &facts.runner);
    let mut plan = Plan::default();
    if wanted(Area::Dns) {
        let values = |values: &[Value], role| -> Vec<NameQuestion> {
            values.iter().filter_map(|value| question(value.resolved.as_deref()?, role)).collect()
        };
        plan.questions.extend(values(&policy.names.control, NameRole::Control));
        plan.questions.extend(values(&policy.names.unresolvable, NameRole::Unresolvable));
        plan.questions.extend(
            policy.names.never_tailnet.iter().filter_map(|name| question(name, NameRole::NeverTailnet)),
        );
        let allowed =
            matches!(&place, Place::Inside { source, .. } if source.tailscale == Tailscale::Allowed);
        if !allowed {
            plan.magicdns.extend(MAGICDNS.iter().filter(|address| !is_vpc_address(policy, **address)));
        }
    }
    if wanted(Area::Port) || wanted(Area::Certificate) {
        plan.targets = plan_targets(policy, &own_addresses(facts), &place);
    }
    plan
}

fn question(name: &str, role: NameRole) -> Option<NameQuestion> {
    let name = name.trim();
    (!name.is_empty()).then(|| NameQuestion { name: name.to_owned(), role })
}

/// What to ask again; `None` when all is well, or when something has failed that does not heal.
fn next_round(everything: &Plan, findings: &[Finding]) -> Option<Plan> {
    let ailing: Vec<&Finding> = findings
        .iter()
        .filter(|finding| matches!(finding.verdict, Verdict::Fail | Verdict::Unknown | Verdict::Warn))
        .collect();
    let hopeless = ailing.iter().any(|finding| finding.verdict != Verdict::Warn && !finding.code.heals());
    if hopeless || !ailing.iter().any(|finding| finding.code.heals()) {
        return None;
    }
    let ails =
        |subject: &str| ailing.iter().any(|finding| finding.subject == subject && finding.code.heals());
    let mut plan = Plan::default();
    if ailing.iter().any(|finding| finding.area() == Area::Dns && finding.code.heals()) {
        plan.questions.clone_from(&everything.questions);
    }
    plan.targets = everything.targets.iter().filter(|target| ails(&subject(target))).cloned().collect();
    // Whether something accepts every connection is only known in the round in which a port connects.
    let controls = everything.targets.iter().filter(|control| {
        control.role == Role::Control
            && plan.targets.iter().any(|target| target.destination == control.destination)
    });
    let controls: Vec<Target> = controls.filter(|control| !plan.targets.contains(control)).cloned().collect();
    plan.targets.extend(controls);
    Some(plan)
}

/// When the round may begin: a second from now, or when the last of its SSH servers may be asked again.
fn due(round: &Plan, last_dialled: &HashMap<Target, Instant>, now: Instant) -> Duration {
    let ssh = round
        .targets
        .iter()
        .filter(|target| target.greeting == Greeting::Ssh && target.role != Role::Control);
    let rest = ssh
        .filter_map(|target| last_dialled.get(target))
        .map(|last| (*last + SSH_PAUSE).saturating_duration_since(now));
    rest.max().unwrap_or(PAUSE).max(PAUSE)
}

/// Puts a round's answers in the place of earlier ones, counting attempts.
fn merge(facts: &mut Facts, answers: Answers) {
    if facts.ports.is_empty() {
        facts.ports = answers.ports;
        return merge_names(facts, answers.names, answers.magicdns);
    }
    for mut fact in answers.ports {
        let earlier = facts.ports.iter().position(|earlier: &PortFact| earlier.target == fact.target);
        if let Some(earlier) = earlier {
            fact.attempts += facts.ports.swap_remove(earlier).attempts;
        }
        facts.ports.push(fact);
    }
    merge_names(facts, answers.names, answers.magicdns);
}

fn merge_names(facts: &mut Facts, names: Vec<NameFact>, magicdns: Vec<MagicDnsFact>) {
    for fact in names {
        facts.names.retain(|earlier: &NameFact| (&earlier.name, earlier.role) != (&fact.name, fact.role));
        facts.names.push(fact);
    }
    if !magicdns.is_empty() {
        facts.magicdns = magicdns;
    }
}
