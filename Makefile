# Everything needs Go and make; what else is missing, `make setup` installs or names.

# The launcher of the local stack. It is built, not `go run`: that would turn every
# exit status into 1 and leave the servers running when make is told to end.
DEV := .dev/bin/dev

MODULES := . dev dev/temporal dev/lint

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: launcher ## Run everything here and sync a mock cloud; FOR=60s stops by itself
	@exec $(DEV) demo $(if $(FOR),--for $(FOR))

.PHONY: setup
setup: launcher ## Install or build what demo and test need, start nothing
	@exec $(DEV) setup

.PHONY: build
build: ## Build worker and starter into .dev/bin
	go build -o .dev/bin/ ./worker ./starter

.PHONY: test
test: setup ## Run all tests with the race detector, against real servers
	@exec $(DEV) with -- $(MAKE) --no-print-directory test-only

# Against the servers of the environment, as `dev with` sets it. The end-to-end
# tests mostly wait, so that many fit on a core. What takes minutes to compile, the
# clouds' SDKs, is compiled first: beside it, tests would wait for their turn.
.PHONY: test-only
test-only:
	go build -race ./... && cd dev && go build -race -o /dev/null ./...
	go test -race -timeout 30m ./...
	cd dev && go test -race -timeout 30m -parallel 12 ./...

# A list that nothing runs would pass, too.
.PHONY: regressions
regressions: setup ## Run the tests of what went wrong in other programs of this kind
	@cd dev && go test -list '^TestRegressions$$' ./e2e | grep -qx TestRegressions || { echo "dev/e2e has no TestRegressions"; exit 1; }
	@cd dev && CLOUDSYNC_REGRESSIONS=1 exec ../$(DEV) with -- go test -count=1 -timeout 30m -v ./e2e -run '^TestRegressions'

.PHONY: conformance
conformance: ## Replay recorded answers of the clouds to their SDKs; DIR=folder
	@cd dev && go run -buildvcs=false ./conformance $(if $(DIR),$(abspath $(DIR)))

.PHONY: bench
bench: setup ## Measure whole runs; N=100000, FORMAT=json, PLOT=file.svg, PROFILE=folder
	@exec $(DEV) bench $(if $(N),--hosts $(N)) $(if $(FORMAT),--format $(FORMAT)) $(if $(PLOT),--plot $(PLOT)) $(if $(PROFILE),--profiles $(abspath $(PROFILE)))

.PHONY: histories
histories: setup ## Record the workflow histories of the replay test anew
	@cd dev && CLOUDSYNC_RECORD=1 exec ../$(DEV) with -- go test -count=1 -timeout 30m ./e2e -run TestRecordHistories

.PHONY: lint
lint: .dev/bin/golangci-lint .dev/bin/workflowcheck ## Run the linters, and workflowcheck on the workflows
	.dev/bin/golangci-lint run ./...
	cd dev && ../.dev/bin/golangci-lint run ./...
	.dev/bin/workflowcheck -config dev/lint/workflowcheck.yaml ./workflows/...

.PHONY: tidy-check
tidy-check: ## Check that each module's go.mod and go.sum are tidy
	@for module in $(MODULES); do echo "go mod tidy -diff  ($$module)"; (cd $$module && go mod tidy -diff) || exit 1; done

.PHONY: clean
clean: launcher ## Remove .dev with the demo's data, unless something runs from it
	@exec $(DEV) clean

.PHONY: launcher
launcher:
	@cd dev && go build -buildvcs=false -o ../$(DEV) .

.dev/bin/golangci-lint: dev/lint/go.mod dev/lint/go.sum
	@echo "Compiling golangci-lint; the first time takes a minute or two."
	@cd dev/lint && go build -o ../../$@ github.com/golangci/golangci-lint/v2/cmd/golangci-lint

.dev/bin/workflowcheck: dev/lint/go.mod dev/lint/go.sum
	@cd dev/lint && go build -o ../../$@ go.temporal.io/sdk/contrib/tools/workflowcheck
