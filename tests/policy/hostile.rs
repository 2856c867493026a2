//! Input that means harm: too long, too deep, endless, no text at all.

use std::fs;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reachgate::policy::file::{load_policy, parse_policy};

use super::{folder, unset};

/// What a policy of these bytes, read as a file, is told to be wrong with, and within a second.
fn told_of(bytes: &[u8]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("p.yaml");
    fs::write(&path, bytes).unwrap();
    told_of_path(&path)
}

fn told_of_path(path: &Path) -> String {
    let begin = Instant::now();
    let error = load_policy(Some(path), &unset).unwrap_err();
    let told = error.to_string();
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}: {told:.500}", begin.elapsed());
    assert!(told.len() < 200_000, "{} bytes", told.len());
    told
}

#[test]
fn a_file_that_cannot_be_read_is_named_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    let told = told_of_path(&folder.path().join("none.yaml"));
    assert!(
        told.contains("no such policy file") && told.contains("none.yaml") && told.contains("--policy"),
        "{told}"
    );
    let told = told_of_path(folder.path());
    assert!(told.contains("is a directory") && told.contains("help: give the policy's own file"), "{told}");
    let told = told_of_path(&folder.path().join("x\u{1b}[2J.yaml"));
    assert!(told.contains("x\\u{1b}[2J.yaml"), "{told}");
    for path in ["/proc/self/mem", "policies/demo.yaml/x"] {
        let told = told_of_path(Path::new(path));
        assert!(told.contains("cannot be read") && told.contains("help"), "{told}");
    }
    let told = told_of_path(&folder.path().join("long".repeat(100)));
    assert!(told.contains("cannot be read") && told.contains("help"), "{told}");
}

#[test]
fn a_file_too_long_is_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.yaml");
    fs::File::create(&path).unwrap().set_len(2 * 1024 * 1024 * 1024).unwrap();
    for told in [
        told_of_path(&path),
        told_of_path(Path::new("/dev/zero")),
        told_of(&b"a".repeat(10_000_000)),
        told_of("é".repeat(1024 * 1024).as_bytes()),
        told_of(&b"# comment\n".repeat(1_000_000)),
    ] {
        assert!(told.contains("longer than 1 MiB") && told.contains("right file?"), "{told}");
    }
    let error = parse_policy(&"a".repeat(1024 * 1024 + 1), "p", &unset).unwrap_err();
    assert!(error.to_string().contains("longer than 1 MiB"));
    assert!(told_of_path(Path::new("/dev/null")).contains("no policy in the file"));
}

#[test]
fn a_pipe_is_read() {
    let mut child = std::process::Command::new("cat")
        .arg(folder("policies/demo.yaml"))
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let output = child.stdout.take().unwrap();
    let path = PathBuf::from(format!("/proc/self/fd/{}", output.as_raw_fd()));
    let policy = load_policy(Some(&path), &unset).unwrap();
    assert_eq!(policy.name, "demo");
    assert!(child.wait().unwrap().success());
}

/// A policy as long as is allowed, of one thing over and over.
#[test]
fn a_megabyte_of_anything_is_answered_at_once() {
    let fill = |head: &str, body: &str| {
        let mut text = head.to_owned();
        while text.len() + body.len() < 1024 * 1024 {
            text += body;
        }
        text
    };
    for (head, body) in [
        ("a: ", "["),
        ("a: ", "{"),
        ("", "- "),
        ("", "? "),
        ("a: [", "x,"),
        ("", "key: x\n"),
        ("version: 1\n", "&a *a "),
        ("a: &a [", "x,"),
        ("a: \"", "\\u001b"),
        ("a: ", "x"),
        ("a: ", "\u{1f4a9}"),
        ("", "\n"),
        ("", "#\n"),
        ("", "\u{feff}"),
        ("", "\t"),
        ("", "---\n"),
        ("", "!a "),
        ("", "%YAML 1.2\n"),
        ("a: |\n", " x\n"),
        ("a: >\n", " x\n"),
        ("", "'"),
        ("<<: ", "{<<: "),
        ("version: 1\nnetworks: {vpc: [", "10.0.0.1/8, "),
        ("version: 1\nexpect: [", "{}, "),
        ("version: 1\nnetworks: {", "\u{1b}"),
    ] {
        let told = told_of(fill(head, body).as_bytes());
        assert!(told.contains("error: "), "{told}");
    }
    let numbered = |head: &str, body: &dyn Fn(usize) -> String, tail: &str| {
        let mut text = head.to_owned();
        for number in 0.. {
            text += &body(number);
            if text.len() > 200_000 {
                break;
            }
        }
        text + tail
    };
    let told = told_of(numbered("version: 1\n", &|number| format!("key{number}: x\n"), "").as_bytes());
    assert!(told.contains("are not shown") || told.contains("more than 50000 values"), "{told:.1000}");
    told_of(
        numbered("version: 1\n", &|number| format!("a{number}: &a{number} [*a{}]\n", number.max(1) - 1), "")
            .as_bytes(),
    );
    told_of(numbered("version: 1\n{", &|number| format!("k{number}: x, "), "}").as_bytes());
}
