//! `names`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Check;
use crate::policy::file::fault::{Draft, quoted};
use crate::policy::file::literal::{parse_dns_name, parse_suffix};
use crate::policy::file::raw::{self, DnsName, List, Suffix, VariableDnsName};
use crate::policy::{Names, Value};

/// Where each name stands, by its plain spelling.
type Seen<'r> = BTreeMap<String, &'r Range<usize>>;

impl Check<'_> {
    pub(super) fn names(&mut self, raw: Option<&raw::Names>) -> Names {
        let Some(raw) = raw else { return Names::default() };
        let (control, control_seen) = self.variable_names(&raw.control);
        let (unresolvable, unresolvable_seen) = self.variable_names(&raw.unresolvable);
        let mut never_tailnet = Vec::new();
        let mut never_tailnet_seen = Seen::new();
        for item in raw.never_tailnet.value.iter().flatten() {
            let Some(DnsName(name)) = &item.value else { continue };
            if self.right(name, &item.at, "", parse_dns_name(name)).is_some() {
                self.listed(name, &item.at, &mut never_tailnet_seen);
            }
            never_tailnet.push(name.clone());
        }
        let mut suspect_suffixes = Vec::new();
        let mut suffixes_seen = Seen::new();
        for item in raw.suspect_suffixes.value.iter().flatten() {
            let Some(Suffix(suffix)) = &item.value else { continue };
            if self.right(suffix, &item.at, "", parse_suffix(suffix)).is_some() {
                self.listed(suffix, &item.at, &mut suffixes_seen);
            }
            suspect_suffixes.push(suffix.clone());
        }
        self.apart(&unresolvable_seen, &control_seen, "control", "must resolve");
        self.apart(&unresolvable_seen, &never_tailnet_seen, "never_tailnet", "may resolve");
        Names { control, unresolvable, never_tailnet, suspect_suffixes }
    }

    fn variable_names<'r>(&mut self, list: &'r List<VariableDnsName>) -> (Vec<Value>, Seen<'r>) {
        let mut values = Vec::new();
        let mut seen = Seen::new();
        for item in list.value.iter().flatten() {
            let Some(VariableDnsName(text)) = &item.value else { continue };
            let Some(template) = self.template(text, &item.at) else { continue };
            let value = template.resolve(self.environment);
            let whose = match template.names().map(quoted).collect::<Vec<_>>() {
                names if names.is_empty() => String::new(),
                names => format!("from the variable {}: ", names.join(" and ")),
            };
            // A variable that is unset or empty asks for no name, and a report says so.
            let name = value.resolved.as_deref().unwrap_or_default();
            let asked = whose.is_empty() || !name.is_empty();
            if asked && self.right(name, &item.at, &whose, parse_dns_name(name)).is_some() {
                self.listed(name, &item.at, &mut seen);
            }
            values.push(value);
        }
        (values, seen)
    }

    fn listed<'r>(&mut self, name: &str, at: &'r Range<usize>, seen: &mut Seen<'r>) {
        if let Some(first) = seen.insert(plain(name), at) {
            let draft =
                Draft::new(at, format!("{} is listed twice", quoted(name))).label("listed again here");
            self.faults.add(draft.note(first, "first listed here").help("keep one of them"));
        }
    }

    fn apart(&mut self, unresolvable: &Seen<'_>, others: &Seen<'_>, other: &str, why: &str) {
        for (name, at) in unresolvable {
            if let Some(also) = others.get(name) {
                let message = format!("{} is both in `unresolvable` and in `{other}`", quoted(name));
                let draft = Draft::new(at, message).label("must not resolve").note(also, why);
                self.faults.add(draft.help("a name cannot do both: keep one of the two"));
            }
        }
    }
}

/// Names are the same whatever their case (RFC 4343) and with or without a dot at the end.
fn plain(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}
