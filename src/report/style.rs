//! How text looks: colour, glyphs, GitLab's sections, width. Decided once, from plain values.

use std::fmt;
use std::str::FromStr;

use anstyle::{AnsiColor, Style as Ansi};

use crate::finding::Verdict;

use super::site::Site;

/// How a report looks, and where it is read. The default is the plainest: no escape sequence, no wrapping,
/// UTF-8, no links.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Style {
    /// Whether ANSI colours are written.
    pub color: bool,
    /// Which glyphs are written.
    pub glyphs: Glyphs,
    /// Whether areas are folded.
    pub sections: Sections,
    /// The columns that lines are wrapped at; `None` never wraps.
    pub width: Option<usize>,
    /// Whether evidence is shown too.
    pub verbose: bool,
    /// Which pages it can point to, and which files are the repository's.
    pub site: Site,
}

/// Which characters are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Glyphs {
    /// `√ ‼ × ? –`
    #[default]
    Unicode,
    /// `[ok] [warn] [FAIL] [????] [skip]`, and nothing beyond ASCII anywhere.
    Ascii,
}

/// Whether areas are folded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Sections {
    /// They are not.
    #[default]
    None,
    /// As GitLab's job log folds them (GitLab's docs, "Collapsible sections").
    GitLab,
}

/// What the command line says of colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// As the environment and the terminal suggest.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never, and no other escape sequence either.
    Never,
}

impl ColorChoice {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// The word for it on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}

impl fmt::Display for ColorChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A text is none of auto, always, never.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is none of auto, always, never", super::printable::line(.0))]
pub struct UnknownColorChoice(pub String);

impl FromStr for ColorChoice {
    type Err = UnknownColorChoice;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|choice| choice.word() == word);
        found.ok_or_else(|| UnknownColorChoice(word.to_owned()))
    }
}

type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

impl Style {
    /// Decides the style of stdout.
    ///
    /// Colour: `--color` wins; then `NO_COLOR` (set and not empty, no-color.org) turns it off;
    /// `CLICOLOR_FORCE`, `FORCE_COLOR` (set, neither empty nor `0` nor `false`) and `GITLAB_CI=true` turn it on, as
    /// GitLab's job log is no terminal but renders ANSI; else a terminal that is not `TERM=dumb` gets it.
    ///
    /// Glyphs: UTF-8 where the locale says so (the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set and not empty,
    /// locale(7)), or where no locale is set and GitLab's log, which is UTF-8, is written; never for `TERM=dumb`.
    ///
    /// `width` is the terminal's, in columns; it counts on a terminal only.
    pub fn detect(
        choice: ColorChoice,
        stdout_is_terminal: bool,
        environment: Environment<'_>,
        width: Option<usize>,
    ) -> Self {
        let gitlab = environment("GITLAB_CI").is_some_and(|value| value == "true");
        let dumb = environment("TERM").is_some_and(|value| value == "dumb");
        let no_color = environment("NO_COLOR").is_some_and(|value| !value.is_empty());
        let color = match choice {
            ColorChoice::Always => true,
            ColorChoice::Never => false,
            ColorChoice::Auto if no_color => false,
            ColorChoice::Auto => {
                forced("CLICOLOR_FORCE", environment)
                    || forced("FORCE_COLOR", environment)
                    || gitlab
                    || stdout_is_terminal && !dumb
            }
        };
        let utf8 = match locale(environment) {
            Some(locale) => is_utf8(&locale),
            None => gitlab,
        };
        Self {
            color,
            glyphs: if utf8 && !dumb { Glyphs::Unicode } else { Glyphs::Ascii },
            sections: if gitlab && choice != ColorChoice::Never { Sections::GitLab } else { Sections::None },
            width: width.filter(|_| stdout_is_terminal),
            verbose: false,
            site: Site::default(),
        }
    }

    /// The same for a file: no escape sequence, no wrapping.
    #[must_use]
    pub fn for_file(&self) -> Self {
        Self { color: false, sections: Sections::None, width: None, ..self.clone() }
    }

    /// Paints a verdict's glyph and word.
    pub(super) fn of(&self, verdict: Verdict) -> Ansi {
        self.if_colored(match verdict {
            Verdict::Pass => AnsiColor::Green.on_default(),
            Verdict::Warn => AnsiColor::Yellow.on_default(),
            Verdict::Fail => AnsiColor::Red.on_default().bold(),
            Verdict::Unknown => AnsiColor::Magenta.on_default().bold(),
            Verdict::Skip => return self.dim(),
        })
    }

    /// Paints a heading or a subject.
    pub(super) fn bold(&self) -> Ansi {
        self.if_colored(Ansi::new().bold())
    }

    /// Paints what is there for reference only.
    pub(super) fn dim(&self) -> Ansi {
        self.if_colored(match self.sections {
            Sections::None => Ansi::new().dimmed(),
            // GitLab's log renders bright black, but not faint.
            Sections::GitLab => AnsiColor::BrightBlack.on_default(),
        })
    }

    /// Paints a command to run.
    pub(super) fn command(&self) -> Ansi {
        self.if_colored(AnsiColor::Cyan.on_default())
    }

    fn if_colored(&self, ansi: Ansi) -> Ansi {
        if self.color { ansi } else { Ansi::new() }
    }
}

