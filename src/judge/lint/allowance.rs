//! `# reachgate: allow CODE until DATE because REASON`, on a finding's line or on the one before it.
//!
//! An allowance that matches nothing, or whose date is past, is a finding itself: it cannot outlive its reason.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::Lint;
use crate::code::{Area, Code};
use crate::document::File;
use crate::finding::{Finding, Location, Verdict};

/// An allowance, as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Allowance<'a> {
    /// Where its `#` stands.
    at: Location,
    /// The line that it is for.
    line: u32,
    what: Result<Terms<'a>, &'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Terms<'a> {
    codes: Vec<Code>,
    until: Date,
    because: &'a str,
}

/// Turns what is allowed into skipped findings, and adds what is wrong with the allowances themselves.
pub(super) fn apply(lint: &Lint<'_>, findings: &mut Vec<Finding>) {
    let mut by_line: BTreeMap<(&str, u32), Vec<usize>> = BTreeMap::new();
    let allowances: Vec<Allowance<'_>> =
        lint.files.iter().flat_map(|(_, file)| parse_allowances(file)).collect();
    for (index, allowance) in allowances.iter().enumerate() {
        by_line.entry((&allowance.at.path, allowance.line)).or_default().push(index);
    }
    let mut used = vec![Vec::<Code>::new(); allowances.len()];
    for finding in findings.iter_mut() {
        let Some(at) = &finding.location else { continue };
        if matches!(finding.verdict, Verdict::Pass | Verdict::Skip) || finding.area() == Area::Document {
            continue;
        }
        for index in by_line.get(&(at.path.as_str(), at.line)).into_iter().flatten() {
            let Some(Allowance { what: Ok(terms), at, .. }) = allowances.get(*index) else { continue };
            if !terms.codes.contains(&finding.code) {
                continue;
            }
            if let Some(used) = used.get_mut(*index) {
                used.push(finding.code);
            }
            if terms.until >= lint.today {
                finding.evidence.insert("allowed_verdict".to_owned(), finding.verdict.word().into());
                finding.evidence.insert("allowed_at".to_owned(), at.to_string().into());
                finding.verdict = Verdict::Skip;
                finding.reason =
                    format!("Allowed until {}: {}.", terms.until, terms.because.trim_end_matches('.'));
                finding.hint = String::new();
            }
        }
    }
    let wrong = allowances.into_iter().zip(used);
    findings.extend(wrong.filter_map(|(allowance, used)| judge(&allowance, &used, lint.today)));
}

/// What is wrong with an allowance that has hidden findings of these codes.
fn judge(allowance: &Allowance<'_>, used: &[Code], today: Date) -> Option<Finding> {
    let about = |code, observed: String| {
        Finding::new(code, Verdict::Warn, "allowance")
            .expected("an allowance that is still needed")
            .observed(observed)
            .at(allowance.at.clone())
    };
    match &allowance.what {
        Err(what) => Some(
            about(Code::AllowanceMalformed, (*what).to_owned())
                .reason("It allows nothing.")
                .hint("Write `# reachgate: allow CODE until YYYY-MM-DD because REASON`; `reachgate explain` lists the codes."),
        ),
        Ok(terms) => {
            let idle: Vec<&str> =
                terms.codes.iter().filter(|code| !used.contains(code)).map(|code| code.id()).collect();
            if !idle.is_empty() {
                Some(
                    about(Code::AllowanceUnused, format!("allows {}, which is not found there", idle.join(" and ")))
                        .reason("What it was written for is gone, or stands on another line.")
                        .hint("Remove it, or put it on the finding's line or the one before."),
                )
            } else if terms.until < today {
                Some(
                    about(Code::AllowanceExpired, format!("ended on {}", terms.until))
                        .reason("What it allowed is judged again.")
                        .hint("Mend what it was written for, or give it a new date with a reason that still holds."),
                )
            } else {
                None
            }
        }
    }
}

/// Every allowance of a file.
fn parse_allowances(file: &File) -> Vec<Allowance<'_>> {
    let mut found = Vec::new();
    for (at, _) in file.text.match_indices("reachgate:") {
        let place = file.place(u32::try_from(at).unwrap_or(u32::MAX));
        let line = file.line(place.line);
        let before = file.text.get(..at).unwrap_or_default();
        let lead = before.get(before.rfind('\n').map_or(0, |newline| newline + 1)..).unwrap_or_default();
        let Some(code) = lead.trim_end().strip_suffix('#') else { continue };
        if !code.is_empty() && !code.ends_with([' ', '\t']) {
            continue;
        }
        let rest = line.get(lead.len() + "reachgate:".len()..).unwrap_or_default().trim();
        let Some(rest) = rest.strip_prefix("allow").filter(|rest| rest.is_empty() || rest.starts_with(' '))
        else {
            continue;
        };
        let column = u32::try_from(code.chars().count()).unwrap_or(u32::MAX).saturating_add(1);
        let target = if code.trim().is_empty() { next_line(file, place.line) } else { place.line };
        found.push(Allowance {
            at: Location { path: file.path.clone(), line: place.line, column },
            line: target,
            what: parse_terms(rest),
        });
    }
    found
}

/// The next line that is more than a comment.
fn next_line(file: &File, line: u32) -> u32 {
    let mut next = line + 1;
    while file.line(next).trim_start().starts_with('#') {
        next += 1;
    }
    next
}

fn parse_terms(rest: &str) -> Result<Terms<'_>, &'static str> {
    let (codes, rest) = rest.split_once(" until ").ok_or("says no date")?;
    let (date, because) = rest.split_once(" because ").ok_or("says no reason")?;
    let until = date.trim().parse().map_err(|_| "has a date that is none")?;
    if because.trim().is_empty() {
        return Err("says no reason");
    }
    let codes: Result<Vec<Code>, _> =
        codes.split([',', ' ']).filter(|word| !word.is_empty()).map(str::parse).collect();
    match codes {
        Ok(codes) if !codes.is_empty() => Ok(Terms { codes, until, because: because.trim() }),
        Ok(_) => Err("names no code"),
        Err(_) => Err("names a code that does not exist"),
    }
}
