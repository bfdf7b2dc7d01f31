# Everything needs Go and make; what else is missing, `make setup` installs or names.

# The launcher of the local stack. It is built, not `go run`: that would turn every
# exit status into 1 and leave the servers running when make is told to end.
DEV := .dev/bin/dev

# What measures is a program of its own: it takes longer to compile than the launcher.
BENCHMARKS := .dev/bin/benchmarks

MODULES := . dev dev/temporal dev/lint dev/helm dev/release

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# The database of demo, bench and tests: DB=mariadb, DB=mysql, or a server's program.
ifdef DB
export CLOUDSYNC_MYSQLD := $(DB)
endif

.PHONY: demo
demo: modules launcher ## Run everything here and sync a mock cloud; FOR=60s, DB=mysql
	@exec $(DEV) demo $(if $(FOR),--for $(FOR))

# The first time, the modules of all that the demo compiles come while the launcher compiles.
.PHONY: modules
modules:
	@[ -e $(DEV) ] || go list -deps ./worker/mockonly ./starter >/dev/null 2>&1 &

.PHONY: setup
setup: launcher ## Install or build what demo and test need, start nothing
	@exec $(DEV) setup

.PHONY: build
build: ## Build worker and starter into .dev/bin
	go build -o .dev/bin/ ./worker ./starter

# What takes minutes to compile, the clouds' SDKs, is compiled first: beside it, tests would wait
# for their turn. Programs are left out: to link them takes a minute.
NO_PROGRAMS := {{if ne .Name "main"}}{{.ImportPath}}{{end}}

.PHONY: test
test: setup ## Run all tests, on MariaDB and MySQL, with the race detector; DB=mysql
	@echo "Compiling"; packages=$$(go list -f '$(NO_PROGRAMS)' ./...) && go build -race $$packages && go build $$packages
	@exec $(DEV) test

# A program with the race detector waits at its end, for a second unless told otherwise, for
# what goroutines that were left behind may do. That is a second for each package.
export GORACE ?= atexit_sleep_ms=50

# How long the tests of a package may take. Beside other work they take twice what they usually do.
TIMEOUT := 60m

# What `dev test` runs, against the servers of the environment. SHORT=-short leaves the many
# random runs and the long lists to test-again, where `make test` has both. `make lint` has vet.
.PHONY: test-main
test-main:
	go test -race -vet=off $(SHORT) -timeout $(TIMEOUT) ./...
	cd dev/helm && go test -count=1 ./... # what Go remembers of a test has no file outside its module

# The packages whose tests have databases, are left out in part where tests come short, or have
# random checks, of which rapid makes a fifth then: by what they import.
AGAIN := or (eq . "cloudsync/store/storetest") (eq . "cloudsync/shorttest") (eq . "pgregory.net/rapid")
IMPORTS_AGAIN := {{range .TestImports}}{{if $(AGAIN)}}{{$$.ImportPath}}{{"\n"}}{{end}}{{end}}{{range .XTestImports}}{{if $(AGAIN)}}{{$$.ImportPath}}{{"\n"}}{{end}}{{end}}

# The race detector triples what Go code costs, and what decodes long lists takes six times as
# long. What it looks for is the same on any server and in short lists, and test-main has it:
# docs/decisions/0039-the-race-detector-runs-once-a-commit.md.
# RACE=-race has it here, too. A list that is empty would pass, too.
.PHONY: test-again
test-again:
	@packages=$$(go list -f '$(IMPORTS_AGAIN)' ./... | sort -u); [ -n "$$packages" ] || { echo "no tests are to run again"; exit 1; }; \
	go test $(RACE) -vet=off -timeout $(TIMEOUT) $$packages

# The end-to-end tests mostly wait, so that many fit on a core. The worker is a program of its own
# there: the race detector would see fakes of clouds and the command line, which test-main has.
# Many programs share the cores: each has one, for to wake another costs more than it then does.
.PHONY: test-dev
test-dev:
	cd dev && go test -race -vet=off -timeout $(TIMEOUT) $$(go list ./... | grep -v '/e2e$$')
	cd dev && GOMAXPROCS=1 go test -vet=off -timeout $(TIMEOUT) -parallel 12 ./e2e

