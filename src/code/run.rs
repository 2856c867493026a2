//! The codes of the area `run`.

use super::Story;

pub(super) const INTERRUPTED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };
