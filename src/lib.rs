//! reachgate: says whether a CI runner pod can reach its dev server, why not, and what to change.
//!
//! Facts in, verdicts out, reports last. Imports point one way:
//!
//! | module | job | may import |
//! |---|---|---|
//! | [`flow`], [`untrusted`] | the field's nouns as newtypes | nothing of the house |
//! | [`fact`] | what was seen, as plain data | `flow`, `untrusted` |
//! | [`policy`] | what is expected; [`policy::file`] reads it | `code`, `flow`, `untrusted` |
//! | [`code`], [`finding`], [`exit`] | the words of a verdict | each other |
//! | [`change`] | what a change does, as plain data | `code`, `finding` |
//! | [`document`] | a repository's files as documents with positions, pure | nothing of the house |
//! | [`repository`] | reads a repository's files → documents | `document` |
//! | [`snapshot`] | AWS's nouns as plain data | nothing of the house |
//! | [`network`] | snapshot + question → path, pure | `snapshot`, `flow`, `untrusted` |
//! | [`remedy`] | what is in a path's way → the smallest change | `network`, `snapshot`, `flow` |
//! | [`aws`] | reads AWS's configuration → snapshot | `snapshot`, `untrusted` |
//! | [`gitlab`] | asks GitLab → facts | `fact`, `untrusted` |
//! | [`judge`] | policy × facts, policy × snapshot, policy × documents → findings, pure | all above but `aws`, `exit`, `gitlab` and `repository` |
//! | [`probe`] | asks the network → facts | `fact`, `flow`, `policy`, `untrusted` |
//! | [`report`] | report → writer, one format each; a path's and a change's too | `change`, `code`, `exit`, `finding`, `flow`, `network`, `remedy`, `untrusted` |
//! | [`cli`] | clap types only | `change`, `code`, `finding`, `flow`, `network`, `report` |
//! | [`run`] | load → gather facts → judge → report | everything |

#[cfg(feature = "static")]
pub mod aws;
#[cfg(feature = "static")]
pub mod change;
pub mod cli;
pub mod code;
#[cfg(feature = "lint")]
pub mod document;
pub mod exit;
pub mod fact;
pub mod finding;
pub mod flow;
#[cfg(feature = "gitlab")]
pub mod gitlab;
pub mod judge;
#[cfg(feature = "static")]
pub mod network;
pub mod policy;
pub mod probe;
#[cfg(feature = "static")]
pub mod remedy;
pub mod report;
#[cfg(feature = "lint")]
pub mod repository;
pub mod run;
#[cfg(feature = "static")]
pub mod snapshot;
pub mod untrusted;
