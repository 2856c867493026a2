//! GitLab's annotations report (`artifacts:reports:annotations`; GitLab's docs, "artifacts:reports:annotations"): a link
//! on the job's page for each code that needs attention.
//!
//! The link leads to the code's story where `--explain-url` says where that is published, else to the job itself
//! (`CI_JOB_URL`), whose log tells what was seen. Where neither is known there is nothing to link to, and the list is
//! empty; it never says that all is well.
//!
//! GitLab takes 1,000 links and, unless its administrator says otherwise, 80 kB (GitLab's docs, "Instance limits").

use std::io::{self, Write};

use serde::Serialize;

use crate::code::Code;
use crate::finding::{Finding, Report};

use super::json::write_json;
use super::style::Style;
use super::{NOTHING_DECIDED, attention, is_nothing_decided, printable};

/// Characters of a label; a job's page is narrow.
const LONGEST_LABEL: usize = 160;
/// Bytes of all links together, well below 80 kB.
const LARGEST: usize = 64 * 1024;

/// Writes the report as GitLab annotations.
///
/// # Errors
///
/// What the writer gives.
pub fn write(report: &Report, style: &Style, out: &mut dyn Write) -> io::Result<()> {
    let job = || style.site.job.clone();
    let mut links: Vec<_> = by_code(report)
        .into_iter()
        .filter_map(|(code, subjects)| {
            let url = style.site.page(code).or_else(job)?;
            Some(Annotation { external_link: Link { label: label(code, &subjects), url } })
        })
        .collect();
    if is_nothing_decided(report) {
        let (code, message) = NOTHING_DECIDED;
        let link = job().map(|url| Link { label: format!("{code}: {message}"), url });
        links.extend(link.map(|external_link| Annotation { external_link }));
    }
    let mut size = 0;
    links.retain(|link| {
        size += serde_json::to_string(link).map_or(0, |text| text.len() + 64);
        size <= LARGEST
    });
    write_json(&Annotations { reachgate: links }, out)
}

#[derive(Serialize)]
struct Annotations {
    reachgate: Vec<Annotation>,
}

#[derive(Serialize)]
struct Annotation {
    external_link: Link,
}

#[derive(Serialize)]
struct Link {
    label: String,
    url: String,
}

/// The codes that need attention, the worst first, and what each is about.
fn by_code(report: &Report) -> Vec<(Code, Vec<&str>)> {
    let mut codes: Vec<(Code, Vec<&str>)> = Vec::new();
    for Finding { code, subject, .. } in attention(report) {
        match codes.iter_mut().find(|(known, _)| known == code) {
            Some((_, subjects)) if subjects.contains(&subject.as_str()) => {}
            Some((_, subjects)) => subjects.push(subject),
            None => codes.push((*code, vec![subject])),
        }
    }
    codes
}

fn label(code: Code, subjects: &[&str]) -> String {
    let label = format!("{code}: {}", printable::line(&subjects.join(", ")));
    if label.chars().count() <= LONGEST_LABEL {
        return label;
    }
    label.chars().take(LONGEST_LABEL - 1).chain(['…']).collect()
}
