//! One name → every name that a stub resolver would put on the wire for it (resolv.conf(5)), pure.

use std::collections::BTreeSet;

use hickory_resolver::proto::rr::Name;

/// A fully qualified name to ask for.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// The name with its trailing dot.
    pub(super) asked: String,
    /// The search domain that made it; `None` for the name itself.
    pub(super) search_domain: Option<String>,
    /// The name as it goes on the wire, or why it cannot.
    pub(super) name: Result<Name, String>,
}

/// The longest label, in bytes (RFC 1035, 2.3.4).
const LONGEST_LABEL: usize = 63;

/// The longest name as text without its trailing dot, in bytes: 255 on the wire (RFC 1035, 2.3.4).
const LONGEST_NAME: usize = 253;

/// The candidates for a name, in the order in which glibc tries them.
///
/// A name with a trailing dot is absolute and its own only candidate. One with at least `ndots` dots is
/// tried as it is first, then under each search domain; any other the other way round. The root in a
/// search list stands for the name as it is. No candidate comes twice.
pub(super) fn candidates(name: &str, search: &[String], ndots: u8) -> Vec<Candidate> {
    if let Some(absolute) = name.strip_suffix('.') {
        return vec![candidate(absolute, None)];
    }
    let as_it_is = || candidate(name, None);
    let searched = search.iter().map(|domain| match domain.trim_matches('.') {
        "" => as_it_is(),
        domain => candidate(&format!("{name}.{domain}"), Some(domain.to_owned())),
    });
    let dots = name.bytes().filter(|byte| *byte == b'.').count();
    let mut all: Vec<Candidate> = if dots >= usize::from(ndots) {
        std::iter::once(as_it_is()).chain(searched).collect()
    } else {
        searched.chain(std::iter::once(as_it_is())).collect()
    };
    let mut seen = BTreeSet::new();
    all.retain(|candidate| seen.insert(candidate.asked.to_ascii_lowercase()));
    all
}

fn candidate(text: &str, search_domain: Option<String>) -> Candidate {
    Candidate { asked: format!("{text}."), search_domain, name: wire_name(text) }
}

/// A host name without its trailing dot, as labels; what would not be a name that ssh or curl can ask
/// for (a URL, a port, a blank) is refused, because a resolver would answer NXDOMAIN to it, and that
/// would look as if the name that was meant did not resolve.
fn wire_name(text: &str) -> Result<Name, String> {
    if text.len() > LONGEST_NAME {
        return Err(format!("not asked: the name has {} bytes, {LONGEST_NAME} are allowed", text.len()));
    }
    for label in text.split('.') {
        if label.is_empty() {
            return Err("not asked: the name has an empty label".to_owned());
        }
        if label.len() > LONGEST_LABEL {
            let length = label.len();
            return Err(format!("not asked: a label has {length} bytes, {LONGEST_LABEL} are allowed"));
        }
        if let Some(wrong) = label.chars().find(|c| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))) {
            return Err(format!("not asked: {wrong:?} is not part of a host name"));
        }
    }
    Name::from_labels(text.split('.').map(str::as_bytes)).map_err(|error| format!("not asked: {error}"))
}

/// The name that `label` has beside a name: under the same parent.
pub(super) fn sibling(name: &Name, label: &str) -> Result<Name, String> {
    name.base_name().prepend_label(label.as_bytes()).map_err(|error| format!("not asked: {error}"))
}

#[cfg(test)]
mod tests {
    use super::{candidates, sibling};
    use hickory_resolver::proto::rr::Name;

    fn asked(name: &str, search: &[&str], ndots: u8) -> Vec<String> {
        let search: Vec<String> = search.iter().map(|domain| (*domain).to_owned()).collect();
        candidates(name, &search, ndots).into_iter().map(|candidate| candidate.asked).collect()
    }

    #[test]
    fn an_absolute_name_is_not_searched() {
        assert_eq!(asked("dev.", &["svc.cluster.local"], 5), ["dev."]);
        assert_eq!(asked("a.b.c.", &["svc.cluster.local"], 1), ["a.b.c."]);
    }

    #[test]
    fn ndots_decides_what_comes_first() {
        assert_eq!(
            asked("dev.cwiq.io", &["x.y", "z"], 5),
            ["dev.cwiq.io.x.y.", "dev.cwiq.io.z.", "dev.cwiq.io."]
        );
        assert_eq!(
            asked("dev.cwiq.io", &["x.y", "z"], 2),
            ["dev.cwiq.io.", "dev.cwiq.io.x.y.", "dev.cwiq.io.z."]
        );
        assert_eq!(asked("dev", &["x"], 1), ["dev.x.", "dev."]);
        assert_eq!(asked("dev", &["x"], 0), ["dev.", "dev.x."]);
        assert_eq!(asked("dev", &[], 5), ["dev."]);
    }

    #[test]
    fn the_root_and_repetitions_give_nothing_twice() {
        assert_eq!(asked("dev", &[".", "x", "X.", "x"], 5), ["dev.", "dev.x."]);
    }

    #[test]
    fn each_candidate_tells_the_domain_that_made_it() {
        let all = candidates("dev", &["tail1234.ts.net.".to_owned()], 5);
        assert_eq!(all[0].search_domain.as_deref(), Some("tail1234.ts.net"));
        assert_eq!(all[1].search_domain, None);
    }

    #[test]
    fn what_cannot_be_asked_says_why() {
        let long_label = "a".repeat(64);
        let long_name = ["a".repeat(60).as_str(); 5].join(".");
        for (name, why) in [
            ("", "an empty label"),
            (".", "an empty label"),
            ("a..b", "an empty label"),
            (".a", "an empty label"),
            (&long_label, "a label has 64 bytes"),
            (&long_name, "the name has 304 bytes"),
            ("dev.cwiq.io:22", "':' is not part"),
            ("https://dev", "':' is not part"),
            (" dev", "' ' is not part"),
            ("dév.io", "'é' is not part"),
            ("a\0b", "'\\0' is not part"),
            ("*.io", "'*' is not part"),
        ] {
            for candidate in candidates(name, &[], 1) {
                let words = candidate.name.unwrap_err();
                assert!(words.starts_with("not asked: ") && words.contains(why), "{name:?}: {words}");
            }
        }
        let searched = candidates("dev", &["bad domain".to_owned()], 5);
        assert!(searched[0].name.is_err() && searched[1].name.is_ok());
        let fits = [&"a".repeat(63), &"b".repeat(63), &"c".repeat(63), &"d".repeat(61)]
            .map(String::as_str)
            .join(".");
        assert_eq!(fits.len(), 253);
        assert!(candidates(&fits, &[], 1)[0].name.is_ok());
        assert!(candidates("_dmarc.x-1.io", &[], 1)[0].name.is_ok());
    }

    #[test]
    fn a_sibling_shares_the_parent() {
        let name = |text| Name::from_ascii(text).unwrap();
        assert_eq!(sibling(&name("dev.cwiq.io."), "abc").unwrap(), name("abc.cwiq.io."));
        assert_eq!(sibling(&name("dev."), "abc").unwrap(), name("abc."));
    }
}
