# The first two commands are `make run` and `make test`; both install what they need.
SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
export CGO_ENABLED ?= 0

BIN         := bin/qingshan
SHARED      ?= ../shared
# not ./...: npm packages bring Go files of their own
PKGS        := ./cmd/... ./internal/... ./packs/... ./web
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
WEB_FILES   := $(shell find web/src web/public -type f 2>/dev/null) $(wildcard web/*.html web/*.ts web/*.json)

.PHONY: FORCE help run build web needs needs-test test lint unit race web-test contract e2e vuln eval bench fuzz screens clean

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

run: build ## build everything and run the demonstration city
	./$(BIN) demo --dir data/demo

build: web $(BIN) ## the interface and the binary

needs:
	@scripts/needs.sh build
needs-test:
	@scripts/needs.sh test

web: needs web/dist/.vite/manifest.json ## the interface alone

web/dist/.vite/manifest.json: $(WEB_FILES)
	cd web && npm run --silent build

# go build knows itself what has changed, embedded data included
$(BIN): FORCE web/dist/.vite/manifest.json
	go build -trimpath -ldflags="-s -w" -o $(BIN) ./cmd/qingshan

test: needs-test build lint unit web-test contract e2e race ## every check there is
	@echo "all checks passed"

lint: needs
	@test -z "$$(gofmt -l cmd internal packs web/*.go)" || { gofmt -l cmd internal packs web/*.go; echo "run gofmt -w on these"; exit 1; }
	go vet $(PKGS)
	go run $(STATICCHECK) $(PKGS)
	cd web && npm run --silent lint && npm run --silent typecheck

unit: ## unit, property and contract suites on SQLite and PostgreSQL, fuzz seeds
	go test -timeout 20m $(PKGS)

# The packages in which goroutines meet; the pure floor has none to race.
RACE ?= ./internal/platform/jobs ./internal/platform/store ./internal/platform/audit ./internal/platform/access \
	./internal/platform/rest ./internal/platform/clock ./internal/city/situation ./internal/city/org ./internal/server

race: ## what runs at the same time, under the race detector
	CGO_ENABLED=1 go test -race -short -timeout 15m $(RACE)

web-test: needs
	cd web && npm test --silent

contract: $(BIN) ## the published answers
	cd $(SHARED)/checks/contract && go run . -bin $(CURDIR)/$(BIN) -vectors ../../vectors -data ../../data $(CHECKS)
# The published questions this version answers; later rooms add theirs.
CHECKS ?= air-hourly air-hourly-2026 air-table air-dust air-composite air-rank air-change air-good-ratio air-station-hours air-city-hours air-day-from-hours

e2e: needs-test build ## whole stories in Chromium, on SQLite and PostgreSQL
	cd web && npm run --silent e2e

vuln: ## known vulnerabilities, where the data can be reached
	go run $(GOVULNCHECK) $(PKGS)

eval: $(BIN) ## the hindcast of the target probability, into docs/evaluation.md
	./$(BIN) eval --shared $(SHARED) --out docs/evaluation.md

bench: build ## speed and size, into docs/performance.md
	scripts/bench.sh $(SHARED)

fuzz: ## a minute of fuzzing per target
	scripts/fuzz.sh

screens: needs-test build ## pictures of every page, into docs/screens
	cd web && npm run --silent screens

clean:
	rm -rf bin web/dist/assets web/dist/.vite web/dist/*.html
