# Every target works on a fresh clone: what it needs is set up first, and only when it changed.

.DEFAULT_GOAL := help
# A line of several commands ends at the first that fails by `&&`: make 3.81, which is what macOS
# has, knows no .SHELLFLAGS.
SHELL := bash
MAKEFLAGS += --no-builtin-rules
.DELETE_ON_ERROR:

# The embedded stack's ports on 127.0.0.1, and template parameters: make up PARAMS="Name=value ..."
AWS_PORT ?= 4566
ISSUER_PORT ?= 9400
PARAMS ?=
# What the functions run from there: build, the artifact as on AWS, or source, with the project's own
# environment. It is source where the artifact's Linux binaries do not run, as on macOS.
FUNCTIONS ?=
# 1: requirements that cannot be checked for vulnerabilities fail the audit.
STRICT ?=
export AWS_PORT ISSUER_PORT PARAMS FUNCTIONS STRICT

# Nothing here is to depend on, or to reach, the user's AWS account.
export AWS_CONFIG_FILE := /dev/null
export AWS_SHARED_CREDENTIALS_FILE := /dev/null
unexport AWS_PROFILE AWS_DEFAULT_PROFILE AWS_ENDPOINT_URL

# Loopback is never reached through a proxy.
COMMA := ,
export NO_PROXY := 127.0.0.1,localhost$(if $(NO_PROXY),$(COMMA)$(NO_PROXY))
export no_proxy := $(NO_PROXY)

# Certificates are those that the system trusts, a company's own among them.
export UV_SYSTEM_CERTS ?= true

TOOLS := .local/tools
UV := $(TOOLS)/uv/bin/uv
PYTHON := .venv/bin/python
LOCAL := $(PYTHON) -m infra.local

# What pip-audit found; without an answer of the package index there is none.
VULNERABILITIES := .local/vulnerabilities.txt

PROJECT_READY := .venv/.ready
UV_READY := $(TOOLS)/uv/.ready
SAM_READY := $(TOOLS)/sam/.ready
AUDIT_READY := $(TOOLS)/audit/.ready
TEMPLATE_READY := $(TOOLS)/template/.ready
MUTATION_READY := $(TOOLS)/mutation/.ready
STACK_READY := $(PROJECT_READY) $(SAM_READY) $(TOOLS)/ministack/.ready

.PHONY: help
help: ## Show this list
	@echo "Usage: make TARGET [AWS_PORT=$(AWS_PORT)] [ISSUER_PORT=$(ISSUER_PORT)] [PARAMS=\"Name=value ...\"]"
	@echo
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1|\2/p' Makefile | while IFS='|' read -r target text; do \
		printf '%-14s%s\n' "$$target" "$$text"; done

## The embedded stack

.PHONY: run
run: $(STACK_READY) ## Build, deploy on this machine, play the tour, serve until Ctrl-C
	@$(LOCAL) run

.PHONY: up
up: $(STACK_READY) ## Deploy on this machine in the background, or redeploy there
	@$(LOCAL) up

.PHONY: down
down: $(PROJECT_READY) ## Stop what `make up` started
	@$(LOCAL) down

.PHONY: demo
demo: $(STACK_READY) ## Up, tour, down; fails if an answer is not the expected one
	@$(LOCAL) demo

.PHONY: tour
tour: $(PROJECT_READY) ## Play the tour on the stack that `make up` started
	@$(LOCAL) tour

## A deployed stack

.PHONY: smoke
smoke: $(PROJECT_READY) ## Test a deployed API, disturbing nobody: make smoke API=https://..., TOKEN exported
	@$(PYTHON) -m infra.smoke

## Tests

# A file at a time, in a process for each core and one more: some tests wait for something.
SIDE_BY_SIDE := --numprocesses=$(shell expr $$(getconf _NPROCESSORS_ONLN) + 1) --dist=loadfile --no-loadscope-reorder

.PHONY: test
test: $(STACK_READY) build ## Run all tests, those on the embedded stack included
	@$(PYTHON) -m pytest tests $(SIDE_BY_SIDE) --cov --cov-report=term

.PHONY: test-fast
test-fast: $(PROJECT_READY) ## Run the tests that need no stack
	@$(PYTHON) -m pytest $(SIDE_BY_SIDE) tests/unit tests/integration tests/contract tests/delivery tests/local tests/performance

.PHONY: fuzz
fuzz: $(STACK_READY) ## Send ten times as many generated requests, events and tokens as `make test` [FUZZ=10]
	@FUZZ=$(or $(FUZZ),10) $(PYTHON) -m pytest $(SIDE_BY_SIDE) tests/fuzz tests/e2e/test_any_request.py tests/e2e/test_any_call.py

.PHONY: conformance
conformance: $(PROJECT_READY) ## Make docs/conformance.md: which test has seen which answer of CAMARA's
	@$(PYTHON) -m pytest tests/integration $(SIDE_BY_SIDE) --conformance

