//! A static report in every format, and a large one that stays readable.

use std::collections::BTreeSet;

use reachgate::code::Code;
use reachgate::finding::{FailOn, Finding, Mode, PolicyName, Report, Verdict};
use reachgate::judge::configuration::{StaticOptions, judge_static};
use reachgate::network::Network;
use reachgate::policy::file::load_policy;
use reachgate::report::{Format, Style};
use serde_json::{Value, json};

use super::platform::{ADDRESS, change, folder, healthy, reachgate, stdout};

fn report(state: &str, more: &[&str]) -> (Option<i32>, String) {
    let (platform, group) = (folder("platform"), folder(state));
    let mut arguments = vec!["static"];
    for path in [&platform, &group] {
        arguments.extend(["--snapshot", path.to_str().expect("UTF-8")]);
    }
    arguments.extend(more);
    let output = reachgate(&arguments, &[("DEV_SERVER_IP", ADDRESS)]);
    (output.status.code(), stdout(&output))
}

#[test]
fn text_shows_the_failing_case_with_its_remedy_and_the_passing_one() {
    let (exit, text) = report("before", &[]);
    assert_eq!(exit, Some(1), "{text}");
    assert!(text.contains("reachgate 0.1.0: static by policy cwiq-dev"), "{text}");
    let command = "aws ec2 authorize-security-group-ingress --group-id sg-0a1b2c3d4e5f6de00 --ip-permissions \
        'IpProtocol=tcp,FromPort=22,ToPort=22,UserIdGroupPairs=[{GroupId=sg-0a1b2c3d4e5f6c1c1}]'";
    assert!(
        text.lines().any(|line| line.trim_start() == command),
        "the command is not on a line of its own: {text}"
    );
    let (exit, text) = report("after", &[]);
    assert_eq!(exit, Some(0), "{text}");
    assert!(text.contains("every expectation is met"), "{text}");
}

#[test]
fn verbose_text_shows_terraform_as_it_is_written() {
    let (_, text) = report("before", &["-v"]);
    for line in [
        "resource \"aws_vpc_security_group_ingress_rule\"",
        "referenced_security_group_id = \"sg-0a1b2c3d4e5f6c1c1\"",
    ] {
        assert!(text.contains(line), "{text}");
    }
    assert!(!text.contains("\\n"), "a line break is escaped: {text}");
}

/// A terminal is narrower than a command; a wrapped one could not be copied into a shell.
#[test]
fn a_command_is_never_wrapped() {
    let finding = Finding::new(Code::GroupIngressMissing, Verdict::Fail, "dev-server")
        .observed("no rule")
        .hint(format!("Admit it.\naws ec2 {}", "word ".repeat(40).trim_end()));
    let report = Report {
        mode: Mode::Static,
        policy: PolicyName { name: "p".into(), origin: "o".into(), digest: "d".into() },
        findings: vec![finding],
        fail_on: FailOn::Fail,
        taken_at: jiff::Timestamp::UNIX_EPOCH,
        elapsed: std::time::Duration::ZERO,
        map: None,
    };
    let mut text = Vec::new();
    let style = Style { width: Some(60), ..Style::default() };
    Format::Text.write(&report, &style, &mut text).expect("memory");
    let text = String::from_utf8(text).expect("UTF-8");
    let commands = text.lines().filter(|line| line.contains("aws ec2")).collect::<Vec<_>>();
    assert_eq!(commands.len(), 2, "{text}");
    assert!(commands.iter().all(|line| line.matches("word").count() == 40), "{text}");
}

#[test]
fn json_carries_the_remedy_as_evidence() {
    let (exit, text) = report("before", &["--format", "json"]);
    assert_eq!(exit, Some(1));
    let report: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!((&report["mode"], &report["schema"]), (&"static".into(), &"reachgate.report/v1".into()));
    let findings = report["findings"].as_array().expect("findings");
    let missing = findings.iter().find(|it| it["code"] == "group-ingress-missing").expect("the missing rule");
    assert_eq!(missing["area"], "group");
    for key in
        ["remedy", "remedy_cli", "remedy_terraform", "component", "direction", "examples", "port", "service"]
    {
        assert!(!missing["evidence"][key].is_null(), "{key} is missing: {missing}");
    }
}

