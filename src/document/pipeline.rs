//! GitLab pipelines: what a set of files comes to once includes, `extends`, `default`, `!reference` and inputs are
//! resolved as GitLab resolves them (GitLab, CI/CD YAML reference), with every value still at its place.
//!
//! What is not in these files (`project`, `remote`, `component`, `template` and artifact includes) is kept as
//! [`Unresolved`], and so is what a job would have had from it.

mod compose;
mod extend;
mod include;
mod input;
mod job;
mod merge;
mod variable;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::files::{FileId, Files};
use super::kind::Kind;
use super::node::Span;

pub use compose::wanted_files;
pub use include::{Include, Target};
pub use job::{Inherited, Job, Section, TagOrigin, Tags, Work};
pub use variable::{Definition, Scope};

/// One pipeline: a repository's own, a child's, or a file of jobs that nothing includes.
#[derive(Debug)]
pub struct Pipeline {
    /// The file that it begins with.
    pub entry: FileId,
    /// The files that it is made of.
    pub files: BTreeSet<FileId>,
    /// Its jobs, hidden ones too, in the order of the files.
    pub jobs: Vec<Job>,
    /// The variables of all jobs.
    pub variables: Vec<Definition>,
    /// What could not be resolved, wherever a file says it.
    pub unresolved: Vec<Unresolved>,
}

/// Something that a configuration names and that is not there to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// Where it is named.
    pub span: Span,
    /// What, a noun, e.g. `include of project group/templates: deploy.yml`.
    pub what: String,
    /// Why it is not known, a sentence.
    pub reason: String,
}

/// Every pipeline of the files.
pub fn parse_pipelines(files: &Files) -> Vec<Pipeline> {
    let included = compose::included_files(files);
    let candidates: Vec<FileId> =
        files.iter().filter(|(_, file)| file.holds(Kind::Pipeline)).map(|(id, _)| id).collect();
    let is_root = |id: FileId| files.get(id).and_then(|file| file.local.as_deref()) == Some(".gitlab-ci.yml");
    let mut pipelines = Vec::new();
    let mut started = BTreeSet::new();
    for id in candidates.iter().filter(|id| is_root(**id) || !included.contains(id)) {
        start(files, *id, &mut started, &mut pipelines);
    }
    // Files that only include each other.
    for id in candidates {
        if !pipelines.iter().any(|pipeline| pipeline.files.contains(&id)) {
            start(files, id, &mut started, &mut pipelines);
        }
    }
    pipelines
}

/// Pipelines that one may lead to: GitLab starts no child of a grandchild.
const DEEPEST_CHILD: usize = 3;
/// Pipelines of a repository.
const MOST_PIPELINES: usize = 2_000;

/// Adds the pipeline that begins with a file, and the child pipelines that its jobs trigger.
fn start(files: &Files, entry: FileId, started: &mut BTreeSet<Span>, pipelines: &mut Vec<Pipeline>) {
    let mut queue = vec![(entry, vec![compose::include_of(files, entry)], 0_usize)];
    while let Some((entry, includes, depth)) = queue.pop() {
        if pipelines.len() >= MOST_PIPELINES {
            return;
        }
        let composed = compose::compose(files, &includes);
        let resolved = extend::Extended::new(&composed.config);
        let config = &composed.config;
        let (defaults, variables) = (job::Defaults::new(&resolved), variable::global(&resolved));
        let jobs: Vec<Job> =
            config.entries.iter().filter_map(|entry| job::parse_job(entry, &resolved, &defaults)).collect();
        if depth < DEEPEST_CHILD {
            for job in &jobs {
                let Work::Trigger(includes) = &job.work else { continue };
                let local: Vec<Include> = includes
                    .iter()
                    .filter(|include| matches!(include.target, Target::Local(_)))
                    .cloned()
                    .collect();
                let first = local.first().map(|include| include.span);
                if let Some(span) = first
                    && started.insert(span)
                    && let Some(child) = compose::first_file(files, &local)
                {
                    queue.push((child, local, depth + 1));
                }
            }
        }
        let mut unresolved = composed.unresolved;
        for job in &jobs {
            if let Work::Trigger(includes) = &job.work {
                unresolved.extend(includes.iter().filter_map(|include| compose::unresolved(files, include)));
            }
        }
        pipelines.push(Pipeline { entry, files: composed.files, jobs, variables, unresolved });
    }
}

impl Pipeline {
    /// The definitions that a variable has in a job, those that count before the others first: a rule's and the
    /// matrix's, the job's, a workflow rule's, the pipeline's (GitLab, CI/CD variables, precedence). A rule's
    /// may or may not apply, so what it would replace is there too.
    pub fn definitions<'a>(&'a self, job: &'a Job, name: &str) -> Vec<&'a Definition> {
        let mut found: Vec<&Definition> = Vec::new();
        for scope in [Scope::Rule, Scope::Matrix, Scope::Job] {
            found.extend(job.variables.iter().filter(|one| one.scope == scope && &*one.name == name));
            if matches!(scope, Scope::Matrix | Scope::Job) && found.iter().any(|one| one.scope == scope) {
                return found;
            }
        }
        if job.inherited_variables.holds(name) {
            found.extend(
                self.variables.iter().filter(|one| one.scope == Scope::Workflow && &*one.name == name),
            );
            found.extend(
                self.variables.iter().filter(|one| one.scope == Scope::Pipeline && &*one.name == name),
            );
        }
        found
    }
}

/// A text that is shared.
type Text = Arc<str>;
