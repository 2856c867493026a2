//! What was built, and from what.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::container;
use crate::namespace::finish;
use crate::storage::{self, BASE, CERTIFICATES, CONTEXT, IMAGE, PROGRAM};

/// What the image's own layer may have besides the program and the certificates, bytes.
const OVERHEAD: u64 = 64 * 1024;

/// What the context has at its top.
const TOP: &str = "Cargo.lock\nCargo.toml\nexamples\npolicies\nsrc\ntests\n";

/// The context without the sources may have no more, bytes.
const LARGEST_REST: u64 = 1024 * 1024;

/// A check and its name; each runs in a private world.
type Check = (&'static str, fn() -> Result<(), String>);

/// All of them.
pub const CHECKS: &[Check] = &[
    ("configuration_is_what_kubernetes_and_gitlab_need", check_configuration),
    ("size_is_that_of_base_program_and_certificates", check_size),
    ("context_is_enough_and_no_more", check_context),
];

/// Runs the check of this name; `None` when there is none.
pub fn check(name: &str) -> Option<Result<(), String>> {
    let (_, check) = CHECKS.iter().find(|(known, _)| *known == name)?;
    Some(container::prepare().and_then(|()| check()))
}

/// User, command and labels.
fn check_configuration() -> Result<(), String> {
    let text = finish(storage::buildah()?.args(["inspect", "--type", "image", IMAGE]))?;
    let image: Value = serde_json::from_str(&text).map_err(|e| format!("{IMAGE}: {e}"))?;
    let config = &image["OCIv1"]["config"];
    let label = |name: &str| config["Labels"][format!("org.opencontainers.image.{name}")].clone();
    let expected = [
        ("user", config["User"].clone(), "65532:65532".into()),
        ("entry point", config["Entrypoint"].clone(), Value::Null),
        ("command", config["Cmd"].clone(), vec!["reachgate", "probe"].into()),
        ("title", label("title"), env!("CARGO_PKG_NAME").into()),
        ("version", label("version"), env!("CARGO_PKG_VERSION").into()),
        ("description", label("description"), env!("CARGO_PKG_DESCRIPTION").into()),
        ("licences", label("licenses"), env!("CARGO_PKG_LICENSE").into()),
    ];
    let faults: Vec<String> = expected
        .into_iter()
        .filter(|(_, seen, wanted)| seen != wanted)
        .map(|(what, seen, wanted)| format!("{what}: {seen}, not {wanted}"))
        .collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

/// The image adds the program and the certificates to its base, and nothing else.
fn check_size() -> Result<(), String> {
    let certificates = format!("{}/stage{CERTIFICATES}", storage::FOLDER);
    let length = |path: &str| fs::metadata(path).map(|file| file.len()).map_err(|e| format!("{path}: {e}"));
    let wanted = size(&mounted(BASE)?)? + length(PROGRAM)? + length(&certificates)?;
    let image = size(&mounted(IMAGE)?)?;
    if (wanted..wanted + OVERHEAD).contains(&image) {
        return Ok(());
    }
    Err(format!("{image} bytes; its base, the program and the certificates have {wanted}"))
}

/// What `.containerignore` lets through is all that a build reads, and little more.
fn check_context() -> Result<(), String> {
    let context = "localhost/context:test";
    let file = storage::write("context.containerfile", "FROM scratch\nCOPY . /\n")?;
    finish(storage::bud()?.args(["--tag", context, "--file", &file, CONTEXT]))?;
    let folder = mounted(context)?;
    let listed = finish(Command::new("ls").arg("-A").arg(&folder))?;
    if listed != TOP {
        return Err(format!("the context has\n{listed}and not\n{TOP}"));
    }
    let sources = folder.join("src");
    let rest = size(&folder)? - size(&sources)?;
    if rest > LARGEST_REST {
        return Err(format!("{rest} bytes besides the sources"));
    }
    // Every target that Cargo.toml names has its file.
    let manifest = folder.join("Cargo.toml");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["metadata", "--no-deps", "--offline", "--format-version=1", "--manifest-path"]).arg(manifest);
    finish(&mut cargo)?;
    // So has every include_str!.
    let said =
        finish(Command::new("grep").args(["-roP", r#"include_(str|bytes)!\("\K[^"]+"#]).arg(&sources))?;
    let missing: Vec<&str> = said
        .lines()
        .filter(|line| {
            let (source, included) = line.split_once(':').unwrap_or_default();
            !Path::new(source).with_file_name(included).exists()
        })
        .collect();
    if missing.is_empty() { Ok(()) } else { Err(format!("not in the context:\n{}", missing.join("\n"))) }
}

/// Where the files of an image are, in this private world.
fn mounted(image: &str) -> Result<PathBuf, String> {
    let container = finish(storage::buildah()?.args(["from", "--pull-never", image]))?;
    let folder = finish(storage::buildah()?.args(["mount", container.trim()]))?;
    Ok(folder.trim().into())
}

/// The bytes of all files below a folder.
fn size(folder: &Path) -> Result<u64, String> {
    let said = finish(Command::new("du").args(["--summarize", "--bytes"]).arg(folder))?;
    said.split_whitespace().next().and_then(|bytes| bytes.parse().ok()).ok_or(said)
}
