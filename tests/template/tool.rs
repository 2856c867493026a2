//! Where the tools are. One that is missing fails the test, and says how to get it.

use std::path::PathBuf;

/// A program of the Python that has what `tests/*/requirements.txt` name.
pub fn python_program(name: &str) -> PathBuf {
    let python = std::env::var_os("REACHGATE_PYTHON").expect(
        "REACHGATE_PYTHON names the Python that has check-jsonschema and Node; to make one:\n  \
         make target/python/ready && export REACHGATE_PYTHON=$PWD/target/python/bin/python\n",
    );
    let program = PathBuf::from(python).with_file_name(name);
    assert!(program.exists(), "{} is not there: make target/python/ready installs it", program.display());
    program
}

/// gitlab-ci-local's own script, which Node runs.
pub fn gitlab_ci_local() -> PathBuf {
    let folder = std::env::var_os("REACHGATE_NODE").expect(
        "REACHGATE_NODE names the folder that has gitlab-ci-local; to make one:\n  \
         make target/node/ready && export REACHGATE_NODE=$PWD/target/node\n",
    );
    let script = PathBuf::from(folder).join("node_modules/gitlab-ci-local/dist/index.js");
    assert!(script.exists(), "{} is not there: make target/node/ready installs it", script.display());
    script
}
