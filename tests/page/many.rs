//! A change of much: grouped, folded, cut and counted, and still quick.

use reachgate::change::ChangedBox;
use reachgate::finding::Verdict;
use reachgate::report::{DiffReport, Format};

use crate::browser::{Look, assert_sound, look};
use crate::change::{all, written};

/// What a page may weigh.
const MOST: usize = 3_000_000;

/// A change that opens this many boxes, from one of so many to one of so many.
fn opened(count: usize, from: usize, to: usize) -> DiffReport {
    let mut report = all("x", 1);
    let one = report.change.opened[0].clone();
    let named = |number: usize| {
        let mut changed: ChangedBox = one.clone();
        changed.from.name = format!("from-{:04}.", number % from);
        changed.to.name = format!("to-{:04}.", number % to);
        changed
    };
    report.change.opened = (0..count).map(named).collect();
    report.change.closed.clear();
    report.change.undecided.clear();
    report
}

fn html(report: &DiffReport) -> String {
    let html = written(report, Format::Html);
    assert!(html.len() < MOST, "{} bytes", html.len());
    html
}

/// The part of the page that is about what is opened.
fn section(html: &str) -> &str {
    let (_, rest) = html.split_once("<h2 id=\"opened\">Opened</h2>").unwrap();
    rest.split("</section>").next().unwrap()
}

#[test]
fn few_rows_are_one_table() {
    let html = html(&opened(30, 30, 30));
    let section = section(&html);
    assert_eq!((section.matches("<table").count(), section.matches("<details").count()), (1, 0), "{section}");
    assert_eq!(section.matches("<strong>to-").count(), 30);
}

/// By whom they reach, or by who begins where those are fewer, or by their number where neither is few.
#[test]
fn many_rows_are_grouped() {
    for (from, to, folds, first) in [
        (1_000, 40, 40, "to to-0000.</span> <span class=\"count\">25 rows: "),
        (8, 1_000, 8, "from from-0000.</span> <span class=\"count\">125 rows: "),
        (100, 1_000, 100, "from from-0000.</span> <span class=\"count\">10 rows: "),
        (1_000, 101, 10, "rows 1 to 100</span> <span class=\"count\">100 rows: "),
        (1_000, 1_000, 10, "rows 1 to 100</span> <span class=\"count\">100 rows: "),
    ] {
        let html = html(&opened(1_000, from, to));
        let section = section(&html);
        assert_eq!(section.matches("<details").count(), folds, "{from} {to}");
        assert_eq!(section.matches("<details class=\"area\" open").count(), 0);
        let summary = section.split("<summary>").nth(1).unwrap();
        assert!(summary.contains(first), "{first}: {}", &summary[..200]);
        // Each row once, under the fold's name where it has one.
        assert_eq!(section.matches("<strong>to-").count(), 1_000);
        assert!(!section.contains("left out"), "{}", &section[section.len() - 300..]);
    }
}

/// However much there is, the page stays light, and says what it leaves out.
#[test]
fn too_much_is_cut_and_counted() {
    const COUNT: usize = 5_000;
    let mut report = all(&"x".repeat(400), COUNT);
    report.change.before.extend(report.change.after.iter().filter(|it| it.verdict == Verdict::Pass).cloned());
    let html = html(&report);
    let parts: Vec<&str> = html.split("<section ").skip(1).collect();
    let part =
        |id: &str| *parts.iter().find(|part| part.starts_with(&format!("aria-labelledby=\"{id}\""))).unwrap();
    // Of each thing, what is shown and what is said to be left out are all.
    let whole = |id: &str, one: &str| {
        let left = part(id)
            .split(" more left out here; the JSON report has all.")
            .filter_map(|before| before.rsplit('>').next()?.parse::<usize>().ok());
        let (shown, left) = (part(id).matches(one).count(), left.sum::<usize>());
        assert!(left > 0, "{id}: {shown}");
        shown + left
    };
    for id in ["opened", "closed", "undecided"] {
        assert_eq!(whole(id, "<tr><td><strong>"), COUNT, "{id}");
    }
    assert_eq!(whole("gaps", "<li>"), COUNT);
    assert_eq!(whole("breaks", "<article"), COUNT / 2);
    assert_eq!(whole("mends", "was: "), COUNT / 2);
    assert_eq!(whole("checks", "<tr class="), COUNT);
    assert!(part("opened").matches("<tr><td><strong>").count() > 200);
    assert!(part("breaks").matches("<article").count() > 100);
    assert!(part("checks").matches("<tr class=").count() > 100);
}

/// A thousand boxes, and all that a page has room for: shown and unfolded before a reader looks up.
#[test]
fn a_page_of_much_is_quick() {
    let folder = tempfile::tempdir().unwrap();
    let page = |name: &str, report: &DiffReport| {
        let path = folder.path().join(name);
        std::fs::write(&path, html(report)).unwrap();
        path
    };
    let (boxes, full) =
        (page("boxes.html", &opened(1_000, 1_000, 40)), page("full.html", &all(&"x".repeat(100), 5_000)));
    let looks = [Look::at(&boxes), Look::at(&boxes).narrow().in_the_dark(), Look::at(&full).at_width(1_280)];
    let seen = look(&looks);
    assert_sound(&looks, &seen);
}
