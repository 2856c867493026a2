//! Chromium, asked through `browse.py`.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One look at a page.
#[derive(Debug, Serialize)]
pub struct Look {
    file: PathBuf,
    width: u32,
    scheme: &'static str,
    axe: bool,
    keys: bool,
    ask: Option<String>,
    shot: Option<PathBuf>,
    print: Option<PathBuf>,
    pages: bool,
}

/// What it came to.
#[derive(Debug, Deserialize)]
pub struct Seen {
    pub requests: Vec<String>,
    pub console: Vec<String>,
    pub usable_ms: u64,
    pub overflow: i64,
    pub asked: Value,
    #[serde(default)]
    pub axe: Vec<Value>,
    pub keys: Option<Keys>,
    #[serde(default)]
    pub pages: usize,
}

/// The way of the Tab key, whether Enter opens a fold, and which state an arrow key switches to.
#[derive(Debug, Deserialize)]
pub struct Keys {
    pub stops: Vec<KeyStop>,
    pub folded: Vec<Option<bool>>,
    pub switched: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub struct KeyStop {
    pub element: String,
    pub name: String,
    pub outline: bool,
    pub visible: bool,
}

impl Look {
    /// A page in a window of a desk, in the light, with axe-core's look at it.
    pub fn at(file: &Path) -> Self {
        let keep = |what: &str| {
            let folder = std::env::var_os("REACHGATE_SHOTS")?;
            Some(Path::new(&folder).join(file.with_extension(what).file_name()?))
        };
        Self {
            file: file.to_owned(),
            width: 1280,
            scheme: "light",
            axe: true,
            keys: false,
            ask: None,
            shot: keep("png"),
            print: keep("pdf"),
            pages: false,
        }
    }

    pub fn in_the_dark(self) -> Self {
        Self { scheme: "dark", ..self }.named("dark")
    }

    /// In a window as wide as a telephone.
    pub fn narrow(self) -> Self {
        Self { width: 400, ..self }.named("narrow")
    }

    /// In a window this wide, for its layout alone: what axe-core looks at is the same.
    pub fn at_width(self, width: u32) -> Self {
        Self { width, axe: false, ..self }.named(&width.to_string())
    }

    pub fn by_keys(self) -> Self {
        Self { keys: true, ..self }
    }

    pub fn printed(self) -> Self {
        Self { pages: true, ..self }
    }

    pub fn asking(self, script: &str) -> Self {
        Self { ask: Some(script.to_owned()), ..self }
    }

    fn named(mut self, word: &str) -> Self {
        for path in [&mut self.shot, &mut self.print].into_iter().flatten() {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            path.set_file_name(format!("{word}-{name}"));
        }
        self
    }
}

/// One browser at a time: two would be timed at each other's cost.
static ALONE: Mutex<()> = Mutex::new(());

/// Looks at pages, one after the other in one browser. Where Chromium or axe-core is missing, that fails.
pub fn look(looks: &[Look]) -> Vec<Seen> {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let python =
        std::env::var_os("REACHGATE_PYTHON").expect("REACHGATE_PYTHON names a Python; see tests/report");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/page/browse.py");
    let mut child = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("REACHGATE_PYTHON is a program that can be run");
    child.stdin.take().unwrap().write_all(&serde_json::to_vec(looks).unwrap()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// What every page has to be: silent, alone, without a fault that axe-core knows, no wider than its window, fast.
pub fn assert_sound(looks: &[Look], seen: &[Seen]) {
    assert_eq!(looks.len(), seen.len());
    for (look, seen) in looks.iter().zip(seen) {
        assert_eq!(seen.requests, [] as [String; 0], "{look:?} asks for more");
        assert_eq!(seen.console, [] as [String; 0], "{look:?} complains");
        assert!(seen.axe.is_empty(), "{look:?}: {:#?}", seen.axe);
        assert!(seen.overflow <= 0, "{look:?} is {} px too wide", seen.overflow);
        assert!(seen.usable_ms < 1_000, "{look:?} took {} ms", seen.usable_ms);
        assert_eq!(look.print.is_some() || look.pages, seen.pages > 0);
    }
}
