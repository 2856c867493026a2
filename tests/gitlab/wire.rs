//! What goes over the wire, and what comes of each answer.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::net::TcpListener;
use std::sync::Arc;
use std::time::Duration;

use reachgate::fact::gitlab::{Runner, Unread, Variable};
use reachgate::gitlab::{Client, ClientError, Question, Token, fetch_facts};
use serde_json::{Value, json};
use tokio_rustls::rustls;

use super::server::{Answer, Heard, converse, serve};

const TOKEN: &str = "glpat-not-to-be-shown";

fn client(server: &str) -> Client {
    Client::new(server, Token::Access(TOKEN.to_owned()), None, Duration::from_secs(5)).expect("a client")
}

fn variable(key: &str, value: &str) -> Value {
    json!({ "key": key, "variable_type": "env_var", "value": value, "protected": false, "masked": false,
            "hidden": false, "raw": false, "environment_scope": "*", "description": null })
}

fn runner(id: u64, tag: &str) -> Value {
    json!({ "id": id, "active": true, "paused": false, "architecture": null, "description": "x", "is_shared": false,
            "runner_type": "group_type", "contacted_at": "2026-01-25T13:45:44.000Z", "online": true,
            "status": "online", "name": null, "projects": [], "tag_list": [tag], "version": null,
            "access_level": "not_protected", "maximum_timeout": 3600, "run_untagged": false })
}

fn question(group: &str) -> Question {
    Question { group: group.to_owned(), variables: vec!["DEV_SERVER_IP".to_owned()], runners: vec![19] }
}

const PAGE: &str = "groups/platform/variables?per_page=100&page=1";

#[test]
fn variables_and_runners_are_read() {
    let (address, heard) = serve(&[
        (PAGE, Answer::json(&json!([variable("OTHER", "x")])).header("X-Next-Page: 2")),
        (
            "groups/platform/variables?per_page=100&page=2",
            Answer::json(&json!([variable("DEV_SERVER_IP", "10.1.20.15")])).header("X-Next-Page:"),
        ),
        ("runners/19", Answer::json(&runner(19, "small"))),
    ]);
    let facts = fetch_facts(&client(&format!("http://{address}/")), &question("platform"));
    let found = Variable {
        group: "platform".into(),
        value: Some("10.1.20.15".into()),
        protected: false,
        masked: false,
        environment_scope: "*".into(),
        is_file: false,
    };
    assert_eq!(facts.variables[0].found, Ok(vec![found]));
    let ready =
        Runner { paused: false, status: "online".into(), tags: vec!["small".into()], protected_only: false };
    assert_eq!(facts.runners[0].found, Ok(Some(ready)));
    let heard = heard.lock().unwrap();
    assert_eq!(heard.len(), 3, "{heard:#?}");
    for head in heard.iter() {
        assert!(head.starts_with("GET "), "{head}");
        assert!(head.to_lowercase().contains(&format!("private-token: {TOKEN}\r\n")), "{head}");
    }
}

/// The nearest group that defines it wins, all of its scopes together; the path is encoded.
#[test]
fn the_nearest_group_wins() {
    let mut scoped = variable("DEV_SERVER_IP", "10.1.20.16");
    scoped["environment_scope"] = json!("dev");
    let (address, heard) = serve(&[
        ("groups/a%2Fb%2Fc/variables?per_page=100&page=1", Answer::json(&"[]")),
        (
            "groups/a%2Fb/variables?per_page=100&page=1",
            Answer::json(&json!([variable("DEV_SERVER_IP", "10.1.20.15"), scoped])),
        ),
        (
            "groups/a/variables?per_page=100&page=1",
            Answer::json(&json!([variable("DEV_SERVER_IP", "10.9.9.9")])),
        ),
    ]);
    let facts = fetch_facts(&client(&format!("http://{address}")), &question("/a/b/c/"));
    let found = facts.variables[0].found.clone().expect("variables");
    assert_eq!(found.iter().map(|it| it.group.as_str()).collect::<Vec<_>>(), ["a/b", "a/b"]);
    assert_eq!(found.iter().map(|it| it.environment_scope.as_str()).collect::<Vec<_>>(), ["*", "dev"]);
    assert_eq!(heard.lock().unwrap().len(), 4);
}

#[test]
fn flags_are_read() {
    let mut hidden = variable("DEV_SERVER_IP", "");
    for flag in ["hidden", "protected", "masked"] {
        hidden[flag] = json!(true);
    }
    hidden["variable_type"] = json!("file");
    let mut protected = runner(19, "small");
    protected["access_level"] = json!("ref_protected");
    protected["paused"] = json!(true);
    protected["status"] = json!("never_contacted");
    let (address, _) =
        serve(&[(PAGE, Answer::json(&json!([hidden]))), ("runners/19", Answer::json(&protected))]);
    let facts = fetch_facts(&client(&format!("http://{address}")), &question("platform"));
    let found = facts.variables[0].found.clone().expect("variables").remove(0);
    assert!(found.value.is_none() && found.protected && found.masked && found.is_file);
    let found = facts.runners[0].found.clone().expect("an answer").expect("a runner");
    assert!(found.paused && found.protected_only && found.status.as_str() == "never_contacted");
}

