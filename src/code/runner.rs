//! The codes of the area `runner`.

use super::Story;

pub(super) const IN_SUBNET: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const OUTSIDE_SUBNETS: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const IN_POD: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NOT_IN_POD: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const TAILSCALE_ABSENT: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const TAILSCALE_PRESENT: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const PROXY_ABSENT: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const PROXY_SET: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const ACTIVE: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const RETIRED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const UNLISTED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const UNIDENTIFIED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };
