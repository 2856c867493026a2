//! A private world for one trial: this test binary again, in network, mount and pid namespaces of
//! its own. When it ends, the kernel ends all that it started.

use std::ffi::OsStr;
use std::os::unix::fs::MetadataExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// The argument that says "you are in the private world now".
pub const INSIDE: &str = "--inside-private-world";

/// No scenario takes longer, seconds.
const LIMIT: &str = "90";

const HELP: &str = "\
The lab needs network, mount and pid namespaces, either as root (in a container: with CAP_SYS_ADMIN and \
CAP_NET_ADMIN, `--privileged`) or as a user with user namespaces: the `uidmap` package, a range for the user in \
/etc/subuid and /etc/subgid (`sudo usermod --add-subuids 100000-165535 --add-subgids 100000-165535 $USER`) and, \
where AppArmor forbids them (Ubuntu), `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`. \
`make setup` installs the packages.";

/// Runs one scenario in a world of its own; the words are its file, and what else this binary is to be told.
pub fn run(words: &[&OsStr]) -> Result<(), String> {
    let itself = itself()?;
    let (ok, said) = collect(&[&[itself.as_os_str(), INSIDE.as_ref()], words].concat())?;
    let scenario = words.first().copied().unwrap_or_default();
    if ok { Ok(()) } else { Err(format!("{}\n{said}", scenario.display())) }
}

/// Says whether a private world can be made at all.
pub fn check() -> Result<(), String> {
    let (ok, said) = collect(&["ip", "link", "set", "lo", "up"].map(OsStr::new))?;
    if ok { Ok(()) } else { Err(format!("{said}\n{HELP}")) }
}

/// Runs a scenario's command in a world of its own, with this process's own terminal.
pub fn enter(words: &[&OsStr]) -> Result<(), String> {
    let itself = itself()?;
    let mut command = unshare(Command::new("unshare"));
    let status = command.arg(itself).arg(INSIDE).args(words).status();
    match status {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("in the scenario: {status}")),
        Err(e) => Err(format!("unshare(1): {e}. {HELP}")),
    }
}

fn itself() -> Result<PathBuf, String> {
    std::env::current_exe().map_err(|e| format!("this test's own path: {e}"))
}

fn unshare(mut command: Command) -> Command {
    let root = std::fs::metadata("/proc/self").is_ok_and(|itself| itself.uid() == 0);
    let identity: &[&str] = if root { &[] } else { &["--user", "--map-root-user", "--map-auto"] };
    command.args(identity);
    command.args(["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]);
    command
}

fn collect(words: &[&OsStr]) -> Result<(bool, String), String> {
    let mut command = Command::new("timeout");
    command.args(["--signal=KILL", LIMIT, "unshare"]);
    let output = unshare(command)
        .args(words)
        .stdin(Stdio::null())
        .output()
        .map_err(|e| format!("timeout(1): {e}. {HELP}"))?;
    let said = [output.stdout, output.stderr].concat();
    let mut said = String::from_utf8_lossy(&said).into_owned();
    if said.contains("unshare:") {
        said.push_str(HELP);
    }
    if !output.status.success() && said.is_empty() {
        said = format!("the private world ended with {} (its limit is {LIMIT} s)", output.status);
    }
    Ok((output.status.success(), said))
}
