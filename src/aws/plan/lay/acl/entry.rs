//! A network ACL's entries.

use super::{ACL, Laying, Step};
use crate::aws::plan::lay::protocol::protocol;
use crate::aws::plan::reference::Whose;
use crate::aws::plan::value::Object;
use crate::snapshot::{AclEntry, Aspect, IcmpTypeCode, Id, PortRange};

/// How a resource type spells an entry.
struct Spelling {
    number: &'static str,
    action: &'static str,
}

/// `ingress` and `egress` of `aws_network_acl`.
const BLOCK: Spelling = Spelling { number: "rule_no", action: "action" };
/// `aws_network_acl_rule`.
const RULE: Spelling = Spelling { number: "rule_number", action: "rule_action" };

impl Spelling {
    /// The entry; else what of it is not known, and its number where that is.
    fn read(&self, object: &Object<'_>, egress: bool) -> Result<AclEntry, (String, Option<i32>)> {
        let number = object.number(self.number);
        let open = [
            self.number,
            self.action,
            "protocol",
            "cidr_block",
            "ipv6_cidr_block",
            "from_port",
            "to_port",
            "icmp_type",
            "icmp_code",
        ];
        if let Some(attribute) = open.into_iter().find(|it| object.is_unknown(it)) {
            return Err((attribute.to_owned(), number));
        }
        let odd = |attribute: &str| (attribute.to_owned(), number);
        let protocol = object.text("protocol").and_then(protocol).ok_or_else(|| odd("protocol"))?;
        let cidr_block =
            object.text("cidr_block").map(str::parse).transpose().map_err(|_| odd("cidr_block"))?;
        let v6 =
            object.text("ipv6_cidr_block").map(str::parse).transpose().map_err(|_| odd("ipv6_cidr_block"))?;
        let rule_action = object.text(self.action).unwrap_or_default().to_ascii_lowercase();
        if !matches!(rule_action.as_str(), "allow" | "deny") {
            return Err(odd(self.action));
        }
        // The provider sends 0 for what is not configured.
        let or_0 = |attribute| object.number(attribute).or(Some(0));
        let port_range = matches!(protocol.as_str(), "tcp" | "udp")
            .then(|| PortRange { from: or_0("from_port"), to: or_0("to_port") });
        if port_range.as_ref().is_some_and(|it| it.from > it.to) {
            return Err(odd("from_port"));
        }
        let icmp_type_code = matches!(protocol.as_str(), "icmp" | "icmpv6")
            .then(|| IcmpTypeCode { r#type: or_0("icmp_type"), code: or_0("icmp_code") });
        Ok(AclEntry {
            rule_number: number.ok_or_else(|| odd(self.number))?,
            rule_action: rule_action.into(),
            egress,
            cidr_block,
            ipv6_cidr_block: v6,
            port_range,
            icmp_type_code,
            protocol,
        })
    }
}

impl Laying<'_> {
    pub(super) fn put_entries(&mut self, step: &Step<'_>, id: &Id, way: &str, egress: bool, fresh: bool) {
        // Those of the default one are blocks, which are not known only where there is one for each of something.
        let none = step.is_made()
            && step.change.r#type == "aws_network_acl"
            && self.resolver.is_set(step.change, way) == Some(false);
        let after = match step.after.objects(way) {
            Ok(after) => after,
            Err(_) if none => return,
            Err(_) => {
                self.open_one(id, &Aspect::Entry { egress, number: None }, step, way);
                return;
            }
        };
        let mut entries = Vec::new();
        for object in &after {
            match BLOCK.read(object, egress) {
                Ok(entry) => entries.push(entry),
                Err((what, number)) => self.open_one(id, &Aspect::Entry { egress, number }, step, &what),
            }
        }
        let had: Vec<i32> = if fresh {
            Vec::new()
        } else {
            let before = step.before.objects(way).unwrap_or_default();
            before.iter().filter_map(|it| it.number(BLOCK.number)).collect()
        };
        let Some(acl) = self.snapshot.network_acls.get_mut(id) else { return };
        let replaced = |it: &AclEntry| {
            had.contains(&it.rule_number) || entries.iter().any(|new| new.rule_number == it.rule_number)
        };
        acl.entries.retain(|it| it.egress != egress || !replaced(it));
        acl.entries.extend(entries);
    }

    pub(in crate::aws::plan::lay) fn delete_acl_rule(&mut self, step: &Step<'_>) {
        let acl = step.before.text("network_acl_id").unwrap_or_default();
        let number = step.before.number(RULE.number);
        let egress = step.before.flag("egress") == Some(true);
        if let Some(acl) = self.snapshot.network_acls.get_mut(acl) {
            acl.entries.retain(|it| it.egress != egress || Some(it.rule_number) != number);
        }
    }

    pub(in crate::aws::plan::lay) fn put_acl_rule(&mut self, step: &Step<'_>) {
        if step.is_as_it_was() {
            return;
        }
        let egress = step.after.flag("egress") == Some(true);
        let whose = self.resolver.whose(step.change, &step.after, "network_acl_id", ACL);
        let entry = RULE.read(&step.after, egress);
        let number = match &entry {
            Ok(entry) => Some(entry.rule_number),
            Err((_, number)) => *number,
        };
        if step.after.is_unknown("egress") {
            for egress in [false, true] {
                self.open(whose.clone(), &Aspect::Entry { egress, number }, step, "egress");
            }
            return;
        }
        let Whose::One(id) = whose else {
            self.open(whose, &Aspect::Entry { egress, number }, step, "network_acl_id");
            return;
        };
        match entry {
            Ok(entry) => {
                if let Some(acl) = self.snapshot.network_acls.get_mut(&id) {
                    acl.entries.retain(|it| it.egress != egress || it.rule_number != entry.rule_number);
                    acl.entries.push(entry);
                }
            }
            Err((what, number)) => self.open_one(&id, &Aspect::Entry { egress, number }, step, &what),
        }
    }
}
