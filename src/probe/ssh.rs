//! The start of SSH: identification strings (RFC 4253, 4.2) and the server's KEXINIT (7.1).
//!
//! The KEXINIT is asked for because the identification string alone fits any path: a server whose
//! KEXINIT does not arrive shows a path that loses larger packets. One connection, never a second:
//! sshd counts them (`MaxStartups`, `PerSourcePenalties` in `sshd_config(5)`).

pub mod identification;
pub mod packet;

use crate::fact::port::{Exchange, Proof, Step};
use crate::probe::conversation::{Conversation, Received, first_line};
use crate::untrusted::Untrusted;
use identification::{IdentificationReader, Reading};
use packet::{Message, PacketReader};

/// What this client says first.
const IDENTIFICATION: &str = concat!("SSH-2.0-reachgate_", env!("CARGO_PKG_VERSION"), "\r\n");

/// The reason given on leaving.
const FAREWELL: &str = "reachability check done";

/// Exchanges identification strings, reads the server's KEXINIT and takes leave with
/// `SSH_MSG_DISCONNECT`. Bounded in time by the conversation's deadline and in size by the readers.
pub async fn probe_ssh(mut conversation: Conversation) -> Exchange {
    // At once, without waiting for the server's: both sides may (RFC 4253, 4.2), and it saves a round trip.
    conversation.send(IDENTIFICATION.as_bytes()).await;
    let mut chunk = [0; 4096];
    let mut reader = IdentificationReader::default();
    let (identification, rest) = loop {
        match conversation.receive(&mut chunk).await {
            Received::Bytes(count) => match reader.push(&chunk[..count]) {
                Reading::More => {}
                Reading::Identified { identification, rest } => break (identification, rest),
                Reading::Wrong(problem) => return wrong(&conversation, problem),
            },
            Received::End { reset } => return ended(&conversation, &reader, reset),
            Received::Deadline => return unidentified(&conversation, &reader),
        }
    };
    let mut packets = PacketReader::default();
    packets.push(&rest);
    loop {
        match packets.next_message() {
            Err(problem) => return Exchange::Wrong { received: identification, problem: problem.to_owned() },
            Ok(Some(Message::KeyExchange { bytes })) => {
                conversation.send(&packet::encode_disconnect(FAREWELL)).await;
                return Exchange::Completed(Proof::Ssh { identification, key_exchange_bytes: bytes });
            }
            Ok(Some(Message::Disconnect { description })) => {
                return Exchange::Closed {
                    after: Step::Identification,
                    reset: false,
                    said: Some(description),
                };
            }
            Ok(None) => {}
        }
        let after = if packets.is_empty() { Step::Identification } else { Step::Handshake };
        match conversation.receive(&mut chunk).await {
            Received::Bytes(count) => packets.push(&chunk[..count]),
            Received::End { reset } => {
                return Exchange::Closed { after, reset, said: Some(identification) };
            }
            Received::Deadline => {
                let waited = conversation.waited();
                return Exchange::Stalled { after, identification: Some(identification), waited };
            }
        }
    }
}

fn wrong(conversation: &Conversation, problem: &str) -> Exchange {
    let received = Untrusted::from_bytes(first_line(conversation.beginning()));
    Exchange::Wrong { received, problem: problem.to_owned() }
}

/// The connection ended before an identification string: sshd turning away a client, unless the text is
/// plainly another protocol's.
fn ended(conversation: &Conversation, reader: &IdentificationReader, reset: bool) -> Exchange {
    if let Some(problem) = identification::another_protocol(conversation.beginning()) {
        return wrong(conversation, problem);
    }
    let after = if reader.has_begun() { Step::Handshake } else { Step::Connect };
    let said = first_line(conversation.beginning());
    let said = (!said.is_empty()).then(|| Untrusted::from_bytes(said));
    Exchange::Closed { after, reset, said }
}

/// The deadline passed before an identification string.
fn unidentified(conversation: &Conversation, reader: &IdentificationReader) -> Exchange {
    let waited = conversation.waited();
    if conversation.beginning().is_empty() {
        Exchange::Silent { waited }
    } else if reader.has_begun() {
        Exchange::Stalled { after: Step::Connect, identification: None, waited }
    } else {
        let problem = identification::another_protocol(conversation.beginning());
        wrong(conversation, problem.unwrap_or("text, but no SSH identification string before the deadline"))
    }
}
