//! The Kubernetes manifests of `deploy/`: what kustomize makes of them is held against Kubernetes' own schemas,
//! against the policy that the probe asks by, and against the rights that they promise. No cluster is asked.
//!
//! `REACHGATE_PYTHON` names the Python of a virtual environment with tests/deploy/requirements.txt.

#![expect(clippy::expect_used, clippy::panic, reason = "what goes wrong in a test fails it")]

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use reachgate::fact::name::MAGICDNS;
use reachgate::policy::file::load_policy;
use serde::Deserialize;
use serde_json::{Value, json};

/// The platform's.
const KUBERNETES: &str = "1.31";

/// The one that is built in.
const POLICY: &str = "policies/cwiq-dev.yaml";

/// What is there to be applied, and what a platform makes of it.
const KUSTOMIZATIONS: &[&str] = &["deploy/job", "deploy/cronjob", "deploy/static", "tests/deploy/overlay"];

/// What must be refused: words of a manifest, and the slip in their place.
const SLIPS: &[(&str, &str)] = &[
    ("readOnlyRootFilesystem", "readOnlyRootFileSystem"),
    ("runAsNonRoot: true", "runAsNonRoot: \"true\""),
    ("ttlSecondsAfterFinished", "ttlSecondAfterFinished"),
    ("automountServiceAccountToken", "automountServiceAcountToken"),
    ("podSelector", "podsSelector"),
    ("protocol: UDP", "protocoll: UDP"),
    ("ipBlock", "ipblock"),
    ("port: 443", "port: [443]"),
];

fn python() -> PathBuf {
    let python = std::env::var_os("REACHGATE_PYTHON").expect(
        "REACHGATE_PYTHON is not set: python3 -m venv VENV && VENV/bin/pip install -r tests/deploy/requirements.txt, \
         then REACHGATE_PYTHON=VENV/bin/python",
    );
    python.into()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn run(program: impl AsRef<OsStr>, arguments: &[&OsStr], input: &str) -> String {
    let mut child = Command::new(program.as_ref())
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|e| panic!("{}: {e}", program.as_ref().display()));
    // A program that fails may not read it; its own words say why.
    drop(child.stdin.take().map(|mut stdin| stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// What kustomize makes of a folder; the kubectl beside that Python does it.
fn render(folder: &str) -> String {
    run(python().with_file_name("kubectl"), &["kustomize".as_ref(), root().join(folder).as_os_str()], "")
}

/// What Kubernetes' schemas make of a text.
#[derive(Debug, Clone, Deserialize)]
struct Checked {
    objects: Vec<Value>,
    faults: Vec<String>,
}

fn check(texts: &[String]) -> Vec<Checked> {
    let script = root().join("tests/deploy/check_manifests.py");
    let said = run(python(), &[script.as_os_str(), KUBERNETES.as_ref()], &json!(texts).to_string());
    serde_json::from_str(&said).expect("a list, one a text")
}

/// All of [`KUSTOMIZATIONS`], read once.
fn checked(folder: &str) -> &'static Checked {
    static CHECKED: LazyLock<Vec<Checked>> = LazyLock::new(|| {
        let texts: Vec<String> = KUSTOMIZATIONS.iter().map(|folder| render(folder)).collect();
        check(&texts)
    });
    let place = KUSTOMIZATIONS.iter().position(|known| *known == folder).expect("one of them");
    &CHECKED[place]
}

fn objects(folder: &str) -> &'static [Value] {
    &checked(folder).objects
}

fn object<'a>(objects: &'a [Value], kind: &str, name: &str) -> &'a Value {
    let is = |it: &&Value| it["kind"] == kind && it["metadata"]["name"] == name;
    objects.iter().find(is).unwrap_or_else(|| panic!("there is no {kind} {name}"))
}

