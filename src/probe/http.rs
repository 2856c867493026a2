//! One HTTP/1.1 request for a status line (RFC 9112, 4). Any status is an answer.

use std::fmt::Write as _;

use crate::fact::port::{Exchange, Proof, Step, Target};
use crate::probe::conversation::{Conversation, Received, first_line};
use crate::untrusted::Untrusted;

/// A status line longer than this is none.
const LONGEST: usize = 8 * 1024;

/// Sends `HEAD /` and reads the status line, no more.
pub async fn probe_http(mut conversation: Conversation, target: &Target) -> Exchange {
    conversation.send(request(target).as_bytes()).await;
    let mut head = Vec::new();
    let mut chunk = [0; 1024];
    loop {
        match conversation.receive(&mut chunk).await {
            Received::Bytes(count) => {
                head.extend_from_slice(&chunk[..count]);
                match parse_status_line(&head) {
                    Ok(Some(proof)) => return Exchange::Completed(proof),
                    Ok(None) => {}
                    Err(problem) => return wrong(&head, problem),
                }
            }
            Received::End { .. } if !head.is_empty() => {
                return wrong(&head, "the connection ended within the status line");
            }
            Received::End { reset } => return Exchange::Closed { after: Step::Request, reset, said: None },
            Received::Deadline if head.is_empty() => {
                return Exchange::Silent { waited: conversation.waited() };
            }
            Received::Deadline => {
                let waited = conversation.waited();
                return Exchange::Stalled { after: Step::Request, identification: None, waited };
            }
        }
    }
}

fn wrong(head: &[u8], problem: &str) -> Exchange {
    Exchange::Wrong { received: Untrusted::from_bytes(first_line(head)), problem: problem.to_owned() }
}

fn request(target: &Target) -> String {
    let address = target.address.to_canonical();
    let mut host = match &target.server_name {
        // Nothing that could end the line.
        Some(name) if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()) => name.clone(),
        _ if address.is_ipv6() => format!("[{address}]"),
        _ => address.to_string(),
    };
    if target.port.number() != 80 {
        let _ = write!(host, ":{}", target.port);
    }
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "HEAD / HTTP/1.1\r\nHost: {host}\r\nUser-Agent: reachgate/{version}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    )
}

/// The status line, once it is complete; an error in words when it is none.
fn parse_status_line(head: &[u8]) -> Result<Option<Proof>, &'static str> {
    const PREFIX: &[u8] = b"HTTP/";
    let begins = head.iter().zip(PREFIX).all(|(byte, expected)| byte == expected);
    if !begins {
        return Err("this is not HTTP/1");
    }
    let Some(end) = head.iter().position(|byte| *byte == b'\n') else {
        return if head.len() > LONGEST { Err("a status line longer than 8 KiB") } else { Ok(None) };
    };
    let line = head[..end].trim_ascii_end();
    // As a head without fields, since the status line is all that is asked.
    let alone = [line, b"\r\n\r\n"].concat();
    let mut response = httparse::Response::new(&mut []);
    match (response.parse(&alone), response.code) {
        (Ok(httparse::Status::Complete(_)), Some(status)) => {
            Ok(Some(Proof::Http { status_line: Untrusted::from_bytes(line), status }))
        }
        _ => Err("this is not an HTTP/1 status line"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fact::port::Role;
    use crate::flow::{Greeting, Port};

    fn target(address: &str, port: u16, name: Option<&str>) -> Target {
        Target {
            destination: "dev-server".to_owned(),
            role: Role::Reach("web".to_owned()),
            address: address.parse().unwrap(),
            port: Port::new(port).unwrap(),
            greeting: Greeting::Http,
            server_name: name.map(str::to_owned),
        }
    }

    #[test]
    fn names_the_host() {
        let host = |address, port, name| {
            let request = request(&target(address, port, name));
            assert!(request.ends_with("\r\n\r\n"));
            request.lines().nth(1).unwrap().to_owned()
        };
        assert_eq!(host("192.0.2.1", 80, None), "Host: 192.0.2.1");
        assert_eq!(host("2001:db8::1", 8080, None), "Host: [2001:db8::1]:8080");
        assert_eq!(host("::ffff:192.0.2.1", 80, None), "Host: 192.0.2.1");
        assert_eq!(host("192.0.2.1", 8080, Some("dev.example")), "Host: dev.example:8080");
        assert_eq!(host("192.0.2.1", 80, Some("a\r\nX: y")), "Host: 192.0.2.1");
    }

    #[test]
    fn reads_a_status_line_and_no_more() {
        let proof = |line: &str, status| Ok(Some(Proof::Http { status_line: Untrusted::from(line), status }));
        assert_eq!(parse_status_line(b"HTTP/1.1 200 OK\r\nbad header\0"), proof("HTTP/1.1 200 OK", 200));
        assert_eq!(parse_status_line(b"HTTP/1.0 503 \n"), proof("HTTP/1.0 503", 503));
        assert_eq!(parse_status_line(b"HTTP/1.1 401\r\n"), proof("HTTP/1.1 401", 401));
        assert_eq!(parse_status_line(b"HTTP/1.1 200 O"), Ok(None));
        assert_eq!(parse_status_line(b"HT"), Ok(None));
        for junk in
            [&b"SSH-2.0-x\r\n"[..], b"HTTP/3 200\r\n", b"HTTP/1.1 20\r\n", b"HTTP/1.1 2000 OK\r\n", b"\0"]
        {
            assert!(parse_status_line(junk).is_err(), "{}", junk.escape_ascii());
        }
        assert!(parse_status_line(&[&b"HTTP/1.1 200 "[..], &[b'a'; LONGEST]].concat()).is_err());
    }
}
