//! A call → what it connects to.

use std::ops::Range;

use super::call::{Argument, Call};
use super::evaluate::Variables;
use super::tool::{Operands, Tool, find_tool};
use super::value::{Lookup as _, Value};

/// A host that something connects to.
pub(super) struct Target {
    /// The text that it is part of.
    pub(super) value: Value,
    /// The host's bytes in the text.
    pub(super) host: Range<usize>,
    /// The command.
    pub(super) tool: String,
}

/// Subcommands of git that connect.
const GIT_CONNECTS: [&str; 9] =
    ["clone", "fetch", "pull", "push", "ls-remote", "remote", "submodule", "archive", "lfs"];
/// Subcommands of image tools that do not.
const IMAGES_STAY: [&str; 10] =
    ["build", "tag", "images", "rmi", "inspect", "save", "load", "exec", "logs", "rm"];
/// Options of ssh that hold a host: `-o ProxyJump=host`.
const SSH_OPTIONS: [&str; 2] = ["proxyjump=", "hostname="];

/// Everything that a call connects to.
pub(super) fn targets(call: &Call, variables: &mut Variables<'_>) -> Vec<Target> {
    let mut found = Vec::new();
    for (operator, argument) in &call.redirects {
        if operator.contains('<') || operator.contains('>') {
            for value in argument {
                if let Some(rest) =
                    value.text.strip_prefix("/dev/tcp/").or(value.text.strip_prefix("/dev/udp/"))
                {
                    let start = value.text.len() - rest.len();
                    let end = start + rest.find('/').unwrap_or(rest.len());
                    found.push(Target {
                        value: value.clone(),
                        host: start..end,
                        tool: "/dev/tcp".to_owned(),
                    });
                }
            }
        }
    }
    let Some(name) = call.name() else { return found };
    let Some(tool) = find_tool(name) else { return found };
    let mut take = |argument: &Argument, form: Form| {
        for value in argument {
            if let Some(host) = host_of(&value.text, form) {
                found.push(Target { value: value.clone(), host, tool: name.to_owned() });
            }
        }
    };
    let operands = read_options(tool, call, &mut take);
    read_operands(tool, &operands, &mut take);
    for variable in tool.variables {
        let values =
            call.assignments.iter().find(|(name, _)| name == variable).map(|(_, values)| values.clone());
        let values = values.unwrap_or_else(|| variables.values(variable));
        take(&values, Form::Host);
    }
    found
}

/// How a host is looked for in a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A URL, `user@host`, `host:port` or `host`.
    Host,
    /// A URL, or `host:path`.
    Remote,
    /// A URL.
    Url,
    /// What is before the first `/`, where it is a host.
    Image,
}

/// Shows the options' targets, and gives the operands.
fn read_options<'a>(
    tool: &Tool,
    call: &'a Call,
    take: &mut impl FnMut(&Argument, Form),
) -> Vec<&'a Argument> {
    let mut operands = Vec::new();
    let mut rest = call.arguments.iter().skip(1);
    let mut open = true;
    while let Some(argument) = rest.next() {
        let text = argument.first().map_or("", |value| value.text.as_str());
        let is_option = open && text.len() > 1 && text.starts_with('-');
        if !is_option {
            operands.push(argument);
            // What follows the host runs over there.
            if tool.operands == Operands::Login {
                return operands;
            }
            continue;
        }
        if text == "--" {
            open = false;
        } else if let Some((name, _)) = text.split_once('=').filter(|_| text.starts_with("--")) {
            if tool.targets.contains(&name) {
                option(&tail(argument, name.len() + 1), take);
            }
        } else if tool.targets.contains(&text) {
            if let Some(value) = rest.next() {
                option(value, take);
            }
        } else if text.starts_with("--") {
            if tool.long_values.contains(&text) {
                rest.next();
            }
        } else {
            short(tool, argument, text, &mut rest, take);
        }
    }
    operands
}

/// `-abc value`: the first letter that takes a value has the rest of the word, or the next.
fn short<'a>(
    tool: &Tool,
    argument: &Argument,
    text: &str,
    rest: &mut impl Iterator<Item = &'a Argument>,
    take: &mut impl FnMut(&Argument, Form),
) {
    for (at, letter) in text.char_indices().skip(1) {
        if !tool.values.contains(letter) {
            continue;
        }
        let end = at + letter.len_utf8();
        let value = if end < text.len() { Some(tail(argument, end)) } else { rest.next().cloned() };
        let is_target =
            tool.targets.iter().any(|option| option.strip_prefix('-') == Some(&letter.to_string()));
        if let Some(value) = value.filter(|_| is_target) {
            option(&value, take);
        }
        return;
    }
}

