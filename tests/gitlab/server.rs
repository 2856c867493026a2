//! A server that answers by path, and remembers what it was asked.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::thread;

/// One answer: status, more headers, body.
#[derive(Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: String,
    pub body: String,
}

impl Answer {
    pub fn json(body: &impl ToString) -> Self {
        Self { status: 200, headers: String::new(), body: body.to_string() }
    }

    pub fn status(status: u16) -> Self {
        Self { status, headers: String::new(), body: "{\"message\":\"no\"}".to_owned() }
    }

    pub fn header(mut self, line: &str) -> Self {
        self.headers.push_str(line);
        self.headers.push_str("\r\n");
        self
    }
}

/// Request heads, as they came.
pub type Heard = Arc<Mutex<Vec<String>>>;

/// Serves these answers by path and query; anything else is 404.
pub fn serve(answers: &[(&str, Answer)]) -> (SocketAddr, Heard) {
    let answers: BTreeMap<String, Answer> =
        answers.iter().map(|(path, answer)| (format!("/api/v4/{path}"), answer.clone())).collect();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let heard = Heard::default();
    let all = Arc::clone(&heard);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (answers, heard) = (answers.clone(), Arc::clone(&all));
            thread::spawn(move || converse(stream, &answers, &heard));
        }
    });
    (address, heard)
}

/// One connection.
pub fn converse(stream: impl Read + Write, answers: &BTreeMap<String, Answer>, heard: &Heard) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            if stream.read_line(&mut request).unwrap_or(0) == 0 {
                return;
            }
        }
        let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
        heard.lock().unwrap().push(request);
        let answer = answers.get(&path).cloned().unwrap_or_else(|| Answer::status(404));
        let text = format!(
            "HTTP/1.1 {} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{}\r\n{}",
            answer.status,
            answer.body.len(),
            answer.headers,
            answer.body
        );
        if stream.get_mut().write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}
