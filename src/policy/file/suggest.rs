//! Did you mean: the nearest known word to an unknown one.

/// Longer words are nobody's slip of the finger.
const LONGEST: usize = 64;

/// The known word that was likely meant: the same but for case, `-` and `_`, one that continues it or
/// is continued by it, one that ends in it, or the nearest by single edits where no more than a third of the letters differ.
pub(super) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let plain = |word: &str| word.to_lowercase().replace('-', "_");
    let wanted = plain(word);
    let distance = |candidate: &str| {
        let candidate = plain(candidate);
        let shorter = wanted.len().min(candidate.len());
        if shorter >= 3 && (wanted.starts_with(&candidate) || candidate.starts_with(&wanted)) {
            return 1;
        }
        if shorter >= 6 && candidate.ends_with(&wanted) {
            return 2;
        }
        strsim::damerau_levenshtein(&wanted, &candidate)
    };
    let nearest = known.into_iter().map(|candidate| (distance(candidate), candidate)).min()?;
    (nearest.0 <= (wanted.chars().count() / 3).max(1)).then_some(nearest.1)
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn finds_the_slip_and_nothing_far_fetched() {
        let known = ["reach", "closed", "never_tailnet", "destinations"];
        assert_eq!(did_you_mean("clsoed", known), Some("closed"));
        assert_eq!(did_you_mean("never-tailnet", known), Some("never_tailnet"));
        assert_eq!(did_you_mean("Reach", known), Some("reach"));
        assert_eq!(did_you_mean("destination", known), Some("destinations"));
        assert_eq!(did_you_mean("reachable", known), Some("reach"));
        assert_eq!(did_you_mean("tailnet", known), Some("never_tailnet"));
        assert_eq!(did_you_mean("ports", known), None);
        assert_eq!(did_you_mean("smtp", ["http", "tcp"]), None);
        assert_eq!(did_you_mean(&"r".repeat(100_000), known), None);
    }
}
