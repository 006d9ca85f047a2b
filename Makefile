# Everything that this project can do. `make` without a target lists it.

.DEFAULT_GOAL := help
.PHONY: help run serve synth bootstrap deploy destroy diff test properties mutate check bench bench-serverless binaries clean lint licences dead-code vulnerabilities race examples tools go-is-there npm-is-there

# Use the pinned CDK CLI and Node instead of the machine's. Install them with the
# machine's own Node, with which npm finds its global configuration.
export MACHINE_PATH := $(PATH)
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
NPM_CI := PATH="$$MACHINE_PATH" npm ci --no-audit --no-fund

# Packages that make mutate breaks.
MUTATED ?= ./constructs/... ./local/... ./rules/... ./internal/cfn/...

# Additional arguments for the CDK CLI: make deploy ARGS="-c stageName=v1"
ARGS ?=

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
GOVULNCHECK := golang.org/x/vuln/cmd/govulncheck@v1.9.0
LICENCE_DETECTOR := go.elastic.co/go-licence-detector@v0.7.0
DEADCODE := golang.org/x/tools/cmd/deadcode@v0.52.0
GREMLINS := github.com/go-gremlins/gremlins/cmd/gremlins@v0.6.0

# Platforms and output folder of make binaries.
PLATFORMS ?= linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64
DIST ?= dist

