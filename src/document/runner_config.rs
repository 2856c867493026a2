//! What GitLab Runner makes job pods of: `config.toml`, and the values of its Helm chart, whose `runners.config` is
//! one (GitLab Runner, Kubernetes executor; <https://docs.gitlab.com/runner/executors/kubernetes/>).

use std::sync::Arc;

use super::node::{Node, Span};
use super::toml::{Toml, parse_toml};

/// How deep the chart's values may be in those of another chart.
const DEEPEST: usize = 5;
/// How many maps of a document are looked at for them.
const MOST_MAPS: usize = 10_000;

/// The settings of job pods, each with all the values that it may have: a template's branches give several.
#[derive(Debug, Default)]
pub struct RunnerConfig {
    /// Tags that the runner is registered with, each text perhaps several with commas between.
    pub tags: Vec<Setting>,
    /// Environment variables of jobs, `NAME=VALUE`.
    pub environment: Vec<Variable>,
    /// `dns_policy`.
    pub dns_policies: Vec<Setting>,
    /// `dns_config.nameservers`.
    pub nameservers: Vec<Setting>,
    /// `dns_config.searches`.
    pub searches: Vec<Setting>,
    /// `host_aliases`.
    pub host_aliases: Vec<HostAlias>,
    /// Whether the pods are in their node's own network.
    pub host_networks: Vec<Setting>,
    /// Images of containers that are in every pod.
    pub sidecars: Vec<Setting>,
    /// `node_selector`'s `karpenter.sh/nodepool`.
    pub node_pools: Vec<Setting>,
    /// Parts that are in another file, or are put in by a template.
    pub unseen: Vec<(Span, String)>,
    /// What cannot be read, and where.
    pub faults: Vec<(Span, String)>,
}

/// A value.
#[derive(Debug, Clone)]
pub struct Setting {
    /// Where it is said.
    pub span: Span,
    /// What it is.
    pub node: Arc<Node>,
}

impl Setting {
    /// Its text; empty where it has none.
    pub fn text(&self) -> &str {
        self.node.text().unwrap_or_default()
    }
}

/// A value where it stands.
fn own(node: &Arc<Node>) -> Setting {
    Setting { span: node.span, node: Arc::clone(node) }
}

/// An environment variable.
#[derive(Debug, Clone)]
pub struct Variable {
    /// Where its value stands.
    pub span: Span,
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An entry of the pods' `/etc/hosts`.
#[derive(Debug, Clone)]
pub struct HostAlias {
    /// The address.
    pub ip: Option<Setting>,
    /// Its names.
    pub hostnames: Vec<Setting>,
}

impl RunnerConfig {
    /// Reads a whole `config.toml`.
    pub fn of_toml(toml: Toml) -> Self {
        let mut config = Self::default();
        config.toml(toml);
        config
    }

    /// Reads the chart's values, wherever in a document they are.
    pub fn of_values(source: &str, root: &Arc<Node>) -> Self {
        let mut config = Self::default();
        for chart in charts(root) {
            config.values(source, &chart);
        }
        config
    }

    fn toml(&mut self, toml: Toml) {
        self.faults.extend(toml.faults.into_iter().take(1));
        let what = "lines that a template puts in";
        self.unseen.extend(toml.insertions.into_iter().map(|span| (span, what.to_owned())));
        for runner in all(&toml.root, "runners").flat_map(Node::items) {
            self.runner(runner);
        }
    }

