//! A project that includes the components, and its pipeline run by `gitlab-ci-local`.
//!
//! It runs in a network of its own that has nothing but loopback, so what reachgate dials leads nowhere. What
//! `gitlab-ci-local` 4.75 does not do: it never retries a job, and lets later stages run after any exit code of a job
//! with `allow_failure:exit_codes`, though it tells the right status.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::component::root;
use crate::{program, tool};

/// A policy on loopback whose only service nobody serves: the probe gets its answer (a RST) at once.
const REFUSED: &str = r#"
version: 1
name: loopback
networks: { vpc: [127.0.0.0/8] }
sources:
  runners: { subnets: [127.0.0.0/24], tailscale: allowed }
destinations:
  dev-server: { address: "${DEV_SERVER_IP:-127.0.20.15}", within: vpc, services: { ssh: 9/ssh } }
expect:
  - { from: runners, to: dev-server, reach: [ssh] }
"#;

/// A project's folder.
pub struct Project {
    folder: TempDir,
}

/// What became of a pipeline.
pub struct Outcome {
    pub exit: Option<i32>,
    /// `PASS`, `WARN` or `FAIL` by job; a job that did not run is not there.
    pub jobs: BTreeMap<String, String>,
    pub said: String,
}

impl Project {
    /// A project with this pipeline, on its main branch, in the component project itself: there `include:local` and
    /// `include:component` both find the templates.
    pub fn new(pipeline: &str) -> Self {
        let project = Self { folder: TempDir::new().unwrap() };
        let path = |name: &str| project.path().join(name);
        for folder in ["repository/templates", "bin", "home"] {
            fs::create_dir_all(path(folder)).unwrap();
        }
        for entry in fs::read_dir(root().join("templates")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), path("repository/templates").join(entry.file_name())).unwrap();
        }
        program::install(&path("bin"));
        project.write("policy.yaml", REFUSED);
        project.write("main.tf", "");
        project.git(&["init", "--quiet", "--initial-branch", "main"]);
        project.git(&["remote", "add", "origin", "https://gitlab.example/platform/reachgate.git"]);
        project.commit("templates policy.yaml main.tf");
        let head = project.git(&["rev-parse", "HEAD"]);
        project.git(&["update-ref", "refs/remotes/origin/main", &head]);
        project.git(&["symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main"]);
        // A component of this very commit is taken from the folder.
        project.write(".gitlab-ci.yml", &pipeline.replace("@0.1.0", &format!("@{head}")));
        project
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path().join("repository").join(name)
    }

    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.file(name), text).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.file(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub fn calls(&self) -> Vec<Vec<String>> {
        program::calls(&self.path().join("bin"))
    }

    pub fn git(&self, words: &[&str]) -> String {
        let mut command = self.command("git");
        command.args(["-c", "user.name=test", "-c", "user.email=test@gitlab.example"]).args(words);
        let output = command.output().expect("git runs");
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    pub fn commit(&self, files: &str) {
        let mut words = vec!["add"];
        words.extend(files.split(' '));
        self.git(&words);
        self.git(&["commit", "--quiet", "--message", "Change"]);
    }

    /// Runs the pipeline with these variables.
    pub fn run(&self, variables: &[(&str, &str)]) -> Outcome {
        let output = self.gitlab_ci_local(variables, &[]);
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut jobs = BTreeMap::new();
        for line in said.lines() {
            let mut words = line.split_whitespace();
            if let (Some(status @ ("PASS" | "WARN" | "FAIL")), Some(job)) = (words.next(), words.next()) {
                jobs.insert(job.to_owned(), status.to_owned());
            }
        }
        let said = said + &String::from_utf8_lossy(&output.stderr);
        Outcome { exit: output.status.code(), jobs, said }
    }

    /// The jobs of the pipeline as they would run; nothing is run.
    pub fn list(&self, variables: &[(&str, &str)]) -> Result<Vec<Value>, String> {
        let output = self.gitlab_ci_local(variables, &["--list-json"]);
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let jobs: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
        Ok(jobs.into_iter().filter(|job| job["when"] != "never").collect())
    }

    fn gitlab_ci_local(&self, variables: &[(&str, &str)], words: &[&str]) -> Output {
        let mut command = self.command("unshare");
        command
            .args(["--map-root-user", "--net", "--", "sh", "-c", "ip link set lo up && exec \"$@\"", "sh"])
            .arg(tool::python_program("node"))
            .arg(tool::gitlab_ci_local())
            .args(["--shell-executor-no-image", "--force-shell-executor"])
            .args(["--ignore-predefined-vars", "CI_PIPELINE_SOURCE"])
            .args(words);
        for (name, value) in variables {
            command.args(["--variable", &format!("{name}={value}")]);
        }
        command.output().expect("unshare runs")
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        let path = format!("{}:/usr/sbin:/sbin:/usr/bin:/bin", self.path().join("bin").display());
        command.current_dir(self.path().join("repository")).env_clear();
        // Nothing is asked for credentials: there are none to be had.
        command
            .env("PATH", path)
            .env("HOME", self.path().join("home"))
            .env("AWS_EC2_METADATA_DISABLED", "true");
        command
    }
}
