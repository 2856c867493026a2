//! Are the node classes that node pools name among the files?

use crate::code::Code;
use crate::document::Kind;
use crate::document::manifest::{Identity, is_template};
use crate::document::node_pool::NodePool;
use crate::finding::{Finding, Verdict};
use crate::judge::lint::Lint;

const EXPECTED: &str = "an EC2NodeClass that is judged";

pub(in crate::judge::lint) fn judge(lint: &Lint<'_>, findings: &mut Vec<Finding>) {
    let documents = || lint.files.iter().flat_map(|(_, file)| file.documents());
    let classes: Vec<String> = documents()
        .filter(|document| document.kind == Kind::NodeClass)
        .map(|document| Identity::of(&document.root).name)
        .collect();
    for document in documents().filter(|document| document.kind == Kind::NodePool) {
        let pool = NodePool::parse(&document.root);
        let finding = |verdict, span| {
            Finding::new(Code::NodepoolClassMissing, verdict, format!("NodePool {}", pool.identity.name))
                .expected(EXPECTED)
                .at(lint.location(span))
        };
        findings.extend(match &pool.class {
            None => Some(
                finding(Verdict::Fail, pool.identity.span)
                    .observed("it has no nodeClassRef with a name")
                    .reason("The API refuses a pool without one, so there are no such nodes.")
                    .hint("Name the node class in spec.template.spec.nodeClassRef: group, kind and name."),
            ),
            Some(class) if class.kind == "EC2NodeClass" && classes.contains(&class.name) => None,
            Some(class) => {
                let why = if class.kind != "EC2NodeClass" {
                    format!("A class of kind {} is not among what is judged.", class.kind)
                } else if is_template(&class.name) {
                    "Its name is filled in later.".to_owned()
                } else {
                    "So which groups and subnets its nodes have is not known.".to_owned()
                };
                Some(
                    finding(Verdict::Unknown, class.span)
                        .observed(format!("{} {} is in none of the files", class.kind, class.name))
                        .reason(why)
                        .hint("Lint the folder that holds it as well, or correct the name."),
                )
            }
        });
    }
}