.PHONY: mutation
mutation: $(MUTATION_READY) ## Break the domain and the store: do the tests notice? [MUTANTS='call_handling.session.*']
	@rm -rf .local/mutation && mkdir -p .local/mutation
	@cp -r functions .local/mutation/src
	@cp -r infra tests template.yaml pyproject.toml .local/mutation
	@cd .local/mutation && ../tools/mutation/bin/mutmut run --max-children 2 $(if $(MUTANTS),'$(MUTANTS)') \
		&& ../tools/mutation/bin/mutmut results

.PHONY: bench
bench: $(STACK_READY) build ## Measure against the budgets, and make docs/benchmarks.md and capacity.md of it
	@$(PYTHON) -m tests.performance

## Code

.PHONY: lint
lint: $(PROJECT_READY) ## Check style and types
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy

.PHONY: fmt
fmt: $(PROJECT_READY) ## Format the code
	@$(PYTHON) -m ruff check --fix-only
	@$(PYTHON) -m ruff format

.PHONY: check
check: lint template audit ## Lint, check the template, audit

.PHONY: template
template: $(PROJECT_READY) $(TEMPLATE_READY) ## Look for mistakes and insecure settings in the template
	@$(PYTHON) -m infra.template_check

.PHONY: audit
audit: $(AUDIT_READY) ## Look for vulnerable requirements and for secrets [STRICT=1]
	@echo "==> looking for known vulnerabilities of the pinned requirements"
	@rm -f $(VULNERABILITIES); $(TOOLS)/audit/bin/pip-audit $(if $(filter 1,$(STRICT)),--strict) \
		--disable-pip --require-hashes --progress-spinner=off --output=$(VULNERABILITIES) \
		--requirement=functions/requirements.txt --requirement=requirements/dev.txt; status=$$?; \
	if [ -e $(VULNERABILITIES) ]; then cat $(VULNERABILITIES); exit $$status; fi; \
	[ "$(STRICT)" != 1 ] && echo "    not checked: there was no answer"
	@echo "==> looking for secrets in what is committed, or would be"
	@git rev-parse --git-dir >/dev/null && git ls-files -z --cached --others --exclude-standard | \
		xargs -0 $(TOOLS)/audit/bin/detect-secrets-hook --no-verify --baseline .secrets.baseline

.PHONY: sbom
sbom: $(AUDIT_READY) ## List what the functions are made of, as CycloneDX, into .local/sbom.json
	@$(TOOLS)/audit/bin/python -W ignore::UserWarning -m cyclonedx_py requirements \
		--pyproject pyproject.toml --output-reproducible --output-file .local/sbom.json \
		functions/requirements.txt
	@echo "==> .local/sbom.json"

.PHONY: build
build: $(PROJECT_READY) $(SAM_READY) ## Build the functions as they are deployed, into .aws-sam
	@$(LOCAL) build

.PHONY: clean
clean: ## Stop the stack and remove all that these targets made
	@if [ -x $(PYTHON) ]; then $(LOCAL) down; fi
	@rm -rf .venv .local .aws-sam .mypy_cache .ruff_cache .pytest_cache .hypothesis htmlcov .coverage

## Set-up

.PHONY: setup
setup: $(STACK_READY) $(AUDIT_READY) $(TEMPLATE_READY) ## Set up everything the other targets need

$(UV_READY): requirements/uv.txt infra/local/install-uv
	@echo "==> setting up uv, the installer (about 10 s)"
	@infra/local/install-uv $(TOOLS)/uv $<
	@touch $@

$(PROJECT_READY): requirements/dev.txt infra/local/find-python $(UV_READY)
	@echo "==> setting up the project's environment (about 20 s)"
	@python=$$(infra/local/find-python $(UV)) && $(UV) venv --quiet --clear --python "$$python" .venv
	@$(UV) pip sync --quiet --python $(PYTHON) $<
	@touch $@

$(SAM_READY): STEP := the SAM CLI (about 30 s)
$(TOOLS)/ministack/.ready: STEP := MiniStack, the emulator (about 10 s)
$(AUDIT_READY): STEP := the tools that audit (about 10 s)
$(TEMPLATE_READY): STEP := the tools that check the template (about 20 s)
$(MUTATION_READY): STEP := mutation testing (about 20 s)
$(TOOLS)/%/.ready: requirements/%.txt $(UV_READY) | $(PROJECT_READY)
	@echo "==> setting up $(STEP)"
	@$(UV) venv --quiet --clear --python $(PYTHON) $(@D)
	@$(UV) pip sync --quiet --python $(@D)/bin/python $<
	@touch $@

# The functions' pins come first: the development ones keep to them. Run where each file is, so that its header, which
# Dependabot reads, and its comments name files as Dependabot sees them.
.PHONY: lock
lock: $(UV_READY) ## Pin the requirements anew (*.in -> *.txt)
	@for name in functions/requirements requirements/uv requirements/dev requirements/mutation requirements/sam requirements/ministack requirements/audit requirements/template; do \
		echo "==> $$name.txt"; \
		(cd "$$(dirname $$name)" && "$(abspath $(UV))" pip compile --quiet --upgrade --universal --python-version 3.13 \
			--generate-hashes "$$(basename $$name).in" --output-file "$$(basename $$name).txt") || exit; \
	done
