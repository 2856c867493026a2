//! What a job does, by what it runs and what it is called.

mod words;

use std::collections::BTreeSet;

use crate::document::pipeline::Job;
use crate::judge::lint::pipeline::call::Call;
use words::{LIGHT, LIGHT_WORDS, words};

/// How much a job's work asks of its runner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Lint, test, scan, deploy, verify.
    Light,
    /// An image is built.
    Image,
    /// Something else is built.
    Build,
    /// Nuitka or RPM.
    Heavy,
}

/// What tells a job's work.
#[derive(Debug, Default)]
pub(super) struct Signs {
    heavy: Option<String>,
    image: Option<String>,
    build: Option<String>,
    light: Option<String>,
    /// A command that may do anything: `make`, a script of the repository.
    opaque: BTreeSet<String>,
    named: Option<(Weight, String)>,
}

impl Signs {
    /// What the job's name, stage and image say.
    pub(super) fn of_words(job: &Job) -> Self {
        let mut signs = Self::default();
        let image =
            job.image.as_ref().and_then(|image| image.text()).unwrap_or_default().to_ascii_lowercase();
        let image_name = image.rsplit('/').next().unwrap_or_default();
        if words(image_name).any(|word| matches!(word, "nuitka" | "rpmbuild" | "rpmbuilder" | "rpm" | "mock"))
        {
            signs.heavy = Some(format!("its image is {image_name}"));
        }
        if image.contains("kaniko") || image.contains("buildah") {
            signs.image = Some(format!("its image is {image_name}"));
        }
        let stage = job.stage.as_ref().and_then(|stage| stage.text()).unwrap_or_default();
        for (what, name) in [("name", &*job.name), ("stage", stage)] {
            let lower = name.to_ascii_lowercase();
            for word in words(&lower) {
                let weight = match word {
                    "nuitka" | "rpm" | "rpms" => Weight::Heavy,
                    "kaniko" | "image" | "images" | "docker" | "container" => Weight::Image,
                    "build" | "package" | "compile" | "bundle" | "release" | "publish" => Weight::Build,
                    word if LIGHT_WORDS.contains(&word) => Weight::Light,
                    _ => continue,
                };
                let known = signs.named.as_ref().map(|(known, _)| *known);
                // A `test-image` job tests; what is heavier for sure wins.
                if weight == Weight::Heavy
                    || known.is_none()
                    || known != Some(Weight::Heavy) && weight == Weight::Light
                {
                    signs.named = Some((weight, format!("its {what} is {name}")));
                }
            }
        }
        signs
    }

    /// What a command says.
    pub(super) fn see(&mut self, call: &Call) {
        let Some(name) = call.name().map(str::to_ascii_lowercase) else { return };
        let texts: Vec<String> = call
            .arguments
            .iter()
            .skip(1)
            .filter_map(|argument| argument.first())
            .map(|value| value.text.to_ascii_lowercase())
            .collect();
        let first = texts.iter().find(|text| !text.starts_with('-')).map_or("", String::as_str);
        let has = |word: &str| texts.iter().any(|text| text == word);
        let runs = |what: &str| format!("runs {what}");
        match name.as_str() {
            "nuitka" | "nuitka3" | "rpmbuild" | "rpmdev-setuptree" | "mock" | "rpkg" | "tito"
            | "copr-cli" => {
                set(&mut self.heavy, runs(&name));
            }
            _ if name.starts_with("python") && has("nuitka") => {
                set(&mut self.heavy, runs("python -m nuitka"));
            }
            "fpm" | "nfpm" if texts.iter().any(|text| text == "rpm" || text.ends_with("=rpm")) => {
                set(&mut self.heavy, runs(&format!("{name} for an RPM")));
            }
            "cargo" if matches!(first, "generate-rpm" | "rpm") => {
                set(&mut self.heavy, runs("cargo generate-rpm"));
            }
            "executor" | "kaniko" => set(&mut self.image, "builds an image with Kaniko".to_owned()),
            "docker" | "podman" | "nerdctl" if matches!(first, "build" | "buildx" | "compose") => {
                set(&mut self.image, runs(&format!("{name} {first}")));
            }
            "buildah" | "buildctl" | "buildctl-daemonless.sh" | "ko" | "img" | "pack" | "jib" => {
                set(&mut self.image, runs(&name));
            }
            "cargo" | "go" | "npm" | "yarn" | "pnpm" | "mvn" | "mvnw" | "gradle" | "gradlew" | "dotnet"
            | "bazel" | "ninja" | "cmake" | "meson" | "pyinstaller" | "poetry" | "hatch" | "webpack"
            | "vite" => {
                self.builder(&name, first, &texts);
            }
            "make" | "just" | "task" | "ninja-build" | "rake" | "invoke" | "source" | "." => {
                self.see_opaque(&name, &texts);
            }
            _ if is_script(&name) => self.see_opaque(&name, &texts),
            _ if (name.starts_with("python") || super::super::call::is_shell(&name)) && is_script(first) => {
                self.see_opaque(first, &texts);
            }
            "python" | "python3" if has("-m") => {
                if let Some(module) = texts.iter().skip_while(|text| *text != "-m").nth(1) {
                    self.see_light(module);
                }
            }
            _ => self.see_light(&name),
        }
    }

