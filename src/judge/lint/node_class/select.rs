//! What a selector's term matches, as EC2's filters match it.

use crate::document::manifest::{Match, is_template};
use crate::document::node_class::{Criterion, Term};
use crate::judge::lint::cluster_group::TAG;
use crate::snapshot::{SecurityGroup, Subnet, Tag};

/// Whether a term matches a subnet.
pub(super) fn subnet_matches(term: &Term, subnet: &Subnet) -> Match {
    match &term.criterion {
        Criterion::Id(id) => text_matches(id, &subnet.subnet_id),
        Criterion::Name(_) => Match::No,
        Criterion::Tags(tags) => tags_match(tags, &subnet.tags),
    }
}

/// Whether a term matches a security group.
pub(super) fn group_matches(term: &Term, group: &SecurityGroup) -> Match {
    match &term.criterion {
        Criterion::Id(id) => text_matches(id, &group.group_id),
        Criterion::Name(name) => match &group.group_name {
            Some(had) => text_matches(name, had),
            None => Match::Maybe,
        },
        Criterion::Tags(tags) => tags_match(tags, &group.tags),
    }
}

/// Whether a term matches the security group of a cluster by what EKS itself writes on it: its tag
/// `aws:eks:cluster-name`, and its name, `eks-cluster-sg-CLUSTER-NUMBER` (Amazon EKS User Guide, "View Amazon EKS
/// security group requirements for clusters").
pub(super) fn stands_for_cluster_group(term: &Term, cluster: &str, id: Option<&str>) -> Match {
    match &term.criterion {
        Criterion::Id(given) => id.map_or(Match::Maybe, |id| text_matches(given, id)),
        Criterion::Tags(tags) => {
            Match::all(tags.iter().map(
                |(key, value)| {
                    if key == TAG { text_matches(value, cluster) } else { Match::Maybe }
                },
            ))
        }
        Criterion::Name(name) if is_template(name) => Match::Maybe,
        Criterion::Name(name) => {
            let start = format!("eks-cluster-sg-{cluster}-");
            match name.split_once(['*', '?', '\\']) {
                None => {
                    if name.starts_with(&start) {
                        Match::Maybe
                    } else {
                        Match::No
                    }
                }
                Some((before, "")) if name.ends_with('*') && start.starts_with(before) => Match::Yes,
                Some((before, _)) if start.starts_with(before) || before.starts_with(&start) => Match::Maybe,
                Some(_) => Match::No,
            }
        }
    }
}

/// What a term asks for, e.g. `the tag team: ci`.
pub(super) fn phrase(term: &Term) -> String {
    match &term.criterion {
        Criterion::Id(id) => format!("the id {id}"),
        Criterion::Name(name) => format!("the name {name}"),
        Criterion::Tags(tags) => {
            let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}: {value}")).collect();
            let word = if tags.len() == 1 { "tag" } else { "tags" };
            format!("the {word} {}", tags.join(" with "))
        }
    }
}

/// All tags of a term; a term without any is refused, or ignored.
fn tags_match(wanted: &[(String, String)], had: &[Tag]) -> Match {
    if wanted.is_empty() {
        return Match::No;
    }
    Match::all(wanted.iter().map(|(key, value)| {
        if is_template(key) {
            return Match::Maybe;
        }
        Match::any(had.iter().filter(|tag| tag.key == *key).map(|tag| text_matches(value, &tag.value)))
    }))
}

fn text_matches(pattern: &str, text: &str) -> Match {
    if is_template(pattern) { Match::Maybe } else { Match::of(is_like(pattern, text)) }
}

/// Whether a text is like a pattern of EC2's filters: `*` is any characters, `?` is one, `\` before one of these takes
/// it as it is; small and capital letters differ (Amazon EC2 API, Filter).
fn is_like(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (tokens(pattern), text.chars().collect::<Vec<char>>());
    let (mut at, mut from) = (0, 0);
    // Where the last `*` stands, and how much of the text it has taken.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(Token::Any) => {
                star = Some((at, from));
                at += 1;
            }
            Some(Token::One) => (at, from) = (at + 1, from + 1),
            Some(Token::Literal(wanted)) if text.get(from) == Some(wanted) => (at, from) = (at + 1, from + 1),
            _ => match star {
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    (at, from) = (place + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(at).all(|token| matches!(token, Token::Any))
}

enum Token {
    Any,
    One,
    Literal(char),
}

fn tokens(pattern: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut characters = pattern.chars().peekable();
    while let Some(character) = characters.next() {
        tokens.push(match character {
            '*' => Token::Any,
            '?' => Token::One,
            '\\' => match characters.next_if(|next| matches!(next, '*' | '?' | '\\')) {
                Some(next) => Token::Literal(next),
                None => Token::Literal('\\'),
            },
            other => Token::Literal(other),
        });
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_ec2s() {
        for (pattern, text, like) in [
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("a*", "a", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b", "ab-abc", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            (r"a\*", "a*", true),
            (r"a\*", "ab", false),
            (r"a\b", r"a\b", true),
            ("A", "a", false),
        ] {
            assert_eq!(is_like(pattern, text), like, "{pattern} {text}");
        }
    }

    #[test]
    fn what_eks_writes_tells_the_cluster_group() {
        let term = |criterion| Term {
            span: crate::document::Span { file: crate::document::FileId::default(), start: 0, end: 0 },
            criterion,
        };
        let name = |name: &str| term(Criterion::Name(name.to_owned()));
        let tags = |tags: &[(&str, &str)]| {
            let own = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
            term(Criterion::Tags(tags.iter().map(own).collect()))
        };
        for (term, expected) in [
            (name("eks-cluster-sg-ci-*"), Match::Yes),
            (name("eks-cluster-sg-*"), Match::Yes),
            (name("eks-cluster-sg-*-1"), Match::Maybe),
            (name("eks-cluster-sg-ci-123"), Match::Maybe),
            (name("eks-cluster-sg-other-*"), Match::No),
            (name("runners"), Match::No),
            (name("${GROUP}"), Match::Maybe),
            (tags(&[(TAG, "ci")]), Match::Yes),
            (tags(&[(TAG, "*")]), Match::Yes),
            (tags(&[(TAG, "other")]), Match::No),
            (tags(&[(TAG, "ci"), ("team", "x")]), Match::Maybe),
            (tags(&[(TAG, "other"), ("team", "x")]), Match::No),
            (tags(&[("karpenter.sh/discovery", "ci")]), Match::Maybe),
            (tags(&[("kubernetes.io/cluster/ci", "owned")]), Match::Maybe),
        ] {
            assert_eq!(stands_for_cluster_group(&term, "ci", None), expected, "{term:?}");
        }
        let id = term(Criterion::Id("sg-1".to_owned()));
        assert_eq!(stands_for_cluster_group(&id, "ci", None), Match::Maybe);
        assert_eq!(stands_for_cluster_group(&id, "ci", Some("sg-1")), Match::Yes);
        assert_eq!(stands_for_cluster_group(&id, "ci", Some("sg-2")), Match::No);
    }
}
