//! Does GitLab Runner make its job pods so that they are where the policy expects them, without Tailscale?

mod tailscale;

use crate::code::Code;
use crate::document::manifest::{Identity, is_template};
use crate::document::runner_config::{RunnerConfig, Setting};
use crate::document::toml::parse_toml_file;
use crate::document::{FileId, Kind, Span};
use crate::finding::{Finding, Verdict};
use crate::judge::either;
use crate::judge::lint::Lint;
use crate::policy::Policy;

/// Judges the chart's values.
pub(super) fn judge_values(lint: &Lint<'_>, findings: &mut Vec<Finding>) {
    for (_, file) in lint.files.iter() {
        for document in file.documents().iter().filter(|document| document.kind == Kind::RunnerValues) {
            judge(lint, &RunnerConfig::of_values(&file.text, &document.root), findings);
        }
    }
}

/// Judges `config.toml` files.
pub(super) fn judge_configs(lint: &Lint<'_>, findings: &mut Vec<Finding>) {
    let configs: Vec<(FileId, &str)> = lint
        .files
        .iter()
        .filter(|(_, file)| file.holds(Kind::RunnerConfig))
        .map(|(id, file)| (id, &*file.text))
        .collect();
    for (id, text) in configs {
        judge(lint, &RunnerConfig::of_toml(parse_toml_file(text, id)), findings);
    }
}

fn judge(lint: &Lint<'_>, config: &RunnerConfig, findings: &mut Vec<Finding>) {
    let mut board = Board { lint, findings };
    for (span, what) in &config.faults {
        let finding = Finding::new(Code::ExecutorUnreadable, Verdict::Unknown, "config.toml")
            .expected("TOML, once its template is rendered")
            .observed(what.clone())
            .reason("What stands around it was not judged, and GitLab Runner does not start with it.")
            .hint("Mend the line that is named.");
        board.add(*span, finding);
    }
    for (span, what) in &config.unseen {
        board.undecided(*span, "config.toml", what, "It is not among what is read here.");
    }
    judge_tags(lint.policy, config, &mut board);
    judge_dns_policy(config, &mut board);
    judge_host_network(config, &mut board);
    judge_node_pools(config, &mut board);
    tailscale::judge(lint.policy, config, &mut board);
}

/// Where findings go.
struct Board<'a, 'l> {
    lint: &'a Lint<'l>,
    findings: &'a mut Vec<Finding>,
}

impl Board<'_, '_> {
    fn add(&mut self, span: Span, finding: Finding) {
        self.findings.push(finding.at(self.lint.location(span)));
    }

    fn undecided(&mut self, span: Span, subject: &str, what: &str, reason: &str) {
        let finding = Finding::new(Code::ExecutorUndecided, Verdict::Unknown, subject)
            .expected("a value that can be judged")
            .observed(format!("{what} cannot be seen"))
            .reason(reason)
            .hint("Render the template first (`helm template`), and lint what comes out.");
        self.add(span, finding);
    }

    /// Whether a value is filled in later, which is told then.
    fn is_filled_in(&mut self, setting: &Setting, subject: &str) -> bool {
        let templated = is_template(setting.text());
        if templated {
            self.undecided(setting.span, subject, setting.text(), "It is filled in later.");
        }
        templated
    }
}