EXAMPLES := $(dir $(wildcard examples/*/go.mod))

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: synth ## Synthesize, serve the template here, and test who can call what: no AWS account needed
	go run ./cmd/weather-events verify

serve: synth ## Synthesize and serve the template at 127.0.0.1:8080 until interrupted
	go run ./cmd/weather-events serve

synth: tools ## Synthesize the CloudFormation template into cdk.out
	cdk synth --quiet $(ARGS)
	@echo "Synthesized: $$(ls cdk.out/*.template.json)"

bootstrap: tools ## Prepare an AWS account and Region for CDK, once before the first deployment
	cdk bootstrap $(ARGS)

deploy: tools ## Deploy the stack with your AWS credentials (ARGS are the CDK CLI's)
	cdk deploy $(ARGS)

destroy: tools ## Remove the stack and everything in it (without a terminal: ARGS=--yes)
	cdk destroy $(ARGS)

diff: tools ## Compare the stack with what is deployed (repeat the ARGS of make deploy)
	cdk diff $(ARGS)

# make lint runs vet. Here it would analyze all of CDK a second time.
test: tools ## Run the tests
	go test -vet=off ./...

properties: tools ## Check every spelling of the rules' cases, at least 2,000 random props, and that the rules and the local server agree on 5,000 templates
	go test ./rules -count=1 -run=TestSpellings -v -args -every-spelling
	go test ./internal/promises -count=1 -timeout=60m -v -rapid.checks=5000 -rapid.seed=0
	CDK_VALIDATION=true go test ./internal/properties -count=1 -timeout=60m -v -rapid.checks=200 -rapid.seed=0

# A mutant that times out counts neither as killed nor as alive, so the time limit is
# generous, and based on tests that ran, not on cached results.
mutate: tools ## Break the committed code in small ways, which the tests must notice: takes hours
	@clone=$$(mktemp -d); trap 'rm -rf "$$clone"' EXIT; git clone --quiet . "$$clone" && cd "$$clone" || exit 1; \
	export GOFLAGS="-vet=off -count=1"; \
	for package in $$(go list -f '{{slice .Dir (len .Module.Dir)}}' $(MUTATED)); do \
		echo "$$package"; \
		go run $(GREMLINS) unleash ".$$package" --exclude-files '^internal/' --output-statuses lt \
			--timeout-coefficient 30 --threshold-efficacy 90 || failed="$$failed $$package"; \
	done; \
	test -z "$$failed" || { echo "under 90 %, or not run:$$failed"; exit 1; }

check: lint licences race test synth examples ## Run all checks: what CI runs, but for binaries, dead-code and vulnerabilities

lint: go-is-there # Formatting, vet and linters at pinned versions
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...
	go run $(ACTIONLINT) .github/workflows/*.yml examples/github-actions/*.yml

# MPL-2.0 is allowed because it only binds those who change the library's files, and we do not.
licences: go-is-there ## Check the licences of all dependencies against .ci/licences/allowed.json
	@modules=$$(go list -deps -test -f '{{with .Module}}{{if not .Main}}{"Path":{{printf "%q" .Path}},"Version":{{printf "%q" .Version}},"Dir":{{printf "%q" .Dir}}}{{end}}{{end}}' ./...) && \
	echo "$$modules" | sort -u | go run $(LICENCE_DETECTOR) -includeIndirect -rules .ci/licences/allowed.json -overrides .ci/licences/overrides.ndjson

dead-code: go-is-there ## Look for functions that neither a program nor a test reaches
	@dead=$$(go run $(DEADCODE) -test ./...) && if test -n "$$dead"; then echo "$$dead"; exit 1; fi

vulnerabilities: go-is-there ## Look for known vulnerabilities in what the code calls: asks vuln.go.dev
	@output=$$(go run $(GOVULNCHECK) ./... 2>&1); status=$$?; echo "$$output"; \
	case "$$output" in *"fetching vulnerabilities"*) echo "Not checked: https://vuln.go.dev is out of reach. GOVULNDB may name a mirror, or a copy as file:///PATH." >&2;; esac; \
	exit $$status

# Leaves out packages whose tests import CDK, because jsii has data races (see
# internal/cdktest), and, with the build tag !race, files whose tests need "make tools".
race: go-is-there # The packages without CDK under the race detector, which needs a C compiler
	@if command -v "$$(go env CC)" > /dev/null; then \
		packages=$$(go list -test -f '{{.ImportPath}} {{join .Deps " "}}' ./...) && \
		packages=$$(echo "$$packages" | awk '$$1 ~ /\.test$$/ && !/aws-cdk-go/ { sub(/\.test$$/, "", $$1); print $$1 }') && echo "go test -race of what does not import CDK" && \
		CGO_ENABLED=1 go test -vet=off -race $$packages; \
	else \
		echo "skipped the race detector: it needs a C compiler"; \
	fi

examples: tools # Test every example; of those that are CDK apps, synthesize them and try who can call what
	@for example in $(EXAMPLES); do \
		echo "$$example"; \
		(cd $$example && go vet ./... && go test -vet=off ./... && if test -f cdk.json; then \
			cdk synth --quiet && go -C $(CURDIR) run ./cmd/weather-events verify --assembly "$$PWD/cdk.out"; \
		fi) || exit 1; \
	done

bench: tools bench/typescript/node_modules/.package-lock.json ## Print the table of docs/performance.md
	go run ./bench

bench-serverless: tools bench/serverless/node_modules/.package-lock.json ## Print the table of docs/performance.md beside serverless-offline
	go run ./bench/sidebyside

bench/%/node_modules/.package-lock.json: bench/%/package.json bench/%/package-lock.json | npm-is-there
	cd bench/$* && $(NPM_CI)
	@touch $@

# Builds are reproducible: they contain no path of this machine and no C library.
binaries: go-is-there ## Build the command for Linux, macOS and Windows into dist, with checksums
	@mkdir -p $(DIST) && rm -f $(DIST)/weather-events_* $(DIST)/SHA256SUMS
	@for platform in $(PLATFORMS); do \
		export CGO_ENABLED=0 GOOS=$${platform%/*} GOARCH=$${platform#*/}; \
		binary=$(DIST)/weather-events_$${GOOS}_$$GOARCH; test $$GOOS != windows || binary=$$binary.exe; \
		echo "$$binary"; go build -trimpath -buildvcs=auto -ldflags="-s -w" -o "$$binary" ./cmd/weather-events || exit 1; \
	done
	@cd $(DIST) && if command -v sha256sum > /dev/null; then sha256sum weather-events_*; else shasum -a 256 weather-events_*; fi > SHA256SUMS

clean: ## Remove everything that was built
	rm -rf cdk.out $(DIST) node_modules examples/*/cdk.out examples/*/*/cdk.out bench/*/node_modules bench/typescript/app.js

tools: go-is-there node_modules/.package-lock.json

node_modules/.package-lock.json: package.json package-lock.json | npm-is-there
	$(NPM_CI)
	@touch $@

go-is-there:
	@command -v go > /dev/null || { echo "Go is missing: install Go 1.26 or later, https://go.dev/dl" >&2; exit 1; }

npm-is-there:
	@command -v npm > /dev/null || { echo "npm is missing: install Node.js 22 or later, https://nodejs.org" >&2; exit 1; }
