//! How the image behaves in any container: small shell scripts, run inside it, that end well or say why not.

use std::io::Write as _;
use std::process::Stdio;

use crate::container;
use crate::storage::IMAGE;

/// What GitLab Runner's Kubernetes executor starts in the container, in its order of shells; the job's script comes
/// on its standard input (shells/bash.go of gitlab-runner).
const DETECT: &str = "for shell in /usr/local/bin/bash /usr/bin/bash /bin/bash /usr/local/bin/sh /usr/bin/sh /bin/sh \
                      /busybox/sh; do if [ -x $shell ]; then exec $shell; fi; done; echo shell not found; exit 1";

/// A script by its name.
type Manner = (&'static str, &'static str);

/// All of them.
pub const MANNERS: &[Manner] = &[
    // The programs that the runner's own lines around a job use.
    (
        "a_job_has_a_shell_and_the_tools_that_gitlab_uses",
        "for it in cat chmod mkdir printf rm stat; do command -v $it || exit 1; done",
    ),
    (
        "a_job_finds_the_program",
        "[ $(command -v reachgate) = /usr/local/bin/reachgate ] && reachgate explain port-filtered",
    ),
    ("the_user_is_nobody_with_a_number", "[ $(id -u):$(id -g) = 65532:65532 ]"),
    (
        "the_user_has_no_capability_and_gains_none",
        "cd /proc/self; grep -qx 'CapEff:\t0*' status && grep -qx 'CapBnd:\t0*' status && grep -qx 'NoNewPrivs:\t1' status",
    ),
    (
        "the_root_is_not_writable",
        "for it in / /tmp /etc /usr/local/bin /var/tmp; do if touch $it/x 2>/dev/null; then echo $it; exit 1; fi; done",
    ),
    // So that a writable root changes nothing of it.
    ("nothing_belongs_to_the_user", "[ -z \"$(find / -xdev -user 65532 | tee /dev/stderr)\" ]"),
    (
        "public_authorities_are_there",
        "[ $(grep -c 'BEGIN CERTIFICATE' /etc/ssl/certs/ca-certificates.crt) -gt 50 ]",
    ),
];

/// Runs the one of this name as GitLab Runner would run it in a job; `None` when there is none.
pub fn check(name: &str) -> Option<Result<(), String>> {
    let (_, script) = MANNERS.iter().find(|(known, _)| *known == name)?;
    Some(run(script))
}

fn run(script: &str) -> Result<(), String> {
    container::prepare()?;
    let mut command = container::command("none")?;
    command
        .args([IMAGE, "sh", "-c", DETECT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut job = command.spawn().map_err(|e| format!("podman: {e}"))?;
    // The last line tells a script that came to its end from a shell that read none.
    if let Some(mut input) = job.stdin.take() {
        input
            .write_all(format!("{script}\n[ $? = 0 ] || exit 1\necho it did\n").as_bytes())
            .map_err(|e| e.to_string())?;
    }
    let output = job.wait_with_output().map_err(|e| format!("podman: {e}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    if output.status.success() && said.ends_with("it did\n") {
        return Ok(());
    }
    Err(format!("{script}\n{}\n{said}\n{}", output.status, String::from_utf8_lossy(&output.stderr)))
}
