//! A map of much at once: two sources in six subnets, three destinations, a peering connection, a transit gateway,
//! and something in the way of most.

use std::process::Command;

use crate::browser::{Look, assert_sound, look};
use crate::picture::{Boxed, charts};

pub fn wide(format: &str) -> String {
    let folder = "tests/page/wide";
    let mut command = Command::new(env!("CARGO_BIN_EXE_reachgate"));
    command.env_clear().current_dir(env!("CARGO_MANIFEST_DIR"));
    command.args([
        "static",
        "--snapshot",
        folder,
        "--policy",
        &format!("{folder}/policy.yaml"),
        "--format",
        format,
    ]);
    let output = command.output().expect("the binary runs");
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The charts, in the policy's order: to the dev server, the registry and the vault, each from both sources.
fn pictures() -> [Vec<Boxed>; 6] {
    charts(&wide("svg")).try_into().expect("six charts")
}

/// The boxes that one of their lines begins with this.
fn of<'b>(boxes: &'b [Boxed], id: &str) -> Vec<&'b Boxed> {
    boxes.iter().filter(|boxed| boxed.lines.iter().any(|line| line.starts_with(id))).collect()
}

fn only<'b>(boxes: &'b [Boxed], id: &str) -> &'b Boxed {
    let found = of(boxes, id);
    assert_eq!(found.len(), 1, "{id} in {boxes:#?}");
    found[0]
}

#[test]
fn what_is_in_the_way_is_marked_where_it_stands() {
    let [runners, _, registry, builders, _, vault] = pictures();
    for (boxes, id, told) in [
        (&runners, "acl-0a1b2c3d4e5f60002", "× https 443: acl-denies"),
        (&runners, "sg-0a1b2c3d4e5f6de00", "× ssh 22: group-ingress-missing"),
        (&registry, "sg-0a1b2c3d4e5f6de01", "× registry 5000: group-ingress-missing"),
        (&builders, "acl-0a1b2c3d4e5f60003", "× https 443: acl-reply-denied"),
        (&builders, "sg-0a1b2c3d4e5f6c1c2", "× registry 5000: group-egress-missing"),
        (&vault, "sg-0a1b2c3d4e5f6c1c2", "× api 8200: group-egress-missing"),
    ] {
        let boxed = only(boxes, id);
        assert_eq!((boxed.badge(), boxed.class.as_str()), ("× in the way", "box marked fail"), "{boxed:#?}");
        assert!(boxed.told().contains(&told.to_owned()), "{told}: {boxed:#?}");
    }
    // The same table once ends a path, and once stands behind what ended it already.
    let marks = |id| of(&vault, id).iter().map(|it| it.badge()).collect::<Vec<_>>();
    assert_eq!(marks("rtb-0a1b2c3d4e5f60002"), ["× in the way too", "× in the way"]);
    assert_eq!(marks("tgw-rtb-0a1b2c3d4e5f60001"), ["× in the way too", "× in the way"]);
    let later = of(&vault, "rtb-0a1b2c3d4e5f60002")[0];
    assert_eq!(later.class, "box", "{later:#?}");
    assert_eq!(later.cells[0].class, "cell fail marked beyond");
    assert_eq!(later.badge.as_ref().unwrap().0, "badge fail beyond");
    // Nothing else is marked.
    assert_eq!(of(&runners, "acl-").iter().filter(|it| it.badge.is_some()).count(), 1);
    assert_eq!(runners.iter().filter(|it| it.badge.is_some()).count(), 2);
}

/// Where the policy wants a service closed, what stops it does well.
#[test]
fn what_keeps_closed_is_not_in_the_way() {
    let [runners, .., vault] = pictures();
    let keeps = only(&vault, "sg-0a1b2c3d4e5f6de02");
    assert_eq!((keeps.badge.as_ref(), keeps.class.as_str()), (None, "box"), "{keeps:#?}");
    let group = only(&runners, "sg-0a1b2c3d4e5f6de00");
    let cell = group.cells.iter().find(|cell| cell.sent == "metrics 9100").unwrap();
    assert_eq!((cell.mark.as_str(), cell.why.as_str()), ("√", "stops it, as wanted"), "{group:#?}");
    assert_eq!(cell.class, "cell pass marked");
    for (id, told) in [
        ("dev-server", "√ metrics 9100: not reached, as wanted"),
        ("runners", "√ metrics 9100: denied, as wanted"),
    ] {
        for boxed in of(&runners, id) {
            assert!(boxed.told().contains(&told.to_owned()), "{boxed:#?}");
        }
    }
}

