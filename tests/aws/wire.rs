//! A wire between the SDK and moto that can misbehave: pages, throttling, errors, cuts, silence.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use quick_xml::events::Event;

/// One call as it passes.
#[derive(Debug, Clone)]
pub struct Call {
    /// Its IAM action, e.g. `ec2:DescribeVpcs`.
    pub action: String,
    /// How often this action was called before.
    pub before: usize,
    /// The request's body, in its form encoding.
    pub body: String,
}

/// What becomes of a call.
pub enum Fate {
    /// The server answers.
    Pass,
    /// The server's answer, some items at a time.
    Pages(usize),
    /// The server's answer, its text changed.
    Edit(fn(String) -> String),
    /// Another answer: status, content type, body.
    Answer(u16, &'static str, String),
    /// Half of the server's answer, and no word of how long it should be.
    Cut,
    /// Half of the server's answer, and its whole length in the header.
    CutShort,
    /// No answer.
    Silence,
}

type Judge = dyn Fn(&Call) -> Fate + Send + Sync;

pub struct Wire {
    pub address: SocketAddr,
    calls: Arc<Mutex<Vec<Call>>>,
}

impl Wire {
    /// Listens on loopback for as long as the tests run.
    pub fn new(server: SocketAddr, judge: impl Fn(&Call) -> Fate + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("its address");
        let calls = Arc::new(Mutex::new(Vec::new()));
        let judge: Arc<Judge> = Arc::new(judge);
        let seen = Arc::clone(&calls);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (seen, judge) = (Arc::clone(&seen), Arc::clone(&judge));
                thread::spawn(move || serve(client, server, &seen, &judge));
            }
        });
        Self { address, calls }
    }

    /// Every call so far.
    pub fn calls(&self) -> Vec<Call> {
        self.calls.lock().expect("no thread panics").clone()
    }

    /// How often each action was called.
    pub fn actions(&self) -> BTreeMap<String, usize> {
        let mut actions = BTreeMap::new();
        for call in self.calls() {
            *actions.entry(call.action).or_default() += 1;
        }
        actions
    }
}

/// An error as EC2 spells it (EC2 API reference, "Error codes").
pub fn ec2_error(status: u16, code: &str) -> Fate {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors><Error><Code>{code}</Code><Message>told so</Message>\
         </Error></Errors><RequestID>1</RequestID></Response>"
    );
    Fate::Answer(status, "text/xml;charset=UTF-8", body)
}

/// An error as STS spells it.
pub fn sts_error(status: u16, code: &str) -> Fate {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>told so</Message></Error><RequestId>1</RequestId></ErrorResponse>"
    );
    Fate::Answer(status, "text/xml", body)
}

/// An error as EKS spells it.
pub fn eks_error(status: u16, code: &str) -> Fate {
    Fate::Answer(status, "application/json", format!("{{\"__type\":\"{code}\",\"message\":\"told so\"}}"))
}

fn serve(mut client: TcpStream, server: SocketAddr, seen: &Mutex<Vec<Call>>, judge: &Arc<Judge>) {
    let Some((head, body)) = read_request(&mut client) else { return };
    let text = String::from_utf8_lossy(&body).into_owned();
    let action = action(&head, &text);
    let call = {
        let mut seen = seen.lock().expect("no thread panics");
        let before = seen.iter().filter(|had| had.action == action).count();
        let call = Call { action, before, body: text.clone() };
        seen.push(call.clone());
        call
    };
    match judge(&call) {
        Fate::Pass => {
            let (status, kind, answer) = forward(server, &head, &text);
            respond(&mut client, status, &kind, &answer, Some(answer.len()));
        }
        Fate::Edit(edit) => {
            let (status, kind, answer) = forward(server, &head, &text);
            let answer = edit(String::from_utf8(answer).expect("text"));
            respond(&mut client, status, &kind, answer.as_bytes(), Some(answer.len()));
        }
        Fate::Pages(size) => {
            let begin = field(&text, "NextToken").and_then(|token| token.parse().ok()).unwrap_or(0);
            let bare: Vec<&str> = text
                .split('&')
                .filter(|pair| !pair.starts_with("NextToken=") && !pair.starts_with("MaxResults="))
                .collect();
            let (status, kind, answer) = forward(server, &head, &bare.join("&"));
            let answer = if kind.contains("xml") { page(&answer, begin, size) } else { answer };
            respond(&mut client, status, &kind, &answer, Some(answer.len()));
        }
        Fate::Answer(status, kind, answer) => {
            respond(&mut client, status, kind, answer.as_bytes(), Some(answer.len()));
        }
        Fate::Cut => {
            let (status, kind, answer) = forward(server, &head, &text);
            respond(&mut client, status, &kind, &answer[..answer.len() / 2], None);
        }
        Fate::CutShort => {
            let (status, kind, answer) = forward(server, &head, &text);
            respond(&mut client, status, &kind, &answer[..answer.len() / 2], Some(answer.len()));
        }
        Fate::Silence => {
            // Until the client gives up.
            let _ = client.set_read_timeout(Some(Duration::from_secs(60)));
            let _ = client.read(&mut [0]);
        }
    }
}

