//! Prefix lists, the account's own and AWS's.

use ipnet::IpNet;

use super::Id;
use super::noun::noun;

noun! {
    /// A prefix list (`ec2 describe-managed-prefix-lists`; `ec2 describe-prefix-lists` gives its CIDRs too).
    PrefixList {
        prefix_list_id: Id,
        ;
        prefix_list_name: Option<Id>,
        address_family: Option<Id>,
        state: Option<Id>,
        version: Option<i64>,
        max_entries: Option<i32>,
        owner_id: Option<Id>,
        cidrs: Option<Vec<IpNet>>,
    }

    /// An entry of a list's newest version (`ec2 get-managed-prefix-list-entries`).
    PrefixListEntry { cidr: IpNet, ; }
}
