//! What getaddrinfo(3) says of a name: the view of ssh and curl, `/etc/hosts` and nsswitch.conf included.

use std::net::IpAddr;

use dns_lookup::{AddrInfoHints, LookupError, LookupErrorKind, SockType, getaddrinfo};
use tokio::time::{Instant, timeout_at};

use crate::fact::name::SystemAnswer;

/// Asks in a thread of its own until `deadline`. getaddrinfo cannot be called off: the thread lives on
/// until the resolver's own timeouts end (30 s and more), so whoever owns the runtime must not wait for
/// it (`Runtime::shutdown_background`).
pub(super) async fn system_answer(
    name: String,
    resolve: fn(&str) -> SystemAnswer,
    deadline: Instant,
) -> SystemAnswer {
    match timeout_at(deadline, tokio::task::spawn_blocking(move || resolve(&name))).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => SystemAnswer::Failed(error.to_string()),
        Err(_) => SystemAnswer::TimedOut,
    }
}

/// getaddrinfo(3) as ssh calls it: any family, stream sockets, no flags. Blocks.
pub(super) fn resolve(name: &str) -> SystemAnswer {
    let hints = AddrInfoHints { socktype: SockType::Stream.into(), ..AddrInfoHints::default() };
    match getaddrinfo(Some(name), None, Some(hints)) {
        Ok(found) => {
            let mut addresses: Vec<IpAddr> = Vec::new();
            for address in found.flatten().map(|info| info.sockaddr.ip().to_canonical()) {
                if !addresses.contains(&address) {
                    addresses.push(address);
                }
            }
            if addresses.is_empty() {
                SystemAnswer::Failed("it gave no address and no error".to_owned())
            } else {
                SystemAnswer::Addresses(addresses)
            }
        }
        Err(error) => failure(error),
    }
}

fn failure(error: LookupError) -> SystemAnswer {
    let code = match error.kind() {
        LookupErrorKind::NoName | LookupErrorKind::NoData => return SystemAnswer::NoName,
        LookupErrorKind::Again => "EAI_AGAIN",
        LookupErrorKind::Fail => "EAI_FAIL",
        LookupErrorKind::System => "EAI_SYSTEM",
        LookupErrorKind::Memory => "EAI_MEMORY",
        LookupErrorKind::Family => "EAI_FAMILY",
        _ => return SystemAnswer::Failed(std::io::Error::from(error).to_string()),
    };
    SystemAnswer::Failed(format!("{code} ({})", std::io::Error::from(error)))
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn getaddrinfo_errors_are_told_apart_by_number() {
        // <netdb.h> of glibc and musl.
        for (number, expected) in [
            (-2, None),
            (-5, None),
            (-3, Some("EAI_AGAIN")),
            (-4, Some("EAI_FAIL")),
            (-11, Some("EAI_SYSTEM")),
        ] {
            match (failure(LookupError::new(number)), expected) {
                (SystemAnswer::NoName, None) => {}
                (SystemAnswer::Failed(words), Some(code)) => assert!(words.starts_with(code), "{words}"),
                other => panic!("{other:?}"),
            }
        }
    }

    #[test]
    fn reads_the_hosts_file() {
        let SystemAnswer::Addresses(addresses) = resolve("localhost") else { panic!() };
        assert!(addresses.contains(&Ipv4Addr::LOCALHOST.into()), "{addresses:?}");
    }

    #[tokio::test]
    async fn does_not_wait_for_a_stuck_resolver() {
        let stuck = |_: &str| {
            std::thread::sleep(std::time::Duration::from_secs(1));
            SystemAnswer::NoName
        };
        let start = Instant::now();
        let deadline = start + std::time::Duration::from_millis(50);
        assert_eq!(system_answer("x".to_owned(), stuck, deadline).await, SystemAnswer::TimedOut);
        assert!(start.elapsed() < std::time::Duration::from_millis(500));
    }
}
