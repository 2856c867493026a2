//! Small text files, read with a bound.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Bytes read of a file.
const LONGEST: u64 = 64 * 1024;

/// A regular file's first 64 KiB, bytes that are not UTF-8 replaced. A file that is longer is cut after
/// its last whole line.
///
/// # Errors
/// The system's, and for what is not a regular file: reading a FIFO would wait for its writer.
pub(super) fn read(path: &Path) -> io::Result<String> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut bytes = Vec::new();
    File::open(path)?.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        let end = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |newline| newline + 1);
        bytes.truncate(end);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn is_bounded_and_keeps_whole_lines() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long");
        std::fs::write(&path, "nameserver 10.0.0.1\n".repeat(10_000)).unwrap();
        let text = read(&path).unwrap();
        assert!(text.len() <= 64 * 1024 && text.ends_with("10.0.0.1\n"));
        std::fs::write(&path, "a".repeat(100_000)).unwrap();
        assert_eq!(read(&path).unwrap(), "");
        std::fs::write(&path, b"a\xff").unwrap();
        assert_eq!(read(&path).unwrap(), "a\u{fffd}");
    }

    #[test]
    fn what_is_no_file_is_an_error() {
        assert!(read(std::path::Path::new("/")).is_err());
        assert!(read(std::path::Path::new("/dev/zero")).is_err());
    }
}