# A list that nothing runs would pass, too.
.PHONY: regressions
regressions: launcher ## Run the tests of what went wrong in other programs of this kind
	@cd dev && go test -list '^TestRegressions$$' ./e2e | grep -qx TestRegressions || { echo "dev/e2e has no TestRegressions"; exit 1; }
	@cd dev && CLOUDSYNC_REGRESSIONS=1 exec ../$(DEV) with -- go test -count=1 -timeout 30m -v ./e2e -run '^TestRegressions'

.PHONY: conformance
conformance: ## Replay recorded answers of the clouds to their SDKs; DIR=folder
	@cd dev && go run -buildvcs=false ./conformance $(if $(DIR),$(abspath $(DIR)))

.PHONY: bench
bench: benchmarks ## Measure whole runs; N=100000 or SCOPES=2000 or FAIR=1, DB=mysql, FORMAT=json, PLOT=file.svg, PROFILE=folder
	@exec $(BENCHMARKS) runs $(if $(N),--hosts $(N)) $(if $(SCOPES),--scopes $(SCOPES)) $(if $(FAIR),--fair) $(if $(FORMAT),--format $(FORMAT)) $(if $(PLOT),--plot $(PLOT)) $(if $(PROFILE),--profiles $(abspath $(PROFILE)))

.PHONY: bench-index
bench-index: benchmarks ## Measure the server beside the same questions in SQL; N=1000000, DB=mysql, FORMAT=json
	@exec $(BENCHMARKS) index $(if $(N),--hosts $(N)) $(if $(FORMAT),--format $(FORMAT))

.PHONY: histories
histories: launcher ## Record the workflow histories of the replay test anew
	@cd dev && CLOUDSYNC_RECORD=1 exec ../$(DEV) with -- go test -count=1 -timeout 30m ./e2e -run TestRecordHistories

# The pictures go to .dev/screenshots, and those that the README shows to docs/screenshots, too.
.PHONY: screenshots
screenshots: setup ## Take pictures of all pages, light, dark and narrow
	@cd dev && CLOUDSYNC_SCREENSHOTS=$(abspath .dev/screenshots) exec ../$(DEV) with -- go test -count=1 -timeout 30m -v ./screenshots -run '^TestScreenshots$$'

.PHONY: lint
lint: .dev/bin/golangci-lint .dev/bin/workflowcheck ## Run the linters, and workflowcheck on the workflows
	.dev/bin/golangci-lint run ./...
	cd dev && ../.dev/bin/golangci-lint run ./...
	.dev/bin/workflowcheck -config dev/lint/workflowcheck.yaml ./workflows/...

.PHONY: tidy-check
tidy-check: ## Check that each module's go.mod and go.sum are tidy
	@for module in $(MODULES); do echo "go mod tidy -diff  ($$module)"; (cd $$module && go mod tidy -diff) || exit 1; done

# Without network, once the modules and the tools are there. Four platforms take a while.
.PHONY: release-snapshot
release-snapshot: .dev/bin/goreleaser .dev/bin/cyclonedx-gomod ## Build archives, deb, rpm, checksums and SBOM into .dev/dist
	PATH="$(abspath .dev/bin):$$PATH" goreleaser release --snapshot --clean --parallelism 1 --timeout 3h

.PHONY: clean
clean: launcher ## Remove .dev with the demo's data, unless something runs from it
	@exec $(DEV) clean

.PHONY: launcher
launcher:
	@[ -e $(DEV) ] || echo "  Compiling the launcher; the first time takes a minute."
	@cd dev && go build -buildvcs=false -ldflags='-s -w' -o ../$(DEV) .

.PHONY: benchmarks
benchmarks:
	@[ -e $(BENCHMARKS) ] || echo "  Compiling the benchmarks; the first time takes a minute."
	@cd dev && go build -buildvcs=false -o ../$(BENCHMARKS) ./benchmarks

.dev/bin/golangci-lint: dev/lint/go.mod dev/lint/go.sum
	@echo "Compiling golangci-lint; the first time takes a minute or two."
	@cd dev/lint && go build -o ../../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.dev/bin/workflowcheck: dev/lint/go.mod dev/lint/go.sum
	@cd dev/lint && go build -o ../../$@ go.temporal.io/sdk/contrib/tools/workflowcheck

.dev/bin/goreleaser: dev/release/go.mod dev/release/go.sum
	@echo "Compiling GoReleaser; the first time takes about six minutes."
	@cd dev/release && go build -o ../../$@ github.com/goreleaser/goreleaser/v2

.dev/bin/cyclonedx-gomod: dev/release/go.mod dev/release/go.sum
	@cd dev/release && go build -o ../../$@ github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
