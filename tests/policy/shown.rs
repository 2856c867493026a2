//! A policy written out is the same policy.

use reachgate::policy::file::{load_policy, parse_policy};

use super::{environment, folder, said, shown, unset, valid};

#[test]
fn a_policy_shown_is_the_same_policy() {
    let odd =
        |name: &str| environment(name).or_else(|| (name == "DEV_SERVER_IP").then(|| "a}$b\u{1b}".to_owned()));
    for (name, path) in valid() {
        for environment in [&environment as &dyn Fn(&str) -> Option<String>, &unset, &odd, &|_: &str| {
            Some("}$${x\n#".to_owned())
        }] {
            let Ok(policy) = load_policy(Some(&path), environment) else { continue };
            let text = shown(&policy);
            for again in [environment, &unset] {
                let read = parse_policy(&text, "shown", again)
                    .unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
                assert_eq!(said(&read), said(&policy), "{name}:\n{text}");
            }
            assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{name}: {text:?}");
        }
        assert!(load_policy(Some(&path), &environment).is_ok(), "{name} is no policy");
    }
}

#[test]
fn a_policy_shown_names_its_variables() {
    let text = shown(&load_policy(None, &environment).unwrap());
    for line in ["- 10.1.0.0/16 # ${VPC_CIDR:-10.1.0.0/16}\n", "address: 10.1.20.15 # ${DEV_SERVER_IP}\n"] {
        assert!(text.replace('"', "").contains(line), "{line}: {text}");
    }
    let text = shown(&load_policy(None, &unset).unwrap());
    assert!(text.contains("address: ${DEV_SERVER_IP} # unset\n"), "{text}");
}

/// A default may hold anything, and its comment is one line all the same.
#[test]
fn a_comment_cannot_break_out_of_its_line() {
    let text = std::fs::read_to_string(folder("policies/cwiq-dev.yaml")).unwrap();
    let hostile =
        text.replace("address: ${DEV_SERVER_IP}", r#"address: "${DEV_SERVER_IP:-x\nreview: {$}\e[2J}""#);
    let policy = parse_policy(&hostile, "p", &environment).unwrap();
    let line = r"address: 10.1.20.15 # ${DEV_SERVER_IP:-x\u{a}review: {$}\u{1b}[2J}";
    assert!(shown(&policy).replace('"', "").contains(line), "{}", shown(&policy));
    // What the comment says of where a policy came from is one line too.
    let policy = parse_policy(&text, "p\nreview: {}", &environment).unwrap();
    assert!(parse_policy(&shown(&policy), "shown", &unset).is_ok(), "{}", shown(&policy));
}
