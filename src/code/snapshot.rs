//! The codes of the area `snapshot`: the configuration that was read.

use super::Story;

pub(super) const INCOMPLETE: Story = Story {
    summary: "Something that the answer depends on is not in the snapshot.",
    meaning: "What was not read is not empty: the answer is unknown. The finding names the document and the IAM \
              action that reading it takes.",
    causes: &[
        "The permission is missing, and AWS refused that one call.",
        "The command's output was not saved into the folder.",
        "An account or a region that the path crosses was not read.",
    ],
    remedy: "Save the output of the command that the finding names into the snapshot, or allow its IAM action; \
             then run it again.",
};

pub(super) const CONFLICT: Story = Story {
    summary: "Two files of the snapshot describe the same thing differently.",
    meaning: "What depends on it is unknown: one of the two is older, or wrong.",
    causes: &["The files were saved at different times, with a change in between."],
    remedy: "Take both again, or remove the older one.",
};