fn forced(variable: &str, environment: Environment<'_>) -> bool {
    environment(variable).is_some_and(|value| !matches!(value.as_str(), "" | "0" | "false"))
}

fn locale(environment: Environment<'_>) -> Option<String> {
    let variables = ["LC_ALL", "LC_CTYPE", "LANG"];
    variables.iter().find_map(|variable| environment(variable).filter(|value| !value.is_empty()))
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

impl Glyphs {
    /// The glyph of a verdict.
    pub(super) fn of(self, verdict: Verdict) -> &'static str {
        match (self, verdict) {
            (Self::Unicode, Verdict::Pass) => "√",
            (Self::Unicode, Verdict::Warn) => "‼",
            (Self::Unicode, Verdict::Fail) => "×",
            (Self::Unicode, Verdict::Unknown) => "?",
            (Self::Unicode, Verdict::Skip) => "–",
            (Self::Ascii, Verdict::Pass) => "[ok]",
            (Self::Ascii, Verdict::Warn) => "[warn]",
            (Self::Ascii, Verdict::Fail) => "[FAIL]",
            (Self::Ascii, Verdict::Unknown) => "[????]",
            (Self::Ascii, Verdict::Skip) => "[skip]",
        }
    }

    /// Columns of the widest glyph.
    pub(super) fn columns(self) -> usize {
        match self {
            Self::Unicode => 1,
            Self::Ascii => 6,
        }
    }

    /// What headings are underlined with.
    pub(super) fn rule(self) -> &'static str {
        match self {
            Self::Unicode => "─",
            Self::Ascii => "-",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{ColorChoice, Glyphs, Sections, Style};

    fn detect(choice: ColorChoice, terminal: bool, environment: &[(&str, &str)]) -> Style {
        let lookup = |name: &str| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        Style::detect(choice, terminal, &lookup, Some(90))
    }

    #[test]
    fn color() {
        let auto =
            |terminal, environment: &[(&str, &str)]| detect(ColorChoice::Auto, terminal, environment).color;
        assert!(!auto(false, &[]));
        assert!(auto(true, &[]));
        assert!(!auto(true, &[("TERM", "dumb")]));
        assert!(!auto(true, &[("NO_COLOR", "1")]));
        assert!(auto(true, &[("NO_COLOR", "")]));
        assert!(auto(false, &[("GITLAB_CI", "true")]));
        assert!(!auto(false, &[("GITLAB_CI", "false")]));
        assert!(auto(false, &[("CLICOLOR_FORCE", "1")]));
        assert!(!auto(false, &[("CLICOLOR_FORCE", "0")]));
        assert!(auto(false, &[("FORCE_COLOR", "1")]));
        assert!(!auto(false, &[("FORCE_COLOR", "0")]));
        assert!(!auto(false, &[("FORCE_COLOR", "1"), ("NO_COLOR", "1")]));
        assert!(!auto(false, &[("GITLAB_CI", "true"), ("NO_COLOR", "1")]));
        assert!(detect(ColorChoice::Always, false, &[("NO_COLOR", "1")]).color);
        assert!(!detect(ColorChoice::Never, true, &[("GITLAB_CI", "true")]).color);
    }

    #[test]
    fn glyphs_follow_the_locale() {
        let glyphs = |environment: &[(&str, &str)]| detect(ColorChoice::Auto, false, environment).glyphs;
        assert_eq!(glyphs(&[]), Glyphs::Ascii);
        assert_eq!(glyphs(&[("LANG", "C.UTF-8")]), Glyphs::Unicode);
        assert_eq!(glyphs(&[("LANG", "en_GB.utf8")]), Glyphs::Unicode);
        assert_eq!(glyphs(&[("LANG", "C.UTF-8"), ("TERM", "dumb")]), Glyphs::Ascii);
        assert_eq!(glyphs(&[("LC_ALL", "C"), ("LANG", "C.UTF-8")]), Glyphs::Ascii);
        assert_eq!(glyphs(&[("LC_ALL", ""), ("LC_CTYPE", "C"), ("LANG", "C.UTF-8")]), Glyphs::Ascii);
        assert_eq!(glyphs(&[("LC_CTYPE", "C.UTF-8"), ("LANG", "C")]), Glyphs::Unicode);
        assert_eq!(glyphs(&[("GITLAB_CI", "true")]), Glyphs::Unicode);
        assert_eq!(glyphs(&[("GITLAB_CI", "true"), ("LANG", "C")]), Glyphs::Ascii);
    }

    #[test]
    fn sections_in_gitlab_only() {
        let sections = |choice, environment: &[(&str, &str)]| detect(choice, false, environment).sections;
        assert_eq!(sections(ColorChoice::Always, &[]), Sections::None);
        assert_eq!(sections(ColorChoice::Auto, &[("GITLAB_CI", "true")]), Sections::GitLab);
        assert_eq!(
            sections(ColorChoice::Auto, &[("GITLAB_CI", "true"), ("NO_COLOR", "1")]),
            Sections::GitLab
        );
        assert_eq!(sections(ColorChoice::Never, &[("GITLAB_CI", "true")]), Sections::None);
    }

    #[test]
    fn width_counts_on_a_terminal() {
        assert_eq!(detect(ColorChoice::Always, false, &[]).width, None);
        assert_eq!(detect(ColorChoice::Auto, true, &[]).width, Some(90));
    }
}
