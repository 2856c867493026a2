//! The image, built into a container storage of its own below the build folder.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::namespace::finish;
use crate::{container, private_world};

/// The image's name in the storage.
pub const IMAGE: &str = "localhost/reachgate:test";

/// The name of what it stands on.
pub const BASE: &str = "localhost/base:test";

/// The program that is in it.
pub const PROGRAM: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/image/stage/usr/local/bin/reachgate");

/// The public authorities that are in it.
pub const CERTIFICATES: &str = "/etc/ssl/certs/ca-certificates.crt";

/// Everything of these trials.
pub const FOLDER: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/image");

/// The folder of the project, which is the build's context.
pub const CONTEXT: &str = env!("CARGO_MANIFEST_DIR");

/// Made anew each time.
const STORAGE: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/image/storage");

/// How files are kept: `overlay` where the kernel can, which a container's own root often cannot; else whole
/// copies, which takes some seconds a container.
const DRIVERS: &[&str] = &["overlay", "vfs"];

/// The release that `Containerfile` names.
const SUITE: &str = "bookworm";

/// The argument that says "build, you are in the private world now".
pub const BUILD: &str = "build";

const HELP: &str = "the image is built and run by root, with the packages that `make packages` installs; in a container \
                    it takes `--privileged`";

/// Builds base and image; a second call gives what the first one did.
pub fn build_once() -> Result<(), String> {
    static BUILT: OnceLock<Result<File, String>> = OnceLock::new();
    BUILT.get_or_init(prepare).as_ref().map(drop).map_err(|fault| format!("{fault}\n{HELP}"))
}

/// Fetches what a build needs and builds in a world that has no network. The lock that is given back keeps
/// another run of these trials waiting.
fn prepare() -> Result<File, String> {
    if !fs::metadata("/proc/self").is_ok_and(|itself| itself.uid() == 0) {
        return Err("not root".to_owned());
    }
    fs::create_dir_all(FOLDER).map_err(|e| format!("{FOLDER}: {e}"))?;
    let lock = format!("{FOLDER}/lock");
    let lock = File::create(&lock)
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|e| format!("{lock}: {e}"))?;
    make_base()?;
    lay_stage()?;
    private_world::run(&[OsStr::new(BUILD)])?;
    Ok(lock)
}

/// In the private world: builds with the first driver that works here.
pub fn build() -> Result<(), String> {
    container::prepare()?;
    let mut faults = Vec::new();
    for driver in DRIVERS {
        if fs::exists(STORAGE).unwrap_or(true) {
            fs::remove_dir_all(STORAGE).map_err(|e| format!("{STORAGE}: {e}"))?;
        }
        write("driver", driver)?;
        match build_base() {
            Ok(()) => return build_image(),
            Err(fault) => faults.push(fault),
        }
    }
    Err(faults.join("\n"))
}

fn build_base() -> Result<(), String> {
    let file = write("base.containerfile", &format!("FROM scratch\nADD {SUITE}.tar /\nCMD [\"bash\"]\n"))?;
    finish(bud()?.args(["--tag", BASE, "--file"]).args([&file, FOLDER])).map(drop)
}

fn build_image() -> Result<(), String> {
    let base = format!("BASE={BASE}");
    let stage = format!("build={FOLDER}/stage");
    let mut command = bud()?;
    command.args(["--tag", IMAGE, "--build-arg", &base, "--build-context", &stage, CONTEXT]);
    finish(&mut command).map(drop)
}

/// Debian's minimal system without manuals and translations, which is what the official slim image is.
fn make_base() -> Result<(), String> {
    let path = format!("{FOLDER}/{SUITE}.tar");
    if fs::exists(&path).unwrap_or(false) {
        return Ok(());
    }
    let unfinished = format!("{FOLDER}/unfinished.tar");
    let left_out =
        ["doc", "info", "locale", "man"].map(|it| format!("--dpkgopt=path-exclude=/usr/share/{it}/*"));
    let mut command = Command::new("mmdebstrap");
    finish(command.args(["--quiet", "--variant=minbase"]).args(left_out).args([SUITE, &unfinished]))?;
    fs::rename(&unfinished, &path).map_err(|e| format!("{path}: {e}"))
}

/// What the build stage would have made: the tests' own program, and this machine's certificates.
fn lay_stage() -> Result<(), String> {
    let certificates = PathBuf::from(format!("{FOLDER}/stage{CERTIFICATES}"));
    for path in [Path::new(PROGRAM), &certificates] {
        let folder = path.parent().unwrap_or(path);
        fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    }
    // A release has no symbols either.
    finish(Command::new("strip").args(["-o", PROGRAM, env!("CARGO_BIN_EXE_reachgate")]))?;
    fs::copy(CERTIFICATES, &certificates).map(drop).map_err(|e| format!("{CERTIFICATES}: {e}"))
}

/// What tells buildah and podman where the storage is.
pub fn options() -> Result<Vec<String>, String> {
    let path = format!("{FOLDER}/driver");
    let driver = fs::read_to_string(&path).map_err(|e| format!("{path}: {e}"))?;
    let words = ["--root", STORAGE, "--runroot", "/run/containers", "--storage-driver", &driver];
    Ok(words.map(str::to_owned).into())
}

/// buildah on the storage.
pub fn buildah() -> Result<Command, String> {
    let mut command = Command::new("buildah");
    command.args(options()?);
    Ok(command)
}

/// A build that asks no registry.
pub fn bud() -> Result<Command, String> {
    let mut command = buildah()?;
    command.args(["bud", "--quiet", "--isolation", "chroot", "--layers=false", "--pull=never"]);
    Ok(command)
}

/// Writes one of the trials' own files and gives its path.
pub fn write(name: &str, text: &str) -> Result<String, String> {
    let path = format!("{FOLDER}/{name}");
    fs::write(&path, text).map_err(|e| format!("{path}: {e}"))?;
    Ok(path)
}
