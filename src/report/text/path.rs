//! A path for people: both ends, every hop, everything in the way with its remedy, and the answer.

use std::io::{self, Write};

use super::layout::Page;
use crate::finding::Verdict;
use crate::network::{Answer, Blocker, Direction, End, Hop, Step, Weight};
use crate::remedy::Remedy;
use crate::report::path::PathReport;
use crate::report::style::Style;
use crate::report::{VERSION, explain_id};

/// Writes a path as text.
///
/// # Errors
///
/// What the writer gives.
pub(in crate::report) fn write(report: &PathReport, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, style);
    let result = &report.result;
    let port = result.port.map_or_else(String::new, |port| format!("/{port}"));
    let asked = format!("{}{port} from {} to {}", result.protocol, result.from, result.to);
    let dim = page.style.dim();
    let heading = page.one_line(&format!("reachgate {VERSION}: path {asked}")).into_owned();
    page.paragraph("", "  ", &format!("{dim}{heading}{dim:#}"))?;
    page.blank()?;
    ends(result.source.as_ref(), result.destination.as_ref(), &mut page)?;
    if !result.hops.is_empty() {
        page.underlined("passes")?;
        for hop in &result.hops {
            line(Verdict::Pass, &passes(hop), None, &mut page)?;
        }
        page.blank()?;
    }
    if !result.blockers.is_empty() {
        page.underlined(if result.verdict == Answer::Unknown { "not known" } else { "in the way" })?;
        for (blocker, remedy) in report.blockers() {
            told(blocker, remedy, &mut page)?;
        }
        page.blank()?;
    }
    if !result.warnings.is_empty() {
        page.underlined("now and then in the way")?;
        for (blocker, remedy) in report.warnings() {
            told(blocker, remedy, &mut page)?;
        }
        page.blank()?;
    }
    let (verdict, meaning) = match result.verdict {
        Answer::Allowed if result.warnings.is_empty() => {
            (Verdict::Pass, "it gets there, and the answer gets back")
        }
        Answer::Allowed => (Verdict::Warn, "it gets there, and the answer gets back, but not always"),
        Answer::Denied => (Verdict::Fail, "it does not get through"),
        Answer::Unknown => (Verdict::Unknown, "it could not be decided, which is no pass"),
    };
    let (paint, bold) = (page.style.of(verdict), page.style.bold());
    let (glyph, hang, code) = (page.glyph(verdict), page.hang(), report.exit.code());
    let word = result.verdict;
    page.paragraph(
        "",
        &hang,
        &format!("{paint}{glyph}{paint:#} {bold}{word}: {meaning}{bold:#} {paint}(exit {code}){paint:#}"),
    )
}

fn ends(source: Option<&End>, destination: Option<&End>, page: &mut Page<'_>) -> io::Result<()> {
    if source.is_none() && destination.is_none() {
        return Ok(());
    }
    page.underlined("ends")?;
    for (label, end) in [("from", source), ("to", destination)] {
        let Some(end) = end else {
            page.detail(label, "not found")?;
            continue;
        };
        let interface = end.interface.as_deref().unwrap_or("an interface to come");
        let instance = end.instance.as_ref().map_or_else(String::new, |id| format!(" of {id}"));
        page.detail(
            label,
            &page.one_line(&format!(
                "{}, {interface}{instance}, in {} of {}",
                end.address, end.subnet, end.vpc
            )),
        )?;
        let groups =
            if end.groups.is_empty() { "no security group".to_owned() } else { end.groups.join(", ") };
        page.detail("", &page.one_line(&format!("with {groups}")))?;
    }
    page.blank()
}

fn passes(hop: &Hop) -> String {
    let kind = match hop.step {
        Step::Instance => "instance",
        Step::SecurityGroup => "security group",
        Step::NetworkAcl => "network ACL",
        Step::Subnet => "subnet",
        Step::RouteTable => "route table",
        Step::Peering => "peering connection",
        Step::TransitGatewayAttachment => "attachment",
        Step::TransitGatewayRouteTable => "transit gateway route table",
    };
    let way = match (hop.step, hop.direction) {
        (Step::SecurityGroup | Step::NetworkAcl, Direction::Egress) => " outbound",
        (Step::SecurityGroup | Step::NetworkAcl, Direction::Ingress) => " inbound",
        (_, Direction::Reply) => " for the answer",
        _ => "",
    };
    let rule = match (hop.step, &hop.rule) {
        (_, None) => String::new(),
        (Step::RouteTable | Step::TransitGatewayRouteTable, Some(rule)) => format!(", route {rule}"),
        (_, Some(rule)) => format!(", rule {rule}"),
    };
    format!("{kind} {}{way}{rule}: {}", hop.component, hop.detail)
}

fn told(blocker: &Blocker, remedy: Option<&Remedy>, page: &mut Page<'_>) -> io::Result<()> {
    let verdict = match blocker.code.weight() {
        Weight::Denies => Verdict::Fail,
        Weight::Undecided => Verdict::Unknown,
        Weight::Warns => Verdict::Warn,
    };
    let component = if blocker.component.is_empty() { "snapshot" } else { &blocker.component };
    let way = match blocker.direction {
        Direction::Egress => " outbound",
        Direction::Ingress => " inbound",
        Direction::Forward => "",
        Direction::Reply => " for the answer",
    };
    let rule = blocker.rule.as_ref().map_or_else(String::new, |rule| format!(", {rule}"));
    let text = format!("{component}{way}{rule}: {}", blocker.detail);
    line(verdict, &text, Some(blocker.code.id()), page)?;
    if let Some(remedy) = remedy {
        page.detail("next", &remedy.sentence)?;
        if let Some(cli) = remedy.cli() {
            page.detail("aws", &cli)?;
        }
        if let Some(terraform) = remedy.terraform() {
            page.detail("tf", &terraform)?;
        }
    }
    page.command("explain", &explain_id(blocker.code.id()))
}

fn line(verdict: Verdict, text: &str, code: Option<&str>, page: &mut Page<'_>) -> io::Result<()> {
    let (paint, dim) = (page.style.of(verdict), page.style.dim());
    let (glyph, hang) = (page.glyph(verdict), page.hang());
    let text = page.one_line(text).into_owned();
    let code = code.map_or_else(String::new, |code| format!("  {dim}[{code}]{dim:#}"));
    page.paragraph("", &hang, &format!("{paint}{glyph}{paint:#} {text}{code}"))
}
