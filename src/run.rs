//! One short file per command: load → gather facts → judge → report.