fn judge_tags(policy: &Policy, config: &RunnerConfig, board: &mut Board<'_, '_>) {
    let active: Vec<&str> =
        policy.sources.values().flat_map(|source| source.active.keys().map(String::as_str)).collect();
    if policy.sources.values().all(|source| source.active.is_empty() && source.retired.is_empty()) {
        return;
    }
    for setting in &config.tags {
        if setting.text().trim().is_empty() || board.is_filled_in(setting, "runner tags") {
            continue;
        }
        let mut from = 0;
        for part in setting.text().split(',') {
            let (tag, start) = (part.trim(), from + (part.len() - part.trim_start().len()));
            from += part.len() + 1;
            if tag.is_empty() || active.contains(&tag) {
                continue;
            }
            let span = setting.node.part(board.lint.files.text(setting.span), start, start + tag.len());
            let retired = policy.sources.values().find_map(|source| source.retired.get(tag));
            let finding = |code, verdict| {
                Finding::new(code, verdict, format!("runner tag {tag}"))
                    .expected(format!("tags {}", either(&active)))
                    .evidence("tag", tag)
            };
            board.add(span, match retired {
                Some(runner) => finding(Code::ExecutorTagRetired, Verdict::Fail)
                    .observed(format!("the policy has it as that of runner {runner}, which is paused for good"))
                    .reason("A runner that takes it brings back jobs that should have moved to other tags.")
                    .hint(format!("Register the runner with {}.", either(&active))),
                None => finding(Code::ExecutorTagUnknown, Verdict::Warn)
                    .observed("the policy has no runner of it")
                    .reason("Jobs with it run on pods that the policy says nothing of.")
                    .hint("Correct the tag, or add it to the source's `active` in the policy with the runner's id."),
            });
        }
    }
}

fn judge_dns_policy(config: &RunnerConfig, board: &mut Board<'_, '_>) {
    for setting in &config.dns_policies {
        if board.is_filled_in(setting, "dns_policy") {
            continue;
        }
        let (name, what) = match setting.text() {
            name @ ("none" | "None") => (name, "the pods ask the resolvers of dns_config alone"),
            name @ ("default" | "Default") => (name, "the pods ask the resolvers that their node has"),
            _ => continue,
        };
        let finding = Finding::new(Code::ExecutorDnsOutsideCluster, Verdict::Warn, format!("dns_policy {name}"))
            .expected("the cluster's resolver")
            .observed(what)
            .reason("Names of the cluster do not resolve, and what a node's resolver knows, Tailscale's names among it, the jobs know.")
            .hint("Leave dns_policy out, or write cluster-first.");
        board.add(setting.span, finding);
    }
}

fn judge_host_network(config: &RunnerConfig, board: &mut Board<'_, '_>) {
    for setting in &config.host_networks {
        if !matches!(setting.text(), "true" | "True" | "TRUE") {
            // What is filled in is told of; anything else is off.
            board.is_filled_in(setting, "host network");
            continue;
        }
        let finding = Finding::new(Code::ExecutorHostNetwork, Verdict::Warn, "job pods")
            .expected("a network of the pod's own")
            .observed("they are in their node's network")
            .reason("They have the node's address, its resolver and its Tailscale, if it has one; network policies and groups of pods are not for them.")
            .hint("Remove hostNetwork.");
        board.add(setting.span, finding);
    }
}

/// Whether the node pool that the pods are for is among the files, if any is.
fn judge_node_pools(config: &RunnerConfig, board: &mut Board<'_, '_>) {
    let documents = board.lint.files.iter().flat_map(|(_, file)| file.documents());
    let pools: Vec<String> = documents
        .filter(|document| document.kind == Kind::NodePool)
        .map(|document| Identity::of(&document.root).name)
        .collect();
    for setting in config.node_pools.iter().filter(|_| !pools.is_empty()) {
        let name = setting.text();
        if pools.iter().any(|pool| pool == name) || board.is_filled_in(setting, "node_selector") {
            continue;
        }
        let finding = Finding::new(
            Code::ExecutorNodepoolMissing,
            Verdict::Unknown,
            format!("NodePool {name}"),
        )
        .expected(format!("NodePool {}", either(&pools)))
        .observed("the job pods are for its nodes, and it is in none of the files")
        .reason(
            "If there is none, the pods wait until their time is up; if there is, its nodes are not judged.",
        )
        .hint("Correct the name in node_selector, or lint the folder that holds the pool as well.");
        board.add(setting.span, finding);
    }
}
