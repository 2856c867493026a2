//! The ICMP error behind a failed connect, from the socket's error queue (ip(7), ipv6(7), recv(2)).

use std::io::IoSliceMut;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::fd::{AsFd, AsRawFd};

use nix::libc;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, SockaddrStorage, recvmsg, setsockopt, sockopt};

use crate::fact::port::IcmpError;

/// `ee_origin` of an error that an ICMP message brought (linux/errqueue.h).
const ORIGIN_ICMP: u8 = 2;
/// The same for ICMPv6.
const ORIGIN_ICMP6: u8 = 3;

/// Errors taken from one queue at most; a handshake that failed has one.
const LONGEST: usize = 16;

/// One error of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queued {
    /// The errno that the kernel maps it to.
    pub errno: i32,
    /// The ICMP message. Its sender is an own address when this machine's kernel made it: no answer to
    /// ARP or neighbour discovery, or a local firewall that rejects.
    pub error: IcmpError,
}

/// Has ICMP errors queued for the socket. Where that cannot be had they stay unknown, no more.
pub fn enable_queue<F: AsFd>(socket: &F, address: SocketAddr) {
    set_queue(socket, address, true);
}

/// Stops queueing ICMP errors, and empties the queue.
pub fn disable_queue<F: AsFd>(socket: &F, address: SocketAddr) {
    set_queue(socket, address, false);
}

fn set_queue<F: AsFd>(socket: &F, address: SocketAddr, on: bool) {
    let _ = match address {
        SocketAddr::V4(_) => setsockopt(socket, sockopt::Ipv4RecvErr, &on),
        SocketAddr::V6(_) => setsockopt(socket, sockopt::Ipv6RecvErr, &on),
    };
}

/// Takes the first ICMP error from the socket's queue, without waiting.
pub fn read_queue<F: AsRawFd>(socket: &F) -> Option<Queued> {
    let mut space = nix::cmsg_space!(libc::sock_extended_err, libc::sockaddr_in6);
    // The packet that met the error comes as data; its headers' start is enough.
    let mut packet = [0; 64];
    for _ in 0..LONGEST {
        let mut data = [IoSliceMut::new(&mut packet)];
        let flags = MsgFlags::MSG_ERRQUEUE | MsgFlags::MSG_DONTWAIT;
        let message =
            recvmsg::<SockaddrStorage>(socket.as_raw_fd(), &mut data, Some(&mut space), flags).ok()?;
        if let Some(queued) = message.cmsgs().ok()?.find_map(|message| queued(&message)) {
            return Some(queued);
        }
    }
    None
}

fn queued(message: &ControlMessageOwned) -> Option<Queued> {
    let (error, from) = match message {
        ControlMessageOwned::Ipv4RecvErr(error, from) if error.ee_origin == ORIGIN_ICMP => {
            let from = from.filter(|from| i32::from(from.sin_family) == libc::AF_INET);
            (error, from.map(|from| IpAddr::V4(Ipv4Addr::from_bits(u32::from_be(from.sin_addr.s_addr)))))
        }
        ControlMessageOwned::Ipv6RecvErr(error, from) if error.ee_origin == ORIGIN_ICMP6 => {
            let from = from.filter(|from| i32::from(from.sin6_family) == libc::AF_INET6);
            (error, from.map(|from| IpAddr::V6(Ipv6Addr::from(from.sin6_addr.s6_addr))))
        }
        _ => return None,
    };
    let v6 = error.ee_origin == ORIGIN_ICMP6;
    let icmp = IcmpError { kind: error.ee_type, code: error.ee_code, from, v6 };
    Some(Queued { errno: i32::try_from(error.ee_errno).unwrap_or(0), error: icmp })
}
