//! Steps of a script → calls, with the variables put in that the files define.

use std::collections::HashMap;
use std::rc::Rc;

use super::Context;
use super::call::{Argument, Call};
use super::section::{Commands, Sections};
use super::value::{Lookup, MOST_VALUES, Origin, Value, expand_node, with_variable};
use crate::document::pipeline::{Job, Section};
use crate::document::script::{Action, Piece, Script, Step, Word};
use crate::document::{Files, Span};

/// Functions in functions, scripts in scripts, variables in variables.
const DEEPEST: usize = 6;
/// Calls that one job's scripts may come to.
const MOST_CALLS: usize = 100_000;

/// Runs through a job's sections in order and shows each call to `see`. Nothing is run.
pub(super) fn evaluate(
    context: &Context<'_>,
    job: &Job,
    sections: &mut Sections<'_>,
    see: &mut dyn FnMut(&Call, &mut Variables<'_>),
) {
    let Some(work) = script_of(job) else { return };
    let mut variables = Variables::new(context, job);
    for section in work {
        // What runs after the job has a shell of its own.
        if section.keyword == "after_script" || section.keyword == "hooks" || section.keyword == "run" {
            variables.shell.clear();
        }
        let commands = sections.read(section);
        let mut run = Run { sections, commands: &commands, base: 0, calls: 0, see };
        run.script(&commands.script, &mut variables, &[], 0);
        if section.keyword == "hooks" {
            variables.shell.clear();
        }
    }
}

/// The sections of a job that runs commands.
pub(super) fn script_of(job: &Job) -> Option<&[Section]> {
    match &job.work {
        crate::document::pipeline::Work::Script(sections) => Some(sections),
        _ => None,
    }
}

/// What variables stand for at one point of a job.
pub(super) struct Variables<'a> {
    files: &'a Files,
    context: &'a Context<'a>,
    job: &'a Job,
    shell: HashMap<String, Vec<Value>>,
    /// Variables of the pipeline that are being looked up.
    open: Vec<String>,
}

impl<'a> Variables<'a> {
    pub(super) fn new(context: &'a Context<'a>, job: &'a Job) -> Self {
        Self { files: context.lint.files, context, job, shell: HashMap::new(), open: Vec::new() }
    }
}

impl Lookup for Variables<'_> {
    fn values(&mut self, name: &str) -> Vec<Value> {
        if let Some(values) = self.shell.get(name) {
            return values.clone();
        }
        if self.open.len() >= DEEPEST || self.open.iter().any(|open| open == name) {
            return Vec::new();
        }
        self.open.push(name.to_owned());
        let mut values = Vec::new();
        for definition in self.context.pipeline.definitions(self.job, name) {
            if values.len() < MOST_VALUES {
                let made = expand_node(&definition.value, self.files, self).into_iter();
                let kept = |value: Value| if definition.expands { value } else { value.without_expansion() };
                values.extend(made.map(kept));
            }
        }
        self.open.pop();
        values
    }
}

struct Run<'a, 'b, 'c> {
    sections: &'a mut Sections<'b>,
    commands: &'a Rc<Commands>,
    /// Where the script begins in the section's text, for a script in a script.
    base: usize,
    calls: usize,
    see: &'a mut dyn FnMut(&Call, &mut Variables<'c>),
}

impl<'c> Run<'_, '_, 'c> {
    fn script(&mut self, script: &Script, variables: &mut Variables<'c>, given: &[Argument], depth: usize) {
        self.steps(&script.steps, script, variables, given, depth);
        // A function that is never called here may be called from elsewhere, with whatever arguments.
        for steps in script.functions.values() {
            self.steps(steps, script, variables, &[], DEEPEST);
        }
    }

    fn steps(
        &mut self,
        steps: &[Step],
        script: &Script,
        variables: &mut Variables<'c>,
        given: &[Argument],
        depth: usize,
    ) {
        for step in steps {
            match &step.action {
                Action::Assign { name, values } => {
                    let mut made: Vec<Value> = Vec::new();
                    for word in values {
                        made.extend(self.word(word, variables, given));
                    }
                    let before = if step.conditional { variables.values(name) } else { Vec::new() };
                    made.extend(before);
                    made.truncate(MOST_VALUES);
                    variables.shell.insert(name.clone(), made);
                }
                Action::Command(command) => {
                    self.calls += 1;
                    if self.calls > MOST_CALLS {
                        return;
                    }
                    let mut call = Call::default();
                    for (name, word) in &command.assignments {
                        call.assignments.push((name.clone(), self.word(word, variables, given)));
                    }
                    for word in &command.words {
                        self.arguments(word, variables, given, &mut call.arguments);
                    }
                    for redirect in &command.redirects {
                        let values = self.word(&redirect.word, variables, given);
                        call.redirects.push((redirect.operator.clone(), values));
                    }
                    for document in &command.documents {
                        call.documents.push(self.word(document, variables, given));
                    }
                    call.unwrap();
                    (self.see)(&call, variables);
                    self.nested(&call, command, script, variables, depth);
                }
            }
        }
    }

