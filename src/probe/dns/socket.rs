//! The sockets that hickory-resolver asks through: connected ones, so that an ICMP error reaches it and
//! a nameserver that is not there is told from one that is silent.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use hickory_resolver::config::{ConnectionConfig, ProtocolConfig};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::{
    DnsUdpSocket, RuntimeProvider, TokioHandle, TokioRuntimeProvider, TokioTime,
};
use hickory_resolver::net::udp::UdpClientStream;
use hickory_resolver::net::xfer::DnsExchange;
use hickory_resolver::{ConnectionProvider, PoolContext};
use nix::sys::socket::{setsockopt, sockopt};
use tokio::io::ReadBuf;
use tokio::net::UdpSocket;

/// Datagrams sent for one question over one UDP connection: when to ask again is not the resolver's to
/// say, which would do so every 333 ms.
const DATAGRAMS: u8 = 1;

/// Where the flag is that tells a response from a question (QR; RFC 1035, 4.1.1).
const FLAGS: usize = 2;
const IS_RESPONSE: u8 = 0x80;

/// A future as hickory's traits have it.
type Soon<T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send>>;

/// New connections to one nameserver.
#[derive(Clone)]
pub(super) struct Connections(Sockets);

impl Connections {
    /// To this nameserver, whatever the resolver asks for.
    pub(super) fn to(server: SocketAddr) -> Self {
        Self(Sockets { server, runtime: TokioRuntimeProvider::new() })
    }
}

impl ConnectionProvider for Connections {
    type Conn = DnsExchange<Sockets>;
    type FutureConn = Soon<Self::Conn, NetError>;
    type RuntimeProvider = Sockets;

    fn new_connection(
        &self,
        ip: IpAddr,
        config: &ConnectionConfig,
        context: &PoolContext,
    ) -> Result<Self::FutureConn, NetError> {
        if !matches!(config.protocol, ProtocolConfig::Udp) {
            return self.0.new_connection(ip, config, context);
        }
        let connection = UdpClientStream::builder(SocketAddr::new(ip, config.port), self.0.clone())
            .with_timeout(Some(context.options.timeout))
            .with_os_port_selection(true)
            .with_max_retries(DATAGRAMS);
        Ok(Box::pin(async { Ok(connection.exchange()) }))
    }

    fn runtime_provider(&self) -> &Self::RuntimeProvider {
        &self.0
    }
}

/// Sockets to one nameserver. The address that the resolver hands over has lost the interface that a
/// link-local one needs, so the sockets keep their own.
#[derive(Clone)]
pub(super) struct Sockets {
    server: SocketAddr,
    runtime: TokioRuntimeProvider,
}

impl RuntimeProvider for Sockets {
    type Handle = TokioHandle;
    type Timer = TokioTime;
    type Udp = ConnectedUdp;
    type Tcp = <TokioRuntimeProvider as RuntimeProvider>::Tcp;

    fn create_handle(&self) -> Self::Handle {
        self.runtime.create_handle()
    }

    fn connect_tcp(
        &self,
        _server: SocketAddr,
        bind_addr: Option<SocketAddr>,
        timeout: Option<Duration>,
    ) -> Soon<Self::Tcp, io::Error> {
        self.runtime.connect_tcp(self.server, bind_addr, timeout)
    }

    fn bind_udp(&self, _local: SocketAddr, _server: SocketAddr) -> Soon<Self::Udp, io::Error> {
        let server = self.server;
        Box::pin(async move { Ok(ConnectedUdp { socket: connected_socket(server).await?, server }) })
    }
}

/// A UDP socket that hears of one nameserver only, and of the network's errors on the way to it.
pub(super) struct ConnectedUdp {
    socket: UdpSocket,
    server: SocketAddr,
}

#[async_trait]
impl DnsUdpSocket for ConnectedUdp {
    type Time = TokioTime;

    /// tokio's `recv` wakes for the network's errors too, its `poll_recv` for datagrams alone.
    async fn recv_from(&self, buffer: &mut [u8]) -> io::Result<(usize, SocketAddr)> {
        loop {
            let length = self.socket.recv(buffer).await?;
            // An echo of the question would end hickory's wait for the answer to it.
            if buffer[..length].get(FLAGS).is_none_or(|flags| flags & IS_RESPONSE != 0) {
                return Ok((length, self.server));
            }
        }
    }

    /// Not what hickory's client calls.
    fn poll_recv_from(
        &self,
        context: &mut Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<(usize, SocketAddr)>> {
        let mut received = ReadBuf::new(buffer);
        ready!(self.socket.poll_recv(context, &mut received))?;
        Poll::Ready(Ok((received.filled().len(), self.server)))
    }

    fn poll_send_to(
        &self,
        context: &mut Context<'_>,
        message: &[u8],
        _target: SocketAddr,
    ) -> Poll<io::Result<usize>> {
        self.socket.poll_send(context, message)
    }
}

/// A socket that hears of ICMP errors: connected, and with the ones that Linux would pass over
/// (`IP_RECVERR`, ip(7): no host, no route on the way).
pub(super) async fn connected_socket(server: SocketAddr) -> io::Result<UdpSocket> {
    let any: SocketAddr = match server {
        SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
        SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
    };
    let socket = UdpSocket::bind(any).await?;
    match server {
        SocketAddr::V4(_) => setsockopt(&socket, sockopt::Ipv4RecvErr, &true)?,
        SocketAddr::V6(_) => setsockopt(&socket, sockopt::Ipv6RecvErr, &true)?,
    }
    socket.connect(server).await?;
    Ok(socket)
}
