//! The program's story: parse, run, exit.

fn main() {}
