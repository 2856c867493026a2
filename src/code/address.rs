//! The codes of the area `address`.

use super::Story;

pub(super) const IN_VPC: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const UNSET: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NOT_AN_IP: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const PADDED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const TAILNET: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const OUTSIDE_VPC: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const RESERVED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const LOOPBACK: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const SPECIAL_PURPOSE: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const OWN: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const IN_RUNNER_SUBNET: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const RANGES_OVERLAP: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };
