//! The codes of the area `dns`.

use super::Story;

pub(super) const CONTROL_RESOLVED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const CONTROL_FAILED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NAME_UNRESOLVABLE: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NAME_RESOLVES: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NOT_TAILNET: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const TAILNET_ANSWER: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const WILDCARD: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const UNDECIDED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const VIEWS_DIFFER: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NAME_UNSET: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const RESOLVER_MISSING: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const MAGICDNS_ABSENT: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const MAGICDNS_RESOLVER: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };
