//! SSH's binary packets before encryption, RFC 4253 (6), and the few messages met there (7.1, 11).

use crate::untrusted::Untrusted;

const SSH_MSG_DISCONNECT: u8 = 1;
const SSH_MSG_IGNORE: u8 = 2;
const SSH_MSG_DEBUG: u8 = 4;
const SSH_MSG_KEXINIT: u8 = 20;
const SSH_DISCONNECT_BY_APPLICATION: u32 = 11;

/// RFC 4253 (6.1): an implementation must be able to take packets of 35000 bytes in all.
const LONGEST_PACKET: usize = 35_000;
/// Packets passed over before KEXINIT at most.
const MOST_IGNORED: usize = 64;
/// A KEXINIT's name-lists (RFC 4253, 7.1).
const NAME_LISTS: usize = 10;

/// A message that decides something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A whole, well-formed `SSH_MSG_KEXINIT`.
    KeyExchange {
        /// The packet's length, with its length field and padding.
        bytes: usize,
    },
    /// `SSH_MSG_DISCONNECT`.
    Disconnect {
        /// The server's reason.
        description: Untrusted,
    },
}

/// Puts packets together from bytes as they come.
#[derive(Debug, Clone, Default)]
pub struct PacketReader {
    buffer: Vec<u8>,
    ignored: usize,
}

impl PacketReader {
    /// Takes the next bytes. Call [`Self::next_message`] before more are pushed, so that the buffer stays
    /// as small as one packet and one read.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Nothing is left over that waits for its rest.
    pub fn is_empty(&self) -> bool {
        self.buffer.is_empty()
    }

    /// The next message that decides something; `None` when more bytes are needed. `SSH_MSG_IGNORE` and
    /// `SSH_MSG_DEBUG` are passed over.
    ///
    /// # Errors
    /// In words, what makes the bytes no SSH packet, or the packet one that has no place here.
    pub fn next_message(&mut self) -> Result<Option<Message>, &'static str> {
        loop {
            let Some((payload, bytes)) = parse_packet(&self.buffer)? else { return Ok(None) };
            match payload {
                [SSH_MSG_IGNORE | SSH_MSG_DEBUG, ..] => {}
                [SSH_MSG_KEXINIT, rest @ ..] if is_key_exchange(rest) => {
                    return Ok(Some(Message::KeyExchange { bytes }));
                }
                [SSH_MSG_KEXINIT, ..] => return Err("an SSH key exchange message that cannot be read"),
                [SSH_MSG_DISCONNECT, rest @ ..] => {
                    let description = rest.get(4..).and_then(take_string).map_or(&[][..], |(text, _)| text);
                    return Ok(Some(Message::Disconnect { description: Untrusted::from_bytes(description) }));
                }
                _ => return Err("another SSH message where the key exchange begins"),
            }
            self.buffer.drain(..bytes);
            self.ignored += 1;
            if self.ignored > MOST_IGNORED {
                return Err("nothing but SSH messages to be ignored");
            }
        }
    }
}

/// The first packet's payload and its whole length in bytes; `None` while it is not complete.
fn parse_packet(bytes: &[u8]) -> Result<Option<(&[u8], usize)>, &'static str> {
    let Some((length, rest)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
    let length = u32::from_be_bytes(*length) as usize;
    // At least 16 bytes with the length field, and a multiple of 8.
    if length < 12 || length + 4 > LONGEST_PACKET || !(length + 4).is_multiple_of(8) {
        return Err("an SSH packet of impossible length");
    }
    let Some((&padding, _)) = rest.split_first() else { return Ok(None) };
    let padding = usize::from(padding);
    if padding < 4 || padding + 2 > length {
        return Err("an SSH packet of impossible padding");
    }
    Ok(rest.get(1..length).map(|packet| (&packet[..length - 1 - padding], length + 4)))
}

/// Cookie, name-lists, a boolean and a reserved number (RFC 4253, 7.1).
fn is_key_exchange(message: &[u8]) -> bool {
    let mut rest = message.get(16..);
    for _ in 0..NAME_LISTS {
        rest = rest.and_then(take_string).map(|(_, rest)| rest);
    }
    rest.is_some_and(|rest| rest.len() == 5)
}

/// A length-prefixed string and what follows it (RFC 4251, 5).
fn take_string(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(u32::from_be_bytes(*length) as usize)
}

