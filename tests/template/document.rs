//! `docs/gitlab.md` lists the inputs as the components have them.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::component::{ALL, Component, root};

fn table(component: &Component) -> String {
    let mut table = String::from("| input | type | default | |\n|---|---|---|---|\n");
    for (name, input) in &component.inputs {
        let code = |value: &Value| match value {
            Value::String(text) if text.is_empty() => "empty".to_owned(),
            Value::String(text) => format!("`{text}`"),
            other => format!("`{other}`"),
        };
        let kind = match &input.options {
            Some(options) => options.iter().map(code).collect::<Vec<_>>().join(", "),
            None => input.kind.word().to_owned(),
        };
        let default = input.default.as_ref().map_or_else(|| "mandatory".to_owned(), code);
        writeln!(table, "| `{name}` | {kind} | {default} | {} |", input.description).unwrap();
    }
    table
}

#[test]
fn the_inputs_tables_are_in_step() {
    let path = root().join("docs/gitlab.md");
    let committed = fs::read_to_string(&path).unwrap();
    let mut page = committed.clone();
    for name in ALL {
        let (begin, end) = (format!("<!-- inputs of {name} -->\n"), "<!-- end of inputs -->");
        let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("{begin} is not in the page"));
        let (_, after) = rest.split_once(end).unwrap_or_else(|| panic!("{end} is not in the page"));
        page = format!("{before}{begin}{}{end}{after}", table(&Component::load(name)));
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
        return;
    }
    assert!(page == committed, "docs/gitlab.md is out of step: UPDATE_DOCS=1 cargo test --test template");
}