/// A request's head and body; requests of the SDK give their length.
fn read_request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
            let length = header(&head, "content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
            let body = bytes.split_off(end + 4);
            let mut body = body;
            while body.len() < length {
                match client.read(&mut buffer).ok()? {
                    0 => return None,
                    count => body.extend_from_slice(&buffer[..count]),
                }
            }
            return Some((head, body));
        }
        match client.read(&mut buffer).ok()? {
            0 => return None,
            count => bytes.extend_from_slice(&buffer[..count]),
        }
    }
}

fn header(head: &str, name: &str) -> Option<String> {
    head.lines().find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

fn field(form: &str, name: &str) -> Option<String> {
    form.split('&').find_map(|pair| Some(pair.strip_prefix(name)?.strip_prefix('=')?.to_owned()))
}

/// The IAM action: EC2 and STS name it in the form, EKS by the path.
fn action(head: &str, body: &str) -> String {
    let line = head.lines().next().unwrap_or_default();
    match field(body, "Action") {
        Some(action) if action.starts_with("AssumeRole") => format!("sts:{action}"),
        Some(action) => format!("ec2:{action}"),
        None if line.starts_with("GET /clusters/") => "eks:DescribeCluster".to_owned(),
        None => line.to_owned(),
    }
}

/// Passes a request on, and gives status, content type and body of the answer.
fn forward(server: SocketAddr, head: &str, body: &str) -> (u16, String, Vec<u8>) {
    // Moto does not know these; AWS answers thus where there are none.
    for (action, list) in [
        ("DescribeSecurityGroupVpcAssociations", "securityGroupVpcAssociationSet"),
        ("DescribeStaleSecurityGroups", "staleSecurityGroupSet"),
    ] {
        if field(body, "Action").as_deref() == Some(action) {
            let answer = format!("<{action}Response><requestId>1</requestId><{list}/></{action}Response>");
            return (200, "text/xml".to_owned(), answer.into_bytes());
        }
    }
    let mut upstream = TcpStream::connect(server).expect("moto listens");
    let mut lines = head.lines();
    let mut request = format!("{}\r\n", lines.next().unwrap_or_default());
    for line in lines {
        let name = line.split(':').next().unwrap_or_default().to_ascii_lowercase();
        if !matches!(name.as_str(), "content-length" | "connection") {
            request.push_str(line);
            request.push_str("\r\n");
        }
    }
    let _ = write!(request, "Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len());
    upstream.write_all(request.as_bytes()).expect("moto takes the request");
    let mut answer = Vec::new();
    upstream.read_to_end(&mut answer).expect("moto answers");
    let end = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("an HTTP head");
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let status = head.split(' ').nth(1).and_then(|text| text.parse().ok()).expect("a status");
    let kind = header(&head, "content-type").unwrap_or_default();
    (status, kind, answer.split_off(end + 4))
}

fn respond(client: &mut TcpStream, status: u16, kind: &str, body: &[u8], length: Option<usize>) {
    let length = length.map(|length| format!("Content-Length: {length}\r\n")).unwrap_or_default();
    let head = format!("HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\n{length}Connection: close\r\n\r\n");
    let _ = client.write_all(head.as_bytes());
    let _ = client.write_all(body);
    let _ = client.shutdown(Shutdown::Write);
    // Closing with unread bytes would reset the connection and lose the answer.
    let _ = client.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = client.read(&mut [0]);
}

/// Some items of the answer's one list, and a token where more follow.
fn page(answer: &[u8], begin: usize, size: usize) -> Vec<u8> {
    let mut reader = quick_xml::Reader::from_reader(answer);
    let (mut depth, mut items, mut started) = (0, Vec::new(), 0);
    let mut last = 0;
    loop {
        let at = usize::try_from(reader.buffer_position()).expect("a position");
        match reader.read_event().expect("XML") {
            Event::Start(element) => {
                depth += 1;
                if depth == 3 && element.name().as_ref() == b"item" {
                    started = at;
                }
            }
            Event::End(element) => {
                if depth == 3 && element.name().as_ref() == b"item" {
                    items.push(started..usize::try_from(reader.buffer_position()).expect("a position"));
                }
                if depth == 1 {
                    last = at;
                }
                depth -= 1;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let mut paged = answer.to_vec();
    if begin + size < items.len() {
        let token = format!("<nextToken>{}</nextToken>", begin + size);
        paged.splice(last..last, token.into_bytes());
    }
    for (number, item) in items.into_iter().enumerate().rev() {
        if !(begin..begin + size).contains(&number) {
            paged.drain(item);
        }
    }
    paged
}
