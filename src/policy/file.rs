//! Text → policy, every fault at its line; and the policy as text again.
//!
//! A policy file is one YAML 1.2 document. It is read in steps, and each of them reports all that it
//! finds: the bytes (`read`), the YAML (`tree`), keys and types (`shape`, along the JSON Schema
//! that is made of the types in `raw`), and what the policy says (`check`).
//!
//! `${NAME}` and `${NAME:-default}` are replaced in four places: the CIDRs of `networks`, a
//! destination's `address`, and the lists `names.control` and `names.unresolvable`. They mean what they
//! mean in a shell: `:-` covers unset and empty. `$$` is a dollar sign. Anywhere else a variable is a
//! fault, and so is `$NAME`.

mod check;
mod fault;
mod literal;
mod raw;
mod read;
mod render;
mod shape;
mod show;
mod suggest;
mod syntax;
mod tree;
mod variable;

use std::path::Path;

pub use fault::{Colour, Fault, Place, PolicyError};
pub use raw::write_schema;
pub use show::write_resolved;

use self::fault::{Draft, Faults};
use self::tree::{Node, Value};
use super::Policy;
use crate::untrusted::Untrusted;

/// The policy that is used where none is given.
const EMBEDDED: &str = include_str!("../../policies/cwiq-dev.yaml");
/// Where the embedded policy comes from, as a person would say it.
const EMBEDDED_ORIGIN: &str = "embedded cwiq-dev.yaml";
/// The version of the format that is read.
const VERSION: u64 = 1;

/// Reads the policy at `path`, or the embedded `policies/cwiq-dev.yaml` where there is none.
///
/// `environment` gives the value of a variable, or `None` where it is not set. At most 1 MiB is read,
/// of a pipe or device for at most 30 s.
///
/// # Errors
///
/// When the file cannot be read, or is not a valid policy: every fault that was found.
pub fn load_policy(
    path: Option<&Path>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Policy, PolicyError> {
    let Some(path) = path else { return parse_policy(EMBEDDED, EMBEDDED_ORIGIN, environment) };
    let origin = Untrusted::from(path.to_string_lossy().as_ref());
    let bytes = read::load_bytes(path, origin.as_str())?;
    parse_policy(read::parse_text(&bytes, origin.as_str())?, origin.as_str(), environment)
}

/// Reads a policy from its text. `origin` says where the text came from, `environment` is as in
/// [`load_policy`].
///
/// # Errors
///
/// When the text is not a valid policy: every fault that was found.
pub fn parse_policy(
    text: &str,
    origin: &str,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Policy, PolicyError> {
    let whole = text;
    // A byte order mark says nothing in UTF-8 and is no part of line 1.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut faults = Faults::default();
    read::check_text(text, origin, &mut faults)?;
    if !faults.is_empty() {
        return Err(faults.into_error(origin, text));
    }
    let Some(root) = tree::parse_tree(text, &mut faults) else {
        return Err(faults.into_error(origin, text));
    };
    if let Some(draft) = unknown_version(&root) {
        // Another version has other keys: what else is wrong with it is not known.
        let mut only = Faults::default();
        only.add(draft);
        return Err(only.into_error(origin, text));
    }
    let policy = match serde_json::from_value::<raw::Given<raw::Policy>>(shape::shape(
        root,
        &raw::schema(),
        &mut faults,
    )) {
        Ok(raw::Given { value: Some(policy), .. }) => {
            check::Check { faults: &mut faults, text, environment }.policy(&policy)
        }
        Ok(raw::Given { value: None, .. }) => return Err(faults.into_error(origin, text)),
        Err(error) => {
            // The schema let something through that its own types refuse: a defect, and not the user's.
            faults.add(Draft::new(
                &(0..0),
                format!("the policy cannot be read: {}", Untrusted::from(error.to_string().as_str())),
            ));
            return Err(faults.into_error(origin, text));
        }
    };
    if !faults.is_empty() {
        return Err(faults.into_error(origin, text));
    }
    Ok(Policy { origin: Untrusted::from(origin).to_string(), digest: digest(whole), ..policy })
}

fn unknown_version(root: &Node) -> Option<Draft> {
    let Value::Map(entries) = &root.value else { return None };
    let version = &entries.iter().find(|entry| entry.key == "version")?.node;
    let Value::Number(number) = &version.value else { return None };
    if number.is_f64() || number.as_u64() == Some(VERSION) {
        return None;
    }
    let draft = Draft::new(&version.at, format!("version {number} of the policy format is not known"));
    Some(
        draft
            .label("unknown version")
            .help(format!("this reachgate reads version {VERSION}; a newer one may read the file")),
    )
}

/// SHA-256 in lower-case hex, as `sha256sum` prints it.
fn digest(text: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, text.as_bytes());
    digest.as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}
