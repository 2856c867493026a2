//! What connects, and where in its arguments it says to what.

/// A command that connects.
pub(super) struct Tool {
    /// Its names.
    pub(super) names: &'static [&'static str],
    /// Which operands are targets.
    pub(super) operands: Operands,
    /// Short options that take a value.
    pub(super) values: &'static str,
    /// Long options that take their value as the next word.
    pub(super) long_values: &'static [&'static str],
    /// Options, short or long, whose value is a target.
    pub(super) targets: &'static [&'static str],
    /// Variables that it reads its target from.
    pub(super) variables: &'static [&'static str],
}

/// Which operands of a command are targets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operands {
    /// The first is a host; what follows runs there and is no business of this pod.
    Login,
    /// Those of the form `host:path`, and URLs.
    Remote,
    /// Each is a host or a URL.
    Each,
    /// The first is a host or a URL.
    First,
    /// Those that are URLs.
    Urls,
    /// `git`: URLs and `host:path` after the subcommands that connect.
    Git,
    /// Images: what is before the first `/`, where it is a host.
    Images,
    /// None.
    None,
}

const NO_TOOL: Tool =
    Tool { names: &[], operands: Operands::None, values: "", long_values: &[], targets: &[], variables: &[] };

const PROXIES: &[&str] =
    &["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];

/// Every command that is known to connect. Options are those of its manual page.
pub(super) const TOOLS: &[Tool] = &[
    Tool {
        names: &["ssh", "slogin", "mosh"],
        operands: Operands::Login,
        values: "BbcDEeFIiJLlmOopQRSWwP",
        targets: &["-J", "-W", "-o"],
        ..NO_TOOL
    },
    Tool { names: &["ssh-copy-id"], operands: Operands::First, values: "ipoF", ..NO_TOOL },
    Tool { names: &["ssh-keyscan"], operands: Operands::Each, values: "fpTtO", ..NO_TOOL },
    Tool {
        names: &["scp"],
        operands: Operands::Remote,
        values: "cDFiJloPSX",
        targets: &["-J", "-o"],
        ..NO_TOOL
    },
    Tool {
        names: &["sftp"],
        operands: Operands::First,
        values: "BbcDFiJloPRSsX",
        targets: &["-J", "-o"],
        ..NO_TOOL
    },
    Tool {
        names: &["rsync"],
        operands: Operands::Remote,
        values: "efTMB",
        long_values: &[
            "--rsh",
            "--exclude",
            "--include",
            "--filter",
            "--exclude-from",
            "--include-from",
            "--files-from",
            "--rsync-path",
            "--port",
            "--timeout",
            "--bwlimit",
            "--chmod",
            "--chown",
            "--log-file",
            "--password-file",
            "--temp-dir",
            "--link-dest",
        ],
        ..NO_TOOL
    },
    Tool {
        names: &["curl"],
        operands: Operands::Each,
        values: "AbcCdDeEFhHKmoPQrTuUwXxyYzt",
        long_values: &[
            "--data",
            "--data-raw",
            "--data-binary",
            "--data-urlencode",
            "--header",
            "--user",
            "--output",
            "--request",
            "--form",
            "--max-time",
            "--connect-timeout",
            "--retry",
            "--retry-delay",
            "--retry-max-time",
            "--cacert",
            "--cert",
            "--key",
            "--user-agent",
            "--referer",
            "--cookie",
            "--cookie-jar",
            "--write-out",
            "--upload-file",
            "--config",
            "--range",
            "--resolve",
            "--interface",
            "--noproxy",
            "--proxy-user",
            "--oauth2-bearer",
            "--json",
            "--dump-header",
            "--limit-rate",
            "--max-redirs",
            "--stderr",
            "--trace",
            "--trace-ascii",
            "--aws-sigv4",
            "--ciphers",
            "--tls-max",
        ],
        targets: &[
            "-x",
            "--proxy",
            "--url",
            "--connect-to",
            "--preproxy",
            "--socks5",
            "--socks5-hostname",
            "--socks4",
        ],
        variables: PROXIES,
    },
    Tool {
        names: &["wget"],
        operands: Operands::Each,
        values: "aeioOPUTtwQABDXIlnR",
        long_values: &[
            "--header",
            "--output-document",
            "--post-data",
            "--user",
            "--password",
            "--timeout",
            "--tries",
            "--user-agent",
            "--directory-prefix",
            "--post-file",
            "--method",
            "--body-data",
        ],
        variables: PROXIES,
        ..NO_TOOL
    },
    Tool {
        names: &["http", "https", "xh"],
        operands: Operands::Urls,
        values: "aAo",
        variables: PROXIES,
        ..NO_TOOL
    },
    Tool {
        names: &["nc", "ncat", "netcat"],
        operands: Operands::First,
        values: "beiIlmMOpPqsTVwWXx",
        targets: &["-x"],
        ..NO_TOOL
    },
    Tool {
        names: &["telnet", "ping", "ping6", "traceroute", "tracepath", "mtr", "nmap", "tnc"],
        operands: Operands::Each,
        values: "cWwipIsQtM",
        ..NO_TOOL
    },
    Tool {
        names: &["wait-for-it", "wait-for-it.sh", "wait-for", "dockerize", "wait4x"],
        operands: Operands::First,
        values: "thp",
        targets: &["-h", "--host", "-wait"],
        ..NO_TOOL
    },
    Tool {
        names: &["ansible"],
        operands: Operands::First,
        values: "iaemMlufbtK",
        targets: &["-i", "--inventory", "-l", "--limit", "-e", "--extra-vars"],
        ..NO_TOOL
    },
    Tool {
        names: &["ansible-playbook", "ansible-pull"],
        values: "iaeMlutKU",
        targets: &["-i", "--inventory", "-l", "--limit", "-e", "--extra-vars", "-U", "--url"],
        ..NO_TOOL
    },
    Tool {
        names: &[
            "psql",
            "pg_dump",
            "pg_dumpall",
            "pg_restore",
            "pg_isready",
            "createdb",
            "dropdb",
            "pgbench",
            "vacuumdb",
        ],
        operands: Operands::Urls,
        values: "cdfhpUvoFPRTtnjL",
        targets: &["-h", "--host", "-d", "--dbname"],
        variables: &["PGHOST", "PGHOSTADDR"],
        ..NO_TOOL
    },
    Tool {
        names: &["mysql", "mysqldump", "mysqladmin", "mariadb", "mariadb-dump"],
        values: "ehuPDSp",
        targets: &["-h", "--host"],
        variables: &["MYSQL_HOST"],
        ..NO_TOOL
    },
    Tool { names: &["redis-cli", "valkey-cli"], values: "hpaunrid", targets: &["-h", "-u"], ..NO_TOOL },
    Tool {
        names: &["mongo", "mongosh", "mongodump", "mongorestore"],
        operands: Operands::Urls,
        values: "hup",
        targets: &["-h", "--host", "--uri"],
        ..NO_TOOL
    },
    Tool { names: &["git"], operands: Operands::Git, values: "Cc", variables: PROXIES, ..NO_TOOL },
    Tool {
        names: &["docker", "podman", "nerdctl", "buildah", "skopeo", "crane", "docker-compose", "oras"],
        operands: Operands::Images,
        values: "Hcfltupvew",
        targets: &["-H", "--host", "--destination"],
        variables: &["DOCKER_HOST"],
        ..NO_TOOL
    },
    Tool {
        names: &["executor", "kaniko"],
        targets: &["-d", "--destination", "--cache-repo", "--registry-mirror"],
        values: "dcf",
        long_values: &["--context", "--dockerfile", "--build-arg"],
        ..NO_TOOL
    },
    Tool {
        names: &["helm"],
        operands: Operands::Urls,
        values: "fn",
        targets: &["--kube-apiserver", "--repo"],
        ..NO_TOOL
    },
    Tool {
        names: &["kubectl", "oc"],
        operands: Operands::Urls,
        values: "fnloc",
        targets: &["-s", "--server"],
        ..NO_TOOL
    },
    Tool { names: &["openssl"], targets: &["-connect", "-host", "-proxy"], ..NO_TOOL },
    Tool {
        names: &["aws"],
        operands: Operands::Urls,
        targets: &["--endpoint-url"],
        variables: &["AWS_ENDPOINT_URL"],
        ..NO_TOOL
    },
    Tool {
        names: &["vault"],
        operands: Operands::Urls,
        targets: &["-address"],
        variables: &["VAULT_ADDR"],
        ..NO_TOOL
    },
    Tool {
        names: &["pip", "pip3", "uv", "poetry", "twine"],
        operands: Operands::Urls,
        values: "ircef",
        targets: &["-i", "--index-url", "--extra-index-url", "--repository-url", "--trusted-host", "--index"],
        variables: &["PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "UV_INDEX_URL", "TWINE_REPOSITORY_URL"],
        ..NO_TOOL
    },
    Tool {
        names: &["npm", "yarn", "pnpm", "npx"],
        operands: Operands::Urls,
        targets: &["--registry"],
        variables: &["NPM_CONFIG_REGISTRY", "npm_config_registry"],
        ..NO_TOOL
    },
    Tool {
        names: &["sonar-scanner", "mvn", "gradle", "gradlew", "mvnw"],
        operands: Operands::Urls,
        variables: &["SONAR_HOST_URL"],
        ..NO_TOOL
    },
    Tool {
        names: &[
            "lftp",
            "ftp",
            "smbclient",
            "rclone",
            "socat",
            "ldapsearch",
            "grpcurl",
            "newman",
            "k6",
            "ab",
            "hey",
            "wrk",
            "siege",
            "locust",
            "nuclei",
            "zap-baseline.py",
        ],
        operands: Operands::Each,
        values: "uHpcntdH",
        targets: &["-H", "--host"],
        ..NO_TOOL
    },
];

/// The tool of a command's name.
pub(super) fn find_tool(name: &str) -> Option<&'static Tool> {
    TOOLS.iter().find(|tool| tool.names.contains(&name))
}
