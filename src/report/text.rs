//! The report for people: an area a block, a line a finding, what needs attention again at the end.

#[cfg(feature = "static")]
pub(super) mod diff;
mod layout;
#[cfg(feature = "static")]
pub(super) mod path;
#[cfg(feature = "static")]
pub(super) mod reach;
mod section;
mod summary;

use std::collections::HashSet;
use std::io::{self, Write};

use crate::code::{Area, Code};
use crate::finding::{Finding, Report, Verdict};

use super::explain;
use super::style::{Sections, Style};
use layout::Page;

/// Writes the report as text.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, style);
    heading(report, &mut page)?;
    let mut explained = HashSet::new();
    for area in Area::ALL {
        let findings: Vec<_> = report.findings.iter().filter(|finding| finding.area() == area).collect();
        if !findings.is_empty() {
            block(report, area, &findings, &mut explained, &mut page)?;
        }
    }
    summary::write(report, &mut page)
}

/// One line: what ran, by which policy, when.
fn heading(report: &Report, page: &mut Page<'_>) -> io::Result<()> {
    let policy = &report.policy;
    let text = format!(
        "reachgate {}: {} by policy {} ({}), {}",
        super::VERSION,
        report.mode.word(),
        policy.name,
        policy.origin,
        report.taken_at.round(jiff::Unit::Second).unwrap_or(report.taken_at),
    );
    let dim = page.style.dim();
    page.paragraph("", "  ", &format!("{dim}{}{dim:#}", page.one_line(&text)))?;
    if page.style.verbose {
        let digest = format!("  policy SHA-256 {}", policy.digest);
        page.paragraph("", "  ", &format!("{dim}{}{dim:#}", page.one_line(&digest)))?;
    }
    page.blank()
}

/// An area: its word, underlined, and its findings.
fn block(
    report: &Report,
    area: Area,
    findings: &[&Finding],
    explained: &mut HashSet<Code>,
    page: &mut Page<'_>,
) -> io::Result<()> {
    let folded = page.style.sections == Sections::GitLab;
    if folded {
        section::start(report, area, findings, page)?;
    } else {
        page.underlined(area.word())?;
    }
    for finding in findings {
        one(finding, explained, page)?;
    }
    if folded {
        section::end(report, area, findings, page)?;
    }
    page.blank()
}

/// A finding: its sentence, and for all but a pass what lies behind it.
fn one(finding: &Finding, explained: &mut HashSet<Code>, page: &mut Page<'_>) -> io::Result<()> {
    sentence(finding, page)?;
    if let Some(location) = &finding.location {
        page.detail("at", &page.one_line(&location.to_string()))?;
    }
    let shown = finding.verdict != Verdict::Pass;
    if shown && finding.verdict != Verdict::Skip || page.style.verbose {
        page.detail("expected", &finding.expected)?;
    }
    if shown || page.style.verbose {
        page.detail("why", &finding.reason)?;
        page.detail("next", &finding.hint)?;
    }
    if page.style.verbose {
        evidence(finding, page)?;
    }
    if shown && explained.insert(finding.code) {
        page.command("explain", &explain(finding.code))?;
    }
    Ok(())
}

/// Writes a finding's one line, `subject: observed`, with its code behind it.
///
/// This is how the phrases of a [`Finding`] are put together, here and in every other format:
///
/// | field | what to write | ends with a stop |
/// |---|---|---|
/// | `subject` | a noun, the same from run to run whatever the outcome | no |
/// | `observed` | what was seen, lower case, so that it reads on after `subject: ` | no |
/// | `expected` | what should have been seen, in the form of `observed` | no |
/// | `reason` | one or two sentences: why the verdict follows, or why it was not asked | yes |
/// | `hint` | one or two sentences in the imperative: what to change, where, with the port, subnet or variable | yes |
///
/// No phrase repeats another, names its verdict or its code, or begins with its own label. `reason` and
/// `hint` may hold line breaks (a list of steps, say); in the others they are escaped. A pass shows only
/// `subject` and `observed`, a skip also its `reason`.
///
/// ```text
/// × dev-server 443/tls: no answer within 3 s  [port-filtered]
///     expected  a completed TLS handshake
///     why       A security group or network ACL drops without a word; a host would have refused.
///     next      Admit tcp/443 from the EKS cluster security group in the dev server's security group.
///     explain   reachgate explain port-filtered
/// ```
///
/// Evidence has lower-case names with their unit behind (`connect_ms`) and is shown with `-v` alone.
/// These names are also read by the metrics: see [`openmetrics`](super::openmetrics).
///
/// # Errors
///
/// What the writer gives.
fn sentence(finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = page.style.of(finding.verdict);
    let subject = match finding.verdict {
        Verdict::Pass | Verdict::Skip => anstyle::Style::new(),
        _ => page.style.bold(),
    };
    let dim = page.style.dim();
    let glyph = page.glyph(finding.verdict);
    let body = match (finding.subject.as_str(), finding.observed.as_str()) {
        (noun, "") => format!("{subject}{}{subject:#}", page.one_line(noun)),
        ("", seen) => page.one_line(seen).into_owned(),
        (noun, seen) => {
            format!("{subject}{}{subject:#}: {}", page.one_line(noun), page.one_line(seen))
        }
    };
    let code = finding.code;
    let hang = page.hang();
    page.paragraph("", &hang, &format!("{verdict}{glyph}{verdict:#} {body}  {dim}[{code}]{dim:#}"))
}

/// What was measured, a line each.
fn evidence(finding: &Finding, page: &mut Page<'_>) -> io::Result<()> {
    let mut label = "evidence";
    for (name, value) in &finding.evidence {
        match value {
            // A block to be copied, such as Terraform's.
            serde_json::Value::String(text) if text.contains('\n') => {
                page.detail(label, &format!("{name} ="))?;
                page.detail("", text)?;
            }
            serde_json::Value::String(text) => {
                page.detail(label, &page.one_line(&format!("{name} = {text}")))?;
            }
            other => page.detail(label, &page.one_line(&format!("{name} = {other}")))?,
        }
        label = "";
    }
    Ok(())
}