    fn see_light(&mut self, name: &str) {
        if let Some((what, _)) = LIGHT.iter().find(|(_, names)| names.contains(&name)) {
            // A download is part of any work: it tells of a verification only where nothing else is known.
            if *what == "verifies" && self.light.is_some() {
                return;
            }
            set(&mut self.light, format!("{what} with {name}"));
        }
    }

    fn see_opaque(&mut self, name: &str, texts: &[String]) {
        let all = || std::iter::once(name).chain(texts.iter().map(String::as_str)).flat_map(words);
        if all().any(|word| matches!(word, "nuitka" | "rpm" | "rpms" | "rpmbuild")) {
            set(&mut self.heavy, format!("runs {name} {}", texts.join(" ")));
        } else if let Some(word) = all().find(|word| LIGHT_WORDS.contains(word)) {
            set(&mut self.light, format!("runs {name} for {word}"));
        } else {
            self.opaque.insert(name.to_owned());
        }
    }

    /// A tool that builds and does other things too.
    fn builder(&mut self, name: &str, first: &str, texts: &[String]) {
        let target = if first == "run" { texts.get(1).map_or("", String::as_str) } else { first };
        let word = |text: &str, among: &[&str]| words(text).any(|word| among.contains(&word));
        if word(
            target,
            &[
                "test", "t", "lint", "fmt", "clippy", "vet", "audit", "deny", "check", "e2e", "nextest",
                "verify", "format",
            ],
        ) {
            set(&mut self.light, format!("runs {name} {target}"));
        } else if word(
            target,
            &["build", "package", "install", "publish", "release", "dist", "assemble", "bundle", "compile"],
        ) && !(target == "install" && matches!(name, "npm" | "yarn" | "pnpm" | "poetry" | "go"))
        {
            set(&mut self.build, format!("runs {name} {target}"));
        }
    }

    /// What the job's work asks of its runner, and why; `None` where it is not known.
    pub(super) fn weight(&self) -> Option<(Weight, String)> {
        let named = self.named.as_ref().map(|(weight, _)| *weight);
        if let Some(why) = self.heavy.clone() {
            return Some((Weight::Heavy, why));
        }
        if named == Some(Weight::Heavy) {
            return self.named.clone();
        }
        if let Some(why) = self.image.clone() {
            return Some((Weight::Image, why));
        }
        // Something is built, by the name too: what else it runs does not count.
        if let Some(why) = self.build.clone() {
            return if named == Some(Weight::Light) { None } else { Some((Weight::Build, why)) };
        }
        match (named, &self.light) {
            (Some(Weight::Light), _) => {
                Some((Weight::Light, self.light.clone().unwrap_or_else(|| self.name_says())))
            }
            (None, Some(why)) if self.opaque.is_empty() => Some((Weight::Light, why.clone())),
            (Some(Weight::Image | Weight::Build), _) if self.opaque.is_empty() => self.named.clone(),
            _ => None,
        }
    }

    fn name_says(&self) -> String {
        self.named.as_ref().map(|(_, why)| why.clone()).unwrap_or_default()
    }
}

fn set(sign: &mut Option<String>, why: String) {
    sign.get_or_insert(why);
}

/// A script of the repository, by its name.
fn is_script(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| matches!(extension, "sh" | "py"))
}