/// The value of an option that holds a target: `host`, `host,host`, `key=host`, `ProxyJump=host`.
fn option(argument: &Argument, take: &mut impl FnMut(&Argument, Form)) {
    for value in argument {
        for word in value.split() {
            let mut from = 0;
            for item in word.text.split_inclusive(',') {
                let host = item.trim_end_matches(',');
                let lower = host.to_ascii_lowercase();
                let skipped = match host.split_once('=') {
                    Some(_) if lower.contains("://") && lower.find("://") < lower.find('=') => 0,
                    Some((key, _)) if SSH_OPTIONS.iter().any(|option| lower.starts_with(option)) => {
                        key.len() + 1
                    }
                    Some((key, _))
                        if key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) =>
                    {
                        key.len() + 1
                    }
                    _ => 0,
                };
                let part = word.part(from + skipped..from + host.len());
                take(&vec![part], Form::Host);
                from += item.len();
            }
        }
    }
}

fn read_operands(tool: &Tool, operands: &[&Argument], take: &mut impl FnMut(&Argument, Form)) {
    let text = |argument: &&Argument| argument.first().map(|value| value.text.clone()).unwrap_or_default();
    let (from, form, most) = match tool.operands {
        Operands::None => return,
        Operands::Login | Operands::First => (0, Form::Host, 1),
        Operands::Each => (0, Form::Host, usize::MAX),
        Operands::Remote => (0, Form::Remote, usize::MAX),
        Operands::Urls => (0, Form::Url, usize::MAX),
        Operands::Git => {
            let subcommand = operands.first().map(text).unwrap_or_default();
            if !GIT_CONNECTS.contains(&subcommand.as_str()) {
                return;
            }
            (1, Form::Remote, usize::MAX)
        }
        Operands::Images => {
            let subcommand = operands.first().map(text).unwrap_or_default();
            if IMAGES_STAY.contains(&subcommand.as_str()) {
                return;
            }
            let form = if subcommand == "login" || subcommand == "logout" { Form::Host } else { Form::Image };
            (1, form, usize::MAX)
        }
    };
    for operand in operands.iter().skip(from).take(most) {
        take(operand, form);
    }
}

fn tail(argument: &Argument, from: usize) -> Argument {
    argument.iter().map(|value| value.part(from.min(value.text.len())..value.text.len())).collect()
}

/// The host's bytes in a text; `None` where it names none in this form.
fn host_of(text: &str, form: Form) -> Option<Range<usize>> {
    if let Some(scheme) = text.find("://") {
        let is_scheme = text
            .get(..scheme)?
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.' | ':'));
        return is_scheme.then(|| authority(text, scheme + 3)).flatten();
    }
    match form {
        Form::Url => None,
        Form::Host => authority(text, 0),
        Form::Remote => {
            // `host:path`, and not `./a:b` or `C:\`.
            let host = authority(text, 0)?;
            let colon = text.get(host.end..)?.trim_start_matches(']').starts_with(':');
            (colon && host.len() > 1).then_some(host)
        }
        Form::Image => {
            let (first, _) = text.split_once('/')?;
            if first.contains('.') || first.contains(':') { authority(first, 0) } else { None }
        }
    }
}

/// `user@host:port` at the beginning of a text: the host's bytes.
fn authority(text: &str, from: usize) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let end = rest.find(['/', '?', '#', ' ', '\\']).unwrap_or(rest.len());
    let whole = rest.get(..end)?;
    let user = whole.rfind('@').map_or(0, |at| at + 1);
    let host = whole.get(user..)?;
    let start = from + user;
    if let Some(inner) = host.strip_prefix('[') {
        let length = inner.find(']')?;
        return Some(start + 1..start + 1 + length);
    }
    // An IPv6 address without brackets has several colons.
    let length = if host.matches(':').count() > 1 && host.parse::<std::net::Ipv6Addr>().is_ok() {
        host.len()
    } else {
        host.find(':').unwrap_or(host.len())
    };
    (length > 0).then(|| start..start + length)
}
