# Six words, each a script in ci/: fmt lint test run check soak.
.PHONY: fmt lint test run check soak

fmt:
	bash ci/fmt.sh

lint:
	bash ci/lint.sh

test:
	bash ci/test.sh

run:
	bash ci/run.sh

check:
	bash ci/check.sh

soak:
	bash ci/soak.sh

bench:
	bash ci/bench.sh
