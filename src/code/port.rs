//! The codes of the area `port`.

use super::Story;

pub(super) const OPEN: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const CLOSED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const FILTERED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const PROHIBITED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const UNREACHABLE: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const BLOCKED_LOCALLY: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const STALLED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const SILENT: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const DROPPED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const WRONG_SERVICE: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const THROTTLED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const TLS_ALERT: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const CONTROL_QUIET: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const CONTROL_CONNECTED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const INTERCEPTED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NOT_OPEN: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const EXPOSED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const UNDECIDED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NOT_ASKED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };
