//! `review`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::Check;
use crate::code::Code;
use crate::policy::file::fault::{Draft, quoted};
use crate::policy::file::literal::{
    parse_day, parse_group, parse_reason, parse_rule_source, parse_rule_traffic,
};
use crate::policy::file::raw::{self, ExpiryDate, Given, GroupName, Reason, RuleSource, RuleTraffic};
use crate::policy::{Allow, Review, WorldOpen};

/// What an entry is for, as it is spelled: code, group, source, traffic.
type Terms<'r> = (&'r str, &'r str, Option<&'r str>, Option<&'r str>);
/// Which entry has them first, and where.
type Seen<'r> = BTreeMap<Terms<'r>, (usize, &'r Range<usize>)>;

impl Check<'_> {
    pub(super) fn review(&mut self, raw: Option<&raw::Review>) -> Review {
        let Some(raw) = raw else { return Review { world_open: WorldOpen::default(), allow: Vec::new() } };
        let mut seen = Seen::new();
        let items = raw.allow.value.iter().flatten().enumerate();
        let allow = items.filter_map(|(index, item)| self.allow(index, item, &mut seen)).collect();
        Review {
            world_open: match raw.world_open.value {
                Some(raw::WorldOpen::Allow) => WorldOpen::Allow,
                Some(raw::WorldOpen::Deny) | None => WorldOpen::Deny,
            },
            allow,
        }
    }

    fn allow<'r>(&mut self, index: usize, item: &'r Given<raw::Allow>, seen: &mut Seen<'r>) -> Option<Allow> {
        let raw = item.value.as_ref()?;
        let empty = raw.codes.value.as_ref().is_some_and(Vec::is_empty);
        let name = format!("review.allow[{index}].codes");
        self.not_empty(&name, empty, &raw.codes.at, "list the codes of what may be found");
        let codes = raw.codes.value.iter().flatten();
        let codes: Vec<(&str, &Range<usize>)> =
            codes.filter_map(|code| Some((code.value.as_ref()?.0.as_str(), &code.at))).collect();
        self.distinct(codes.iter().map(|(code, at)| (*code, *code, *at)));
        let group = raw.group.value.as_ref().map(|GroupName(text)| text.as_str());
        let source = raw.source.value.as_ref().map(|RuleSource(text)| text.as_str());
        let traffic = raw.traffic.value.as_ref().map(|RuleTraffic(text)| text.as_str());
        for (code, at) in &codes {
            let Some(group) = group else { continue };
            self.allowed_once((code, group, source, traffic), (index, at), seen);
        }
        let right_group = group.and_then(|text| self.right(text, &raw.group.at, "", parse_group(text)));
        let right_source = source.map(|text| self.right(text, &raw.source.at, "", parse_rule_source(text)));
        let right_traffic =
            traffic.map(|text| self.right(text, &raw.traffic.at, "", parse_rule_traffic(text)));
        let reason = raw.reason.value.as_ref().and_then(|Reason(text)| {
            self.right(text, &raw.reason.at, "", parse_reason(text))?;
            Some(text.trim().to_owned())
        });
        let expires = raw.expires.value.as_ref();
        let expires =
            expires.and_then(|ExpiryDate(day)| self.right(day, &raw.expires.at, "", parse_day(day)));
        right_group?;
        Some(Allow {
            codes: codes.iter().filter_map(|(code, _)| code.parse::<Code>().ok()).collect(),
            group: group?.to_owned(),
            source: right_source.flatten(),
            traffic: right_traffic.flatten(),
            reason: reason?,
            expires: expires?,
        })
    }

    /// Of two entries for the same, one would outlive the other unseen.
    fn allowed_once<'r>(
        &mut self,
        terms: Terms<'r>,
        (index, at): (usize, &'r Range<usize>),
        seen: &mut Seen<'r>,
    ) {
        let (first, first_at) = *seen.entry(terms).or_insert((index, at));
        // Within one entry it is listed twice, which was said.
        if first != index {
            let draft = Draft::new(at, format!("{} of the same rules is allowed twice", quoted(terms.0)))
                .label("allowed again here")
                .note(first_at, "first allowed here");
            self.faults.add(draft.help("keep one of them, with one reason and one day"));
        }
    }
}
