//! Families of gauges in OpenMetrics' text format (OpenMetrics 1.0, "Text format").

use std::io::{self, Write};

use crate::report::printable;

/// What a family is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    /// Nothing.
    None,
    /// Seconds; the family's name ends in `_seconds`.
    Seconds,
}

/// Labels in the order in which they are written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Labels(Vec<(&'static str, String)>);

impl Labels {
    pub(super) fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a label. An empty value means the same as no label, so it is left out.
    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        if !value.is_empty() {
            self.0.push((name, printable::line(value).into_owned()));
        }
        self
    }
}

/// A family of gauges: a series for each set of labels, in the order in which they came.
#[derive(Debug)]
pub(super) struct Family {
    name: &'static str,
    unit: Unit,
    help: &'static str,
    series: Vec<(Labels, f64)>,
}

impl Family {
    pub(super) fn new(name: &'static str, unit: Unit, help: &'static str) -> Self {
        Self { name, unit, help, series: Vec::new() }
    }

    /// Sets a series.
    pub(super) fn set(&mut self, labels: Labels, value: f64) {
        match self.series.iter_mut().find(|(known, _)| *known == labels) {
            Some((_, known)) => *known = value,
            None => self.series.push((labels, value)),
        }
    }

    /// Sets a series, unless it already has a lesser value.
    pub(super) fn set_least(&mut self, labels: Labels, value: f64) {
        match self.series.iter_mut().find(|(known, _)| *known == labels) {
            Some((_, known)) => *known = known.min(value),
            None => self.series.push((labels, value)),
        }
    }

    /// Writes the family; nothing when it has no series.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Self { name, unit, help, series } = self;
        if series.is_empty() {
            return Ok(());
        }
        writeln!(out, "# TYPE {name} gauge")?;
        if *unit == Unit::Seconds {
            writeln!(out, "# UNIT {name} seconds")?;
        }
        writeln!(out, "# HELP {name} {}", escape(help))?;
        for (Labels(labels), value) in series {
            let labels = labels.iter().map(|(label, value)| format!("{label}=\"{}\"", escape(value)));
            match labels.collect::<Vec<_>>().join(",").as_str() {
                "" => writeln!(out, "{name} {value}")?,
                labels => writeln!(out, "{name}{{{labels}}} {value}")?,
            }
        }
        Ok(())
    }
}

/// Escapes a label's value or a help text.
fn escape(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::{Family, Labels, Unit};

    #[test]
    fn series_are_escaped_and_unique() {
        let mut family = Family::new("x_seconds", Unit::Seconds, "h");
        family.set(Labels::new().with("a", "q\"\\ \n\u{1b}"), 2.0);
        family.set(Labels::new().with("a", "b").with("empty", ""), 0.5);
        family.set_least(Labels::new().with("a", "b"), 0.25);
        family.set_least(Labels::new().with("a", "b"), 0.75);
        let mut out = Vec::new();
        family.write(&mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            concat!(
                "# TYPE x_seconds gauge\n# UNIT x_seconds seconds\n# HELP x_seconds h\n",
                "x_seconds{a=\"q\\\"\\\\ \\\\n\\\\u{1b}\"} 2\n",
                "x_seconds{a=\"b\"} 0.25\n",
            )
        );
    }
}
