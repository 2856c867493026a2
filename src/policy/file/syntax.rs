//! What the YAML reader did not take, in words for who wrote it.

use std::ops::Range;

use serde_saphyr::budget::BudgetBreach;
use serde_saphyr::granit_parser::ErrorKind;
use serde_saphyr::localizer::ExternalMessageSource;
use serde_saphyr::{Error, Location, MessageFormatter as _, UserMessageFormatter};

use super::fault::Draft;
use super::tree::{DEEPEST, MOST_NODES, value_bytes};
use crate::untrusted::Untrusted;

/// The fault that a reading ended with.
pub(super) fn syntax_fault(error: &Error, text: &str) -> Draft {
    let at = error.location().map_or(0..0, |location| bytes(location, text));
    match error {
        Error::AliasError { error, .. } => syntax_fault(error, text),
        Error::MultipleDocuments { .. } => Draft::new(&at, "there is a second document in the file")
            .label("it begins here")
            .help("a file holds one policy: remove what follows the first, and its `---` or `...`"),
        Error::UnknownAnchor { .. } => Draft::new(&at, "the alias refers to no anchor").help(
            "an alias `*name` repeats what was marked `&name` before it; a text that begins with `*` needs quotes",
        ),
        Error::RecursiveReferencesRequireWeakTypes { .. } => {
            Draft::new(&at, "the alias is inside of what it repeats").help("write the value out")
        }
        // Values are read whatever they are, so it was a key.
        Error::Unexpected { .. } | Error::NullIntoString { .. } => {
            Draft::new(&at, "this cannot be a key").help("a key is a text, such as `version`")
        }
        Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => too_deep(&at),
        error if matches!(kind(error), Some(ErrorKind::RecursionLimitExceeded)) => too_deep(&at),
        Error::Budget { .. }
        | Error::AliasReplayLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. } => {
            let message = format!("the file holds more than {MOST_NODES} values, aliases counted as they expand");
            Draft::new(&at, message).help("a policy is far smaller: is this the right file?")
        }
        _ => {
            let said = UserMessageFormatter.format_message(error);
            let draft = Draft::new(&at, format!("this cannot be read as YAML: {}", Untrusted::from(&*said)));
            match kind(error).and_then(|kind| remedy(kind, line(text, at.start))) {
                Some(help) => draft.help(help),
                None => draft,
            }
        }
    }
}

fn too_deep(at: &Range<usize>) -> Draft {
    Draft::new(at, format!("lists and maps lie more than {DEEPEST} deep"))
        .help("a policy needs five levels: look for brackets that are not closed")
}

fn kind(error: &Error) -> Option<&ErrorKind> {
    match error {
        Error::ExternalMessage { source, .. } => match source.as_ref() {
            ExternalMessageSource::Parser(scan) => Some(scan.kind()),
            _ => None,
        },
        _ => None,
    }
}

/// The likely cause.
fn remedy(kind: &ErrorKind, line: &str) -> Option<&'static str> {
    use ErrorKind as Kind;
    match kind {
        Kind::TabNotAllowed
        | Kind::TabInBlockIndentation
        | Kind::TabInIndentation
        | Kind::TabInPlainScalar => Some("YAML is indented by spaces: replace the tabs"),
        Kind::ExpectedFlowMappingSeparator
        | Kind::ExpectedFlowSequenceSeparator
        | Kind::MismatchedFlowCollectionEnd { .. }
            if line.contains("${") =>
        {
            Some("inside of `[ ]` and `{ }` a variable needs double quotes: \"${NAME}\"")
        }
        Kind::UnclosedFlowCollection { .. }
        | Kind::MismatchedFlowCollectionEnd { .. }
        | Kind::MisplacedFlowCollectionEnd
        | Kind::InvalidColonPlacement
        | Kind::ExpectedFlowMappingSeparator
        | Kind::ExpectedFlowSequenceSeparator => Some("look for a bracket that is not closed, here or above"),
        Kind::UnclosedQuotedScalar => Some("close the quote on the same line"),
        Kind::UnexpectedCharacter { .. } => Some("put the value in double quotes"),
        Kind::MappingValueNotAllowed | Kind::InvalidMappingValueWhitespace => Some(
            "a value that holds `: ` needs double quotes; otherwise look at the indentation, and for a `:` missing above",
        ),
        Kind::ExpectedBlockMappingKey
        | Kind::ExpectedBlockSequenceEntry
        | Kind::BlockSequenceEntryNotAllowed
        | Kind::MappingKeyNotAllowed
        | Kind::SimpleKeyExpected
        | Kind::InvalidIndentation => Some("keys of one map, and the `-` of one list, stand in one column"),
        _ => None,
    }
}

fn line(text: &str, at: usize) -> &str {
    let begin = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
    text.get(begin..).and_then(|rest| rest.lines().next()).unwrap_or_default()
}

/// The bytes of a location. Those of bad syntax carry line and column only, and mark one character.
fn bytes(location: Location, text: &str) -> Range<usize> {
    if let Some(bytes) = value_bytes(location) {
        return bytes;
    }
    let line = usize::try_from(location.line()).unwrap_or(usize::MAX).max(1);
    let column = usize::try_from(location.column()).unwrap_or(usize::MAX).max(1);
    let begin =
        if line == 1 { Some(0) } else { text.match_indices('\n').nth(line - 2).map(|(at, _)| at + 1) };
    let Some(begin) = begin else { return text.len()..text.len() };
    let rest = text.get(begin..).unwrap_or_default();
    let start = rest.char_indices().nth(column - 1).map_or(text.len(), |(at, _)| begin + at);
    let width = text.get(start..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    start..start + width
}
