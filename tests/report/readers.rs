//! The formats as others read them: the Python packages that the field uses.

use std::path::Path;
use std::process::Command;

use reachgate::code::Code;
use reachgate::finding::{Report, Verdict};
use reachgate::report::{Format, Style};
use serde_json::{Value, json};

use crate::{sample, written};

/// The Python that has the readers.
pub fn python() -> std::ffi::OsString {
    std::env::var_os("REACHGATE_PYTHON").expect(
        "REACHGATE_PYTHON names the Python that has the readers; to make one:\n  \
         python3 -m venv target/readers\n  \
         target/readers/bin/pip install --requirement tests/report/requirements.txt\n  \
         export REACHGATE_PYTHON=$PWD/target/readers/bin/python\n",
    )
}

/// What `check_formats.py` made of a report.
fn read(report: &Report) -> Value {
    let python = python();
    let directory = tempfile::tempdir().unwrap();
    let style = Style { site: sample::site(), ..Style::default() };
    for format in Format::ALL {
        std::fs::write(directory.path().join(format.word()), written(*format, report, &style)).unwrap();
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/check_formats.py");
    let output = Command::new(python)
        .arg(script)
        .arg(directory.path())
        .output()
        .expect("REACHGATE_PYTHON is a program that can be run");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn junitparser_and_prometheus_read_what_was_meant() {
    let read = read(&sample::rich());
    let junit = &read["junit"];
    assert_eq!(junit["tests"], 13);
    assert_eq!(junit["failures"], 2);
    assert_eq!(junit["errors"], 1);
    assert_eq!(junit["skipped"], 2);
    let failure = &junit["cases"]["dev-server 443/tls: port-filtered"];
    assert_eq!(failure["classname"], "reachgate.port");
    assert_eq!(failure["outcome"], "Failure");
    assert!(failure["content"].as_str().unwrap().contains("hint: Admit tcp/443 from"), "{failure}");

    let metrics = &read["openmetrics"];
    assert_eq!(metrics["probe_success"][0]["value"], 0.0);
    let ports = metrics["reachgate_probe_success"].as_array().unwrap();
    let up = |service: &str| {
        ports.iter().find(|port| port["labels"]["service"] == service).and_then(|port| port["value"].as_f64())
    };
    assert_eq!(up("ssh"), Some(1.0));
    assert_eq!(up("https"), Some(0.0));
    assert_eq!(metrics["reachgate_check_info"].as_array().unwrap().len(), 13);
}

#[test]
fn sarif_code_quality_annotations_and_dotenv_are_what_was_meant() {
    let read = read(&sample::rich());
    let results = read["sarif"]["results"].as_array().unwrap();
    assert_eq!(results.len(), 7, "all but what passed");
    assert!(results.contains(&json!(["port-filtered", "fail", "error"])), "{results:?}");
    assert!(results.contains(&json!(["dns-undecided", "open", "none"])), "{results:?}");
    assert_eq!(read["sarif"]["rules"].as_array().unwrap().len(), 6);

    let problems = read["code-quality"].as_array().unwrap();
    assert_eq!(problems.len(), 5);
    let proxy = problems.iter().find(|problem| problem["check_name"] == "runner-proxy-set").unwrap();
    assert_eq!(proxy["location"], json!({ "path": "ci/deploy/job.yaml", "lines": { "begin": 12 } }));

    assert_eq!(read["annotations"]["reachgate"].as_array().unwrap().len(), 4);

    let variables = &read["dotenv"];
    assert_eq!(variables["REACHGATE_VERDICT"], "fail");
    assert_eq!(variables["REACHGATE_EXIT_CODE"], "1");
    assert_eq!(variables["REACHGATE_FAILED"], "2");
    assert_eq!(
        variables["REACHGATE_CODES"],
        "port-filtered,dns-undecided,runner-proxy-set,certificate-expires-soon"
    );
}

/// A skip has its reason in its content too, and a run that decided nothing its error.
#[test]
fn junitparser_finds_content_in_every_outcome() {
    let skipped = &read(&sample::rich())["junit"]["cases"]["DEV_SERVER_MAGICDNS: dns-name-unset"];
    assert_eq!(skipped["outcome"], "Skipped");
    assert_eq!(skipped["content"], "The variable is not set, so there is no name to ask for.");
    let unknown = &read(&sample::rich())["junit"]["cases"]["dev.cwiq.io: dns-undecided"];
    assert_eq!(unknown["outcome"], "Error");
    let twice = || sample::finding(Code::PortFiltered, Verdict::Fail, "s", "o");
    assert_eq!(read(&sample::report(vec![twice(), twice()]))["junit"]["cases"].as_object().unwrap().len(), 2);
}

#[test]
fn they_read_hostile_text_too() {
    let text = "\u{1b}[2J\"\\\n\r\u{9b}<&>]]>{}=,#\u{202e}\u{ffff}\u{0} é漢\u{1f600}";
    let read = read(&sample::hostile(text));
    assert_eq!(read["junit"]["tests"], 13);
    assert_eq!(read["junit"]["cases"].as_object().unwrap().len(), 13);
    let subject = &read["openmetrics"]["reachgate_check_info"][0]["labels"]["subject"];
    assert_eq!(subject, "\\u{1b}[2J\"\\\\n\\r\\u{9b}<&>]]>{}=,#\\u{202e}\\u{ffff}\\u{0} é漢\u{1f600}");
}

#[test]
fn they_read_an_empty_report() {
    let read = read(&sample::report(Vec::new()));
    assert_eq!(read["junit"]["errors"], 1);
    assert_eq!(read["openmetrics"]["probe_success"][0]["value"], 0.0);
    assert_eq!(read["sarif"]["results"], json!([["nothing-decided", "open", "none"]]));
    assert_eq!(read["code-quality"].as_array().unwrap().len(), 1);
    assert_eq!(read["annotations"]["reachgate"].as_array().unwrap().len(), 1);
    assert_eq!(read["dotenv"]["REACHGATE_VERDICT"], "unknown");
}
