//! A way out of a namespace that has none: TCP on one side, a socket in the file system on the other.

use std::io;
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::Path;
use std::thread;

use crate::namespace;

/// The argument that says "be a pod's end of a bridge".
pub const SERVE: &str = "--serve-bridge";

/// Leads whoever connects to this socket to the address, for as long as the tests run.
pub fn open(socket: &Path, address: SocketAddr) -> io::Result<()> {
    let listener = UnixListener::bind(socket)?;
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            if let Ok(server) = TcpStream::connect(address) {
                join(server, client);
            }
        }
    });
    Ok(())
}

/// Starts a pod's end: what connects to the address there is led to the socket.
pub fn start(namespace: &str, address: SocketAddr, socket: &Path) -> Result<(), String> {
    let itself = std::env::current_exe().map_err(|e| format!("this test's own path: {e}"))?;
    let mut command = namespace::command(namespace, &itself.to_string_lossy());
    command.arg(SERVE).arg(address.to_string()).arg(socket);
    let name = format!("bridge-{namespace}-{}", address.port());
    namespace::start(&name, &mut command)?;
    namespace::await_listener(&name, namespace, address.port())
}

/// Serves until it is killed.
pub fn serve(address: &str, socket: &Path) -> Result<(), String> {
    let listener = TcpListener::bind(address).map_err(|e| format!("{address}: {e}"))?;
    for client in listener.incoming().flatten() {
        let server = UnixStream::connect(socket).map_err(|e| format!("{}: {e}", socket.display()))?;
        join(client, server);
    }
    Ok(())
}

/// Carries bytes both ways; each way ends by itself.
fn join(tcp: TcpStream, unix: UnixStream) {
    let (Ok(tcp_too), Ok(unix_too)) = (tcp.try_clone(), unix.try_clone()) else { return };
    // A side that is gone takes the other with it.
    thread::spawn(move || {
        let _ = io::copy(&mut &tcp, &mut &unix);
        let _ = unix.shutdown(Shutdown::Write);
    });
    thread::spawn(move || {
        let _ = io::copy(&mut &unix_too, &mut &tcp_too);
        let _ = tcp_too.shutdown(Shutdown::Write);
    });
}
