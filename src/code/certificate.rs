//! The codes of the area `certificate`.

use super::Story;

pub(super) const VALID: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NAME_MISMATCH: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const EXPIRED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NOT_YET_VALID: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const EXPIRES_SOON: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const UNREADABLE: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };

pub(super) const NOT_ASKED: Story = Story { summary: "", meaning: "", causes: &[], remedy: "" };
