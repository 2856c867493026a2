//! The binary: exit codes, `--fix` on a disk, `--only`.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output};

use libtest_mimic::{Failed, Trial};

pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("exit codes say what was found", exit_codes),
        Trial::test("--fix writes what is certain and judges again", fixes),
        Trial::test("a symbolic link and a file outside of the root are not followed out", stays_inside),
    ]
}

const CLEAN: &str = "lint:\n  tags: [small]\n  script: [make lint]\n";

fn run(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_reachgate"))
        .arg("lint")
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("DEV_SERVER_IP", "10.1.20.15")
        .output()
        .expect("the binary runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn exit_codes() -> Result<(), Failed> {
    let heavy = "lint:\n  tags: [medium]\n  script: [ruff check]\n";
    let cases: [(&str, &[&str], i32); 9] = [
        (CLEAN, &[], 0),
        ("lint:\n  tags: [dev-small]\n  script: [make]\n", &[], 1),
        (heavy, &[], 0),
        (heavy, &["--fail-on", "warn"], 1),
        ("lint:\n  tags: [$X]\n  script: [make]\n", &[], 3),
        ("lint: [\n", &[], 3),
        ("lint:\n  tags: [dev-small]\n  script: [make]\n", &["--skip", "pipeline-tag-retired"], 3),
        (CLEAN, &["no-such-file"], 2),
        (CLEAN, &["--root", "no-such-folder"], 2),
    ];
    for (pipeline, arguments, code) in cases {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join(".gitlab-ci.yml"), pipeline)?;
        let output = run(folder.path(), arguments);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{pipeline}{arguments:?}\n{}{}",
            text(&output.stdout),
            text(&output.stderr)
        );
    }
    let empty = tempfile::tempdir()?;
    assert_eq!(run(empty.path(), &[]).status.code(), Some(3), "nothing was judged");
    Ok(())
}

fn fixes() -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(".gitlab-ci.yml");
    fs::write(&path, "include: part.yml\na:\n  tags: [dev-small]\r\n  script: [ssh 10.1.20.15]\n")?;
    fs::write(folder.path().join("part.yml"), "b:\n  tags: ['dev-large']\n  script: [make]\n")?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640))?;
    let output = run(folder.path(), &["--fix"]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert_eq!(text(&output.stderr), "reachgate: fixed 3 places in 2 files\n");
    assert_eq!(
        fs::read_to_string(&path)?,
        "include: part.yml\na:\n  tags: [small]\r\n  script: [ssh $DEV_SERVER_IP]\n"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("part.yml"))?,
        "b:\n  tags: ['large']\n  script: [make]\n"
    );
    assert_eq!(fs::metadata(&path)?.permissions().mode() & 0o777, 0o640);
    let left_out = tempfile::tempdir()?;
    let path = left_out.path().join(".gitlab-ci.yml");
    let before = "a:\n  tags: [dev-small]\n  script: [make]\n";
    fs::write(&path, before)?;
    run(left_out.path(), &["--fix", "--skip", "pipeline-tag-retired"]);
    assert_eq!(fs::read_to_string(&path)?, before, "what is left out is not fixed");
    Ok(())
}

fn stays_inside() -> Result<(), Failed> {
    let outer = tempfile::tempdir()?;
    fs::write(outer.path().join("secret.yml"), "stolen:\n  tags: [dev-small]\n  script: [make]\n")?;
    let root = outer.path().join("repository");
    fs::create_dir(&root)?;
    std::os::unix::fs::symlink("../secret.yml", root.join("link.yml"))?;
    fs::write(root.join(".gitlab-ci.yml"), format!("include: [../secret.yml, link.yml]\n{CLEAN}"))?;
    let output = run(&root, &["--root", "."]);
    assert_eq!(output.status.code(), Some(3), "{}", text(&output.stdout));
    assert!(!text(&output.stdout).contains("dev-small"), "{}", text(&output.stdout));
    assert!(text(&output.stdout).contains("pipeline-include-unresolved"), "{}", text(&output.stdout));
    Ok(())
}