    fn runner(&mut self, runner: &Arc<Node>) {
        for key in ["tags", "tag_list"] {
            self.tags.extend(all(runner, key).flat_map(Node::items).map(own));
        }
        self.environment(runner);
        for kubernetes in all(runner, "kubernetes") {
            self.environment(kubernetes);
            self.dns_policies.extend(all(kubernetes, "dns_policy").map(own));
            for dns in all(kubernetes, "dns_config") {
                self.nameservers.extend(all(dns, "nameservers").flat_map(Node::items).map(own));
                self.searches.extend(all(dns, "searches").flat_map(Node::items).map(own));
            }
            self.aliases(kubernetes, "host_aliases", &own);
            self.host_networks.extend(all(kubernetes, "host_network").map(own));
            for service in all(kubernetes, "services").flat_map(Node::items) {
                self.sidecars.extend(all(service, "name").map(own));
            }
            for selector in all(kubernetes, "node_selector") {
                self.node_pools.extend(all(selector, "karpenter.sh/nodepool").map(own));
            }
            for patch in all(kubernetes, "pod_spec").flat_map(Node::items) {
                self.patch(patch);
            }
        }
    }

    fn environment(&mut self, node: &Node) {
        for item in all(node, "environment").flat_map(Node::items) {
            let Some((name, value)) = item.text().and_then(|text| text.split_once('=')) else { continue };
            let (name, value) = (name.trim().to_owned(), value.to_owned());
            self.environment.push(Variable { span: item.span, name, value });
        }
    }

    fn aliases(&mut self, node: &Node, key: &str, at: &dyn Fn(&Arc<Node>) -> Setting) {
        for alias in all(node, key).flat_map(Node::items) {
            let hostnames = all(alias, "hostnames").flat_map(Node::items).map(at).collect();
            self.host_aliases.push(HostAlias { ip: alias.get("ip").map(at), hostnames });
        }
    }

    /// A patch of the pod's specification: YAML or JSON in a text. Its findings stand where the patch does.
    fn patch(&mut self, patch: &Arc<Node>) {
        for path in all(patch, "patch_path").filter(|path| path.text().is_some_and(|text| !text.is_empty())) {
            self.unseen.push((path.span, format!("the pod's patch in {}", path.text().unwrap_or_default())));
        }
        for text in all(patch, "patch").filter(|text| text.text().is_some()) {
            match super::yaml::parse_documents(text.text().unwrap_or_default(), text.span.file) {
                Ok(roots) => roots.iter().for_each(|root| self.patched(root, text.span)),
                Err(fault) => self.faults.push((text.span, format!("the pod's patch: {}", fault.what))),
            }
        }
    }

    fn patched(&mut self, root: &Arc<Node>, span: Span) {
        let at = |node: &Arc<Node>| Setting { span, node: Arc::clone(node) };
        // A JSON patch (RFC 6902) is a list of operations, each with a path.
        if let Some(operations) = root.list() {
            for operation in operations {
                let path = operation.get("path").and_then(|path| path.text()).unwrap_or_default();
                let Some(value) = operation.get("value") else { continue };
                match path {
                    "/hostNetwork" | "/spec/hostNetwork" => self.host_networks.push(at(value)),
                    "/dnsPolicy" | "/spec/dnsPolicy" => self.dns_policies.push(at(value)),
                    _ if path.contains("dns")
                        || path.contains("hostAliases")
                        || path.contains("ontainers") =>
                    {
                        self.unseen.push((span, format!("the pod's patch at {path}")));
                    }
                    _ => {}
                }
            }
            return;
        }
        self.host_networks.extend(all(root, "hostNetwork").map(at));
        self.dns_policies.extend(all(root, "dnsPolicy").map(at));
        for dns in all(root, "dnsConfig") {
            self.nameservers.extend(all(dns, "nameservers").flat_map(Node::items).map(at));
            self.searches.extend(all(dns, "searches").flat_map(Node::items).map(at));
        }
        self.aliases(root, "hostAliases", &at);
        for key in ["containers", "initContainers"] {
            for container in all(root, key).flat_map(Node::items) {
                self.sidecars.extend(all(container, "image").map(at));
                for entry in all(container, "env").flat_map(Node::items) {
                    let text = |key: &str| entry.get(key).and_then(|node| node.text()).map(str::to_owned);
                    if let (Some(name), Some(value)) = (text("name"), text("value")) {
                        self.environment.push(Variable { span, name, value });
                    }
                }
            }
        }
        for selector in all(root, "nodeSelector") {
            self.node_pools.extend(all(selector, "karpenter.sh/nodepool").map(at));
        }
    }

