//! What a shell and man(1) take from the binary: completion scripts and manual pages.

#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::io::Write as _;
use std::process::{Command, Output, Stdio};

fn reachgate(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reachgate"));
    command.env_clear().args(arguments).stdin(Stdio::null()).output().expect("the binary runs")
}

fn stdout(arguments: &[&str]) -> String {
    let output = reachgate(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The commands that help names.
fn commands() -> Vec<String> {
    let help = stdout(&["--help"]);
    let (_, listed) = help.split_once("Commands:\n").expect("commands");
    let listed = listed.lines().take_while(|line| !line.is_empty());
    listed
        .filter(|line| !line.starts_with("   "))
        .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
        .collect()
}

/// Runs a program on a text; `None` where it is not installed.
fn fed(program: &str, arguments: &[&str], text: &str) -> Option<Output> {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().ok()?;
    child.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("it reads");
    Some(child.wait_with_output().expect("it ends"))
}

/// What bash completes after these words.
fn bash_completes(words: &[&str]) -> Vec<String> {
    let words: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let (last, before) = (words.len() - 1, words.len() - 2);
    let script = format!(
        "{}\nset -u; COMP_WORDS=({}); COMP_CWORD={last}\n_reachgate reachgate \"${{COMP_WORDS[{last}]}}\" \
         \"${{COMP_WORDS[{before}]}}\"\nprintf '%s\\n' \"${{COMPREPLY[@]}}\"\n",
        stdout(&["completions", "bash"]),
        words.join(" ")
    );
    let output = fed("bash", &["--noprofile", "--norc", "-e", "-s"], &script).expect("bash is installed");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && complaints.is_empty(), "{complaints}");
    String::from_utf8(output.stdout).expect("UTF-8").lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_options_and_values() {
    let all = bash_completes(&["reachgate", ""]);
    for command in commands() {
        assert!(all.contains(&command), "{command} is not in {all:?}");
    }
    assert_eq!(bash_completes(&["reachgate", "pro"]), ["probe"]);
    assert_eq!(bash_completes(&["reachgate", "probe", "--wa"]), ["--wait"]);
    let formats = bash_completes(&["reachgate", "probe", "--format", ""]);
    for format in reachgate::report::Format::ALL {
        assert!(formats.iter().any(|word| word == format.word()), "{format} is not in {formats:?}");
    }
}

/// Each shell that is installed here takes its own script; bash always is.
#[test]
fn shells_take_their_script() {
    let mut taken = 0;
    for (shell, arguments) in [
        ("bash", &["-n"][..]),
        ("zsh", &["-n"]),
        ("fish", &["--no-execute"]),
        ("elvish", &["-compileonly", "/dev/stdin"]),
    ] {
        let script = stdout(&["completions", shell]);
        for command in commands() {
            assert!(script.contains(&command), "{command} is not in {shell}'s script");
        }
        let Some(output) = fed(shell, arguments, &script) else { continue };
        assert!(output.status.success(), "{shell}: {}", String::from_utf8_lossy(&output.stderr));
        taken += 1;
    }
    assert!(taken > 0, "bash is installed");
}

/// As groff reads it, every warning on.
fn page(roff: &str) -> String {
    let output = fed("groff", &["-K", "utf8", "-man", "-Tutf8", "-ww", "-P-cbou", "-rLL=900n"], roff)
        .expect("groff is installed");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(output.status.success());
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn every_command_has_a_manual_page() {
    let own = page(&stdout(&["man"]));
    assert!(own.starts_with("reachgate(1)"), "{own}");
    let (_, codes) = own.split_once("\nEXIT STATUS\n").expect("how it ends");
    assert!(codes.trim_start().starts_with("Exit codes: 0 every expectation met"), "{own}");
    for command in commands() {
        assert!(own.contains(&format!("reachgate-{command}(1)")), "{command} is not in {own}");
        let page = page(&stdout(&["man", &command]));
        assert!(page.starts_with(&format!("reachgate-{command}(1)")), "{page}");
        assert!(page.contains(&format!("reachgate {command} ")), "{page}");
        assert!(page.contains("--policy"), "{page}");
    }
    assert!(page(&stdout(&["man", "probe"])).contains("--wait"));
}

#[test]
fn there_is_no_page_of_another_command() {
    let output = reachgate(&["man", "prob\u{1b}e"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2));
    assert!(said.contains("there is no manual page `prob\\u{1b}e`; use one of probe, "), "{said}");
    assert!(output.stdout.is_empty());
}
