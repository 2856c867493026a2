//! What the formats for GitLab and for code scanning say, beyond their exact text.

use std::collections::HashSet;

use reachgate::code::Code;
use reachgate::finding::{Location, Report, Verdict};
use reachgate::report::{Format, Site, Style};
use serde_json::Value;

use crate::hostile::assert_dotenv;
use crate::{sample, written};

fn json(format: Format, report: &Report, site: &Site) -> Value {
    let style = Style { site: site.clone(), ..Style::default() };
    serde_json::from_str(&written(format, report, &style)).unwrap()
}

fn results(report: &Report) -> Vec<Value> {
    json(Format::Sarif, report, &Site::default())["runs"][0]["results"].as_array().unwrap().clone()
}

fn problems(report: &Report) -> Vec<Value> {
    json(Format::CodeQuality, report, &Site::default()).as_array().unwrap().clone()
}

fn links(report: &Report, site: &Site) -> Vec<Value> {
    json(Format::Annotations, report, site)["reachgate"].as_array().unwrap().clone()
}

fn dotenv(report: &Report, name: &str) -> String {
    let text = written(Format::Dotenv, report, &Style::default());
    let value =
        text.lines().find_map(|line| line.strip_prefix(&format!("REACHGATE_{name}=")).map(str::to_owned));
    value.unwrap()
}

fn one(verdict: Verdict) -> Report {
    sample::report(vec![sample::finding(Code::PortFiltered, verdict, "s", "o")])
}

#[test]
fn sarif_has_a_kind_and_a_level_for_each_verdict() {
    for (verdict, kind, level) in [
        (Verdict::Fail, "fail", "error"),
        (Verdict::Warn, "fail", "warning"),
        (Verdict::Unknown, "open", "none"),
        (Verdict::Skip, "notApplicable", "none"),
    ] {
        let results = results(&one(verdict));
        assert_eq!((&results[0]["kind"], &results[0]["level"]), (&kind.into(), &level.into()), "{verdict:?}");
    }
    assert_eq!(results(&one(Verdict::Pass)), Vec::<Value>::new());
}

