//! The grammar's tree → steps.

use std::ops::ControlFlow;

use tree_sitter::{Node, ParseOptions, ParseState, Parser};

use super::word::read_word;
use super::{Action, Command, Redirect, Script, Step, Word};

/// Lists in lists, substitutions in substitutions.
const DEEPEST: usize = 100;
/// Bytes of a script; what is longer is not read, and that is said.
const LONGEST: usize = 1024 * 1024;
/// How often the grammar may look at its progress before it is stopped: it looks every hundred operations or so.
const MOST_LOOKS: usize = 200_000;

/// Reads scripts; making one costs more than reading a short script.
pub struct ShellReader {
    parser: Parser,
}

impl std::fmt::Debug for ShellReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShellReader")
    }
}

impl Default for ShellReader {
    fn default() -> Self {
        let mut parser = Parser::new();
        // It fails only for a grammar of another ABI; then every script is unread, which is said.
        let _ = parser.set_language(&tree_sitter_bash::LANGUAGE.into());
        Self { parser }
    }
}

impl ShellReader {
    /// Reads a script. What is no shell is left out and named; it never fails.
    pub fn read(&mut self, source: &str) -> Script {
        let mut script = Script::default();
        let bytes = source.as_bytes();
        let mut looks = 0_usize;
        let mut progress = |_: &ParseState| {
            looks += 1;
            if looks > MOST_LOOKS { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let options = ParseOptions::new().progress_callback(&mut progress);
        let tree = if bytes.len() > LONGEST {
            None
        } else {
            let mut chunk = |at: usize, _| bytes.get(at..).unwrap_or_default();
            self.parser.parse_with_options(&mut chunk, None, Some(options))
        };
        let Some(tree) = tree else {
            self.parser.reset();
            script.unread.push(0..source.len());
            return script;
        };
        let mut reader = Reader { source, script, into: None };
        reader.visit(tree.root_node(), false, 0);
        reader.script
    }
}

struct Reader<'a> {
    source: &'a str,
    script: Script,
    /// The function whose body is being read.
    into: Option<Vec<Step>>,
}

impl Reader<'_> {
    fn visit(&mut self, node: Node<'_>, conditional: bool, depth: usize) {
        if depth > DEEPEST {
            self.script.unread.push(node.byte_range());
            return;
        }
        match node.kind() {
            "comment" => {}
            "command" => self.command(node, Command::default(), conditional, depth),
            "declaration_command" => self.declaration(node, conditional, depth),
            "variable_assignment" => self.assignment(node, conditional, depth),
            "redirected_statement" => self.redirected(node, conditional, depth, false),
            "pipeline" => self.pipeline(node, conditional, depth),
            "for_statement" => self.repetition(node, conditional, depth),
            "function_definition" => self.function(node, depth),
            "list" => {
                let mut cursor = node.walk();
                for (index, child) in node.named_children(&mut cursor).enumerate() {
                    self.visit(child, conditional || index > 0, depth + 1);
                }
            }
            "if_statement" | "while_statement" | "case_statement" | "c_style_for_statement" => {
                self.children(node, true, depth);
            }
            "ERROR" => {
                self.script.unread.push(node.byte_range());
                self.children(node, true, depth);
            }
            _ => self.children(node, conditional, depth),
        }
    }

