//! How many sockets may be open at once.

use std::fs;

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Descriptors left to the rest of the program: its files, event queues and DNS questions.
const RESERVE: u64 = 64;

/// How many sockets may be open at once, `wanted` if the system permits, 1 at least. When the soft limit
/// on descriptors (`RLIMIT_NOFILE`, getrlimit(2)) is too low it is raised to the hard one.
pub(super) fn permit_sockets(wanted: usize) -> usize {
    let open = fs::read_dir("/proc/self/fd").map_or(16, Iterator::count) as u64;
    let needed = open + RESERVE + wanted as u64;
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return wanted.max(1) };
    let limit =
        if soft < needed && setrlimit(Resource::RLIMIT_NOFILE, hard, hard).is_ok() { hard } else { soft };
    room(limit, open, wanted)
}

fn room(limit: u64, open: u64, wanted: usize) -> usize {
    let free = limit.saturating_sub(open);
    let free = free.saturating_sub(RESERVE.min(free / 2));
    usize::try_from(free).unwrap_or(usize::MAX).min(wanted).max(1)
}

#[cfg(test)]
mod tests {
    use super::room;

    #[test]
    fn leaves_room_for_others_and_is_never_nothing() {
        assert_eq!(room(20_000, 10, 2000), 2000);
        assert_eq!(room(1024, 10, 2000), 950);
        assert_eq!(room(64, 10, 2000), 27);
        assert_eq!(room(10, 12, 2000), 1);
        assert_eq!(room(u64::MAX, 10, 3), 3);
    }
}
