//! The codes of the area `document`: files that are linted, and what they allow.

use super::Story;

pub(super) const UNREADABLE: Story = Story {
    summary: "A file cannot be read, so nothing in it was judged.",
    meaning: "It may hold anything: a wrong tag or address in it is not found. GitLab refuses a pipeline with such a file.",
    causes: &[
        "Its YAML is broken: indentation, a tab, a quote or bracket that is not closed.",
        "It is a template with `{{ }}` that becomes YAML only when it is rendered.",
        "It is not UTF-8, larger than 8 MiB, or not readable for this user.",
    ],
    remedy: "Mend the file at the line that is named; render a template first, or leave it out of the paths.",
};

pub(super) const NONE: Story = Story {
    summary: "No file among those that were given holds anything that is judged.",
    meaning: "Nothing was decided. A run that looks in the wrong folder must not pass.",
    causes: &[
        "The paths are those of another folder.",
        "The files are left out by .gitignore.",
        "The files are named otherwise than `*.yml`, `*.yaml` or `*.toml`.",
    ],
    remedy: "Give the repository's root, or the files themselves.",
};

pub(super) const LEFT_ALONE: Story = Story {
    summary: "Files of the folders that were given hold nothing that is judged.",
    meaning: "They were read and left alone. `-v` and the JSON report name them.",
    causes: &["They are of a kind that reachgate does not know.", "They lack what their kind is known by."],
    remedy: "Nothing, unless one of them should have been judged: then look at what it holds.",
};

pub(super) const ALLOWANCE_UNUSED: Story = Story {
    summary: "An allowance matches no finding.",
    meaning: "It hides nothing now, and would hide the next mistake on its line.",
    causes: &[
        "What it was written for has been mended.",
        "The finding moved to another line.",
        "It names another code than the finding's.",
    ],
    remedy: "Remove it, or move it to the finding's line or the one before.",
};

pub(super) const ALLOWANCE_EXPIRED: Story = Story {
    summary: "An allowance's date is past.",
    meaning: "What it allowed is judged again.",
    causes: &["Its time is up."],
    remedy: "Mend what it was written for; give it a new date only with a reason that still holds.",
};

pub(super) const ALLOWANCE_MALFORMED: Story = Story {
    summary: "An allowance cannot be understood.",
    meaning: "It allows nothing.",
    causes: &["It says no date or no reason.", "Its code does not exist.", "Its date is not YYYY-MM-DD."],
    remedy: "Write `# reachgate: allow CODE until YYYY-MM-DD because REASON`.",
};