/// `SSH_MSG_DISCONNECT` with the reason `SSH_DISCONNECT_BY_APPLICATION` (RFC 4253, 11.1), as a packet.
pub fn encode_disconnect(description: &str) -> Vec<u8> {
    let mut payload = vec![SSH_MSG_DISCONNECT];
    payload.extend(SSH_DISCONNECT_BY_APPLICATION.to_be_bytes());
    payload.extend(u32::try_from(description.len()).unwrap_or(0).to_be_bytes());
    payload.extend(description.as_bytes());
    payload.extend(0_u32.to_be_bytes());
    // 4 of length, 1 of padding length, 4 of padding at least; in all a multiple of 8.
    let total = (payload.len() + 9).next_multiple_of(8);
    let padding = total - payload.len() - 5;
    let mut packet = u32::try_from(total - 4).unwrap_or(0).to_be_bytes().to_vec();
    packet.push(u8::try_from(padding).unwrap_or(0));
    packet.extend(payload);
    packet.resize(total, 0);
    packet
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn packet(payload: &[u8]) -> Vec<u8> {
        let total = (payload.len() + 9).next_multiple_of(8);
        let mut packet = u32::try_from(total - 4).unwrap().to_be_bytes().to_vec();
        packet.push(u8::try_from(total - payload.len() - 5).unwrap());
        packet.extend(payload);
        packet.resize(total, 0);
        packet
    }

    fn key_exchange() -> Vec<u8> {
        let mut payload = vec![SSH_MSG_KEXINIT];
        payload.extend([7; 16]);
        for list in [
            "curve25519-sha256",
            "ssh-ed25519",
            "aes256-ctr",
            "aes256-ctr",
            "none",
            "none",
            "none",
            "none",
            "",
            "",
        ] {
            payload.extend(u32::try_from(list.len()).unwrap().to_be_bytes());
            payload.extend(list.as_bytes());
        }
        payload.extend([0; 5]);
        packet(&payload)
    }

    fn read(bytes: &[u8]) -> Result<Option<Message>, &'static str> {
        let mut reader = PacketReader::default();
        reader.push(bytes);
        reader.next_message()
    }

    #[test]
    fn finds_the_key_exchange_only_when_whole() {
        let bytes = key_exchange();
        assert_eq!(read(&bytes), Ok(Some(Message::KeyExchange { bytes: bytes.len() })));
        for end in 0..bytes.len() {
            assert_eq!(read(&bytes[..end]), Ok(None));
        }
    }

    #[test]
    fn passes_over_what_is_to_be_ignored() {
        let noise = [packet(&[SSH_MSG_IGNORE, 0, 0, 0, 1, 9]), packet(&[SSH_MSG_DEBUG, 0])].concat();
        let bytes = [noise.clone(), key_exchange()].concat();
        assert_eq!(read(&bytes), Ok(Some(Message::KeyExchange { bytes: key_exchange().len() })));
        assert!(read(&noise.repeat(33)).is_err());
    }

    #[test]
    fn refuses_impossible_packets() {
        let mut long = key_exchange();
        long[..4].copy_from_slice(&35_004_u32.to_be_bytes());
        let mut uneven = key_exchange();
        uneven[3] += 1;
        let mut thin = key_exchange();
        thin[4] = 3;
        let mut thick = packet(&[SSH_MSG_KEXINIT]);
        thick[4] = 11;
        let mut other = key_exchange();
        other[5] = 21;
        let short = packet(&[SSH_MSG_KEXINIT, 1, 2, 3]);
        let tiny = vec![0, 0, 0, 4];
        let mut endless = vec![0xff; 60];
        endless[0] = SSH_MSG_KEXINIT;
        let endless = packet(&endless);
        let mut trailing = vec![0; 1 + 16 + 40 + 5 + 1];
        trailing[0] = SSH_MSG_KEXINIT;
        let trailing = packet(&trailing);
        let http = b"HTTP/1.1 400 Bad Request".to_vec();
        for bytes in [long, uneven, thin, thick, other, short, tiny, endless, trailing, http] {
            assert!(read(&bytes).is_err(), "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn reads_its_own_farewell() {
        let description = Untrusted::from("done");
        assert_eq!(read(&encode_disconnect("done")), Ok(Some(Message::Disconnect { description })));
        assert_eq!(
            read(&packet(&[SSH_MSG_DISCONNECT, 0])),
            Ok(Some(Message::Disconnect { description: Untrusted::from("") }))
        );
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), length in 0_u32..300, padding: u8, code in 0_u8..24) {
            let _ = read(&bytes);
            let mut framed = length.to_be_bytes().to_vec();
            framed.extend([padding, code]);
            framed.extend(&bytes);
            let _ = read(&framed);
        }
    }
}
