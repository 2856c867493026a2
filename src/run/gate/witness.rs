//! AWS's configuration as a witness: read on a thread of its own, or taken from another job's report.

use std::future::Future;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use tokio::sync::oneshot;

use super::super::Failure;
use super::super::configuration::{Needed, load};
use super::report::load_report;
use crate::cli::{Gate, Origin, Unsaid, Witness};
use crate::finding::{Finding, Map, Mode, Verdict};
use crate::judge::configuration::{StaticOptions, judge_mapped, judge_pod, judge_unread};
use crate::judge::correlate::{Pod, pod_of_report};
use crate::network::Network;
use crate::policy::Policy;

/// The longest that judging may hold an interrupted run's report back; a large account takes a tenth of it.
const JUDGING: Duration = Duration::from_secs(2);

/// What the configuration says: of all runners, and of this pod.
pub(super) struct Configuration {
    pub findings: Vec<Finding>,
    pub pod: Pod,
    /// `None` where it was not read here.
    pub map: Option<Map>,
}

/// A configuration that is on its way.
pub(super) enum Reading {
    /// Another job's report.
    Reported(Vec<Finding>),
    /// A thread reads it, and waits for the pod's address.
    Thread {
        tell: mpsc::Sender<Option<IpAddr>>,
        answer: oneshot::Receiver<Result<Configuration, Failure>>,
        /// Set once AWS has answered, so that judging it is all that is left.
        read: Arc<AtomicBool>,
        /// What is said where the answer is not waited for.
        interrupted: Vec<Finding>,
    },
}

impl Reading {
    /// Starts reading, or takes the report.
    pub(super) fn start(policy: &Policy, options: &Gate) -> Result<Self, Failure> {
        if let Some(path) = &options.static_report {
            return Ok(Self::Reported(load_report(path, Mode::Static, policy, options.max_age)?));
        }
        let (tell, told) = mpsc::channel();
        let (done, answer) = oneshot::channel();
        let read = Arc::new(AtomicBool::new(false));
        let required = options.require.contains(&Witness::Static);
        let why = "The run was interrupted before AWS's configuration was read.";
        let interrupted = judge_unread(policy, why, Verdict::Unknown);
        let policy = policy.clone();
        let task = Task {
            policy,
            origin: options.origin.clone(),
            timeout: options.aws_timeout,
            unsaid: options.unsaid.clone(),
            required,
            read: Arc::clone(&read),
        };
        std::thread::Builder::new()
            .name("configuration".to_owned())
            .spawn(move || {
                // Nobody waits any more after an interruption.
                let _ = done.send(task.run(&told));
            })
            .map_err(Failure::Start)?;
        Ok(Self::Thread { tell, answer, read, interrupted })
    }

    /// How long it is waited for where the run was interrupted already: what was read is judged, and what was not
    /// read is not waited for.
    pub(super) fn patience(&self) -> Duration {
        match self {
            Self::Thread { read, .. } if !read.load(Ordering::Acquire) => Duration::ZERO,
            Self::Thread { .. } | Self::Reported(_) => JUDGING,
        }
    }

    /// Waits for it, at most this long, or until `stop` comes.
    pub(super) async fn finish(
        self,
        address: Option<IpAddr>,
        limit: Option<Duration>,
        stop: impl Future<Output = &'static str>,
    ) -> Result<Configuration, Failure> {
        let (tell, answer, interrupted) = match self {
            Self::Reported(findings) => return Ok(reported(address, findings)),
            Self::Thread { tell, answer, interrupted, .. } => (tell, answer, interrupted),
        };
        // The thread has ended early when it has failed; its answer says why.
        let _ = tell.send(address);
        let bounded = async {
            match limit {
                Some(limit) => tokio::time::timeout(limit, answer).await.ok(),
                None => Some(answer.await),
            }
        };
        tokio::select! {
            biased;
            answered = bounded => match answered {
                Some(Ok(configuration)) => configuration,
                Some(Err(_)) | None => Ok(unread(address, interrupted)),
            },
            _ = stop => Ok(unread(address, interrupted)),
        }
    }

    /// Waits for it, where nothing else is going on.
    pub(super) fn finish_blocking(self, address: Option<IpAddr>) -> Result<Configuration, Failure> {
        match self {
            Self::Reported(findings) => Ok(reported(address, findings)),
            Self::Thread { tell, answer, interrupted, .. } => {
                let _ = tell.send(address);
                answer.blocking_recv().unwrap_or_else(|_| Ok(unread(address, interrupted)))
            }
        }
    }
}

fn reported(address: Option<IpAddr>, findings: Vec<Finding>) -> Configuration {
    let pod = pod_of_report(address, &findings);
    Configuration { findings, pod, map: None }
}

fn unread(address: Option<IpAddr>, findings: Vec<Finding>) -> Configuration {
    let pod = Pod::of_nothing(address).or_all(&findings);
    Configuration { findings, pod, map: None }
}

/// What the thread does.
struct Task {
    policy: Policy,
    origin: Origin,
    timeout: Duration,
    unsaid: Unsaid,
    required: bool,
    read: Arc<AtomicBool>,
}

impl Task {
    fn run(self, told: &mpsc::Receiver<Option<IpAddr>>) -> Result<Configuration, Failure> {
        let needed = Needed::by_policy(&self.policy, self.unsaid.cluster_security_group.as_deref());
        let snapshot = match load(&self.origin, self.timeout, needed) {
            Ok(snapshot) => snapshot,
            Err(failure) => {
                let Some(verdict) = self.verdict(&failure) else { return Err(failure) };
                let findings = judge_unread(&self.policy, &format!("{}.", sentence(&failure)), verdict);
                let address = told.recv().unwrap_or_default();
                return Ok(unread(address, findings));
            }
        };
        self.read.store(true, Ordering::Release);
        let network = Network::new(&snapshot);
        let options = StaticOptions::from(&self.unsaid);
        let (findings, map) = judge_mapped(&self.policy, &network, &options);
        let address = told.recv().unwrap_or_default();
        let pod = judge_pod(&self.policy, &network, &options, address).or_all(&findings);
        Ok(Configuration { findings, pod, map: Some(map) })
    }

    /// How it is judged that the configuration could not be read; `None` where the input itself is wrong.
    fn verdict(&self, failure: &Failure) -> Option<Verdict> {
        if failure.is_without_means() {
            // Nobody gave the means, and nobody asked for it: the probe is a witness by itself.
            return Some(if self.required { Verdict::Unknown } else { Verdict::Skip });
        }
        failure.is_of_aws().then_some(Verdict::Unknown)
    }
}

/// A message as a sentence.
fn sentence(failure: &Failure) -> String {
    let text = failure.to_string();
    let mut letters = text.chars();
    let first = letters.next().map(|letter| letter.to_uppercase().to_string()).unwrap_or_default();
    format!("{first}{}", letters.as_str())
}
