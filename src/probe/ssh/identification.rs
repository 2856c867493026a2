//! The server's identification string, RFC 4253 (4.2), from whatever bytes come.

use crate::untrusted::Untrusted;

/// RFC 4253 (4.2): 255 characters at most, CR and LF included.
const LONGEST_IDENTIFICATION: usize = 255;
/// Lines allowed before it; OpenSSH's client allows as many.
const MOST_LINES: usize = 1024;
/// Bytes allowed before and with it.
const MOST_BYTES: usize = 64 * 1024;

/// What the bytes so far amount to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// Not decided yet.
    More,
    /// The identification string came.
    Identified {
        /// Without its line end.
        identification: Untrusted,
        /// Bytes that came after it: the beginning of the binary packets.
        rest: Vec<u8>,
    },
    /// This is not an SSH 2 server, in words.
    Wrong(&'static str),
}

/// Reads lines until one begins with `SSH-`; keeps no more than the line that is being read.
#[derive(Debug, Clone, Default)]
pub struct IdentificationReader {
    line: Vec<u8>,
    lines: usize,
    bytes: usize,
}

impl IdentificationReader {
    /// Takes the next bytes as they came. After anything but [`Reading::More`] it has no more to say.
    pub fn push(&mut self, bytes: &[u8]) -> Reading {
        let mut rest = bytes;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'\n');
            let (part, after) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
            rest = after;
            self.bytes += part.len();
            self.line.extend_from_slice(part);
            if self.has_begun() && self.line.len() > LONGEST_IDENTIFICATION {
                return Reading::Wrong("an SSH identification string longer than 255 bytes");
            }
            if self.bytes > MOST_BYTES {
                return Reading::Wrong("no SSH identification string in the first 64 KiB");
            }
            if part.contains(&0) {
                return Reading::Wrong("binary data in place of an SSH identification string");
            }
            if end.is_none() {
                break;
            }
            if self.has_begun() {
                return identified(self.line.trim_ascii_end(), rest);
            }
            if self.line.starts_with(b"HTTP/") {
                return Reading::Wrong("an HTTP response in place of an SSH identification string");
            }
            self.line.clear();
            self.lines += 1;
            if self.lines > MOST_LINES {
                return Reading::Wrong("no SSH identification string in the first 1024 lines");
            }
        }
        Reading::More
    }

    /// The line that is being read is an identification string.
    pub fn has_begun(&self) -> bool {
        self.line.starts_with(b"SSH-")
    }
}

/// `SSH-protoversion-softwareversion[ comments]`
fn identified(line: &[u8], rest: &[u8]) -> Reading {
    let mut fields = line.splitn(3, |byte| *byte == b'-').skip(1);
    match (fields.next(), fields.next()) {
        // 1.99 is a server that speaks both (RFC 4253, 5.1).
        (Some(b"2.0" | b"1.99"), Some(software)) if !software.is_empty() => {
            Reading::Identified { identification: Untrusted::from_bytes(line), rest: rest.to_vec() }
        }
        (Some(b"2.0" | b"1.99"), _) => {
            Reading::Wrong("an SSH identification string without a software version")
        }
        _ => Reading::Wrong("an SSH protocol version other than 2.0"),
    }
}

