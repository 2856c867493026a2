//! Runs the image in a private world, with the rights that `deploy/` gives it and no other.

use std::process::{Command, Stdio};
use std::time::Instant;

use crate::certificate;
use crate::namespace::{self, WORK};
use crate::pod::{self, Outcome};
use crate::scenario::{Host, Scenario};
use crate::storage::{self, IMAGE};

/// What the pod's container runtime does not pass on from the machine's own environment.
const OWN: &[&str] = &["PATH", "HOME", "SSL_CERT_FILE"];

/// Gives podman and buildah folders of their own in the private world for what they keep while they run: the
/// machine's own containers have theirs there.
pub fn prepare() -> Result<(), String> {
    for folder in ["/run/containers", "/run/libpod", "/dev/shm"] {
        std::fs::create_dir_all(folder).map_err(|e| format!("{folder}: {e}"))?;
        namespace::finish(Command::new("mount").args(["-t", "tmpfs", "tmpfs", folder]))?;
    }
    Ok(())
}

/// Gives podman the options that come before its own command.
pub fn podman(command: &mut Command) -> Result<&mut Command, String> {
    command.args(storage::options()?).args(["--tmpdir", "/run/libpod", "--events-backend", "none"]);
    Ok(command.args(["--runtime", "runc", "--cgroup-manager", "cgroupfs"]))
}

/// `podman run` with the options that every container has, the image and its command still to come.
pub fn command(network: &str) -> Result<Command, String> {
    let mut command = Command::new("podman");
    podman(&mut command)?;
    command.args(["run", "--rm", "--pull", "never", "--interactive"]);
    // As the security context of deploy/job.yaml has it; podman's own seccomp profile is the default.
    command.args(["--read-only", "--read-only-tmpfs=false", "--cap-drop", "all"]);
    command.args(["--security-opt", "no-new-privileges", "--network", network]);
    // podman asks for the most that the kernel knows, which a machine that is a container itself cannot give.
    command.args(["--ulimit", "nofile=1024:1024", "--ulimit", "nproc=1024:1024"]);
    command.stdin(Stdio::null());
    Ok(command)
}

/// Runs `reachgate probe --format json` of the image in a pod.
///
/// The authority that signed the dev server's certificate takes the place of the image's bundle, where
/// a company's own authority is mounted too, and no variable tells where it is.
pub fn probe(scenario: &Scenario, pod: Host) -> Result<Outcome, String> {
    let _sockets = pod::furnish(scenario)?;
    let mut command = command(&format!("ns:/run/netns/{}", pod.name()))?;
    for (source, target) in [
        (format!("{WORK}/pod/resolv.conf"), "/etc/resolv.conf"),
        (format!("{WORK}/pod/hosts"), "/etc/hosts"),
        (certificate::authority(), "/etc/ssl/certs/ca-certificates.crt"),
    ] {
        command.args(["--volume", &format!("{source}:{target}:ro")]);
    }
    for (name, value) in pod::environment(scenario) {
        if !OWN.contains(&name.as_str()) {
            command.args(["--env", &format!("{name}={value}")]);
        }
    }
    command.args([IMAGE, "reachgate", "probe", "--format", "json"]).args(&scenario.args);
    let started = Instant::now();
    let output = command.output().map_err(|e| format!("podman: {e}"))?;
    Ok(Outcome {
        exit: output.status.code(),
        report: String::from_utf8_lossy(&output.stdout).into_owned(),
        diagnostics: String::from_utf8_lossy(&output.stderr).into_owned(),
        elapsed: started.elapsed(),
    })
}
