//! The exact text of each format, in `tests/report/golden/`.

use std::path::Path;

use reachgate::finding::{FailOn, Report, Verdict};
use reachgate::report::style::{Glyphs, Sections};
use reachgate::report::{Format, Style};

use crate::{sample, written};

/// Compares, or writes when `REACHGATE_UPDATE_GOLDEN` is set. The version is left out, so that a release
/// does not touch every file.
fn check(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/golden").join(name);
    let version = env!("CARGO_PKG_VERSION");
    let text = text.replace(&format!("reachgate {version}"), "reachgate VERSION");
    let text = text.replace(&format!("\"{version}\""), "\"VERSION\"");
    let text = text.replace(&format!("VERSION={version}\n"), "VERSION=VERSION\n");
    if std::env::var_os("REACHGATE_UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, &text).unwrap();
        return;
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        golden == text,
        "{} differs; if the change is wanted, run\n  REACHGATE_UPDATE_GOLDEN=1 cargo test --test report golden\n--- now ---\n{text}",
        path.display()
    );
}

fn text(name: &str, report: &Report, style: &Style) {
    check(name, &written(Format::Text, report, style));
}

#[test]
fn plain_text() {
    text("rich.txt", &sample::rich(), &Style::default());
    text("good.txt", &sample::good(), &Style::default());
    text("empty.txt", &sample::report(Vec::new()), &Style::default());
}

#[test]
fn ascii_text() {
    text("rich.ascii.txt", &sample::rich(), &Style { glyphs: Glyphs::Ascii, ..Style::default() });
}

#[test]
fn terminal_text() {
    let style = Style { color: true, width: Some(72), verbose: true, ..Style::default() };
    text("rich.terminal.txt", &sample::rich(), &style);
}

#[test]
fn gitlab_text() {
    let style = Style { color: true, sections: Sections::GitLab, ..Style::default() };
    text("rich.gitlab.txt", &sample::rich(), &style);
}

#[test]
fn status_lines() {
    let mut all = String::new();
    let mut last_line = |report: &Report| {
        let text = written(Format::Text, report, &Style::default());
        let counts_and_status: Vec<_> = text.lines().rev().take(2).collect();
        for line in counts_and_status.iter().rev() {
            all.push_str(line);
            all.push('\n');
        }
    };
    let of = |verdicts: &[Verdict]| {
        let mut report = sample::rich();
        report.findings.retain(|finding| verdicts.contains(&finding.verdict));
        report
    };
    last_line(&of(&[Verdict::Pass]));
    last_line(&of(&[Verdict::Pass, Verdict::Skip]));
    last_line(&of(&[Verdict::Pass, Verdict::Warn]));
    last_line(&Report { fail_on: FailOn::Warn, ..of(&[Verdict::Pass, Verdict::Warn]) });
    last_line(&of(&[Verdict::Pass, Verdict::Unknown]));
    last_line(&of(&[Verdict::Skip]));
    last_line(&of(&[]));
    last_line(&sample::rich());
    check("status.txt", &all);
}

#[test]
fn json() {
    check("rich.json", &written(Format::Json, &sample::rich(), &Style::default()));
}

#[test]
fn junit() {
    check("rich.junit.xml", &written(Format::Junit, &sample::rich(), &Style::default()));
}

#[test]
fn markdown() {
    check("rich.md", &written(Format::Markdown, &sample::rich(), &Style::default()));
}

#[test]
fn openmetrics() {
    check("rich.openmetrics.txt", &written(Format::OpenMetrics, &sample::rich(), &Style::default()));
}

/// Each in a job of which everything is known, and on a machine of which nothing is.
#[test]
fn formats_with_links() {
    for (format, extension) in [
        (Format::Sarif, "sarif"),
        (Format::CodeQuality, "code-quality.json"),
        (Format::Annotations, "annotations.json"),
        (Format::Dotenv, "env"),
    ] {
        let style = Style { site: sample::site(), ..Style::default() };
        check(&format!("rich.{extension}"), &written(format, &sample::rich(), &style));
        let empty = sample::report(Vec::new());
        check(&format!("empty.{extension}"), &written(format, &empty, &Style::default()));
    }
}
