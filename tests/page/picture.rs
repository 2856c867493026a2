//! A picture, read back: its boxes, what stands in them, what they are marked with.

use quick_xml::events::{BytesStart, Event};

/// A box of a map.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Boxed {
    pub class: String,
    /// What it is, which, where.
    pub lines: Vec<String>,
    /// A badge's class and words.
    pub badge: Option<(String, String)>,
    pub cells: Vec<Cell>,
}

/// A cell of a box.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Cell {
    pub class: String,
    pub mark: String,
    pub sent: String,
    pub why: String,
    pub is_changed: bool,
}

impl Boxed {
    /// Its cells as `× ssh 22: denied`.
    pub fn told(&self) -> Vec<String> {
        self.cells.iter().map(|cell| format!("{} {}: {}", cell.mark, cell.sent, cell.why)).collect()
    }

    pub fn badge(&self) -> &str {
        self.badge.as_ref().map_or("", |(_, words)| words)
    }
}

/// Every box of a picture, in its order; one list for each chart.
pub fn charts(svg: &str) -> Vec<Vec<Boxed>> {
    let mut reader = quick_xml::Reader::from_str(svg);
    let (mut charts, mut groups, mut text) = (Vec::<Vec<Boxed>>::new(), Vec::new(), None::<String>);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(element) => {
                let class = attribute(&element, "class");
                match element.name().as_ref() {
                    b"g" => {
                        if attribute(&element, "transform").starts_with("translate(12 12)") {
                            charts.push(Vec::new());
                        }
                        if class.starts_with("cell") {
                            last(&mut charts).cells.push(Cell { class: class.clone(), ..Cell::default() });
                        }
                        groups.push(class);
                    }
                    b"rect" => begin(&mut charts, &class),
                    b"text" => text = Some(class),
                    _ => {}
                }
            }
            Event::Empty(element) => begin(&mut charts, &attribute(&element, "class")),
            Event::Text(words) => {
                let words = words.decode().unwrap().into_owned();
                let group = groups.last().map_or("", String::as_str);
                if let (Some(class), true) = (&text, charts.iter().any(|boxes| !boxes.is_empty())) {
                    say(last(&mut charts), group, class, &words);
                }
            }
            Event::End(element) => match element.name().as_ref() {
                b"g" => {
                    groups.pop();
                }
                b"text" => text = None,
                _ => {}
            },
            _ => {}
        }
    }
    charts
}

fn begin(charts: &mut [Vec<Boxed>], class: &str) {
    if class.split(' ').next() == Some("box") {
        charts.last_mut().unwrap().push(Boxed { class: class.to_owned(), ..Boxed::default() });
    }
}

fn last(charts: &mut [Vec<Boxed>]) -> &mut Boxed {
    charts.iter_mut().rev().find_map(|boxes| boxes.last_mut()).unwrap()
}

fn say(boxed: &mut Boxed, group: &str, class: &str, words: &str) {
    let Some(cell) = boxed.cells.last_mut().filter(|_| group.starts_with("cell")) else {
        if group.starts_with("badge") {
            boxed.badge = Some((group.to_owned(), words.to_owned()));
        } else if matches!(class, "what" | "which" | "place") {
            boxed.lines.push(words.to_owned());
        }
        return;
    };
    match class {
        "mark" => words.clone_into(&mut cell.mark),
        "sent" => words.clone_into(&mut cell.sent),
        "why" => words.clone_into(&mut cell.why),
        "changed" => cell.is_changed = true,
        _ => {}
    }
}

fn attribute(element: &BytesStart<'_>, name: &str) -> String {
    let found = element.attributes().map(Result::unwrap).find(|it| it.key.as_ref() == name.as_bytes());
    let value = found.map(|it| it.normalized_value(quick_xml::XmlVersion::Implicit1_0).unwrap().into_owned());
    value.unwrap_or_default()
}
