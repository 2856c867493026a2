//! Where reports go: `--output FORMAT=FILE` and stdout.
//!
//! Every file is opened before the work starts, so that a run does not end in "permission denied", and
//! is there whole or not at all: a regular file is written beside its place and renamed into it. What
//! cannot be renamed over (a device, a pipe, an open descriptor such as `/dev/fd/63`) is written to as
//! it is, and a link is followed, as a shell's `>` does it.

mod fault;
mod place;

use std::fmt;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::str::FromStr;

use crate::finding::Report;

use super::style::Style;
use super::{Format, UnknownFormat, printable};
use place::{Identity, Place};

pub use fault::{OutputError, OutputFault};

/// One `--output`: a format and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OutputSpec {
    /// How the report is written.
    pub format: Format,
    /// Where it goes.
    pub destination: Destination,
}

/// Where one report goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// Stdout, spelled `-`.
    Stdout,
    /// A file.
    File(PathBuf),
}

impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stdout => f.write_str("stdout"),
            Self::File(path) => f.write_str(&printable::line(&path.to_string_lossy())),
        }
    }
}

/// Why a text is no [`OutputSpec`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutputSpecError {
    /// There is no `=`.
    #[error("`{}` is not FORMAT=FILE, such as junit=reachgate.xml", printable::line(.0))]
    Shape(String),
    /// The format is unknown.
    #[error(transparent)]
    Format(#[from] UnknownFormat),
    /// There is nothing behind the `=`.
    #[error("`{0}=` names no file; write {0}=FILE, or {0}=- for stdout")]
    NoFile(Format),
}

impl FromStr for OutputSpec {
    type Err = OutputSpecError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, path) = text.split_once('=').ok_or_else(|| OutputSpecError::Shape(text.to_owned()))?;
        let format = format.parse()?;
        let destination = match path {
            "" => return Err(OutputSpecError::NoFile(format)),
            "-" => Destination::Stdout,
            path => Destination::File(path.into()),
        };
        Ok(Self { format, destination })
    }
}

/// Opened outputs, not yet written.
#[derive(Debug)]
pub struct Outputs(Vec<Output>);

#[derive(Debug)]
struct Output {
    format: Format,
    destination: Destination,
    place: Place,
}

impl Outputs {
    /// Opens every output. Stdout gets `default`, unless one of `specs` goes there.
    ///
    /// A named pipe is opened as a shell does it: this waits until someone reads from it.
    ///
    /// # Errors
    ///
    /// Everything that is wrong, not the first alone. No file has been made or changed then.
    pub fn open(specs: &[OutputSpec], default: Format) -> Result<Self, OutputError> {
        let mut faults = Vec::new();
        let mut outputs: Vec<Output> = Vec::new();
        let mut taken: Vec<(Identity, Format)> = Vec::new();
        for OutputSpec { format, destination } in specs {
            let (place, identity) = match place::open(*format, destination) {
                Ok(opened) => opened,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            };
            let shared = taken.iter().find(|(known, _)| *known == identity && identity.is_exclusive());
            if let Some((_, first)) = shared {
                let destination = destination.clone();
                faults.push(OutputFault::Shared { first: *first, second: *format, destination });
                continue;
            }
            taken.push((identity, *format));
            outputs.push(Output { format: *format, destination: destination.clone(), place });
        }
        if !faults.is_empty() {
            return Err(OutputError(faults));
        }
        if !taken.iter().any(|(identity, _)| *identity == Identity::Stdout) {
            outputs.push(Output { format: default, destination: Destination::Stdout, place: Place::Stdout });
        }
        Ok(Self(outputs))
    }

    /// Writes the report everywhere, files before stdout. `style` is stdout's; a file gets
    /// [`Style::for_file`]. That the reader of stdout has gone (`EPIPE`) is no error.
    ///
    /// # Errors
    ///
    /// Everything that could not be written; the others are.
    pub fn write(self, report: &Report, style: &Style) -> Result<(), OutputError> {
        self.write_with(style, &|format, style, out| format.write(report, style, out))
    }