/// What protocol a server's first bytes plainly belong to instead, in words; `None` if they may be lines
/// that an SSH server sends before its identification string, or before turning a client away.
pub fn another_protocol(beginning: &[u8]) -> Option<&'static str> {
    let reply_code = |class: u8| {
        beginning.first() == Some(&class)
            && beginning.iter().skip(1).take(2).filter(|byte| byte.is_ascii_digit()).count() == 2
            && matches!(beginning.get(3), Some(b' ' | b'-'))
    };
    if beginning.starts_with(b"HTTP/") {
        Some("an HTTP response in place of an SSH identification string")
    } else if b"245".iter().any(|class| reply_code(*class)) {
        Some("an FTP or SMTP reply in place of an SSH identification string")
    } else if beginning.starts_with(b"+OK") || beginning.starts_with(b"* OK") {
        Some("a mail server's greeting in place of an SSH identification string")
    } else if beginning.starts_with(b"RFB ") {
        Some("a VNC server's greeting in place of an SSH identification string")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(bytes: &[u8]) -> Reading {
        IdentificationReader::default().push(bytes)
    }

    #[test]
    fn takes_the_string_and_leaves_the_packets() {
        let expected = Reading::Identified {
            identification: Untrusted::from("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7"),
            rest: vec![0, 0, 1],
        };
        assert_eq!(read(b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\r\n\0\0\x01"), expected);
        assert_eq!(read(b"Welcome.\r\n\r\nSSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u7\n\0\0\x01"), expected);
        assert!(matches!(read(b"SSH-1.99-Cisco-1.25\r\n"), Reading::Identified { .. }));
    }

    #[test]
    fn refuses_what_is_not_ssh_2() {
        for bytes in [
            &b"SSH-1.5-1.2.27\r\n"[..],
            b"SSH-2.0\r\n",
            b"SSH-2.0-\r\n",
            b"HTTP/1.1 400 Bad Request\r\n",
            b"\x15\x03\x03\x00\x02\x02\x46",
            &[b"SSH-2.0-".to_vec(), vec![b'x'; 250]].concat(),
        ] {
            assert!(matches!(read(bytes), Reading::Wrong(_)), "{}", bytes.escape_ascii());
        }
        assert!(matches!(
            read(&[&b"SSH-2.0-"[..], &[b'x'; 245], b"\r\n"].concat()),
            Reading::Identified { .. }
        ));
    }

    #[test]
    fn ends_early_whatever_is_sent() {
        let mut reader = IdentificationReader::default();
        let chunks = (0..10_000).position(|_| matches!(reader.push(&[b'x'; 1000]), Reading::Wrong(_)));
        assert_eq!(chunks, Some(65));
        assert!(reader.line.capacity() < 200_000);
        assert!(matches!(read(&b"a\n".repeat(1024)), Reading::More));
        assert!(matches!(read(&b"a\n".repeat(1025)), Reading::Wrong(_)));
    }

    #[test]
    fn knows_other_protocols_from_a_refusal() {
        for said in [
            &b"220 mail.example ESMTP\r\n"[..],
            b"HTTP/1.0 400 Bad Request\r\n",
            b"+OK ready\r\n",
            b"RFB 003.008\n",
        ] {
            assert!(another_protocol(said).is_some());
        }
        for said in [&b"Not allowed at this time\r\n"[..], b"Exceeded MaxStartups\r\n", b"", b"2", b"22 "] {
            assert!(another_protocol(said).is_none());
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic_and_splitting_changes_nothing(
            text in prop::collection::vec(
                prop_oneof![Just(b'S'), Just(b'H'), Just(b'-'), Just(b'2'), Just(b'.'), Just(b'\n'), any::<u8>()], 0..600),
            prefix in prop_oneof![Just(&b""[..]), Just(&b"SSH-2.0-"[..]), Just(&b"hello\r\n"[..])],
            at in 0_usize..700,
        ) {
            let bytes = [prefix, &text].concat();
            let at = at.min(bytes.len());
            let whole = read(&bytes);
            let mut reader = IdentificationReader::default();
            let mut split = reader.push(&bytes[..at]);
            match &mut split {
                Reading::More => split = reader.push(&bytes[at..]),
                Reading::Identified { rest, .. } => rest.extend_from_slice(&bytes[at..]),
                Reading::Wrong(_) => {}
            }
            // Which fault is met first may depend on where the bytes were cut.
            if !matches!((&whole, &split), (Reading::Wrong(_), Reading::Wrong(_))) {
                prop_assert_eq!(&whole, &split);
            }
        }
    }
}
