//! Whom AWS is asked as: what the environment says, in a process of its own.

use std::ffi::OsStr;
use std::process::{Command, ExitCode};
use std::time::Duration;

use reachgate::aws::live::{Ends, Request, Scope, Session};

use crate::Test;
use crate::moto::{Moto, fetch};
use crate::wire::{Fate, Wire, sts_error};

pub const TESTS: &[Test] = &[
    ("session::keys_of_the_environment", keys),
    ("session::profile", profile),
    ("session::web_identity", web_identity),
    ("session::web_identity_refused", web_identity_refused),
    ("session::pod_identity", pod_identity),
    ("session::no_credentials", no_credentials),
    ("session::no_region", no_region),
];

/// Set in a process that reads AWS once, as its environment says: the dev server's address.
pub const CHILD: &str = "REACHGATE_TEST_FETCH";
/// Keys that moto takes.
pub const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "testing"), ("AWS_SECRET_ACCESS_KEY", "testing")];
/// No file of the caller's home, and no instance metadata, ever.
pub const NOWHERE: [(&str, &str); 3] = [
    ("AWS_EC2_METADATA_DISABLED", "true"),
    ("AWS_CONFIG_FILE", "/nonexistent/config"),
    ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent/credentials"),
];

/// Reads AWS as the environment says, and prints the interfaces or the error.
pub fn child(address: &OsStr) -> ExitCode {
    let address = address.to_str().and_then(|text| text.parse().ok()).expect("an address");
    let request = Request {
        scope: Scope::Around(Ends { addresses: vec![address], ..Ends::default() }),
        cluster: None,
        session: Session::default(),
        timeout: Duration::from_secs(30),
    };
    match fetch(&request) {
        Ok(snapshot) => {
            println!("{:?}", snapshot.network_interfaces.keys().collect::<Vec<_>>());
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::from(2)
        }
    }
}

/// Runs the child with this environment and no other: its output, or its error.
fn ask(moto: &Moto, environment: &[(&str, &str)]) -> Result<String, String> {
    let output = Command::new(std::env::current_exe().expect("this program"))
        .env_clear()
        .envs(NOWHERE)
        .envs(environment.iter().copied())
        .env(CHILD, &moto.world("healthy").dev)
        .output()
        .expect("this program runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
}

fn place(moto: &Moto) -> [(&'static str, String); 2] {
    let world = moto.world("healthy");
    [("AWS_REGION", world.region.clone()), ("AWS_ENDPOINT_URL", format!("http://{}", moto.address()))]
}

fn with<'a>(place: &'a [(&'static str, String)], more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut all: Vec<_> = place.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.extend_from_slice(more);
    all
}

fn keys(moto: &Moto) {
    let found = ask(moto, &with(&place(moto), &KEYS)).expect("moto is read");
    assert!(found.contains("eni-"), "{found}");
}

/// Keys, region and endpoint of a profile that the environment names.
fn profile(moto: &Moto) {
    let world = moto.world("healthy");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("config");
    let text = format!(
        "[profile dev]\nregion = {}\nendpoint_url = http://{}\naws_access_key_id = testing\naws_secret_access_key = testing\n",
        world.region,
        moto.address()
    );
    std::fs::write(&file, text).expect("the file is written");
    let file = file.to_str().expect("a name");
    let found = ask(moto, &[("AWS_CONFIG_FILE", file), ("AWS_PROFILE", "dev")]).expect("moto is read");
    assert!(found.contains("eni-"), "{found}");
    let error = ask(moto, &with(&place(moto), &[("AWS_CONFIG_FILE", file), ("AWS_PROFILE", "prod")]));
    let error = error.expect_err("no such profile");
    assert!(error.contains("prod") && error.contains("AWS credentials"), "{error}");
}

/// A pod's role (IRSA): the token's file is handed to STS.
fn web_identity(moto: &Moto) {
    let wire = moto.wire(|_| Fate::Pass);
    let found = as_web_identity(moto, &wire).expect("moto is read");
    assert!(found.contains("eni-"), "{found}");
    assert_eq!(wire.actions()["sts:AssumeRoleWithWebIdentity"], 1, "{:?}", wire.actions());
}

fn web_identity_refused(moto: &Moto) {
    let wire = moto.wire(|call| {
        if call.action.starts_with("sts:") { sts_error(400, "ExpiredTokenException") } else { Fate::Pass }
    });
    let error = as_web_identity(moto, &wire).expect_err("no credentials");
    assert!(error.contains("AWS credentials could not be had") && error.contains("ExpiredToken"), "{error}");
}

fn as_web_identity(moto: &Moto, wire: &Wire) -> Result<String, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, "a.b.c").expect("the file is written");
    let place = [
        ("AWS_REGION", moto.world("healthy").region.clone()),
        ("AWS_ENDPOINT_URL", format!("http://{}", wire.address)),
    ];
    let role = [
        ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/runner"),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", token.to_str().expect("a name")),
    ];
    ask(moto, &with(&place, &role))
}

/// A pod's role (EKS Pod Identity): an agent on the node gives the keys for a token.
fn pod_identity(moto: &Moto) {
    let agent = moto.wire(|_| {
        Fate::Answer(
            200,
            "application/json",
            "{\"AccessKeyId\": \"testing\", \"SecretAccessKey\": \"testing\", \"Token\": \"t\", \
             \"Expiration\": \"2099-01-01T00:00:00Z\"}"
                .to_owned(),
        )
    });
    let folder = tempfile::tempdir().expect("a folder");
    let token = folder.path().join("token");
    std::fs::write(&token, "a.b.c").expect("the file is written");
    let uri = format!("http://{}/v1/credentials", agent.address);
    let pod = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri.as_str()),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token.to_str().expect("a name")),
    ];
    let found = ask(moto, &with(&place(moto), &pod)).expect("moto is read");
    assert!(found.contains("eni-"), "{found}");
    assert_eq!(agent.calls().len(), 1, "the agent is asked once");
}

fn no_credentials(moto: &Moto) {
    let error = ask(moto, &with(&place(moto), &[])).expect_err("nobody");
    assert!(error.contains("no AWS credentials were found") && error.contains("aws sso login"), "{error}");
}

fn no_region(moto: &Moto) {
    let error = ask(moto, &KEYS).expect_err("nowhere");
    assert!(error.contains("no AWS region is set") && error.contains("AWS_REGION"), "{error}");
}
