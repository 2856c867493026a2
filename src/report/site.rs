//! Where a report is read: which pages it can point to, and which files are the repository's.
//!
//! Nothing here is asked of the machine by a writer: [`Site`] is made once, from plain values.

use std::fmt;
use std::path::{Component, Path, PathBuf};
use std::str::FromStr;

use crate::code::Code;

use super::printable;

/// What a report can point to. The default points to nothing, and takes every relative path as the
/// repository's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Site {
    /// The page that has every code's story, `docs/codes.md` as it is published.
    pub codes: CodesPage,
    /// The CI job that the run is a part of, an `https://` or `http://` URL.
    pub job: Option<String>,
    /// The repository's folder, absolute.
    pub root: Option<PathBuf>,
    /// The folder that relative paths start from, absolute.
    pub here: Option<PathBuf>,
}

impl Site {
    /// Where a GitLab job is read (GitLab's docs, "Predefined CI/CD variables"): the job by `CI_JOB_URL`, the
    /// repository by `CI_PROJECT_DIR`, or else the folder that the run was started in.
    pub fn detect(
        codes: CodesPage,
        environment: &dyn Fn(&str) -> Option<String>,
        here: Option<PathBuf>,
    ) -> Self {
        let project = environment("CI_PROJECT_DIR").map(PathBuf::from).filter(|folder| folder.is_absolute());
        Self {
            codes,
            job: environment("CI_JOB_URL").filter(|url| is_url(url)),
            root: project.or_else(|| here.clone()),
            here,
        }
    }

    /// The page of a code, where it is known.
    pub fn page(&self, code: Code) -> Option<String> {
        self.codes.0.as_ref().map(|page| format!("{page}#{code}"))
    }

    /// A file as the repository names it: relative, `/` between its parts, without `.` and `..`. Of a file that is
    /// not in the repository only the name is left, so that no path is ever absolute.
    pub fn relative(&self, path: &str) -> String {
        let whole = match &self.here {
            Some(here) => normal(&here.join(path)),
            None => normal(Path::new(path)),
        };
        let root = self.root.as_deref().map(normal).unwrap_or_default();
        let inside =
            whole.strip_prefix(&root).ok().filter(|path| !path.has_root() && !path.starts_with(".."));
        let name = || whole.file_name().map(PathBuf::from);
        let relative = inside.map(Path::to_path_buf).filter(|path| path.file_name().is_some()).or_else(name);
        relative.map_or_else(|| "unnamed".to_owned(), |path| path.to_string_lossy().into_owned())
    }
}

/// The path without `.` and, as far as it can be told without asking the file system, without `..`.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            Component::ParentDir if normal.has_root() => {}
            part => normal.push(part),
        }
    }
    normal
}

/// The URL of the page that has every code's story, without a fragment; or nothing, where it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CodesPage(Option<String>);

/// A text is no URL that a fragment can be put behind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not the URL of a page, such as https://git.example.com/reachgate/-/blob/main/docs/codes.md", printable::line(.0))]
pub struct NoUrl(pub String);

impl FromStr for CodesPage {
    type Err = NoUrl;

    /// An empty text is no page: a variable that CI leaves empty says nothing.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "" => Ok(Self(None)),
            url if is_url(url) && !url.contains('#') => Ok(Self(Some(url.to_owned()))),
            other => Err(NoUrl(other.to_owned())),
        }
    }
}

impl fmt::Display for CodesPage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_deref().unwrap_or_default())
    }
}

/// Whether it is a web page's URL, made of what RFC 3986 (2) lets a URL be made of. GitLab's links hold 2,048
/// characters at most.
fn is_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = |c: char| c.is_ascii_alphanumeric() || "-._~:/?#[]@!$&'()*+,;=%".contains(c);
    let has_host = |rest: &str| rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[');
    rest.is_some_and(|rest| has_host(rest) && text.len() <= 1_900 && rest.chars().all(fits))
}

#[cfg(test)]
mod tests {
    use super::{CodesPage, Site};
    use crate::code::Code;

    fn site(variables: &[(&str, &str)], here: &str) -> Site {
        let lookup =
            |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Site::detect(CodesPage::default(), &lookup, Some(here.into()))
    }

    #[test]
    fn a_path_is_the_repositorys_or_a_name() {
        let job = site(&[("CI_PROJECT_DIR", "/builds/g/p")], "/builds/g/p/deploy");
        for (path, relative) in [
            ("policy.yaml", "deploy/policy.yaml"),
            ("./policy.yaml", "deploy/policy.yaml"),
            ("../policies/./a/../b.yaml", "policies/b.yaml"),
            ("/builds/g/p/policy.yaml", "policy.yaml"),
            ("/builds/g/other/policy.yaml", "policy.yaml"),
            ("/builds/g/p-two/policy.yaml", "policy.yaml"),
            ("../../../../../../etc/policy.yaml", "policy.yaml"),
            ("/builds/g/p", "p"),
            ("/", "unnamed"),
        ] {
            assert_eq!(job.relative(path), relative, "{path}");
        }
        assert_eq!(site(&[], "/home/me/p").relative("/home/me/p/a/b.yaml"), "a/b.yaml");
        assert_eq!(site(&[("CI_PROJECT_DIR", "relative")], "/home/me").relative("b.yaml"), "b.yaml");
        let nowhere = Site::default();
        for (path, relative) in [
            ("a/b.yaml", "a/b.yaml"),
            ("./b.yaml", "b.yaml"),
            ("/a/b.yaml", "b.yaml"),
            ("../b.yaml", "b.yaml"),
            ("", "unnamed"),
            ("..", "unnamed"),
        ] {
            assert_eq!(nowhere.relative(path), relative, "{path}");
        }
    }

    #[test]
    fn pages_are_urls() {
        for url in ["https://e.example/codes.md", "http://e.example:8080/a?b=c", "https://[2001:db8::1]/"] {
            let codes: CodesPage = url.parse().unwrap();
            let site = Site { codes, ..Site::default() };
            assert_eq!(site.page(Code::PortFiltered), Some(format!("{url}#port-filtered")));
        }
        let too_long = format!("https://e.example/{}", "a".repeat(2_000));
        for text in
            ["codes.md", "https://", "https:///a", "ftp://e/", "javascript:x", "https://e/ a", "https://e/#a"]
                .into_iter()
                .chain([too_long.as_str(), "https://e/\n", "https://e/é", "https://e/\"><"])
        {
            assert!(text.parse::<CodesPage>().is_err(), "{text}");
        }
        assert_eq!("".parse::<CodesPage>().unwrap(), CodesPage::default());
        assert_eq!(Site::default().page(Code::PortFiltered), None);
    }

    #[test]
    fn a_jobs_url_is_believed_only_if_it_is_one() {
        let job = |url| site(&[("CI_JOB_URL", url)], "/").job;
        assert_eq!(
            job("https://git.example.com/g/p/-/jobs/1"),
            Some("https://git.example.com/g/p/-/jobs/1".into())
        );
        assert_eq!(job("javascript:alert(1)"), None);
        assert_eq!(job(""), None);
    }
}
