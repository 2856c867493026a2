//! A moto server of our own, seeded with the platform, and what is asked of it.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use reachgate::aws::live::{ClusterRequest, Ends, FetchError, Request, Scope, Session, fetch_snapshot};
use reachgate::flow::Port;
use reachgate::network::{Endpoint, Network, PathResult, Question, Traffic, evaluate_path};
use reachgate::snapshot::Snapshot;

use crate::wire::{Call, Fate, Wire};

pub const CLUSTER: &str = "cwiq-dev-eks-cluster";

/// The server; it ends with the tests.
#[derive(Default)]
pub struct Moto {
    process: Option<Child>,
    /// The server itself.
    server: Option<SocketAddr>,
    /// A wire to it that does nothing but answer what the server does not know.
    plain: Option<Wire>,
    worlds: BTreeMap<String, World>,
    /// The worlds as the seed wrote them, with all their ids.
    pub seeded: String,
}

/// One region of the server.
#[derive(Debug, Clone, serde::Deserialize)]
pub struct World {
    pub region: String,
    pub pod: String,
    pub dev: String,
    pub cluster_group: String,
    pub dev_group: String,
    pub node_interface: String,
    pub node_instance: String,
}

impl Moto {
    /// Starts the server and seeds it with this script of the tests'.
    pub fn start(seed: &str) -> Self {
        let python = python();
        let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its number");
        let process = Command::new(&python)
            .args(["-m", "moto.server", "-H", "127.0.0.1", "-p", &free.port().to_string()])
            .env("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("REACHGATE_PYTHON runs");
        let mut moto = Self {
            process: Some(process),
            server: Some(free),
            plain: Some(Wire::new(free, |_| Fate::Pass)),
            worlds: BTreeMap::new(),
            seeded: String::new(),
        };
        let begun = Instant::now();
        while TcpStream::connect(free).is_err() {
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "moto.server does not start: pip install -r tests/aws/requirements.txt"
            );
            sleep(Duration::from_millis(50));
        }
        let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(seed);
        let seeded =
            Command::new(&python).arg(&seed).arg(format!("http://{free}")).output().expect("seed.py");
        assert!(seeded.status.success(), "{}: {}", seed.display(), String::from_utf8_lossy(&seeded.stderr));
        moto.seeded = String::from_utf8(seeded.stdout).expect("text");
        moto.worlds = serde_json::from_str(&moto.seeded).expect("the seed prints the worlds");
        moto
    }

    /// What AWS's model of EC2 does not have of these form bodies.
    pub fn model(bodies: &str) -> String {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/aws/model.py");
        let mut check = Command::new(python())
            .arg(script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("REACHGATE_PYTHON runs");
        check.stdin.take().expect("a pipe").write_all(bodies.as_bytes()).expect("model.py reads");
        let output = check.wait_with_output().expect("model.py ends");
        let said =
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() || !said.is_empty(), "model.py was given no call");
        said
    }

    pub fn world(&self, name: &str) -> &World {
        self.worlds.get(name).unwrap_or_else(|| panic!("seed.py has no world {name}"))
    }

    /// The names of all worlds.
    pub fn worlds(&self) -> impl Iterator<Item = &str> {
        self.worlds.keys().map(String::as_str)
    }

    /// Where the SDK is sent that nothing happens to.
    pub fn address(&self) -> SocketAddr {
        self.plain.as_ref().expect("the server is started").address
    }

    /// A wire to the server.
    pub fn wire(&self, judge: impl Fn(&Call) -> Fate + Send + Sync + 'static) -> Wire {
        Wire::new(self.server.expect("the server is started"), judge)
    }
}

/// The Python that the tests are given.
fn python() -> PathBuf {
    let Some(python) = std::env::var_os("REACHGATE_PYTHON").map(PathBuf::from) else {
        panic!(
            "REACHGATE_PYTHON is not set: python3 -m venv VENV && VENV/bin/pip install -r tests/aws/requirements.txt, \
             then REACHGATE_PYTHON=VENV/bin/python"
        )
    };
    python
}

impl Drop for Moto {
    fn drop(&mut self) {
        if let Some(process) = &mut self.process {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

/// What the policy's question needs of a world.
pub fn request(world: &World, endpoint: SocketAddr) -> Request {
    Request {
        scope: Scope::Around(Ends {
            ranges: ["10.1.34.0/24", "10.1.35.0/24"].map(|range| range.parse().expect("a range")).to_vec(),
            addresses: vec![world.dev.parse().expect("an address")],
            ..Ends::default()
        }),
        cluster: Some(ClusterRequest { name: CLUSTER.into(), security_group: None }),
        session: Session {
            region: Some(world.region.clone()),
            endpoint_url: Some(format!("http://{endpoint}")),
            profile: None,
        },
        timeout: Duration::from_secs(120),
    }
}

pub fn everything(world: &World, endpoint: SocketAddr) -> Request {
    Request { scope: Scope::Everything, ..request(world, endpoint) }
}

pub fn fetch(request: &Request) -> Result<Snapshot, FetchError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(fetch_snapshot(request))
}

/// From the pod to the dev server's SSH port.
pub fn path(snapshot: &Snapshot, world: &World) -> PathResult {
    let network = Network::new(snapshot);
    let address = |text: &str| Endpoint::Address(text.parse().expect("an address"));
    let traffic = Traffic::Tcp(Port::new(22).expect("a port"));
    evaluate_path(&network, &Question::new(address(&world.pod), address(&world.dev), traffic))
}

/// The blockers' codes, sorted.
pub fn codes(path: &PathResult) -> Vec<String> {
    let mut codes: Vec<String> = path.blockers.iter().map(|blocker| blocker.code.to_string()).collect();
    codes.sort();
    codes.dedup();
    codes
}
