//! A policy written out is the same policy.

use reachgate::policy::file::{load_policy, parse_policy};

use super::{environment, said, shown, unset, valid};

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