#[test]
fn junit_and_openmetrics_are_whole() {
    let (exit, text) = report("before", &["--format", "junit"]);
    assert_eq!(exit, Some(1));
    assert!(text.trim_end().ends_with("</testsuites>"), "{text}");
    let mut reader = quick_xml::Reader::from_str(&text);
    let (mut failures, mut cases) = (0, 0);
    loop {
        match reader.read_event().expect("well-formed XML") {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                match tag.name().as_ref() {
                    b"failure" => failures += 1,
                    b"testcase" => cases += 1,
                    _ => {}
                }
            }
            _ => {}
        }
    }
    assert_eq!(failures, 1, "{text}");
    assert!(cases > 10, "{text}");

    let (exit, text) = report("before", &["--format", "openmetrics"]);
    assert_eq!(exit, Some(1));
    assert!(text.ends_with("# EOF\n"), "{text}");
    let series: Vec<&str> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').expect("a value").0)
        .collect();
    let unique: BTreeSet<&str> = series.iter().copied().collect();
    assert_eq!(unique.len(), series.len(), "a series stands twice: {text}");
    assert!(text.contains("code=\"group-ingress-missing\""), "{text}");
}

#[test]
fn what_is_left_out_is_skipped() {
    let (exit, text) = report("before", &["--skip", "group", "--format", "json"]);
    assert_eq!(exit, Some(0), "{text}");
    let (exit, _) = report("before", &["--only", "review,path"]);
    assert_eq!(exit, Some(0));
}

/// Ten thousand interfaces with half a dozen pods each, a tenth of them without the cluster group.
#[test]
fn ten_thousand_interfaces_make_a_readable_report() {
    let mut interfaces = serde_json::Map::new();
    let mut instances = serde_json::Map::new();
    for number in 0..10_000_u32 {
        let (high, low) = (number / 200, number % 200);
        let (eni, instance) = (format!("eni-{number:05}"), format!("i-{number:05}"));
        let group = if number % 10 == 0 { "sg-0node" } else { "sg-0a1b2c3d4e5f6c1c1" };
        let address = |n: u32| format!("10.2.{high}.{}", (low + n) % 250 + 4);
        interfaces.insert(
            eni.clone(),
            json!({"NetworkInterfaceId": eni, "Status": "in-use", "InterfaceType": "interface",
                "VpcId": "vpc-0a1b2c3d4e5f60001", "SubnetId": "subnet-0big", "PrivateIpAddress": address(0),
                "PrivateIpAddresses": [{"PrivateIpAddress": address(0), "Primary": true}],
                "Ipv4Prefixes": [{"Ipv4Prefix": format!("10.3.{}.{}/28", number / 16 % 256, number % 16 * 16)}],
                "Attachment": {"InstanceId": instance, "DeviceIndex": 0}, "Groups": [{"GroupId": group}]}),
        );
        instances.insert(instance.clone(), json!({"InstanceId": instance, "State": {"Name": "running"}}));
    }
    let snapshot = change(
        &healthy(),
        json!({"NetworkInterfaces": interfaces, "Instances": instances,
            "Subnets": {"subnet-0big": {"SubnetId": "subnet-0big", "VpcId": "vpc-0a1b2c3d4e5f60001", "CidrBlock": "10.2.0.0/15"}},
            "NetworkAcls": {"acl-0a1b2c3d4e5f60001": {"Associations": [{"SubnetId": "subnet-0big"}, {"SubnetId": "subnet-0a1b2c3d4e5f60020"}, {"SubnetId": "subnet-0a1b2c3d4e5f60034"}, {"SubnetId": "subnet-0a1b2c3d4e5f60035"}]}},
            "SecurityGroups": {"sg-0node": {"GroupId": "sg-0node", "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]}}}),
        &[],
        &[],
    );
    let environment = |name: &str| (name == "DEV_SERVER_IP").then(|| ADDRESS.to_owned());
    let mut policy = load_policy(None, &environment).unwrap_or_else(|error| panic!("{error}"));
    let source = policy.sources.get_mut("runners").expect("the runners");
    source.subnets.push("10.2.0.0/15".parse().expect("a range"));
    let network = Network::new(&snapshot);
    let findings = judge_static(&policy, &network, &StaticOptions::default());
    assert!(findings.len() < 25, "{} findings", findings.len());
    let missing: Vec<_> = findings.iter().filter(|it| it.code.id() == "group-ingress-missing").collect();
    assert_eq!(missing.len(), 2, "one a service");
    assert!(
        missing[0]
            .observed
            .contains("1000 of 10003 interfaces: eni-00000, eni-00010, eni-00020 and 997 more"),
        "{}",
        missing[0].observed
    );
    for finding in &findings {
        assert!(finding.observed.len() < 500, "{}", finding.observed);
        let evidence = serde_json::to_string(&finding.evidence).expect("JSON");
        assert!(evidence.len() < 20_000, "{} carries {} bytes", finding.code, evidence.len());
    }
}
