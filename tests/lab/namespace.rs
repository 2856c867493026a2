//! Commands inside the named network namespaces of a private world.

use std::fs::File;
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// All of a trial's own files are here, on a tmpfs that nobody else sees.
pub const WORK: &str = "/run/lab";

/// The longest that a server may take to be ready.
const READY: Duration = Duration::from_secs(10);

/// A command that will run in the namespace of this name.
pub fn command(namespace: &str, program: &str) -> Command {
    let mut command = Command::new("nsenter");
    command.arg(format!("--net=/run/netns/{namespace}")).args(["--", program]).stdin(Stdio::null());
    command
}

/// Runs a command to its end; its stderr is the fault if it fails.
pub fn finish(command: &mut Command) -> Result<String, String> {
    let output = command.output().map_err(|e| format!("{command:?}: {e}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(format!("{command:?}: {}: {}", output.status, String::from_utf8_lossy(&output.stderr)))
}

/// Runs a command to its end with this text as its standard input.
pub fn finish_with_input(command: &mut Command, input: &str) -> Result<(), String> {
    let fault = |what: &dyn std::fmt::Display| format!("{what}; input:\n{input}");
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| fault(&e))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(input.as_bytes()).map_err(|e| fault(&e))?;
    }
    let output = child.wait_with_output().map_err(|e| fault(&e))?;
    if output.status.success() { Ok(()) } else { Err(fault(&String::from_utf8_lossy(&output.stderr))) }
}

/// Starts a server that lasts as long as the private world; what it says goes to `WORK/NAME.log`.
pub fn start(name: &str, command: &mut Command) -> Result<Child, String> {
    let path = log_path(name);
    let log = File::create(&path).map_err(|e| format!("{path}: {e}"))?;
    let again = log.try_clone().map_err(|e| format!("{path}: {e}"))?;
    command.stdout(log).stderr(again).spawn().map_err(|e| format!("{command:?}: {e}"))
}

/// Waits until a server started by [`start`] has said this.
pub fn await_line(name: &str, line: &str) -> Result<(), String> {
    await_condition(name, || std::fs::read_to_string(log_path(name)).is_ok_and(|log| log.contains(line)))
}

/// Waits until something listens on this TCP port of the namespace.
pub fn await_listener(name: &str, namespace: &str, port: u16) -> Result<(), String> {
    let filter = format!("sport = :{port}");
    await_condition(name, || {
        finish(command(namespace, "ss").args(["-Hltn", &filter])).is_ok_and(|lines| !lines.is_empty())
    })
}

fn await_condition(name: &str, mut is_met: impl FnMut() -> bool) -> Result<(), String> {
    let started = Instant::now();
    while !is_met() {
        if started.elapsed() > READY {
            let log = std::fs::read_to_string(log_path(name)).unwrap_or_default();
            return Err(format!("{name} is not ready after {} s; it said:\n{log}", READY.as_secs()));
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Ok(())
}

fn log_path(name: &str) -> String {
    format!("{WORK}/{name}.log")
}

/// Writes one of the trial's own files and gives its path.
pub fn write(name: &str, text: &str) -> Result<String, String> {
    let path = format!("{WORK}/{name}");
    std::fs::write(&path, text).map_err(|e| format!("{path}: {e}"))?;
    Ok(path)
}
