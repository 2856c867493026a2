//! Holds what a gate said against what its case expects, or against what another said.

use std::fmt::Write as _;

use serde_json::Value;

use crate::case::{Case, Expected};
use crate::inside::Ids;
use crate::pod::Outcome;

/// The report's findings, or why there are none.
fn findings(outcome: &Outcome) -> Result<Vec<Value>, String> {
    let report: Value = serde_json::from_str(&outcome.report)
        .map_err(|e| format!("no report: {e}: {}\n{}", outcome.report, outcome.diagnostics))?;
    if report["exit_code"].as_i64() != outcome.exit.map(i64::from) {
        return Err(format!("the report says exit {}, and it was {:?}", report["exit_code"], outcome.exit));
    }
    Ok(report["findings"].as_array().cloned().unwrap_or_default())
}

/// The joined findings alone.
fn joined(all: &[Value]) -> impl Iterator<Item = &Value> {
    all.iter().filter(|it| text(it, "code").starts_with("gate-"))
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn texts(list: &Value, name: &str) -> Vec<String> {
    list.as_array().into_iter().flatten().map(|it| text(it, name).to_owned()).collect()
}

/// All differences at once, with the whole report for whoever reads them.
pub fn case(case: &Case, ids: &Ids, outcome: &Outcome) -> Result<(), String> {
    let mut faults = Vec::new();
    if outcome.exit != Some(case.exit) {
        faults.push(format!("exit {:?}, expected {}", outcome.exit, case.exit));
    }
    let took = outcome.elapsed.as_millis();
    if case.within_ms.is_some_and(|limit| took > u128::from(limit))
        || case.after_ms.is_some_and(|limit| took < u128::from(limit))
    {
        faults.push(format!("took {took} ms"));
    }
    if let Some(piece) = &case.stderr
        && !outcome.diagnostics.contains(piece)
    {
        faults.push(format!("stderr lacks {piece:?}"));
    }
    let all = match findings(outcome) {
        Ok(all) => all,
        Err(fault) => {
            faults.push(fault);
            return Err(faults.join("\n"));
        }
    };
    for expected in &case.findings {
        let mut nearest = Vec::new();
        let met = all.iter().filter(|it| text(it, "code") == expected.code).any(|it| {
            let lacking = lacking(expected, ids, it);
            nearest.extend(lacking.first().cloned());
            lacking.is_empty()
        });
        if !met {
            faults.push(format!("missing: {} {} ({})", expected.code, expected.verdict, nearest.join("; ")));
        }
    }
    for finding in joined(&all) {
        let code = text(finding, "code");
        let quiet = matches!(text(finding, "verdict"), "pass" | "skip");
        if !quiet && !case.findings.iter().any(|expected| expected.code == code) {
            faults.push(format!("unexpected: {code} {}", text(finding, "subject")));
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(tell(&faults, &all, outcome)) }
}

/// What a finding lacks of what is expected.
fn lacking(expected: &Expected, ids: &Ids, finding: &Value) -> Vec<String> {
    let evidence = &finding["evidence"];
    let mut lacking = Vec::new();
    let mut want = |name: &str, wanted: &str, had: String| {
        if wanted != had {
            lacking.push(format!("{name} {had:?}, expected {wanted:?}"));
        }
    };
    if let Some(service) = &expected.service {
        want("service", service, text(evidence, "service").to_owned());
    }
    want("verdict", &expected.verdict, text(finding, "verdict").to_owned());
    for (name, wanted) in [("probe", &expected.probe), ("configuration", &expected.configuration)] {
        if let Some(wanted) = wanted {
            want(name, wanted, text(evidence, name).to_owned());
        }
    }
    if let Some(name) = &expected.component {
        let id = ids.get(name).cloned().unwrap_or_else(|| format!("(the world has no {name})"));
        want("component", &id, text(evidence, "component").to_owned());
    }
    if let Some(blockers) = &expected.blockers {
        want("blockers", &blockers.join(" "), texts(&evidence["blockers"], "code").join(" "));
    }
    if let Some(suspects) = &expected.suspects {
        want("suspects", &suspects.join(" "), texts(&evidence["suspects"], "suspect").join(" "));
    }
    for (name, piece) in expected
        .hint
        .iter()
        .map(|piece| ("hint", piece))
        .chain(expected.observed.iter().map(|piece| ("observed", piece)))
        .chain(expected.reason.iter().map(|piece| ("reason", piece)))
    {
        let piece =
            ids.iter().fold(piece.clone(), |piece, (name, id)| piece.replace(&format!("{{{name}}}"), id));
        if !text(finding, name).contains(&piece) {
            lacking.push(format!("{name} {:?} lacks {piece:?}", text(finding, name)));
        }
    }
    lacking
}

/// What a script reads of a diagnosis.
const READ: [&str; 6] =
    ["address", "carries_cluster_group", "component", "configuration", "interface", "probe"];

/// Two gates say the same of every flow. A report speaks of the runners' interfaces by their own addresses, and
/// does not tell their instances, so what is said about those is not compared.
pub fn same(live: &Outcome, other: &Outcome) -> Result<(), String> {
    let digest = |outcome: &Outcome| -> Result<Vec<String>, String> {
        let all = findings(outcome)?;
        Ok(joined(&all)
            .map(|it| {
                let evidence = &it["evidence"];
                let read = READ.map(|name| evidence[name].to_string()).join(" ");
                let [code, verdict, subject, hint] =
                    ["code", "verdict", "subject", "hint"].map(|name| text(it, name));
                let blockers = ["code", "component", "rule", "direction", "remedy_cli"]
                    .map(|name| texts(&evidence["blockers"], name).join(","))
                    .join(" ");
                let suspects = texts(&evidence["suspects"], "suspect").join(",");
                // What it advises about an ACL or a route names the subnet of the interface that it begins with.
                let hint = hint.replace("10.1.35.0/24", "10.1.34.0/24");
                format!("{code} {verdict} {subject} {read} {blockers} {suspects}\n    {hint}")
            })
            .collect())
    };
    let (live_said, other_said) = (digest(live)?, digest(other)?);
    let lost: Vec<&String> = live_said.iter().filter(|it| !other_said.contains(it)).collect();
    let new: Vec<&String> = other_said.iter().filter(|it| !live_said.contains(it)).collect();
    if lost.is_empty() && new.is_empty() { Ok(()) } else { Err(format!("live {lost:#?}\nother {new:#?}")) }
}

fn tell(faults: &[String], all: &[Value], outcome: &Outcome) -> String {
    let mut told = faults.join("\n");
    for it in all {
        let [code, verdict, subject, observed, reason, hint] =
            ["code", "verdict", "subject", "observed", "reason", "hint"].map(|name| text(it, name));
        // Writing to a String cannot fail.
        let _ = write!(told, "\n    {verdict:7} {code:28} {subject}: {observed}");
        if code.starts_with("gate-") {
            let _ = write!(told, "\n        {reason}\n        {hint}\n        {}", it["evidence"]);
        }
    }
    let _ = write!(told, "\n--- stderr ({} ms)\n{}", outcome.elapsed.as_millis(), outcome.diagnostics);
    told
}
