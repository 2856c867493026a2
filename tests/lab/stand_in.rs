//! Listeners that play servers which no package gives: this test binary again, with `--serve`.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::time::Duration;

use crate::namespace;
use crate::scenario::{Conduct, StandIn};

/// The argument that says "be a stand-in".
pub const SERVE: &str = "--serve-stand-in";

/// Starts one and waits until it listens.
pub fn start(stand_in: &StandIn, number: usize) -> Result<(), String> {
    let itself = std::env::current_exe().map_err(|e| format!("this test's own path: {e}"))?;
    let namespace = stand_in.on.name();
    let mut command = namespace::command(namespace, &itself.to_string_lossy());
    command.args([SERVE, &stand_in.listen.to_string()]);
    match &stand_in.conduct {
        Conduct::Close => command.arg("close"),
        Conduct::Hold => command.arg("hold"),
        Conduct::Say(text) => command.args(["say", text]),
        Conduct::SayAndHold(text) => command.args(["say-and-hold", text]),
    };
    let name = format!("stand-in-{number}");
    namespace::start(&name, &mut command)?;
    namespace::await_listener(&name, namespace, stand_in.listen.port())
}

/// Takes sshd's only place for a connection that has not logged in, as long as the world lasts.
pub fn occupy(namespace: &str, address: &str) -> Result<(), String> {
    let itself = std::env::current_exe().map_err(|e| format!("this test's own path: {e}"))?;
    let mut command: Command = namespace::command(namespace, &itself.to_string_lossy());
    command.args([SERVE, address, "occupy"]);
    namespace::start("occupy", &mut command)?;
    namespace::await_line("occupy", "SSH-2.0-")
}

/// Serves until it is killed.
pub fn serve(address: &str, conduct: &[&str]) -> Result<(), String> {
    let fault = |e: std::io::Error| format!("{address}: {e}");
    match conduct {
        ["occupy"] => {
            let mut stream = TcpStream::connect(address).map_err(fault)?;
            let mut banner = [0; 64];
            let length = stream.read(&mut banner).map_err(fault)?;
            std::io::stdout().write_all(banner.get(..length).unwrap_or_default()).map_err(fault)?;
            std::io::stdout().flush().map_err(fault)?;
            std::thread::sleep(Duration::from_secs(600));
            Ok(())
        }
        conduct => {
            let listener = TcpListener::bind(address).map_err(fault)?;
            let mut held = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.map_err(fault)?;
                match conduct {
                    ["close"] => {}
                    ["hold"] => held.push(stream),
                    // A client that is gone already is no fault of the stand-in.
                    ["say", text] => drop(stream.write_all(text.as_bytes())),
                    ["say-and-hold", text] => {
                        drop(stream.write_all(text.as_bytes()));
                        held.push(stream);
                    }
                    other => return Err(format!("no such conduct: {other:?}")),
                }
            }
            Ok(())
        }
    }
}