    fn children(&mut self, node: Node<'_>, conditional: bool, depth: usize) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            self.visit(child, conditional, depth + 1);
        }
    }

    /// The commands in a word's substitutions, which run before its own.
    fn substitutions(&mut self, node: Node<'_>, depth: usize) {
        if depth > DEEPEST {
            self.script.unread.push(node.byte_range());
            return;
        }
        match node.kind() {
            "command_substitution" | "process_substitution" => self.children(node, true, depth),
            _ => {
                let mut cursor = node.walk();
                for child in node.named_children(&mut cursor) {
                    self.substitutions(child, depth + 1);
                }
            }
        }
    }

    fn word(&mut self, node: Node<'_>, depth: usize) -> Word {
        if node.named_child_count() > 0 {
            self.substitutions(node, depth + 1);
        }
        read_word(node, self.source)
    }

    fn push(&mut self, conditional: bool, action: Action) {
        let step = Step { conditional, action };
        self.into.as_mut().unwrap_or(&mut self.script.steps).push(step);
    }

    fn command(&mut self, node: Node<'_>, mut command: Command, conditional: bool, depth: usize) {
        let mut cursor = node.walk();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "variable_assignment" => {
                    if let Some(assigned) = self.assigned(child, depth) {
                        command.assignments.push(assigned);
                    }
                }
                "file_redirect" | "herestring_redirect" | "heredoc_redirect" => {
                    self.redirect(child, &mut command, depth);
                }
                "ERROR" => self.script.unread.push(child.byte_range()),
                _ if child.is_named() => {
                    let word = self.word(child, depth);
                    command.words.push(word);
                }
                _ => {}
            }
        }
        self.push(conditional, Action::Command(command));
    }

    /// `export A=1`: each is an assignment.
    fn declaration(&mut self, node: Node<'_>, conditional: bool, depth: usize) {
        let mut cursor = node.walk();
        for child in node.named_children(&mut cursor) {
            match child.kind() {
                "variable_assignment" => self.assignment(child, conditional, depth + 1),
                _ => self.substitutions(child, depth + 1),
            }
        }
    }

    fn assignment(&mut self, node: Node<'_>, conditional: bool, depth: usize) {
        if let Some((name, value)) = self.assigned(node, depth) {
            // `+=` adds to what was there.
            let adds = node.children(&mut node.walk()).any(|child| child.kind() == "+=");
            self.push(conditional || adds, Action::Assign { name, values: vec![value] });
        }
    }

    fn assigned(&mut self, node: Node<'_>, depth: usize) -> Option<(String, Word)> {
        let name = self.text(node.child_by_field_name("name")?);
        let end = node.end_byte();
        let value = node.child_by_field_name("value");
        let value =
            value.map_or_else(|| Word { at: end..end, ..Word::default() }, |value| self.word(value, depth));
        Some((name, value))
    }

    fn redirected(&mut self, node: Node<'_>, conditional: bool, depth: usize, piped: bool) {
        let mut command = Command { piped, ..Command::default() };
        let mut cursor = node.walk();
        let children: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        let is_redirect = |node: &Node<'_>| node.kind().ends_with("_redirect");
        let mut within = Vec::new();
        for child in children.iter().filter(|child| is_redirect(child)) {
            self.redirect(*child, &mut command, depth);
            if child.kind() == "heredoc_redirect" {
                let mut cursor = child.walk();
                let rest = child.named_children(&mut cursor);
                within.extend(rest.filter(|one| {
                    matches!(one.kind(), "pipeline" | "command" | "list" | "redirected_statement")
                }));
            }
        }
        command.piped |= within.iter().any(|one| one.kind() == "pipeline");
        for child in children.iter().filter(|child| !is_redirect(child)) {
            match child.kind() {
                "command" => self.command(*child, std::mem::take(&mut command), conditional, depth + 1),
                _ => self.visit(*child, conditional, depth + 1),
            }
        }
        if !command.documents.is_empty() || !command.redirects.is_empty() {
            self.push(conditional, Action::Command(command));
        }
        for one in within {
            self.visit(one, conditional, depth + 1);
        }
    }

    fn redirect(&mut self, node: Node<'_>, command: &mut Command, depth: usize) {
        let mut cursor = node.walk();
        if node.kind() == "heredoc_redirect" {
            for child in node.named_children(&mut cursor) {
                match child.kind() {
                    "heredoc_body" => {
                        let word = self.word(child, depth);
                        command.documents.push(word);
                    }
                    "file_redirect" => self.redirect(child, command, depth + 1),
                    // `cmd <<EOF more words`
                    "word" | "string" | "raw_string" | "concatenation" | "simple_expansion" | "expansion"
                    | "number" => {
                        let word = self.word(child, depth);
                        command.words.push(word);
                    }
                    _ => {}
                }
            }
            return;
        }
        let mut operator = String::new();
        for child in node.children(&mut cursor) {
            match child.kind() {
                "file_descriptor" => {}
                _ if !child.is_named() => operator.push_str(child.kind()),
                "ERROR" => self.script.unread.push(child.byte_range()),
                _ => {
                    let word = self.word(child, depth);
                    command.redirects.push(Redirect { operator: operator.clone(), word });
                }
            }
        }
    }

    fn pipeline(&mut self, node: Node<'_>, conditional: bool, depth: usize) {
        let mut cursor = node.walk();
        let stages: Vec<Node<'_>> = node.named_children(&mut cursor).collect();
        for (index, stage) in stages.iter().enumerate() {
            let piped = index + 1 < stages.len();
            match stage.kind() {
                "command" => {
                    self.command(*stage, Command { piped, ..Command::default() }, conditional, depth + 1);
                }
                "redirected_statement" => self.redirected(*stage, conditional, depth + 1, piped),
                _ => self.visit(*stage, conditional, depth + 1),
            }
        }
    }

    fn repetition(&mut self, node: Node<'_>, conditional: bool, depth: usize) {
        if let Some(variable) = node.child_by_field_name("variable") {
            let mut cursor = node.walk();
            let nodes: Vec<Node<'_>> = node.children_by_field_name("value", &mut cursor).collect();
            let values: Vec<Word> = nodes.into_iter().map(|value| self.word(value, depth)).collect();
            let name = self.text(variable);
            self.push(conditional, Action::Assign { name, values });
        }
        if let Some(body) = node.child_by_field_name("body") {
            self.visit(body, true, depth + 1);
        }
    }

    fn function(&mut self, node: Node<'_>, depth: usize) {
        let (Some(name), Some(body)) = (node.child_by_field_name("name"), node.child_by_field_name("body"))
        else {
            return self.children(node, true, depth);
        };
        let name = self.text(name);
        let outer = self.into.replace(Vec::new());
        self.visit(body, true, depth + 1);
        let steps = std::mem::replace(&mut self.into, outer).unwrap_or_default();
        self.script.functions.insert(name, steps);
    }

    fn text(&self, node: Node<'_>) -> String {
        self.source.get(node.byte_range()).unwrap_or_default().to_owned()
    }
}
