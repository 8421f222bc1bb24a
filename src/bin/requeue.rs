//! The command line. Everything it does is in `requeue::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    requeue::cli::main()
}