/// Every way of not answering is told apart, and none is taken for an empty list or a missing runner.
#[test]
fn refusals_are_told_apart() {
    let ask = |variables: Answer, runner: Answer| {
        let (address, _) = serve(&[(PAGE, variables), ("runners/19", runner)]);
        let facts = fetch_facts(&client(&format!("http://{address}")), &question("platform"));
        (facts.variables[0].found.clone(), facts.runners[0].found.clone())
    };
    let status = Answer::status;
    assert_eq!(ask(status(401), status(401)), (Err(Unread::Unauthorized), Err(Unread::Unauthorized)));
    let forbidden = |status| Unread::Forbidden { status };
    assert_eq!(ask(status(403), status(403)), (Err(forbidden(403)), Err(forbidden(403))));
    // A group that a token may not see is 404 as well; a runner is 403 then.
    assert_eq!(ask(status(404), status(404)), (Err(forbidden(404)), Ok(None)));
    let odd = [
        status(500),
        status(204),
        Answer::json(&"{\"key\":"),
        Answer::json(&"<html>"),
        Answer::json(&"{}"),
        Answer::json(&"[]").header("X-Next-Page: 2&per_page=1"),
    ];
    for answer in odd {
        let (variables, _) = ask(answer.clone(), status(404));
        assert!(matches!(variables, Err(Unread::Failed { .. })), "{}: {variables:?}", answer.body);
    }
}

#[test]
fn a_list_that_does_not_end_is_not_read_for_ever() {
    let pages: Vec<(String, Answer)> = (1..=101)
        .map(|page| {
            let answer = Answer::json(&"[]").header(&format!("X-Next-Page: {}", page + 1));
            (format!("groups/platform/variables?per_page=100&page={page}"), answer)
        })
        .collect();
    let pages: Vec<(&str, Answer)> =
        pages.iter().map(|(path, answer)| (path.as_str(), answer.clone())).collect();
    let (address, _) = serve(&pages);
    let facts = fetch_facts(&client(&format!("http://{address}")), &question("platform"));
    assert!(matches!(facts.variables[0].found, Err(Unread::Failed { .. })));
}

/// The token goes to the given server alone.
#[test]
fn redirects_are_not_followed() {
    let (elsewhere, heard) = serve(&[(PAGE, Answer::json(&"[]"))]);
    let location = format!("Location: http://{elsewhere}/api/v4/{PAGE}");
    let (address, _) = serve(&[(PAGE, Answer::status(302).header(&location))]);
    let facts = fetch_facts(&client(&format!("http://{address}")), &question("platform"));
    assert!(
        matches!(&facts.variables[0].found, Err(Unread::Failed { detail }) if detail.as_str().contains("302"))
    );
    assert!(heard.lock().unwrap().is_empty());
}

#[test]
fn a_job_token_has_its_own_header() {
    let (address, heard) = serve(&[]);
    let client =
        Client::new(&format!("http://{address}"), Token::Job("job".into()), None, Duration::from_secs(5))
            .unwrap();
    fetch_facts(&client, &question("platform"));
    assert!(heard.lock().unwrap()[0].to_lowercase().contains("job-token: job\r\n"));
}

#[test]
fn a_token_is_never_shown_nor_sent_in_the_clear() {
    let make = |server: &str| Client::new(server, Token::Access(TOKEN.into()), None, Duration::from_secs(1));
    assert!(!format!("{:?}", make("https://gitlab.example.com").unwrap()).contains(TOKEN));
    assert!(matches!(make("http://gitlab.example.com"), Err(ClientError::Unencrypted(_))));
    assert!(matches!(make("http://127.0.0.1.example.com"), Err(ClientError::Unencrypted(_))));
    assert!(make("http://localhost:8080").is_ok() && make("http://[::1]:8080").is_ok());
    for odd in ["gitlab.example.com", "ftp://gitlab.example.com", "", "https://"] {
        assert!(matches!(make(odd), Err(ClientError::Url(_))), "{odd}");
    }
}

/// A server that never answers costs its time and no more.
#[test]
fn silence_is_bounded() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("http://{}", listener.local_addr().unwrap());
    let client = Client::new(&server, Token::Access(TOKEN.into()), None, Duration::from_millis(300))
        .expect("a client");
    let started = std::time::Instant::now();
    let facts = fetch_facts(&client, &question("platform"));
    assert!(matches!(facts.variables[0].found, Err(Unread::Failed { .. })));
    assert!(started.elapsed() < Duration::from_secs(3), "{:?}", started.elapsed());
}

/// A private authority is trusted where its file is given, and not otherwise.
#[test]
fn a_private_authority_is_trusted_by_its_file() {
    let key = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let (certificate, secret) = (key.cert.der().clone(), key.signing_key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], rustls_pki_types::PrivateKeyDer::Pkcs8(secret.into()))
        .expect("a server");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let server = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    std::thread::spawn(move || {
        let answers = BTreeMap::from([(
            "/api/v4/".to_owned() + PAGE,
            Answer::json(&json!([variable("DEV_SERVER_IP", "10.1.20.15")])),
        )]);
        for stream in listener.incoming().flatten() {
            let connection = rustls::ServerConnection::new(Arc::clone(&config)).unwrap();
            converse(rustls::StreamOwned::new(connection, stream), &answers, &Heard::default());
        }
    });
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(key.cert.pem().as_bytes()).unwrap();
    let ask = |authorities: Option<&str>| {
        let token = Token::Access(TOKEN.into());
        let client = Client::new(&server, token, authorities, Duration::from_secs(5)).expect("a client");
        fetch_facts(&client, &question("platform")).variables[0].found.clone()
    };
    assert!(ask(file.path().to_str()).is_ok_and(|found| found.len() == 1));
    assert!(matches!(ask(None), Err(Unread::Failed { .. })));
    let token = Token::Access(TOKEN.into());
    let absent = Client::new(&server, token, Some("/absent.pem"), Duration::from_secs(5));
    assert!(matches!(absent, Err(ClientError::Authorities { .. })));
}