/// And what lets in what it should not, or not so, is marked although everything passes.
#[test]
fn what_admits_against_the_policy_is_marked_where_it_admits() {
    let [runners, _, _, _, vault, _] = pictures();
    let group = only(&vault, "sg-0a1b2c3d4e5f6de02");
    assert_eq!((group.badge(), group.class.as_str()), ("× admits wrongly", "box marked fail"), "{group:#?}");
    assert!(group.told().contains(&"× ssh 22: path-exposed".to_owned()), "{group:#?}");
    let told = only(&vault, "vault").told();
    assert!(told.contains(&"× ssh 22: reached, not wanted".to_owned()), "{told:?}");
    assert!(
        of(&vault, "runners")
            .iter()
            .any(|it| it.told().contains(&"× ssh 22: allowed, not wanted".to_owned()))
    );
    let group = only(&runners, "sg-0a1b2c3d4e5f6de00").told();
    assert!(group.contains(&"× ssh 22: group-ingress-by-other-group".to_owned()), "{group:?}");
    let told = only(&runners, "dev-server").told();
    assert!(told.contains(&"× ssh 22: reached, not as wanted".to_owned()), "{told:?}");
    assert!(
        of(&runners, "runners")
            .iter()
            .any(|it| it.told().contains(&"× ssh 22: allowed, not as wanted".to_owned()))
    );
}

#[test]
fn boxes_name_their_nodes_and_groups() {
    let [runners, ..] = pictures();
    let source = only(&runners, "runners: 2 interfaces");
    assert_eq!(
        source.lines,
        ["runners: 2 interfaces on 1 node", "i-0a1b2c3d4e5f6a101", "subnet-0a1b2c3d4e5f60010 10.1.10.0/24"]
    );
    assert_eq!(only(&runners, "dev-server").lines[1], "eni-0a1b2c3d4e5f6d001 of i-0a1b2c3d4e5f6d001");
    assert_eq!(only(&runners, "sg-0a1b2c3d4e5f6de00").lines[0], "security group dev-server");
    // Two groups have no name in common.
    assert_eq!(only(&runners, "sg-0a1b2c3d4e5f6c1c1, sg-0a1b2c3d4e5f6c1c2").lines[0], "security groups");
}

/// What only passes a box is told once, however it ends; and every box has the services in the policy's order.
#[test]
fn a_box_tells_apart_what_differs_and_no_more() {
    let [runners, ..] = pictures();
    let passes =
        |rules: &str| ["ssh 22", "https 443", "metrics 9100"].map(|sent| format!("√ {sent}: {rules}"));
    // Two subnets' interfaces come by; https of one of them ends behind it.
    let cluster =
        runners.iter().find(|it| it.lines.iter().any(|line| line == "sg-0a1b2c3d4e5f6c1c1")).unwrap();
    assert_eq!(cluster.told(), passes("all"));
    assert_eq!(only(&runners, "rtb-0a1b2c3d4e5f60001").told(), passes("10.1.0.0/16, back 10.1.0.0/16"));
    let sent: Vec<_> = only(&runners, "dev-server").cells.iter().map(|it| it.sent.clone()).collect();
    assert_eq!(sent, ["ssh 22", "ssh 22", "https 443", "https 443", "metrics 9100"]);
    // What is broken comes first among the lines, but not in a box.
    let [.., builders, _, _] = pictures();
    for boxed in of(&builders, "builders") {
        let sent: Vec<_> = boxed.cells.iter().map(|it| it.sent.as_str()).collect();
        assert_eq!(sent, ["https 443", "registry 5000"], "{boxed:#?}");
    }
}

/// Lines that look different leave and enter a box at places of their own: one would hide the other.
#[test]
fn no_line_hides_another() {
    let svg = wide("svg");
    let lines = svg.split("<path class=\"wire ").skip(1).filter_map(|line| {
        let (class, rest) = line.split_once("\" d=\"M")?;
        let path = rest.split('"').next()?;
        let start = path.split(['V', 'C']).next()?;
        Some((class.to_owned(), start.to_owned(), path.to_owned()))
    });
    let chart = svg.split("class=\"heading\"").nth(1).unwrap();
    let lines: Vec<_> = lines.filter(|(.., path)| chart.contains(&format!("d=\"M{path}\""))).collect();
    assert!(lines.len() > 20, "{}", lines.len());
    for (at, (class, start, path)) in lines.iter().enumerate() {
        let same = lines[at + 1..].iter().find(|(other, begin, _)| other != class && begin == start);
        assert!(same.is_none(), "{class} M{path} and {same:?}");
    }
}

