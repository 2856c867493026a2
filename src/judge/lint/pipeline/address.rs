//! Is there an address or a name that a pod cannot, or should not, connect to?

mod host;
mod interest;

use std::ops::Range;

use super::Context;
use super::board::Board;
use super::call::{Argument, Call, is_output};
use super::evaluate::{Variables, evaluate, script_of};
use super::section::Sections;
use super::target::targets;
use super::tool::{Operands, find_tool};
use super::value::{Origin, Value, expand_node};
use crate::code::Code;
use crate::document::pipeline::{Definition, Job};
use crate::document::{Node, Span};
use crate::finding::Verdict;
use crate::policy::Policy;
use host::{Fault, judge_host, tokens};
pub(super) use interest::Interest;
use interest::in_text;

/// The variables of all jobs: an address of the tailnet is wrong in any of them.
pub(super) fn judge_definitions(context: &Context<'_>, board: &mut Board) {
    for definition in &context.pipeline.variables {
        judge_definition(context, definition, None, board);
    }
}

/// A job's variables, images and commands.
pub(super) fn judge_job(context: &Context<'_>, job: &Job, sections: &mut Sections<'_>, board: &mut Board) {
    for definition in &job.variables {
        judge_definition(context, definition, Some(job), board);
    }
    for image in job.image.iter().chain(&job.services) {
        judge_image(context, image, job, board);
    }
    let Some(work) = script_of(job) else { return };
    if !context.interest.in_job(job, work) {
        return;
    }
    for section in work {
        for unread in &sections.read(section).script.unread {
            judge_unread(context, job, sections.read(section).span(context.lint.files, unread), board);
        }
    }
    evaluate(context, job, sections, &mut |call: &Call, variables: &mut Variables<'_>| {
        for target in targets(call, variables) {
            let Some(host) = target.value.text.get(target.host.clone()) else { continue };
            let Some(fault) = judge_host(context.lint.policy, host) else { continue };
            let Some(origin) = target.value.origin(&target.host) else { continue };
            let written = target.value.is_verbatim(&target.host, context.lint.files);
            report(
                context,
                board,
                &Seen { job: Some(job), fault, host, origin, written, how: How::Target(&target.tool) },
            );
        }
        mentioned(call, &mut |value| {
            for at in tokens(&value.text) {
                let Some(host) = value.text.get(at.clone()) else { continue };
                let fault = judge_host(context.lint.policy, host).filter(Fault::is_tailnet);
                let (Some(fault), Some(origin)) = (fault, value.origin(&at)) else { continue };
                let written = value.is_verbatim(&at, context.lint.files);
                let name = call.name().unwrap_or_default();
                report(
                    context,
                    board,
                    &Seen { job: Some(job), fault, host, origin, written, how: How::Word(name) },
                );
            }
        });
    });
}

/// The words of a call in which an address of the tailnet is wrong wherever it stands: not those that are only
/// shown, and not what runs on the other side of an SSH connection.
fn mentioned(call: &Call, see: &mut dyn FnMut(&Value)) {
    let mut all = |argument: &Argument| argument.iter().for_each(&mut *see);
    let name = call.name().unwrap_or_default();
    if is_output(name) {
        let writes = |(operator, to): &&(String, Argument)| {
            operator.contains('>')
                && to.iter().any(|value| !value.text.starts_with("/dev/") && !value.text.starts_with('&'))
        };
        if name.starts_with(['e', 'p']) && call.redirects.iter().any(|redirect| writes(&redirect)) {
            call.arguments.iter().skip(1).for_each(&mut all);
        }
        return;
    }
    call.assignments.iter().for_each(|(_, argument)| all(argument));
    if find_tool(name).is_some_and(|tool| tool.operands == Operands::Login) {
        return;
    }
    call.arguments.iter().skip(1).for_each(&mut all);
    call.documents.iter().for_each(&mut all);
}

fn judge_definition(context: &Context<'_>, definition: &Definition, job: Option<&Job>, board: &mut Board) {
    if is_exempt(context.lint.policy, &definition.name) {
        return;
    }
    let Some(text) = definition.value.text() else { return };
    let source = context.lint.files.text(definition.value.span);
    for at in tokens(text) {
        let Some(host) = text.get(at.clone()) else { continue };
        let Some(fault) = judge_host(context.lint.policy, host).filter(Fault::is_tailnet) else { continue };
        let span = definition.value.part(source, at.start, at.end);
        let origin = Origin { span, via: None, expands: true };
        let how = How::Variable(&definition.name);
        report(context, board, &Seen { job, fault, host, origin, written: Some(span), how });
    }
}