    fn values(&mut self, source: &str, chart: &Arc<Node>) {
        let Some(runners) = chart.get("runners") else { return };
        if let Some(config) = runners.get("config").filter(|config| config.text().is_some()) {
            self.toml(parse_toml(source, config));
        }
        if let Some(path) = runners.get("configPath")
            && path.text().is_some_and(|text| !text.is_empty())
            && runners
                .get("config")
                .is_none_or(|config| config.text().is_none_or(|text| text.trim().is_empty()))
        {
            self.unseen
                .push((path.span, format!("the configuration in {}", path.text().unwrap_or_default())));
        }
        // Deprecated since the chart has runners.config; it is still read.
        self.tags.extend(runners.get("tags").map(own));
        for (name, value, span) in super::manifest::texts(runners.get("env")) {
            self.environment.push(Variable { span, name, value });
        }
        // The manager registers with these.
        let entries = chart.get("envVars").map(Node::items).unwrap_or_default();
        for entry in entries {
            if entry.get("name").and_then(|name| name.text()) == Some("RUNNER_TAG_LIST") {
                self.tags.extend(entry.get("value").map(own));
            }
        }
        self.tags.extend(chart.get("extraEnv").and_then(|extra| extra.get("RUNNER_TAG_LIST")).map(own));
    }
}

/// Every value of a key, in the order of the text.
fn all<'a>(node: &'a Node, key: &'a str) -> impl Iterator<Item = &'a Arc<Node>> {
    let entries = node.map().unwrap_or_default().iter();
    entries.filter(move |entry| &*entry.key == key).map(|entry| &entry.node)
}

/// The maps of a document that are the chart's values: at its root, or below the keys of a chart that holds it.
fn charts(root: &Arc<Node>) -> Vec<Arc<Node>> {
    let mut found = Vec::new();
    let mut level = vec![Arc::clone(root)];
    let mut looked_at = 0;
    for _ in 0..DEEPEST {
        let (charts, others): (Vec<_>, Vec<_>) = level.into_iter().partition(|node| is_chart(node));
        found.extend(charts);
        level = others
            .iter()
            .flat_map(|node| node.map().unwrap_or_default())
            .filter(|entry| entry.node.map().is_some())
            .map(|entry| Arc::clone(&entry.node))
            .take(MOST_MAPS - looked_at)
            .collect();
        looked_at += level.len();
    }
    found
}

/// Whether a map is the chart's values: it has `runners`, with settings that the chart alone has.
fn is_chart(node: &Node) -> bool {
    let Some(runners) = node.get("runners").filter(|runners| runners.map().is_some()) else { return false };
    let config = runners.get("config").and_then(|config| config.text());
    let beside =
        ["gitlabUrl", "runnerToken", "unregisterRunners", "checkInterval", "runnerRegistrationToken"];
    config.is_some_and(|text| text.contains("[[runners]]") || text.contains("[runners."))
        || ["tags", "config", "configPath", "executor", "secret", "privileged", "env"]
            .iter()
            .any(|key| runners.get(key).is_some())
            && beside.iter().any(|key| node.get(key).is_some())
}

/// Whether a document holds the chart's values.
pub(super) fn is_values(root: &Node) -> bool {
    fn within(node: &Node, depth: usize, left: &mut usize) -> bool {
        if depth == 0 || *left == 0 || node.map().is_none() {
            return false;
        }
        *left -= 1;
        let mut entries = node.map().unwrap_or_default().iter();
        is_chart(node) || entries.any(|entry| within(&entry.node, depth - 1, left))
    }
    let mut left = MOST_MAPS;
    within(root, DEEPEST, &mut left)
}

/// Whether a text is a `config.toml` of GitLab Runner.
pub(super) fn is_config(text: &str) -> bool {
    text.lines().any(|line| line.trim_start().starts_with("[[runners]]"))
}