#[test]
fn sarif_results_name_their_rule() {
    let log = json(Format::Sarif, &sample::rich(), &sample::site());
    let run = &log["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let ids: HashSet<_> = rules.iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), rules.len(), "a rule comes twice");
    for result in run["results"].as_array().unwrap() {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        let page = format!(
            "https://git.example.com/net/reachgate/-/blob/main/docs/codes.md#{}",
            rule["id"].as_str().unwrap()
        );
        assert_eq!(rule["helpUri"], page);
        let story = rule["id"].as_str().unwrap().parse::<Code>().unwrap().story();
        assert_eq!(rule["shortDescription"]["text"], story.summary);
        assert!(rule["help"]["text"].as_str().unwrap().contains(story.remedy));
    }
    assert!(json(Format::Sarif, &sample::rich(), &Site::default())["runs"][0]["tool"]["driver"]["rules"][0]["helpUri"].is_null());
}

/// docs/codes.md has a heading for each code that a link leads to.
#[test]
fn every_code_has_a_heading_to_link_to() {
    let page = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/codes.md")).unwrap();
    for code in Code::ALL {
        assert!(page.lines().any(|line| line == format!("### {code}")), "{code}");
    }
}

#[test]
fn a_problem_is_shown_where_it_is_else_in_the_policy() {
    let place = |origin: &str, location: Option<&str>, site: &Site| {
        let mut report = one(Verdict::Fail);
        report.policy.origin = origin.into();
        report.findings[0].location = location.map(|path| Location { path: path.into(), line: 7, column: 3 });
        let sarif = json(Format::Sarif, &report, site);
        let physical = &sarif["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
        let quality = json(Format::CodeQuality, &report, site);
        let line = quality[0]["location"]["lines"]["begin"].clone();
        assert_eq!(physical["region"]["startLine"], line);
        let path = quality[0]["location"]["path"].as_str().unwrap().to_owned();
        assert_eq!(physical["artifactLocation"]["uri"], path.replace(' ', "%20"));
        (path, line.as_u64().unwrap(), physical["region"]["startColumn"].as_u64())
    };
    let job = sample::site();
    assert_eq!(place("./p.yaml", Some("./a b.tf"), &job), ("ci/a b.tf".into(), 7, Some(3)));
    assert_eq!(place("./p.yaml", None, &job), ("ci/p.yaml".into(), 1, None));
    assert_eq!(place("../policies/p.yaml", None, &job), ("policies/p.yaml".into(), 1, None));
    assert_eq!(place("/builds/web/shop/p.yaml", None, &job), ("p.yaml".into(), 1, None));
    assert_eq!(place("/etc/p.yaml", None, &job), ("p.yaml".into(), 1, None));
    assert_eq!(place("embedded cwiq-dev.yaml", None, &job), ("cwiq-dev.yaml".into(), 1, None));
    assert_eq!(place("/etc/p.yaml", None, &Site::default()), ("p.yaml".into(), 1, None));
}

fn fingerprints(report: &Report) -> Vec<String> {
    let quality =
        problems(report).iter().map(|it| it["fingerprint"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let mut sarif: Vec<_> = results(report)
        .iter()
        .filter(|result| result["kind"] != "notApplicable")
        .map(|it| it["partialFingerprints"]["codeAndSubject/v1"].as_str().unwrap().to_owned())
        .collect();
    let mut sorted = quality.clone();
    sorted.sort();
    sarif.sort();
    assert_eq!(sorted, sarif, "both formats know a problem by the same fingerprint");
    quality
}

/// A problem is the same one however it was seen this time; it is another one by its code, subject or file.
#[test]
fn fingerprints_stay_from_run_to_run() {
    let before = sample::rich();
    let mut after = sample::rich();
    for finding in &mut after.findings {
        finding.observed = "seen otherwise".into();
        finding.reason.clear();
        finding.elapsed *= 2;
        if let Some(location) = &mut finding.location {
            location.line += 40;
        }
    }
    after.taken_at = "2026-05-06T07:08:09Z".parse().unwrap();
    after.policy.digest = "0".repeat(64);
    assert_eq!(fingerprints(&before), fingerprints(&after));
    let unlike = |change: fn(&mut Report)| {
        let mut changed = one(Verdict::Fail);
        change(&mut changed);
        assert_ne!(fingerprints(&changed), fingerprints(&one(Verdict::Fail)));
    };
    unlike(|report| report.findings[0].code = Code::PortClosed);
    unlike(|report| report.findings[0].subject = "t".into());
    unlike(|report| report.policy.origin = "other.yaml".into());
    // Nothing of the subject can pass for the file's beginning.
    let of = |subject: &str, origin: &str| {
        let mut report = one(Verdict::Fail);
        report.findings[0].subject = subject.into();
        report.policy.origin = origin.into();
        fingerprints(&report)
    };
    assert_ne!(of("sa", "b.yaml"), of("s", "ab.yaml"));
}

#[test]
fn fingerprints_are_unique() {
    let twice = |subject: &str| sample::finding(Code::PortFiltered, Verdict::Fail, subject, "o");
    let report = sample::report(vec![twice("s"), twice("s"), twice("s"), twice("s2"), twice("s2")]);
    let fingerprints = fingerprints(&report);
    assert_eq!(fingerprints.iter().collect::<HashSet<_>>().len(), 5);
    assert!(
        fingerprints
            .iter()
            .all(|it| it.len() == 64 && it.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f')))
    );
    let fewer = sample::report(vec![twice("s"), twice("s"), twice("s2")]);
    assert_eq!(problems(&fewer)[1]["fingerprint"], fingerprints[1].as_str());
}

#[test]
fn code_quality_has_what_needs_attention_the_worst_first() {
    let severities: Vec<_> = problems(&sample::rich()).iter().map(|it| it["severity"].clone()).collect();
    assert_eq!(severities, ["critical", "critical", "major", "minor", "minor"]);
    assert_eq!(problems(&sample::good()), Vec::<Value>::new());
    assert_eq!(problems(&one(Verdict::Fail))[0]["check_name"], "port-filtered");
}

#[test]
fn a_run_that_decided_nothing_never_looks_clean() {
    for report in [sample::report(Vec::new()), one(Verdict::Skip)] {
        assert_eq!(problems(&report)[0]["check_name"], "nothing-decided");
        assert_eq!(results(&report).last().unwrap()["ruleId"], "nothing-decided");
        let links = links(&report, &sample::site());
        assert_eq!(
            links[0]["external_link"]["label"],
            "nothing-decided: nothing was decided, which is no pass"
        );
        assert_eq!(dotenv(&report, "VERDICT"), "unknown");
        assert_eq!(dotenv(&report, "EXIT_CODE"), "3");
    }
    let run = &json(Format::Sarif, &one(Verdict::Skip), &Site::default())["runs"][0];
    assert_eq!(run["results"][1]["ruleIndex"], 1);
    assert_eq!(run["tool"]["driver"]["rules"][1]["id"], "nothing-decided");
    assert_eq!(problems(&one(Verdict::Unknown)).len(), 1);
    assert_eq!(results(&one(Verdict::Unknown)).len(), 1);
}

#[test]
fn annotations_are_a_link_a_code() {
    let rich = sample::rich();
    let links = |site: &Site| -> Vec<(String, String)> {
        let text = |link: &Value, key: &str| link["external_link"][key].as_str().unwrap().to_owned();
        links(&rich, site).iter().map(|link| (text(link, "label"), text(link, "url"))).collect()
    };
    let page = "https://git.example.com/net/reachgate/-/blob/main/docs/codes.md#port-filtered";
    let known = links(&sample::site());
    assert_eq!(known.len(), 4, "{known:?}");
    assert_eq!(known[0], ("port-filtered: dev-server 443/tls, registry 5000/http".into(), page.into()));
    let twice = sample::report([one(Verdict::Fail).findings, one(Verdict::Fail).findings].concat());
    let label = self::links(&twice, &sample::site())[0]["external_link"]["label"].clone();
    assert_eq!(label, "port-filtered: s", "a subject is named once");
    let job = Site { codes: "".parse().unwrap(), ..sample::site() };
    assert!(links(&job).iter().all(|(_, url)| url == "https://git.example.com/web/shop/-/jobs/4711"));
    assert_eq!(links(&job).len(), 4);
    assert_eq!(links(&Site::default()), []);
}

/// GitLab refuses a file that is too large, and then the job's links are gone.
#[test]
fn annotations_stay_below_gitlabs_limits() {
    let subject = "\u{1f600}\u{1}\"".repeat(300);
    let findings =
        Code::ALL.iter().map(|code| sample::finding(*code, Verdict::Fail, &subject, "o")).collect();
    let codes = format!("https://e.example/{}", "a".repeat(1_800)).parse().unwrap();
    let style = Style { site: Site { codes, ..sample::site() }, ..Style::default() };
    let text = written(Format::Annotations, &sample::report(findings), &style);
    assert!(text.len() < 80_000, "{}", text.len());
    let read: Value = serde_json::from_str(&text).unwrap();
    let links = read["reachgate"].as_array().unwrap();
    assert!(links.len() > 20, "{}", links.len());
    assert!(links.iter().all(|link| link["external_link"]["label"].as_str().unwrap().chars().count() <= 160));
}

#[test]
fn dotenv_stays_below_gitlabs_limits() {
    let findings = Code::ALL.iter().map(|code| sample::finding(*code, Verdict::Fail, "s", "o")).collect();
    let mut report = sample::report(findings);
    report.policy.name = "long ".repeat(1_000);
    assert_dotenv(&written(Format::Dotenv, &report, &Style::default()));
    // No run has more than some dozen of them; these are all there are, and do not fit.
    let told = dotenv(&report, "CODES");
    let codes: Vec<&str> = told.split(',').collect();
    assert!(codes.iter().all(|code| code.parse::<Code>().is_ok()), "{told}");
    assert!((100..Code::ALL.len()).contains(&codes.len()), "{told}");
}

/// A job takes these variables from the jobs before it; none may be one that reachgate reads.
#[test]
fn dotenv_sets_nothing_that_reachgate_reads() {
    use clap::CommandFactory as _;
    let text = written(Format::Dotenv, &sample::rich(), &Style::default());
    let set: HashSet<_> =
        text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    let command = reachgate::cli::Cli::command();
    let read: Vec<_> =
        command.get_arguments().filter_map(|it| it.get_env()).map(|it| it.to_string_lossy()).collect();
    assert!(read.iter().any(|name| name == "REACHGATE_POLICY"), "{read:?}");
    assert!(read.iter().all(|name| !set.contains(name.as_ref())), "{read:?}");
}
