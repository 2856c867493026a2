//! The codes of the area `run`: the run itself.

use super::Story;

pub(super) const INTERRUPTED: Story = Story {
    summary: "The run was ended by a signal before everything was asked.",
    meaning: "The report holds what was known by then; what was not asked is unknown.",
    causes: &["The job was cancelled, or hit its timeout.", "Somebody pressed Ctrl-C."],
    remedy: "Run it again; give it more time than `--wait` plus twice `--timeout`.",
};