    /// What the call runs itself: a function of the script, `bash -c`, a here-document for a shell.
    fn nested(
        &mut self,
        call: &Call,
        command: &crate::document::script::Command,
        script: &Script,
        variables: &mut Variables<'c>,
        depth: usize,
    ) {
        if depth >= DEEPEST {
            return;
        }
        let Some(name) = call.name() else { return };
        if let Some(steps) = script.functions.get(name) {
            let given = call.arguments.get(1..).unwrap_or_default().to_vec();
            self.steps(steps, script, variables, &given, depth + 1);
            return;
        }
        let word = if name == "eval" {
            command.words.get(1)
        } else if super::call::is_shell(name) {
            let by_option = call.arguments.iter().position(|argument| {
                argument.first().is_some_and(|value| {
                    value.text.starts_with('-') && !value.text.starts_with("--") && value.text.ends_with('c')
                })
            });
            // A wrapper before the shell shifts the words of the command as it does the arguments of the call.
            let shift = command.words.len().saturating_sub(call.arguments.len());
            match by_option {
                Some(at) => command.words.get(at + 1 + shift),
                None => command.documents.first(),
            }
        } else {
            None
        };
        let Some(word) = word else { return };
        let Some((at, text)) = inner_text(word, self.commands, self.base) else { return };
        let nested = self.sections.read_text(&text);
        let base = std::mem::replace(&mut self.base, at);
        self.script(&nested, variables, &[], depth + 1);
        self.base = base;
    }

    /// A word's arguments: several where an unquoted variable holds several.
    fn arguments(
        &mut self,
        word: &Word,
        variables: &mut Variables<'c>,
        given: &[Argument],
        into: &mut Vec<Argument>,
    ) {
        let bare =
            self.commands.text.get(self.base + word.at.start..).is_some_and(|rest| rest.starts_with('$'));
        if let [part] = word.parts.as_slice()
            && let Piece::Variable(name, _) = &part.piece
            && matches!(name.as_str(), "@" | "*")
        {
            into.extend(given.iter().cloned());
            return;
        }
        let values = self.word(word, variables, given);
        if let [value] = values.as_slice()
            && bare
            && word.parts.len() == 1
        {
            into.extend(value.split().into_iter().map(|word| vec![word]));
            return;
        }
        into.push(values);
    }

    /// The values that a word may have; at least one.
    fn word(&mut self, word: &Word, variables: &mut Variables<'c>, given: &[Argument]) -> Vec<Value> {
        let mut values = vec![Value::default()];
        for part in &word.parts {
            let Some(span) = self.span(&part.at) else { continue };
            match &part.piece {
                Piece::Literal(text) => {
                    let origin = Origin { span, via: None, expands: part.expands };
                    for value in &mut values {
                        value.push(text, origin.clone());
                    }
                }
                Piece::Unknown => values.iter_mut().for_each(|value| value.push_unknown(span)),
                Piece::Variable(name, fallback) => {
                    let mut found = match name.parse::<usize>() {
                        Ok(index) => {
                            index.checked_sub(1).and_then(|at| given.get(at)).cloned().unwrap_or_default()
                        }
                        Err(_) => variables.values(name),
                    };
                    if let Some(fallback) = fallback
                        && found.is_empty()
                    {
                        found = self.word(fallback, variables, given);
                    }
                    values = with_variable(&values, &found, name, span);
                }
            }
        }
        values
    }

    fn span(&self, at: &std::ops::Range<usize>) -> Option<Span> {
        let at = self.base + at.start..self.base + at.end;
        self.commands.span(self.sections.files(), &at)
    }
}

/// The script that a quoted word is, as it stands in the section's text; `None` where it is put together.
fn inner_text(word: &Word, commands: &Commands, base: usize) -> Option<(usize, String)> {
    let (first, last) = (word.parts.first()?, word.parts.last()?);
    let at = base + first.at.start..base + last.at.end;
    let text = commands.text.get(at.clone())?;
    Some((at.start, text.to_owned()))
}
