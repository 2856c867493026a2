//! A file's text: bounded, UTF-8 or UTF-16, with or without a byte order mark.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::fault::Fault;

/// The largest document that is read: 2 GiB.
const LARGEST: u64 = 2 << 30;

/// Reads `path` as UTF-8 text, whatever encoding it is in (a Windows shell's `>` writes UTF-16).
pub(in crate::aws) fn load(path: &Path) -> Result<Vec<u8>, Fault> {
    let unreadable = |source| Fault::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(unreadable)?;
    let expected = file.metadata().map_err(unreadable)?.len();
    let too_large = || Fault::TooLarge { path: path.to_owned(), limit: LARGEST };
    if expected > LARGEST {
        return Err(too_large());
    }
    // Sized once: growing by doubling would take twice the memory of the largest document.
    let mut bytes = Vec::new();
    let room = usize::try_from(expected).map_err(|_| too_large())?;
    bytes.try_reserve_exact(room + 1).map_err(|_| too_large())?;
    // A pipe or a file that grows says nothing true about its size.
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    decode(bytes).ok_or_else(|| Fault::Encoding { path: path.to_owned() })
}

/// The bytes as UTF-8, without a byte order mark; `None` if they are no such text. UTF-8 is checked
/// later, where JSON's strings are read.
pub(super) fn decode(mut bytes: Vec<u8>) -> Option<Vec<u8>> {
    let wide = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let (pairs, rest) = bytes.as_chunks::<2>();
        let text = String::from_utf16(&pairs.iter().map(|pair| unit(*pair)).collect::<Vec<_>>()).ok()?;
        rest.is_empty().then(|| text.into_bytes())
    };
    match bytes.as_slice() {
        [0xef, 0xbb, 0xbf, ..] => {
            bytes.drain(..3);
            Some(bytes)
        }
        [0xff, 0xfe, text @ ..] => wide(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => wide(text, u16::from_be_bytes),
        // JSON begins with an ASCII character, so a zero beside it tells UTF-16 without a mark (RFC 4627, 3).
        [first, 0, ..] if *first != 0 => wide(&bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 => wide(&bytes, u16::from_be_bytes),
        _ => Some(bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn reads_every_encoding_alike() {
        let text = "{\"Vpcs\": [\"\u{e9}\u{1f600}\"]}";
        let wide = |unit: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(unit).collect::<Vec<u8>>();
        let marked = |mark: &[u8], text: &[u8]| [mark, text].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked(&[0xef, 0xbb, 0xbf], text.as_bytes()),
            marked(&[0xff, 0xfe], &wide(u16::to_le_bytes)),
            marked(&[0xfe, 0xff], &wide(u16::to_be_bytes)),
            wide(u16::to_le_bytes),
            wide(u16::to_be_bytes),
        ] {
            assert_eq!(decode(bytes).as_deref(), Some(text.as_bytes()));
        }
        assert_eq!(decode(vec![0xff, 0xfe, b'{']), None, "half a character");
    }
}
