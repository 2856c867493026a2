//! HTTP.

use std::time::Duration;

use reachgate::fact::port::{Exchange, Proof, Step};
use reachgate::flow::Greeting::Http;
use reachgate::untrusted::Untrusted;

use crate::server::{exchange, probe_one, say, say_and_close, serve, target};

#[test]
fn any_status_is_an_answer() {
    for (line, status) in
        [("HTTP/1.1 200 OK", 200), ("HTTP/1.0 401 Unauthorized", 401), ("HTTP/1.1 503", 503)]
    {
        let answer = format!("{line}\r\nServer: x\r\n\r\n");
        let proof = Proof::Http { status_line: Untrusted::from(line), status };
        assert_eq!(exchange(say_and_close(answer), Http), Exchange::Completed(proof));
    }
}

#[test]
fn the_request_names_the_host() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let server = serve(move |mut stream| {
        let mut request = [0; 1024];
        let count = std::io::Read::read(&mut stream, &mut request).unwrap();
        sender.send(String::from_utf8(request[..count].to_vec()).unwrap()).unwrap();
    });
    let mut target = target(server, Http);
    target.server_name = Some("dev.example".to_owned());
    let fact = probe_one(target);
    assert_eq!(fact.exchange, Some(Exchange::Closed { after: Step::Request, reset: false, said: None }));
    let request = receiver.recv().unwrap();
    assert!(request.starts_with("HEAD / HTTP/1.1\r\n"));
    assert!(request.contains(&format!("\r\nHost: dev.example:{}\r\n", server.port())));
    assert!(request.contains("\r\nConnection: close\r\n"));
}

#[test]
fn anything_else_is_wrong() {
    for said in ["SSH-2.0-OpenSSH_9.2p1\r\n", "220 mail.example\r\n", "\x15\x03\x03\0\x02\x02\x46"] {
        let Exchange::Wrong { received, .. } = exchange(say(said), Http) else { panic!("{said}") };
        assert_eq!(received, Untrusted::from(said.trim_end()));
    }
    assert!(matches!(exchange(say_and_close("HTTP/1.1 20"), Http), Exchange::Wrong { .. }));
    assert!(matches!(exchange(say(vec![b'x'; 10_000_000]), Http), Exchange::Wrong { .. }));
}

#[test]
fn silence_and_half_a_line_are_told_apart() {
    assert!(
        matches!(exchange(say(""), Http), Exchange::Silent { waited } if waited > Duration::from_millis(399))
    );
    assert!(matches!(exchange(say("HTTP/1.1 2"), Http), Exchange::Stalled { after: Step::Request, .. }));
}
