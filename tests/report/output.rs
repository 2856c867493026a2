//! Where reports are written: whole or not at all, and never over what is no regular file.

use std::fs::{self, File};
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use reachgate::code::Code;
use reachgate::finding::Verdict;
use reachgate::report::output::OutputFault;
use reachgate::report::{Format, OutputSpec, Outputs, Style};

use crate::sample;

fn specs(texts: &[String]) -> Vec<OutputSpec> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn open(texts: &[String]) -> Result<Outputs, Vec<OutputFault>> {
    Outputs::open(&specs(texts), Format::Text).map_err(|error| error.0)
}

/// Writes a short report there, and to the tests' stdout as well: a run without stdout there is none.
fn write(text: String) {
    let report = sample::report(vec![sample::finding(Code::PortOpen, Verdict::Pass, "s", "o")]);
    let coloured = Style { color: true, ..Style::default() };
    open(&[text]).unwrap().write(&report, &coloured).unwrap();
}

fn spec(format: &str, path: &Path) -> String {
    format!("{format}={}", path.display())
}

fn entries(directory: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn specs_are_parsed() {
    let message = |text: &str| text.parse::<OutputSpec>().unwrap_err().to_string();
    assert_eq!(message("probe.xml"), "`probe.xml` is not FORMAT=FILE, such as junit=reachgate.xml");
    assert_eq!(
        message("xml=probe.xml"),
        "there is no format `xml`; use one of text, json, junit, markdown, html, svg, \
         openmetrics, sarif, code-quality, annotations, dotenv"
    );
    assert_eq!(message("junit="), "`junit=` names no file; write junit=FILE, or junit=- for stdout");
    let spec: OutputSpec = "junit=a=b.xml".parse().unwrap();
    assert_eq!((spec.format, spec.destination.to_string().as_str()), (Format::Junit, "a=b.xml"));
    let spec: OutputSpec = "json=-".parse().unwrap();
    assert_eq!(spec.destination.to_string(), "stdout");
}

#[test]
fn a_new_file_has_the_mode_of_any_new_file() {
    let directory = tempfile::tempdir().unwrap();
    let (ours, any) = (directory.path().join("ours"), directory.path().join("any"));
    File::create(&any).unwrap();
    write(spec("text", &ours));
    assert_eq!(mode(&ours), mode(&any));
    let text = fs::read_to_string(&ours).unwrap();
    assert!(text.ends_with("every expectation is met (exit 0)\n"), "{text}");
    assert!(!text.contains('\u{1b}'), "a file is given no colour");
    assert_eq!(entries(directory.path()), ["any", "ours"]);
}

#[test]
fn a_file_that_is_there_keeps_its_mode_and_is_whole_until_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("report.xml");
    fs::write(&path, "before").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let opened = open(&[spec("junit", &path)]).unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "before");
    drop(opened);
    assert_eq!(fs::read_to_string(&path).unwrap(), "before");
    assert_eq!(entries(directory.path()), ["report.xml"]);
    write(spec("junit", &path));
    assert!(fs::read_to_string(&path).unwrap().starts_with("<?xml"));
    assert_eq!(mode(&path), 0o640);
}

#[test]
fn links_are_followed_and_stay() {
    let directory = tempfile::tempdir().unwrap();
    let elsewhere = directory.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let (there, dangling) = (directory.path().join("there"), directory.path().join("dangling"));
    fs::write(elsewhere.join("a"), "before").unwrap();
    symlink("elsewhere/a", &there).unwrap();
    symlink("elsewhere/b", &dangling).unwrap();
    write(spec("json", &there));
    write(spec("json", &dangling));
    assert!(there.is_symlink() && dangling.is_symlink());
    assert!(fs::read_to_string(elsewhere.join("a")).unwrap().starts_with('{'));
    assert!(fs::read_to_string(elsewhere.join("b")).unwrap().starts_with('{'));
    let looped = directory.path().join("loop");
    symlink("loop", &looped).unwrap();
    assert!(matches!(open(&[spec("json", &looped)]).unwrap_err()[..], [OutputFault::Open { .. }]));
}

/// A pipe stands for devices as well. No test writes to a device by its own path: as root, the fault that
/// this test is there to find would put a regular file in the machine's `/dev/null`.
#[test]
fn what_is_no_regular_file_is_written_to_as_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let reader = std::thread::spawn({
        let pipe = pipe.clone();
        move || fs::read_to_string(pipe).unwrap()
    });
    write(spec("openmetrics", &pipe));
    assert!(reader.join().unwrap().ends_with("# EOF\n"));
    assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
}

/// As a shell's `>(command)` or `3>file` gives it.
#[test]
fn an_open_descriptor_is_written_to_and_not_renamed_over() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("open");
    let file = File::create(&path).unwrap();
    let inode = file.metadata().unwrap().ino();
    write(format!("json=/dev/fd/{}", file.as_raw_fd()));
    assert!(fs::read_to_string(&path).unwrap().starts_with('{'));
    assert_eq!(fs::metadata(&path).unwrap().ino(), inode);
}

/// Through a descriptor, for the same reason: two guards stand before `/dev/full` then.
#[test]
fn a_full_disk_is_told() {
    let full = File::options().append(true).open("/dev/full").unwrap();
    let place = format!("/dev/fd/{}", full.as_raw_fd());
    let outputs = open(&[format!("text={place}")]).unwrap();
    let error = outputs.write(&sample::report(Vec::new()), &Style::default()).unwrap_err();
    assert!(matches!(&error.0[..], [OutputFault::Write { format: Format::Text, .. }]), "{error:?}");
    assert!(error.to_string().starts_with(&format!("the text report could not be written to {place}: ")));
}

#[test]
fn two_reports_never_share_a_place() {
    let directory = tempfile::tempdir().unwrap();
    let inner = directory.path().join("inner");
    fs::create_dir(&inner).unwrap();
    symlink("inner", directory.path().join("link")).unwrap();
    let shared = |first: String, second: String| {
        let faults = open(&[first, second]).unwrap_err();
        assert!(matches!(faults[..], [OutputFault::Shared { .. }]), "{faults:?}");
        faults[0].to_string()
    };
    shared(spec("json", &inner.join("a")), spec("junit", &inner.join("../inner/a")));
    shared(spec("json", &inner.join("a")), spec("junit", &directory.path().join("link/a")));
    shared("json=-".into(), "junit=/dev/stdout".into());
    shared("json=/dev/stderr".into(), "junit=/dev/stderr".into());
    assert_eq!(
        shared("json=-".into(), "junit=-".into()),
        "the json and the junit report both go to stdout; give each a place of its own"
    );
    assert!(entries(&inner).is_empty());
    assert!(open(&["json=/dev/null".into(), "junit=/dev/null".into()]).is_ok());
}

#[test]
fn every_fault_names_its_file_and_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("missing");
    let file = directory.path().join("file");
    fs::write(&file, "").unwrap();
    let faults = open(&[
        spec("json", directory.path()),
        spec("junit", &missing.join("a\u{1b}")),
        spec("text", &file.join("below")),
    ])
    .unwrap_err();
    let at = directory.path().display();
    let messages: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages[0],
        format!(
            "the json report cannot be written to {at}: it is a directory; name a file in it, such as {at}/reachgate.report"
        )
    );
    assert_eq!(
        messages[1],
        format!(
            "the junit report cannot be written to {at}/missing/a\\u{{1b}}: there is no directory {at}/missing; create it first"
        )
    );
    assert!(messages[2].starts_with(&format!("the text report cannot be written to {at}/file/below: ")));
    assert_eq!(entries(directory.path()), ["file"]);
}
