//! Managed prefix lists.

use super::{Laying, Step};
use crate::snapshot::{Aspect, Id, PrefixList, PrefixListEntry};

const LIST: &[&str] = &["pl"];

impl Laying<'_> {
    pub(super) fn delete_prefix_list(&mut self, step: &Step<'_>) {
        let Some(id) = step.had() else { return };
        self.snapshot.prefix_lists.remove(&id);
        self.snapshot.prefix_list_entries.remove(&id);
    }

    pub(super) fn put_prefix_list(&mut self, step: &Step<'_>) {
        let Some(id) = self.own(step) else { return };
        let fresh = step.is_made() || !self.snapshot.prefix_list_entries.contains_key(&id);
        if !fresh && !step.is_changed() {
            return;
        }
        let list = self
            .snapshot
            .prefix_lists
            .entry(id.clone())
            .or_insert_with(|| PrefixList { prefix_list_id: id.clone(), ..PrefixList::default() });
        list.prefix_list_name = step.text("name").or(list.prefix_list_name.take());
        list.address_family = step.text("address_family").or(list.address_family.take());
        list.max_entries = step.after.number("max_entries").or(list.max_entries);
        list.cidrs = None;
        if !fresh && !step.differs("entry") {
            return;
        }
        // The configuration does not show a block that is made for each of something, nor does the plan where that
        // is not known: only a list whose entries have resources of their own has none itself.
        let none = || {
            step.is_made()
                && self.resolver.is_set(step.change, "entry") == Some(false)
                && self.has_entries_of_its_own(&id)
        };
        let entries = match step.after.objects("entry") {
            Ok(entries) => entries.iter().map(|it| it.text("cidr").and_then(|it| it.parse().ok())).collect(),
            Err(_) if none() => Some(Vec::new()),
            Err(_) => None,
        };
        let entries: Option<Vec<ipnet::IpNet>> = entries;
        let Some(entries) = entries else { return self.leave_list_open(step, &id, "entry") };
        let had = step.before.objects("entry").unwrap_or_default();
        let had: Vec<ipnet::IpNet> =
            had.iter().filter_map(|it| it.text("cidr").and_then(|it| it.parse().ok())).collect();
        let all = self.snapshot.prefix_list_entries.entry(id).or_default();
        all.retain(|it| !had.contains(&it.cidr) || entries.contains(&it.cidr));
        for cidr in entries {
            if !all.iter().any(|it| it.cidr == cidr) {
                all.push(PrefixListEntry { cidr });
            }
        }
    }

    fn has_entries_of_its_own(&self, id: &Id) -> bool {
        self.resolver.staying("aws_ec2_managed_prefix_list_entry").any(|change| {
            let step = Step::new(change);
            self.settled(&step, "prefix_list_id", LIST).as_ref() == Some(id)
        })
    }

    pub(super) fn delete_entry(&mut self, step: &Step<'_>) {
        let cidr: Option<ipnet::IpNet> = step.before.text("cidr").and_then(|it| it.parse().ok());
        let list = step.before.text("prefix_list_id").unwrap_or_default();
        if let Some(entries) = self.snapshot.prefix_list_entries.get_mut(list) {
            entries.retain(|it| Some(it.cidr) != cidr);
        }
    }

    pub(super) fn put_entry(&mut self, step: &Step<'_>) {
        if !step.is_made() {
            return;
        }
        let whose = self.resolver.whose(step.change, &step.after, "prefix_list_id", LIST);
        let lists: Vec<Id> = match whose {
            super::Whose::None => return,
            super::Whose::One(id) => {
                let cidr = step.after.text("cidr").and_then(|it| it.parse().ok());
                match (cidr, self.snapshot.prefix_list_entries.get_mut(&id)) {
                    (Some(cidr), Some(entries)) => {
                        if !entries.iter().any(|it| it.cidr == cidr) {
                            entries.push(PrefixListEntry { cidr });
                        }
                    }
                    (Some(_), None) => {}
                    (None, _) => self.leave_list_open(step, &id, "cidr"),
                }
                return;
            }
            super::Whose::Among(ids) => ids,
            super::Whose::Any => self.snapshot.prefix_lists.keys().cloned().collect(),
        };
        for id in lists {
            self.leave_list_open(step, &id, "prefix_list_id");
        }
    }

    /// A list of which not every entry is known says nothing of any address.
    fn leave_list_open(&mut self, step: &Step<'_>, id: &Id, what: &str) {
        self.snapshot.prefix_list_entries.remove(id);
        if let Some(list) = self.snapshot.prefix_lists.get_mut(id) {
            list.cidrs = None;
        }
        self.open_one(id, &Aspect::Whole, step, what);
    }
}