/// The pod templates of jobs and cron jobs.
fn templates(objects: &[Value]) -> Vec<&Value> {
    let spec = |it: &'static str| move |object: &&Value| object["kind"] == it;
    let jobs = objects.iter().filter(spec("Job")).map(|it| &it["spec"]);
    let crons = objects.iter().filter(spec("CronJob")).map(|it| &it["spec"]["jobTemplate"]["spec"]);
    jobs.chain(crons).map(|job| &job["template"]).collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[test]
fn kubernetes_knows_every_field() {
    for folder in KUSTOMIZATIONS {
        let Checked { objects, faults } = checked(folder);
        assert!(objects.len() >= 2, "{folder} has {} objects", objects.len());
        assert!(faults.is_empty(), "{folder}: {faults:#?}");
    }
}

#[test]
fn a_slip_is_refused() {
    let text = render("tests/deploy/overlay");
    let slip = |(right, wrong): &(&str, &str)| {
        assert!(text.contains(right), "no {right} in\n{text}");
        text.replacen(right, wrong, 1)
    };
    let slips: Vec<String> = SLIPS.iter().map(slip).collect();
    for ((_, wrong), seen) in SLIPS.iter().zip(check(&slips)) {
        assert_eq!(seen.faults.len(), 1, "{wrong}: {:?}", seen.faults);
    }
}

#[test]
fn every_pod_has_the_least_rights() {
    for folder in KUSTOMIZATIONS {
        let objects = objects(folder);
        let templates = templates(objects);
        assert_eq!(templates.len(), 1, "{folder}");
        for pod in templates.into_iter().map(|template| &template["spec"]) {
            assert_eq!(pod["automountServiceAccountToken"], false, "{folder}");
            assert_eq!(pod["restartPolicy"], "Never", "{folder}");
            let rights = json!({
                "runAsNonRoot": true, "runAsUser": 65532, "runAsGroup": 65532,
                "seccompProfile": { "type": "RuntimeDefault" },
            });
            assert_eq!(pod["securityContext"], rights, "{folder}");
            for key in
                ["hostNetwork", "hostPID", "hostIPC", "volumes", "dnsConfig", "dnsPolicy", "hostAliases"]
            {
                assert!(pod.get(key).is_none(), "{folder} has {key}");
            }
            let containers = [list(&pod["initContainers"]), list(&pod["containers"])].concat();
            assert_eq!(containers.len(), 2, "{folder}");
            for container in containers {
                let name = &container["name"];
                let rights = json!({
                    "allowPrivilegeEscalation": false, "readOnlyRootFilesystem": true,
                    "capabilities": { "drop": ["ALL"] },
                });
                assert_eq!(container["securityContext"], rights, "{folder} {name}");
                for it in ["/requests/cpu", "/requests/memory", "/limits/memory"] {
                    assert!(container["resources"].pointer(it).is_some(), "{folder} {name} has no {it}");
                }
            }
        }
    }
}

#[test]
fn the_user_is_the_images() {
    let file = std::fs::read_to_string(root().join("Containerfile")).expect("Containerfile");
    assert!(file.lines().any(|line| line == "USER 65532:65532"));
    let image = format!("reachgate:{}", env!("CARGO_PKG_VERSION"));
    for folder in KUSTOMIZATIONS.iter().filter(|folder| folder.starts_with("deploy/")) {
        assert!(render(folder).contains(&format!("image: {image}\n")), "{folder} has not {image}");
    }
}

#[test]
fn a_job_and_a_cron_job_run_the_same_pod() {
    let (job, cron) = (objects("deploy/job"), objects("deploy/cronjob"));
    assert_eq!(templates(job), templates(cron));
}

/// The overlay that the page shows is the one that is tried here.
#[test]
fn the_pages_overlay_is_in_step() {
    let read =
        |path: &str| std::fs::read_to_string(root().join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
    let (page, overlay) = (read("docs/deploy.md"), read("tests/deploy/overlay/kustomization.yaml"));
    let shown =
        page.split("```yaml\n# kustomization.yaml\n").nth(1).and_then(|rest| rest.split("```").next());
    // Its first lines say what it is.
    let tried = overlay.split("kind: Kustomization\n").nth(1).expect("a kustomization");
    assert_eq!(shown.expect("the page shows one"), tried.replace("../../../", ""));
}

/// What a job runs must be what the program understands.
#[test]
fn the_program_knows_the_commands() {
    for folder in KUSTOMIZATIONS {
        for template in templates(objects(folder)) {
            let command: Vec<&str> = list(&template["spec"]["containers"][0]["command"])
                .iter()
                .map(|word| word.as_str().expect("a word"))
                .collect();
            assert_eq!(command[0], "reachgate", "{folder}");
            let Some(name) = command.get(1).filter(|it| **it != "static" || cfg!(feature = "static")) else {
                continue;
            };
            let output = Command::new(env!("CARGO_BIN_EXE_reachgate"))
                .args(&command[1..])
                .arg("--help")
                .output()
                .expect("the program");
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && said.contains(&format!("reachgate {name}")),
                "{command:?}: {said}"
            );
        }
    }
}

/// Address, protocol and port of each way out to addresses; the name server's is by labels.
fn ways_out(policy: &Value) -> BTreeSet<(String, String, u64)> {
    let mut ways = BTreeSet::new();
    for rule in list(&policy["spec"]["egress"]) {
        for peer in list(&rule["to"]) {
            let to = peer
                .pointer("/ipBlock/cidr")
                .map_or_else(|| peer.to_string(), |cidr| cidr.as_str().expect("a CIDR").to_owned());
            for port in list(&rule["ports"]) {
                let protocol = port["protocol"].as_str().expect("a protocol").to_owned();
                ways.insert((to.clone(), protocol, port["port"].as_u64().expect("a port")));
            }
        }
    }
    ways
}

/// The pods get the policy's own variables, the dev server's address among them.
#[test]
fn the_config_map_has_the_policys_variables() {
    let policy = std::fs::read_to_string(root().join(POLICY)).expect("the policy");
    for folder in KUSTOMIZATIONS {
        let objects = objects(folder);
        let config = object(objects, "ConfigMap", "reachgate");
        let variables = config["data"].as_object().expect("variables");
        assert!(variables.contains_key("DEV_SERVER_IP"), "{folder}");
        for name in variables.keys() {
            let written = [format!("${{{name}}}"), format!("${{{name}:-")];
            assert!(written.iter().any(|it| policy.contains(it)), "{folder}: the policy has no {name}");
        }
        let from = &templates(objects)[0]["spec"]["containers"][0]["envFrom"];
        assert_eq!(*from, json!([{ "configMapRef": { "name": "reachgate" } }]), "{folder}");
    }
}

/// Exactly what the policy has the probe ask.
#[test]
fn the_network_policy_admits_what_the_probe_asks_and_no_more() {
    let objects = objects("tests/deploy/overlay");
    let config = &object(objects, "ConfigMap", "reachgate")["data"];
    let variable = |name: &str| config[name].as_str().map(str::to_owned);
    let policy = load_policy(Some(&root().join(POLICY)), &variable).expect("the policy");
    let mut wanted = BTreeSet::new();
    for destination in policy.destinations.values() {
        let address: IpAddr =
            destination.address.resolved.as_deref().expect("an address").parse().expect("one");
        let within = policy.network(&destination.within);
        assert!(within.iter().any(|network| network.contains(&address)), "the example's own {address}");
        let services = destination.services.values().map(|service| service.port);
        for port in services.chain([destination.control_port]) {
            for network in within {
                wanted.insert((network.to_string(), "TCP".to_owned(), u64::from(port.number())));
            }
        }
    }
    for resolver in MAGICDNS.iter().filter(|address| matches!(address, IpAddr::V4(_))) {
        wanted.insert((format!("{resolver}/32"), "UDP".to_owned(), 53));
    }
    let name_server = json!({
        "namespaceSelector": { "matchLabels": { "kubernetes.io/metadata.name": "kube-system" } },
        "podSelector": { "matchLabels": { "k8s-app": "kube-dns" } },
    });
    for protocol in ["UDP", "TCP"] {
        wanted.insert((name_server.to_string(), protocol.to_owned(), 53));
    }

    let given = object(objects, "NetworkPolicy", "reachgate");
    assert_eq!(ways_out(given), wanted);
    assert_eq!(given["spec"]["policyTypes"], json!(["Ingress", "Egress"]));
    assert_eq!(given["spec"]["ingress"], json!([]));
    let labels = &templates(objects)[0]["metadata"]["labels"];
    assert_eq!(&given["spec"]["podSelector"]["matchLabels"], labels, "it selects the probe");
}

/// Only the pod that reads AWS has an account with rights there.
#[test]
fn rights_in_aws_are_apart() {
    for folder in ["deploy/job", "deploy/cronjob"] {
        let objects = objects(folder);
        assert!(
            templates(objects).iter().all(|it| it["spec"].get("serviceAccountName").is_none()),
            "{folder}"
        );
        assert!(objects.iter().all(|it| it["kind"] != "ServiceAccount"), "{folder}");
    }
    let objects = objects("deploy/static");
    let account = object(objects, "ServiceAccount", "reachgate-static");
    assert!(account["metadata"]["annotations"]["eks.amazonaws.com/role-arn"].is_string());
    let template = templates(objects)[0];
    assert_eq!(template["spec"]["serviceAccountName"], account["metadata"]["name"]);
    let given = object(objects, "NetworkPolicy", "reachgate-static");
    assert_eq!(given["spec"]["podSelector"]["matchLabels"], template["metadata"]["labels"]);
}
