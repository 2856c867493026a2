//! No text panics the reader, nor does a policy with a piece broken out.

use std::fs;

use proptest::prelude::*;
use reachgate::policy::file::parse_policy;

use super::{environment, folder, said, shown, unset};

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let _ = parse_policy(text, "p", &unset).map_err(|error| error.to_string());
        }
    }

    #[test]
    fn no_yaml_like_text_panics(text in "[-a:{}\\[\\],&*!|>'\"%@`#?$<~ \n\t\u{1f4a9}\u{e9}]{0,60}") {
        prop_assert!(parse_policy(&text, "p", &unset).map_err(|error| error.to_string()).is_err());
    }

    /// A policy with a piece cut out, doubled or replaced is a policy or is told what is wrong, with
    /// every fault at a place of the text; and never for a reason of the reader's own.
    #[test]
    fn no_damaged_policy_panics(
        file in 0..3_usize,
        (begin, length) in (0..4000_usize, 0..40_usize),
        patch in "(|[a-z]{1,5}|[-:{}\\[\\], \n$&*0-9\"]{1,6}|: null|: \\[\\]|\\$\\{X\\}|: -1|\u{e9}\u{1f4a9})",
    ) {
        let names = ["policies/cwiq-dev.yaml", "tests/policy/valid/most.yaml", "tests/policy/invalid/many-faults.yaml"];
        let text = fs::read_to_string(folder(names[file])).unwrap();
        let characters: Vec<char> = text.chars().collect();
        let begin = begin % characters.len();
        let end = (begin + length).min(characters.len());
        let damaged: String =
            characters[..begin].iter().copied().chain(patch.chars()).chain(characters[end..].iter().copied()).collect();
        match parse_policy(&damaged, "p", &environment) {
            Ok(policy) => {
                let text = shown(&policy);
                let again = parse_policy(&text, "p", &environment);
                prop_assert!(again.as_ref().is_ok_and(|again| said(again) == said(&policy)), "{text}\n{again:?}");
            }
            Err(error) => {
                for fault in &error.faults {
                    let bytes = fault.place.as_ref().unwrap().bytes.clone();
                    prop_assert!(damaged.get(bytes.clone()).is_some(), "{bytes:?} {fault:?}");
                    prop_assert!(!fault.message.contains("the policy cannot be read"), "{error}");
                }
                prop_assert!(!error.to_string().is_empty());
            }
        }
    }
}
