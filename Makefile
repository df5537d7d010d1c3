# Shouwang 守望. "make help" lists the targets.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo development)
LDFLAGS := -s -w -X main.version=$(VERSION)
DATA    ?= data
WEB     := dashboards
GO      := go
# SQLite in pure Go is six to nine times slower under the race detector, which
# has nothing to find in the C that it was translated from; nor has it in the
# arithmetic of argon2, which was two fifths of the tests of the gateway. Only
# these packages: one that calls sync.Map would bring a copy of its generic code
# that is not instrumented, and the linker may take that copy for the whole program.
RACE    := -race $(foreach package,modernc.org/sqlite/lib modernc.org/libc golang.org/x/crypto/argon2,-gcflags=$(package)=-race=false)
TOOLS   := bin/tools
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
INFLUXD     := github.com/influxdata/influxdb/cmd/influxd@v1.8.10

export SHOUWANG_INFLUXD := $(CURDIR)/$(TOOLS)/influxd
# Modules and packages come from where this machine is set up to get them.
export GOFLAGS := -buildvcs=false

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18

.PHONY: run
run: build ## Start the gateway with a demonstration night; Ctrl-C ends it
	@scripts/demo $(DATA)

.PHONY: clean-data
clean-data: ## Forget the demonstration and all that the gateway keeps in data/
	@scripts/clean-data $(DATA)

.PHONY: build
build: web ## Build the web app and the three programs into bin/
	$(GO) build -ldflags '$(LDFLAGS)' -o bin/ ./gateway ./edge ./firmware-sim

.PHONY: web
web: $(WEB)/dist/index.html ## Build the web app

WEB_SOURCES := $(shell find $(WEB) -path $(WEB)/node_modules -prune -o -path $(WEB)/dist -prune -o -path $(WEB)/e2e -prune \
	-o -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.html' -o -name '*.svg' -o -name '*.json' -o -name '*.png' -o -name '*.webmanifest' \) \
	! -name schema.d.ts ! -name openapi.json -print)

$(WEB)/node_modules/.package-lock.json: $(WEB)/package.json $(WEB)/package-lock.json
	cd $(WEB) && npm ci --no-progress
	@touch $@

# The types of the web app are made from the handlers of the gateway.
$(WEB)/shared/api/schema.d.ts: $(WEB)/node_modules/.package-lock.json $(shell find gateway/api alerts -name '*.go' ! -name '*_test.go')
	$(GO) run ./gateway/api/openapi > $(WEB)/shared/api/openapi.json
	cd $(WEB) && npm run --silent gen
	@touch $@

$(WEB)/dist/index.html: $(WEB)/shared/api/schema.d.ts $(WEB_SOURCES)
	cd $(WEB) && npm run --silent build
	@touch $@

.PHONY: test
test: tools build test-go test-web test-e2e ## Everything that is proved: Go, web app, and real processes in a real browser

.PHONY: test-go
test-go: $(WEB)/dist/index.html
	$(GO) test $(RACE) -timeout 20m ./...

.PHONY: test-web
test-web: $(WEB)/shared/api/schema.d.ts
	cd $(WEB) && npm run --silent types && npm run --silent test

.PHONY: test-e2e
test-e2e: build
	cd $(WEB) && npm run --silent e2e

.PHONY: look
look: build ## Look at every page in all widths, both languages and schemes; SHOTS=1 keeps the pictures
	cd $(WEB) && LOOKS=all npx --no-install vitest run --project e2e e2e/look.test.ts e2e/wardside.test.ts e2e/inspect.test.ts e2e/family.test.ts

.PHONY: tools
tools: $(TOOLS)/influxd ## Install what the tests need: Chromium, CJK fonts, Mosquitto, an InfluxDB server
	@scripts/test-packages

$(TOOLS)/influxd:
	GOBIN=$(CURDIR)/$(TOOLS) $(GO) install $(INFLUXD)

.PHONY: check
check: $(WEB)/dist/index.html ## Lint, vet, staticcheck, go fix, formatting and types
	@test -z "$$(gofmt -l .)" || { gofmt -l . ; echo 'these files need: make format'; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...
	@diff="$$($(GO) fix -diff ./... 2>&1)" || true; test -z "$$diff" || { echo "$$diff"; echo 'go fix would change this'; exit 1; }
	$(GO) mod tidy -diff
	cd $(WEB) && npm run --silent check

.PHONY: format
format: $(WEB)/node_modules/.package-lock.json ## Format Go and web sources
	gofmt -w alerts edge firmware-sim gateway dashboards/*.go
	cd $(WEB) && npm run --silent format

.PHONY: bench
bench: build ## Print benchmark lines: latencies, throughput, start-up time and memory
	$(GO) test -run '^$$' -bench . -benchtime 2s -timeout 30m ./alerts/... ./edge/... ./firmware-sim/... ./gateway/...
	cd $(WEB) && BENCH=1 npx --no-install vitest run --project e2e e2e/size.test.ts e2e/board.test.ts

.PHONY: clean
clean: ## Remove what was built
	rm -rf bin $(WEB)/node_modules $(WEB)/shared/api/schema.d.ts $(WEB)/shared/api/openapi.json
	find $(WEB)/dist -mindepth 1 ! -name .gitkeep -delete