/// A line out of a box that is lower than its neighbours runs straight on until it is past them.
#[test]
fn no_line_turns_before_its_row_ends() {
    let svg = wide("svg");
    let chart = svg.split("<g transform=\"translate(12 12)\">").nth(2).unwrap();
    let number = |text: &str, name: &str| -> f64 {
        let (_, rest) = text.split_once(&format!(" {name}=\"")).unwrap();
        rest.split('"').next().unwrap().parse().unwrap()
    };
    let ends: Vec<[f64; 2]> = chart
        .split("<rect class=\"box")
        .skip(1)
        .map(|rect| [number(rect, "y"), number(rect, "y") + number(rect, "height")])
        .collect();
    let mut longer = 0;
    for line in chart.split(" d=\"M").skip(1).filter(|line| !line.contains("h10l-5 8z") || line.contains('C'))
    {
        let path = line.split('"').next().unwrap();
        let Some((start, rest)) = path.split_once(['V', 'C']) else { continue };
        let from: f64 = start.split(' ').nth(1).unwrap().parse().unwrap();
        let Some([top, _]) = ends.iter().find(|[_, end]| (end - from).abs() < 0.05) else { continue };
        let row = ends
            .iter()
            .filter(|[other, _]| other.total_cmp(top).is_eq())
            .map(|[_, end]| *end)
            .fold(0.0, f64::max);
        if row > from {
            longer += 1;
            let first: f64 = rest.split(['V', 'C', ' ']).next().unwrap().parse().unwrap();
            assert!((first - row).abs() < 0.05, "M{path} turns before {row}");
        }
    }
    assert!(longer >= 3, "{longer}");
}

/// Opens every fold, so that all is laid out.
pub const UNFOLD: &str = "for (const it of document.querySelectorAll('details')) it.open = true;";

/// Texts that leave their box or their cell, or run into what stands beside them.
pub const LEAVING: &str = "(() => { const out = [], box = it => it.getBBox(), right = it => box(it).x + box(it).width;
    const within = (text, rect) => { const [t, r] = [box(text), box(rect)];
        if (t.x < r.x || t.x + t.width > r.x + r.width || t.y < r.y - 1 || t.y + t.height > r.y + r.height + 1)
            out.push(text.textContent) };
    for (const rect of document.querySelectorAll('svg.map .box')) {
        const group = rect.parentNode, badge = group.querySelector(':scope > .badge rect');
        for (const text of group.querySelectorAll(':scope > text')) within(text, rect);
        if (badge && right(group.querySelector('.what')) > box(badge).x) out.push(group.querySelector('.what').textContent);
        if (badge) within(group.querySelector('.badge text'), badge);
        for (const cell of group.querySelectorAll(':scope > .cell')) {
            for (const text of cell.querySelectorAll('text')) within(text, cell.querySelector('rect'));
            const [sent, changed] = [cell.querySelector('.sent'), cell.querySelector('.changed')];
            if (changed && right(sent) > box(changed).x) out.push(sent.textContent);
            if (right(cell.querySelector('.mark')) > box(sent).x) out.push(sent.textContent) } }
    return JSON.stringify(out) })()";

/// Boxes that a line goes through, though it neither begins nor ends there.
const CROSSED: &str = "(() => { const out = [];
    for (const svg of document.querySelectorAll('.chart svg')) {
        const boxes = [...svg.querySelectorAll('.box')].map(it => [it.getBBox(), it.parentNode.textContent]);
        for (const wire of svg.querySelectorAll('.wire:not(.tip)')) {
            const length = wire.getTotalLength();
            for (let at = 0; at < length; at += 8) {
                const { x, y } = wire.getPointAtLength(at);
                for (const [b, text] of boxes)
                    if (x > b.x + 2 && x < b.x + b.width - 2 && y > b.y + 2 && y < b.y + b.height - 2) out.push(text) } } }
    return JSON.stringify([...new Set(out)]) })()";

#[test]
fn a_map_of_much_is_still_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("wide.html");
    std::fs::write(&path, wide("html")).unwrap();
    let looks = [
        Look::at(&path).asking(&format!("{UNFOLD}{LEAVING} + {CROSSED}")),
        Look::at(&path).narrow().in_the_dark(),
        // Twice as large on a desk, and a window so wide that the widest map fits.
        Look::at(&path).at_width(640),
        Look::at(&path)
            .at_width(1700)
            .asking("[...document.querySelectorAll('.chart')].every(it => it.scrollWidth <= it.clientWidth)"),
    ];
    let seen = look(&looks);
    assert_sound(&looks, &seen);
    assert_eq!(seen[0].asked, "[][]");
    assert_eq!(seen[3].asked, true);
}

/// Many problems are a line each behind the first few.
#[test]
fn many_problems_are_folded() {
    let html = wide("html");
    let count = |part: &str| html.matches(part).count();
    let problems = count("<article");
    assert_eq!((problems, count("<article class=\"folded ")), (31, 28));
    assert!(html.contains("<summary>21 more</summary>"));
    let before_the_rest = html.split("<summary>21 more</summary>").next().unwrap();
    assert_eq!(before_the_rest.matches("<article").count(), 10);
}
