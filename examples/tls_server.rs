//! Speaks TLS with a self-signed certificate made at start, and answers any request with `204`. A
//! stand-in for a real web server in demonstrations.

use std::error::Error;
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use clap::Parser;
use rcgen::{CertificateParams, DnType, KeyPair, date_time_ymd};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::rustls::{ServerConfig, ServerConnection, Stream};

/// Speaks TLS with a self-signed certificate made at start.
#[derive(Parser, Clone)]
struct Options {
    /// Address and port to listen on; port 0 takes a free one. What it is comes on standard error.
    #[arg(long)]
    listen: SocketAddr,
    /// A DNS name or address the certificate is for; repeatable.
    #[arg(long = "name", required = true)]
    names: Vec<String>,
    /// A certificate that has expired.
    #[arg(long)]
    expired: bool,
    /// Accept, and say nothing: what a path that loses full-size packets shows.
    #[arg(long)]
    stall: bool,
    /// Answer in plain HTTP.
    #[arg(long, conflicts_with = "stall")]
    plaintext: bool,
}

/// How long a connection is kept.
const LONGEST: Duration = Duration::from_secs(60);

const ANSWER: &[u8] = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n";

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse();
    let config = Arc::new(config(&options)?);
    let listener = TcpListener::bind(options.listen)?;
    writeln!(io::stderr(), "listening on {}", listener.local_addr()?)?;
    for stream in listener.incoming() {
        let (stream, options, config) = (stream?, options.clone(), Arc::clone(&config));
        thread::Builder::new().spawn(move || serve(stream, &options, config))?;
    }
    Ok(())
}

fn config(options: &Options) -> Result<ServerConfig, Box<dyn Error>> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(options.names.clone())?;
    if let Some(name) = options.names.first() {
        params.distinguished_name.push(DnType::CommonName, name);
    }
    if options.expired {
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2021, 1, 1);
    }
    let certificate = params.self_signed(&key)?;
    let key = PrivateKeyDer::try_from(key.serialize_der())?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    Ok(config)
}

fn serve(
    mut stream: TcpStream,
    options: &Options,
    config: Arc<ServerConfig>,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    stream.set_read_timeout(Some(LONGEST))?;
    stream.set_nodelay(true)?;
    let mut request = [0; 4096];
    if options.stall {
        io::copy(&mut stream.take(64 * 1024), &mut io::sink())?;
    } else if options.plaintext {
        let _ = stream.read(&mut request)?;
        stream.write_all(ANSWER)?;
    } else {
        let mut connection = ServerConnection::new(config)?;
        let mut tls = Stream::new(&mut connection, &mut stream);
        if tls.read(&mut request)? > 0 {
            tls.write_all(ANSWER)?;
        }
        connection.send_close_notify();
        connection.complete_io(&mut stream)?;
    }
    Ok(())
}
