//! The one moto server, and a socket for each way in which AWS is reached.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use crate::bridge;
use crate::case::{File, Manner, Reach};
use crate::moto::Moto;
use crate::wire::{Fate, Wire, ec2_error};

/// The file that has the worlds' regions and ids.
pub const WORLDS: &str = "worlds.json";

/// The server, its wires, and the folder that has their sockets.
pub struct Aws {
    folder: tempfile::TempDir,
    wires: BTreeMap<String, Wire>,
    _moto: Moto,
}

impl Aws {
    /// Starts the server, and lays a wire for every manner that the scenarios ask for.
    pub fn start(files: &[(PathBuf, File)]) -> Self {
        let moto = Moto::start("gate/seed.py");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join(WORLDS), &moto.seeded).expect("the worlds are written");
        let mut wires = BTreeMap::new();
        let cases = files.iter().flat_map(|(_, file)| &file.cases);
        for manner in cases.filter_map(|case| case.aws.manner()).chain([Manner::default()]) {
            let socket = folder.path().join(manner.socket());
            if socket.exists() {
                continue;
            }
            let name = manner.socket();
            let wire = moto.wire(move |call| fate(&manner, &call.action));
            bridge::open(&socket, wire.address).expect("a socket");
            wires.insert(name, wire);
        }
        Self { folder, wires, _moto: moto }
    }

    /// Where the sockets and the worlds' file are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Where a case is to have AWS read once: no call came twice.
    pub fn check_readings(&self, file: &File) -> Result<(), String> {
        for case in &file.cases {
            let Some(manner) = case.aws.manner().filter(|manner| manner.own.is_some()) else { continue };
            let wire = self.wires.get(&manner.socket()).ok_or("no such wire")?;
            let mut told = BTreeSet::new();
            let calls = wire.calls();
            if calls.is_empty() {
                return Err("AWS was not asked".to_owned());
            }
            for call in calls {
                if !told.insert((call.action.clone(), call.body)) {
                    return Err(format!("{} was asked twice", call.action));
                }
            }
        }
        Ok(())
    }
}

/// What becomes of a call in this manner.
fn fate(manner: &Manner, action: &str) -> Fate {
    sleep(Duration::from_millis(manner.delay_ms));
    if manner.silent {
        Fate::Silence
    } else if manner.deny.iter().any(|denied| denied == action) {
        ec2_error(403, "UnauthorizedOperation")
    } else if manner.blackhole && action == "ec2:DescribeRouteTables" {
        Fate::Edit(blackhole)
    } else {
        Fate::Pass
    }
}

/// Routes over a peering as they are once it is gone, which moto does not tell.
#[expect(clippy::needless_pass_by_value, reason = "an edit of the wire takes the answer itself")]
fn blackhole(answer: String) -> String {
    let routes = answer.split_inclusive("</item>");
    let dead = |route: &str| {
        if route.contains("<vpcPeeringConnectionId>pcx-") {
            route.replace("<state>active</state>", "<state>blackhole</state>")
        } else {
            route.to_owned()
        }
    };
    routes.map(dead).collect()
}

impl crate::case::Aws {
    /// How the server is reached; `None` where it is not.
    pub fn manner(&self) -> Option<Manner> {
        (self.reach != Reach::Closed).then(|| self.manner.clone())
    }
}