/// Lists of what is not proxied, and the names that the policy itself takes from the pipeline.
fn is_exempt(policy: &Policy, name: &str) -> bool {
    name.eq_ignore_ascii_case("no_proxy")
        || policy.names.unresolvable.iter().any(|value| value.variable.as_deref() == Some(name))
}

/// An image is pulled by the node, which is not on the tailnet either.
fn judge_image(context: &Context<'_>, image: &Node, job: &Job, board: &mut Board) {
    let mut variables = Variables::new(context, job);
    for value in expand_node(image, context.lint.files, &mut variables) {
        let Some((first, _)) = value.text.split_once('/') else { continue };
        let at = 0..first.find(':').unwrap_or(first.len());
        let Some(host) = value.text.get(at.clone()) else { continue };
        let fault = judge_host(context.lint.policy, host).filter(Fault::is_tailnet);
        if let (Some(fault), Some(origin)) = (fault, value.origin(&at)) {
            let written = value.is_verbatim(&at, context.lint.files);
            report(context, board, &Seen { job: Some(job), fault, host, origin, written, how: How::Image });
        }
    }
}

fn judge_unread(context: &Context<'_>, job: &Job, span: Option<Span>, board: &mut Board) {
    let Some(span) = span else { return };
    let text = context.lint.files.text(span).get(span.bytes()).unwrap_or_default();
    // What holds no name or address could not have been a target.
    if !in_text(context.lint.policy, text) {
        return;
    }
    board
        .add(Code::PipelineScriptUnread, Verdict::Unknown, span, "script")
        .job(&job.name)
        .expected("a script that can be read")
        .observed("is no shell that is understood here")
        .reason("It holds an address or a name that may be a target.")
        .hint("Look at the quotes and brackets before it, or write it in simpler steps.");
}

/// A wrong host, and where it was seen.
struct Seen<'a> {
    job: Option<&'a Job>,
    fault: Fault,
    host: &'a str,
    origin: Origin,
    /// The host's own bytes, where they stand in one place.
    written: Option<Span>,
    how: How<'a>,
}

/// What is done with a host.
#[derive(Clone, Copy)]
enum How<'a> {
    /// The command connects to it.
    Target(&'a str),
    /// It is a word of the command.
    Word(&'a str),
    /// The variable holds it.
    Variable(&'a str),
    /// An image is pulled from it.
    Image,
}

fn report(context: &Context<'_>, board: &mut Board, seen: &Seen<'_>) {
    let policy = context.lint.policy;
    let host: String = seen.host.replace(super::value::UNKNOWN, "…");
    let observed = match seen.how {
        How::Target(tool) => format!("{tool} connects to it"),
        How::Word("") => "a command is given it".to_owned(),
        How::Word(name) => format!("{name} is given it"),
        How::Variable(name) => format!("${name} holds it"),
        How::Image => "an image is pulled from it".to_owned(),
    };
    let span = seen.written.unwrap_or(seen.origin.span);
    let draft = board.add(seen.fault.code(), seen.fault.verdict(), span, &host);
    if let Some(job) = seen.job {
        draft.job(&job.name);
    }
    let (expected, reason, hint) = seen.fault.phrases(policy, seen.host);
    draft.expected(expected).observed(observed).reason(reason).hint(hint);
    if let Some((variable, used)) = &seen.origin.via {
        let place = context.lint.location(*used).to_string();
        draft.evidence("variable", variable.clone()).evidence("used_at", place);
    }
    if let Some(variable) = seen.fault.replacement(policy, seen.host)
        && seen.origin.expands
        && is_replaceable(context, span, seen, variable)
    {
        draft.evidence("replaces", seen.host).evidence("fix", format!("${variable}"));
    }
}

/// Whether the variable can stand in the host's place, byte for byte.
fn is_replaceable(context: &Context<'_>, span: Span, seen: &Seen<'_>, variable: &str) -> bool {
    let written: Range<usize> = span.bytes();
    let text = context.lint.files.text(span);
    let after = text.get(written.end..).and_then(|rest| rest.chars().next());
    let ends = !after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    // A variable cannot be made of itself.
    let is_itself = seen.origin.via.as_ref().is_some_and(|(name, _)| name == variable);
    seen.written.is_some() && ends && !is_itself && text.get(written) == Some(seen.host)
}
