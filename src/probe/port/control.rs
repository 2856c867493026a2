//! When a control port has been silent for long enough.
//!
//! A control port is one that nothing serves: if it connects, something on the way (a service mesh's
//! sidecar, a transparent proxy) accepts every connection, and a connect proves nothing. Such a thing
//! accepts the control as fast as it accepted the real ports, so silence need not be waited out.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

/// The control's least wait. An acceptor answers SYNs in its kernel, far below a millisecond on this
/// host or one round trip away, where [`FACTOR`] counts; what else delays the answer is a busy host, whose
/// scheduler turns within a few milliseconds a task.
const FLOOR: Duration = Duration::from_millis(5);

/// How many times as long as the slowest real connect the control may take.
const FACTOR: u32 = 4;

/// How the other ports of a control's address are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Neighbours {
    /// Those whose exchange goes on.
    pub(super) unfinished: usize,
    /// The slowest connect so far; `None` while none connected.
    pub(super) slowest_connect: Option<Duration>,
}

impl Neighbours {
    /// How long after its SYN a silent control is silent enough; `None` while that cannot be said: others
    /// go on, or none connected, so that the path itself may be silent.
    fn patience(self) -> Option<Duration> {
        match self.slowest_connect {
            Some(slowest) if self.unfinished == 0 => Some((slowest * FACTOR).max(FLOOR)),
            _ => None,
        }
    }
}

/// Waits until a control dialled at `since` has been silent for long enough; for ever if that cannot be
/// said.
pub(super) async fn enough(mut neighbours: watch::Receiver<Neighbours>, since: Instant) {
    let decided = neighbours.wait_for(|neighbours| neighbours.patience().is_some()).await;
    let patience = decided.ok().and_then(|neighbours| neighbours.patience());
    match patience {
        Some(patience) => sleep_until(since + patience).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_is_measured_by_the_slowest_and_only_when_all_are_done() {
        let neighbours = |unfinished, slowest: Option<u64>| Neighbours {
            unfinished,
            slowest_connect: slowest.map(Duration::from_millis),
        };
        assert_eq!(neighbours(1, Some(1)).patience(), None);
        assert_eq!(neighbours(0, None).patience(), None);
        assert_eq!(neighbours(0, Some(1)).patience(), Some(FLOOR));
        assert_eq!(neighbours(0, Some(50)).patience(), Some(Duration::from_millis(200)));
    }
}
