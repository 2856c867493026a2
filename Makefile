# `make` alone lists what there is.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
CARGO ?= cargo

# What the demo, the lab and the checks run. All are in Debian and Ubuntu.
DEMO_PACKAGES := iproute2 nftables
PACKAGES := $(DEMO_PACKAGES) util-linux procps uidmap openssh-server openssh-client nginx-light bind9 shellcheck groff-base \
	python3-venv git rsync buildah podman runc catatonit mmdebstrap debian-archive-keyring ca-certificates chromium
BENCH_PACKAGES := nmap netcat-openbsd dnsutils openssl curl time prometheus-blackbox-exporter

# Readers of the report formats that the project did not write.
REQUIREMENTS := $(wildcard tests/*/requirements.txt)
# Packages of which one file is wanted, not what they need to run.
ALONE := $(wildcard tests/*/without-dependencies.txt)
PYTHON := target/python
TOOLS := target/tools
# A runner of GitLab's pipelines, for the components. Its Node comes as a Python package: Debian's is too old for it.
NODE := target/node
GITLAB_CI_LOCAL := gitlab-ci-local@4.75.1
DENY_VERSION := 0.20.2
DENY := $(TOOLS)/bin/cargo-deny

.PHONY: help
help: ## Say what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## See a probe pass, then fail with its reason, in a minute
	@bash examples/install.sh --optional $(DEMO_PACKAGES)
	$(CARGO) build --quiet --no-default-features --bin reachgate --examples
	@examples/demo.sh

.PHONY: setup
setup: packages $(PYTHON)/ready $(NODE)/ready $(DENY) ## Install what the tests and checks need (packages as root; else say how)

.PHONY: packages
packages:
	@bash examples/install.sh $(PACKAGES)

$(PYTHON)/ready: $(REQUIREMENTS) $(ALONE) | packages
	python3 -m venv $(PYTHON)
	$(PYTHON)/bin/pip install --quiet --disable-pip-version-check $(addprefix --requirement ,$(REQUIREMENTS))
	$(PYTHON)/bin/pip install --quiet --disable-pip-version-check --no-deps $(addprefix --requirement ,$(ALONE))
	touch $@

$(NODE)/ready: $(PYTHON)/ready
	PATH="$(CURDIR)/$(PYTHON)/bin:$$PATH" npm install --silent --no-audit --no-fund --prefix $(NODE) $(GITLAB_CI_LOCAL)
	touch $@

# Takes some minutes to compile, once.
$(DENY):
	$(CARGO) install --quiet --locked --root $(TOOLS) cargo-deny@$(DENY_VERSION)

# Recorded AWS accounts with measured answers, Terraform plans, charts and node classes are others' data and no part of the
# project: where they lie is said by REACHGATE_RECORDED, REACHGATE_PLANS and REACHGATE_DOCUMENTS, which CI sets.
RECORDED := $(and $(REACHGATE_RECORDED),$(REACHGATE_PLANS),$(REACHGATE_DOCUMENTS))
.PHONY: test
test: packages $(PYTHON)/ready $(NODE)/ready ## Run all tests; those of tests/lab.rs need root or user namespaces
	@[ -n "$(RECORDED)" ] || echo "REACHGATE_RECORDED, REACHGATE_PLANS or REACHGATE_DOCUMENTS is not set: what others recorded is not scored"
	REACHGATE_PYTHON="$(CURDIR)/$(PYTHON)/bin/python" REACHGATE_NODE="$(CURDIR)/$(NODE)" $(CARGO) test $(if $(RECORDED),,-- --skip every_recorded)

.PHONY: check
check: $(DENY) ## Formatting, lints in every feature set, docs, licences, scripts
	$(CARGO) fmt --check
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) clippy --all-targets --no-default-features -- -D warnings
	$(CARGO) clippy --all-targets --no-default-features --features static -- -D warnings
	$(CARGO) clippy --all-targets --all-features -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --no-deps --all-features
	$(DENY) check licenses bans sources
	shellcheck .ci/run examples/*.sh

.PHONY: bench
bench: $(PYTHON)/ready ## Measure against single exchanges and other tools, and write docs/performance.md
	@bash examples/install.sh $(PACKAGES) $(BENCH_PACKAGES)
	$(CARGO) build --quiet --release --no-default-features
	$(CARGO) test --quiet --no-default-features --test lab -- --enter "$(CURDIR)/tests/lab/bench.yaml" \
		python3 "$(CURDIR)/examples/bench.py"
	$(CARGO) build --quiet --release --no-default-features --features static --bin reachgate --example time_static
	python3 "$(CURDIR)/examples/bench_static.py"
	python3 "$(CURDIR)/examples/bench_diff.py"
	$(CARGO) build --quiet --release --no-default-features --features lint --bin reachgate
	python3 "$(CURDIR)/examples/bench_lint.py"
	$(CARGO) build --quiet --release
	REACHGATE_PYTHON="$(CURDIR)/$(PYTHON)/bin/python" $(CARGO) test --quiet --test gate -- --enter all-well 0 \
		python3 "$(CURDIR)/examples/bench_gate.py"