    /// As [`write`](Self::write), for what is no report.
    ///
    /// # Errors
    ///
    /// Everything that could not be written; the others are.
    pub fn write_with(mut self, style: &Style, content: Content<'_>) -> Result<(), OutputError> {
        self.0.sort_by_key(|output| matches!(output.place, Place::Stdout));
        let faults: Vec<_> =
            self.0.into_iter().filter_map(|output| output.write(content, style).err()).collect();
        if faults.is_empty() { Ok(()) } else { Err(OutputError(faults)) }
    }

    /// The formats that are written.
    pub fn formats(&self) -> impl Iterator<Item = Format> + '_ {
        self.0.iter().map(|output| output.format)
    }
}

/// Writes what an output holds in a format and a style.
pub type Content<'c> = &'c dyn Fn(Format, &Style, &mut dyn Write) -> io::Result<()>;

impl Output {
    fn write(self, content: Content<'_>, style: &Style) -> Result<(), OutputFault> {
        let Self { format, destination, place } = self;
        let plain = style.for_file();
        let written = match place {
            Place::Stdout => unless_closed(fill(format, content, style, io::stdout().lock())),
            Place::Stderr => fill(format, content, &plain, io::stderr().lock()),
            Place::AsItIs(file) => fill(format, content, &plain, file),
            Place::Beside { mut file, target } => {
                let written = fill(format, content, &plain, file.as_file_mut());
                if written.is_ok() {
                    return match file.persist(&target) {
                        Ok(_) => Ok(()),
                        Err(failed) => {
                            Err(OutputFault::Persist { format, path: target, error: failed.error })
                        }
                    };
                }
                written
            }
        };
        written.map_err(|error| OutputFault::Write { format, destination, error })
    }
}

fn fill(format: Format, content: Content<'_>, style: &Style, out: impl Write) -> io::Result<()> {
    let mut out = BufWriter::new(out);
    content(format, style, &mut out)?;
    out.flush()
}

/// Whoever read stdout has seen enough, as in `reachgate probe | head`.
fn unless_closed(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use super::{Outputs, fill, unless_closed};
    use crate::finding::{FailOn, Mode, PolicyName, Report};
    use crate::report::{Format, Style};

    struct Closed;

    impl Write for Closed {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Err(io::ErrorKind::BrokenPipe.into())
        }
    }

    fn report() -> Report {
        let policy = PolicyName { name: "p".into(), origin: "o".into(), digest: "d".into() };
        Report {
            mode: Mode::Probe,
            policy,
            findings: Vec::new(),
            fail_on: FailOn::Fail,
            taken_at: jiff::Timestamp::UNIX_EPOCH,
            elapsed: std::time::Duration::ZERO,
            map: None,
        }
    }

    #[test]
    fn a_reader_that_has_gone_is_no_error_in_any_format() {
        for format in Format::ALL {
            let report = report();
            let content =
                |format: Format, style: &Style, out: &mut dyn Write| format.write(&report, style, out);
            let written = fill(*format, &content, &Style::default(), Closed);
            assert_eq!(written.as_ref().unwrap_err().kind(), io::ErrorKind::BrokenPipe, "{format}");
            assert!(unless_closed(written).is_ok(), "{format}");
        }
        assert!(unless_closed(Err(io::ErrorKind::StorageFull.into())).is_err());
    }

    #[test]
    fn stdout_gets_the_default_unless_it_is_taken() {
        let formats = |specs: &[&str]| {
            let specs: Vec<_> = specs.iter().map(|spec| spec.parse().unwrap()).collect();
            let outputs = Outputs::open(&specs, Format::Text).unwrap();
            outputs.0.iter().map(|output| output.format).collect::<Vec<_>>()
        };
        assert_eq!(formats(&[]), [Format::Text]);
        assert_eq!(formats(&["json=-"]), [Format::Json]);
        assert_eq!(formats(&["json=/dev/stdout"]), [Format::Json]);
        assert_eq!(
            formats(&["json=/dev/null", "junit=/dev/null"]),
            [Format::Json, Format::Junit, Format::Text]
        );
    }
}
