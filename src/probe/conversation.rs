//! Talking over an established connection until a deadline, whatever the peer does.

use std::io::{self, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, timeout_at};

/// How much of what came first is kept.
const KEPT: usize = 1024;

/// A connection, its deadline, and the beginning of what the peer sent.
#[derive(Debug)]
pub struct Conversation {
    stream: TcpStream,
    reset: bool,
    established: Instant,
    deadline: Instant,
    /// The first bytes the peer sent, 1 KiB at most.
    beginning: Vec<u8>,
}

/// What one read brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Received {
    /// So many bytes, at least 1.
    Bytes(usize),
    /// The peer closed the connection.
    End {
        /// By a RST rather than a FIN.
        reset: bool,
    },
    /// The deadline passed.
    Deadline,
}

impl Conversation {
    /// Begins now; all of it must be over after `timeout`.
    pub fn new(stream: TcpStream, timeout: Duration) -> Self {
        let established = Instant::now();
        Self { stream, reset: false, established, deadline: established + timeout, beginning: Vec::new() }
    }

    /// Sends `bytes`. A failure is not reported here: the next read tells why.
    pub async fn send(&mut self, bytes: &[u8]) {
        if let Ok(Err(error)) = timeout_at(self.deadline, self.stream.write_all(bytes)).await {
            self.note(&error);
        }
    }

    /// Reads what has come, or waits for something.
    pub async fn receive(&mut self, buffer: &mut [u8]) -> Received {
        let deadline = self.deadline;
        match timeout_at(deadline, self.read(buffer)).await {
            Err(_) => Received::Deadline,
            Ok(Ok(0) | Err(_)) => Received::End { reset: self.reset },
            Ok(Ok(count)) => Received::Bytes(count),
        }
    }

    /// The first bytes that the peer sent, 1 KiB at most.
    pub fn beginning(&self) -> &[u8] {
        &self.beginning
    }

    /// The peer sent a RST.
    pub fn reset(&self) -> bool {
        self.reset
    }

    /// When it must be over.
    pub fn deadline(&self) -> Instant {
        self.deadline
    }

    /// How long it has gone on.
    pub fn waited(&self) -> Duration {
        self.established.elapsed()
    }

    /// A RST may show itself on any call, once.
    fn note(&mut self, error: &io::Error) {
        self.reset |= matches!(error.kind(), ErrorKind::ConnectionReset | ErrorKind::BrokenPipe);
    }
}

impl AsyncRead for Conversation {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let result = std::task::ready!(Pin::new(&mut this.stream).poll_read(context, buffer));
        let new = &buffer.filled()[before..];
        this.beginning.extend_from_slice(&new[..new.len().min(KEPT - this.beginning.len())]);
        if let Err(error) = &result {
            this.note(error);
        }
        Poll::Ready(result)
    }
}

impl AsyncWrite for Conversation {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let result = std::task::ready!(Pin::new(&mut this.stream).poll_write(context, bytes));
        if let Err(error) = &result {
            this.note(error);
        }
        Poll::Ready(result)
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}

/// The first line of `bytes` that is not empty, without its line end.
pub fn first_line(bytes: &[u8]) -> &[u8] {
    bytes
        .split(|byte| *byte == b'\n')
        .map(<[u8]>::trim_ascii_end)
        .find(|line| !line.is_empty())
        .unwrap_or(&[])
}
