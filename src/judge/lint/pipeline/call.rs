//! One command with its arguments.

use super::value::Value;

/// The values that an argument may have; at least one.
pub(super) type Argument = Vec<Value>;

/// A command as it would be run.
#[derive(Debug, Clone, Default)]
pub(super) struct Call {
    /// `A=1` before it, or given to `env`.
    pub(super) assignments: Vec<(String, Argument)>,
    /// Its name and arguments, without what only wraps them (`sudo`, `timeout 5m`).
    pub(super) arguments: Vec<Argument>,
    /// Operator and target.
    pub(super) redirects: Vec<(String, Argument)>,
    /// The here-documents that it reads.
    pub(super) documents: Vec<Argument>,
}

/// A command that runs the one behind it.
struct Wrapper {
    name: &'static str,
    /// Its short options that take a value.
    values: &'static str,
    /// Operands of its own before the command.
    operands: usize,
}

const WRAPPERS: &[Wrapper] = &[
    Wrapper { name: "sudo", values: "ughpCrtTUD", operands: 0 },
    Wrapper { name: "doas", values: "uC", operands: 0 },
    Wrapper { name: "env", values: "uCS", operands: 0 },
    Wrapper { name: "time", values: "fo", operands: 0 },
    Wrapper { name: "nohup", values: "", operands: 0 },
    Wrapper { name: "exec", values: "a", operands: 0 },
    Wrapper { name: "command", values: "", operands: 0 },
    Wrapper { name: "builtin", values: "", operands: 0 },
    Wrapper { name: "nice", values: "n", operands: 0 },
    Wrapper { name: "ionice", values: "cnp", operands: 0 },
    Wrapper { name: "stdbuf", values: "ioe", operands: 0 },
    Wrapper { name: "setsid", values: "", operands: 0 },
    Wrapper { name: "timeout", values: "ks", operands: 1 },
    Wrapper { name: "sshpass", values: "pfdP", operands: 0 },
    Wrapper { name: "xargs", values: "aEIiLlnPsd", operands: 0 },
    Wrapper { name: "torsocks", values: "", operands: 0 },
    Wrapper { name: "proxychains", values: "f", operands: 0 },
    Wrapper { name: "proxychains4", values: "f", operands: 0 },
    Wrapper { name: "autossh", values: "M", operands: 0 },
    Wrapper { name: "flock", values: "wEc", operands: 1 },
    Wrapper { name: "retry", values: "tdnms", operands: 0 },
];

/// Long options of wrappers that take their value as the next word.
const LONG_VALUES: [&str; 14] = [
    "--user",
    "--group",
    "--host",
    "--prompt",
    "--chdir",
    "--chroot",
    "--unset",
    "--signal",
    "--kill-after",
    "--max-args",
    "--max-procs",
    "--arg-file",
    "--delimiter",
    "--adjustment",
];

impl Call {
    /// The command's name without its folder; `None` where only a run would tell.
    pub(super) fn name(&self) -> Option<&str> {
        let text = &self.arguments.first()?.first()?.text;
        Some(text.rsplit('/').next().unwrap_or(text))
    }

    /// Takes wrappers off: `sudo -u x ssh host` is `ssh host`.
    pub(super) fn unwrap(&mut self) {
        for _ in 0..5 {
            let Some(name) = self.name() else { return };
            let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.name == name) else { return };
            // `autossh` takes ssh's own arguments.
            if wrapper.name == "autossh" {
                if let Some(value) = self.arguments.first_mut().and_then(|first| first.first_mut()) {
                    "ssh".clone_into(&mut value.text);
                }
                return;
            }
            let mut at = 1;
            let mut operands = wrapper.operands;
            while let Some(text) =
                self.arguments.get(at).and_then(|argument| argument.first()).map(|value| &value.text)
            {
                if text == "--" {
                    at += 1;
                    break;
                } else if let Some(letter) = text.strip_prefix('-').filter(|rest| !rest.is_empty()) {
                    let takes = LONG_VALUES.contains(&text.as_str())
                        || letter.chars().count() == 1 && wrapper.values.contains(letter);
                    at += if takes { 2 } else { 1 };
                } else if wrapper.name == "env" && text.contains('=') {
                    let text = text.clone();
                    if let (Some((name, _)), Some(argument)) = (text.split_once('='), self.arguments.get(at))
                    {
                        let part =
                            |value: &Value| value.part(name.len() + 1..value.text.len().max(name.len() + 1));
                        self.assignments.push((name.to_owned(), argument.iter().map(part).collect()));
                    }
                    at += 1;
                } else if operands > 0 {
                    operands -= 1;
                    at += 1;
                } else {
                    break;
                }
            }
            if at >= self.arguments.len() {
                return;
            }
            self.arguments.drain(..at);
        }
    }
}

/// A shell, which runs what it is given.
pub(super) fn is_shell(name: &str) -> bool {
    matches!(name, "sh" | "bash" | "ash" | "dash" | "zsh" | "ksh")
}

/// A command that only shows or compares what it is given.
pub(super) fn is_output(name: &str) -> bool {
    matches!(
        name,
        "echo" | "printf" | "test" | "[" | "[[" | ":" | "true" | "false" | "grep" | "egrep" | "fgrep"
    )
}
