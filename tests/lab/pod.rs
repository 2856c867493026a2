//! Runs the probe as a job's step in a pod.

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::certificate;
use crate::namespace::{self, WORK};
use crate::platform::Platform;
use crate::scenario::{self, Host, Scenario};

/// What a run did.
pub struct Outcome {
    /// Its exit code; `None` when a signal ended it.
    pub exit: Option<i32>,
    /// What it wrote on stdout: the JSON report.
    pub report: String,
    /// What it wrote on stderr.
    pub diagnostics: String,
    /// How long it took.
    pub elapsed: Duration,
}

/// The folder that a job runs in.
pub const JOB: &str = "/run/lab/job";

/// What is the pod's /tmp, where it is there.
const TMP: &str = "/run/lab/pod/tmp";

/// The probe, as a pod sees it.
const PROGRAM: &str = "/run/lab/reachgate";

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Mounts over the machine's own files, seen by this process alone, what a pod would have there.
const ENTER: &str = r#"
set -eu
cover() {
    target=$(readlink -m "$2")
    [ -e "$target" ] || { mkdir -p "${target%/*}"; : >"$target"; }
    mount --bind "$1" "$target"
}
cover /run/lab/pod/resolv.conf /etc/resolv.conf
cover /run/lab/pod/hosts /etc/hosts
cover /run/lab/pod/nsswitch.conf /etc/nsswitch.conf
[ ! -d /run/lab/pod/tmp ] || mount --bind /run/lab/pod/tmp /tmp
cd /run/lab/job
exec "$@"
"#;

/// Runs `reachgate` with these words, the scenario's arguments and `--format json` in a pod.
pub fn run(
    platform: &mut Platform,
    scenario: &Scenario,
    pod: Host,
    words: &[&str],
) -> Result<Outcome, String> {
    let mut arguments: Vec<String> =
        words.iter().copied().chain(["--format", "json"]).map(ToOwned::to_owned).collect();
    if let Some(policy) = &scenario.policy {
        let path = scenario::folder().join("policies").join(policy);
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        arguments.extend(["--policy".to_owned(), namespace::write(policy, &text)?]);
    }
    arguments.extend(scenario.args.iter().cloned());
    // Nothing of the machine's own /tmp may be taken for the pod's.
    fs::create_dir_all(TMP).map_err(|e| format!("{TMP}: {e}"))?;
    let _sockets = furnish(scenario)?;
    let mut command = step(pod, PROGRAM);
    command.args(arguments).env_clear().envs(environment(scenario));
    platform.start_late_servers();
    let started = Instant::now();
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| format!("{command:?}: {e}"))?;
    if let Some(after) = scenario.terminate_after_ms {
        let process = child.id().to_string();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(after));
            // If it is gone already, the exit code tells.
            drop(Command::new("kill").args(["-TERM", &process]).status());
        });
    }
    let output = child.wait_with_output().map_err(|e| format!("{command:?}: {e}"))?;
    Ok(Outcome {
        exit: output.status.code(),
        report: String::from_utf8_lossy(&output.stdout).into_owned(),
        diagnostics: String::from_utf8_lossy(&output.stderr).into_owned(),
        elapsed: started.elapsed(),
    })
}

/// Runs any command in a pod, with this process's own terminal; `reachgate` is on its path.
pub fn enter(platform: &mut Platform, scenario: &Scenario, words: &[&str]) -> Result<(), String> {
    let _sockets = furnish(scenario)?;
    let mut command = step(Host::PodA, "env");
    command.args(words).envs(environment(scenario)).env("PATH", format!("{WORK}:{PATH}"));
    platform.start_late_servers();
    let status = command.stdin(Stdio::inherit()).status().map_err(|e| format!("{command:?}: {e}"))?;
    if status.success() { Ok(()) } else { Err(format!("{words:?}: {status}")) }
}

/// A command that will run in a pod.
pub fn step(pod: Host, program: &str) -> Command {
    let mut command = namespace::command(pod.name(), "unshare");
    command.args(["--mount", "--", "/bin/sh", "-c", ENTER, "pod", program]);
    command
}

/// A job's variables, and the scenario's over them.
pub fn environment(scenario: &Scenario) -> Vec<(String, String)> {
    let authority = certificate::authority();
    let usual = [
        ("PATH", PATH),
        ("HOME", "/tmp"),
        ("KUBERNETES_SERVICE_HOST", "10.100.0.1"),
        ("KUBERNETES_SERVICE_PORT", "443"),
        ("CI", "true"),
        ("GITLAB_CI", "true"),
        ("CI_RUNNER_ID", "19"),
        ("CI_RUNNER_TAGS", "[\"small\"]"),
        ("DEV_SERVER_IP", "10.1.20.15"),
        ("DEV_SERVER_MAGICDNS", "dev.tail1234.ts.net"),
        ("SSL_CERT_FILE", authority.as_str()),
    ];
    let mut variables: Vec<_> = usual.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
    variables.retain(|(name, _)| !scenario.env.contains_key(name));
    variables.extend(scenario.env.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))));
    variables
}

/// Lays out the files of a pod. The sockets live as long as what is given back.
pub fn furnish(scenario: &Scenario) -> Result<Vec<UnixListener>, String> {
    let pod = &scenario.changes.pod;
    for folder in [JOB, "/run/lab/pod"] {
        fs::create_dir_all(folder).map_err(|e| format!("{folder}: {e}"))?;
    }
    // A second pod finds it mounted already; writing again would empty the program itself.
    if !fs::exists(PROGRAM).unwrap_or(false) {
        fs::write(PROGRAM, "").map_err(|e| format!("{PROGRAM}: {e}"))?;
        let program = env!("CARGO_BIN_EXE_reachgate");
        namespace::finish(Command::new("mount").args(["--bind", program, PROGRAM]))?;
    }
    let resolv_conf = format!("{WORK}/pod/resolv.conf");
    match &pod.resolv_conf {
        Some(text) => fs::write(&resolv_conf, text),
        None if fs::exists(&resolv_conf).unwrap_or(false) => Ok(()),
        None => symlink("/dev/null", &resolv_conf),
    }
    .map_err(|e| format!("{resolv_conf}: {e}"))?;
    namespace::write("pod/hosts", &format!("127.0.0.1 localhost\n::1 localhost\n{}", pod.hosts))?;
    namespace::write("pod/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n")?;
    if pod.service_account {
        // /run/secrets: /var/run leads there.
        let folder = "/run/secrets/kubernetes.io/serviceaccount";
        fs::create_dir_all(folder).map_err(|e| format!("{folder}: {e}"))?;
        fs::write(format!("{folder}/namespace"), "runners").map_err(|e| format!("{folder}: {e}"))?;
    }
    let mut sockets = Vec::new();
    for path in &pod.sockets {
        // The pod's /tmp is a copy of this one; sockets elsewhere must be under /run.
        let path = path.strip_prefix("/tmp").map_or(path.clone(), |rest| Path::new(TMP).join(rest));
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
        }
        drop(fs::remove_file(&path));
        sockets.push(UnixListener::bind(&path).map_err(|e| format!("{}: {e}", path.display()))?);
    }
    Ok(sockets)
}
