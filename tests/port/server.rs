//! Servers on loopback that do what they are told, and the probe run against them.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rcgen::{CertificateParams, KeyPair};
use reachgate::fact::port::{Exchange, PortFact, Role, Target};
use reachgate::flow::{Greeting, Port};
use reachgate::probe::port::probe_ports;
use socket2::{Domain, Socket, Type};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::{ClientHello, ResolvesServerCert};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, SupportedProtocolVersion};

/// The probe's timeout in these tests, far above what loopback needs.
pub const TIMEOUT: Duration = Duration::from_millis(400);

/// A server that handles each connection with `handle`, in a thread of its own.
pub fn serve(handle: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    serve_on(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)), handle)
}

pub fn serve_on(address: SocketAddr, handle: impl Fn(TcpStream) + Clone + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind(address).unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (stream, handle) = (stream.unwrap(), handle.clone());
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.set_nodelay(true).unwrap();
            thread::spawn(move || handle(stream));
        }
    });
    address
}

/// Sends `bytes`, then waits for the client to close.
pub fn say(bytes: impl AsRef<[u8]> + Clone + Send + 'static) -> SocketAddr {
    serve(move |mut stream| {
        let _ = stream.write_all(bytes.as_ref());
        wait(&mut stream);
    })
}

/// Sends `bytes`, then closes with a FIN once the client has said something.
pub fn say_and_close(bytes: impl AsRef<[u8]> + Clone + Send + 'static) -> SocketAddr {
    serve(move |mut stream| {
        // Reading first, so that nothing unread turns the FIN into a RST.
        let _ = stream.read(&mut [0; 4096]);
        let _ = stream.write_all(bytes.as_ref());
    })
}

/// Reads until the client is gone; what it said.
pub fn wait(stream: &mut TcpStream) -> Vec<u8> {
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said);
    said
}

/// An address whose SYNs are dropped: a listener whose queue is full. It stays so while the guard lives.
pub fn blackhole() -> (SocketAddr, impl Sized) {
    let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    listener.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    listener.listen(0).unwrap();
    let address = listener.local_addr().unwrap().as_socket().unwrap();
    let fillers: Vec<_> = (0..4)
        .map(|_| {
            let filler = Socket::new(Domain::IPV4, Type::STREAM.nonblocking(), None).unwrap();
            let _ = filler.connect(&address.into());
            filler
        })
        .collect();
    (address, (listener, fillers))
}

/// A loopback port that nothing listens on, nor will: it stays bound for as long as the tests run.
pub fn nobody() -> SocketAddr {
    let bound = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    bound.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    let address = bound.local_addr().unwrap().as_socket().unwrap();
    std::mem::forget(bound);
    address
}

pub fn target(address: SocketAddr, greeting: Greeting) -> Target {
    Target {
        destination: "dev-server".to_owned(),
        role: Role::Reach(greeting.word().to_owned()),
        address: address.ip(),
        port: Port::new(address.port()).unwrap(),
        greeting,
        server_name: None,
    }
}

pub fn with_role(role: Role, target: Target) -> Target {
    Target { role, ..target }
}

/// What a probe of `targets` said, in the order it was said, and how long it took.
pub fn probe(targets: &[Target], timeout: Duration) -> (Vec<PortFact>, Duration) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let started = Instant::now();
    let facts = runtime.block_on(async {
        let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
        probe_ports(targets, timeout, &sender).await;
        drop(sender);
        let mut facts = Vec::new();
        while let Some(fact) = receiver.recv().await {
            facts.push(fact);
        }
        facts
    });
    (facts, started.elapsed())
}

pub fn probe_one(target: Target) -> PortFact {
    let (mut facts, _) = probe(&[target], TIMEOUT);
    assert_eq!(facts.len(), 1);
    facts.remove(0)
}

/// How the greeting went with the server at `address`.
pub fn exchange(address: SocketAddr, greeting: Greeting) -> Exchange {
    probe_one(target(address, greeting)).exchange.unwrap()
}

/// A chain and key, as a server would present them, whether they belong together or not.
#[derive(Debug)]
pub struct Identity(Arc<CertifiedKey>);

impl Identity {
    pub fn new(chain: Vec<CertificateDer<'static>>, key: &KeyPair) -> Self {
        let key = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let key = ring::sign::any_supported_type(&key).unwrap();
        Self(Arc::new(CertifiedKey::new(chain, key)))
    }

    pub fn self_signed(params: &CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self::new(vec![certificate.der().clone()], &key)
    }

    pub fn named(names: &[&str]) -> Self {
        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        Self::self_signed(&CertificateParams::new(names).unwrap())
    }
}

impl ResolvesServerCert for Identity {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        // A name that this server does not know draws an alert, as from many a real one.
        (hello.server_name() != Some("unknown.example")).then(|| Arc::clone(&self.0))
    }
}

/// A TLS server that reports the SNI and how each connection ended.
pub fn serve_tls(
    identity: Identity,
    versions: &[&'static SupportedProtocolVersion],
) -> (SocketAddr, std::sync::mpsc::Receiver<TlsEnd>) {
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(identity));
    let config = Arc::new(config);
    let (sender, receiver) = std::sync::mpsc::channel();
    let address = serve(move |mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        while connection.is_handshaking() {
            if connection.complete_io(&mut stream).is_err() {
                return;
            }
        }
        let server_name = connection.server_name().map(str::to_owned);
        // Ok(0) is close_notify; a connection cut off is an error.
        let polite = matches!(
            tokio_rustls::rustls::Stream::new(&mut connection, &mut stream).read(&mut [0; 16]),
            Ok(0)
        );
        let _ = sender.send(TlsEnd { server_name, polite });
    });
    (address, receiver)
}

#[derive(Debug, PartialEq, Eq)]
pub struct TlsEnd {
    pub server_name: Option<String>,
    pub polite: bool,
}
