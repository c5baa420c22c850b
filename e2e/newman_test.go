package e2e_test

import (
	"path/filepath"
	"testing"
)

// TestPostmanCollection runs postman/collection.json with newman, assertions and all.
func TestPostmanCollection(t *testing.T) {
	t.Parallel()
	for _, database := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			s := start(t, database, nil)
			node(t, nil,
				filepath.Join("node_modules", "newman", "bin", "newman.js"),
				"run", filepath.Join("..", "postman", "collection.json"),
				"--environment", filepath.Join("..", "postman", "environment.json"),
				"--env-var", "baseUrl="+s.url,
				"--env-var", "accessKey="+s.env["FOYER_ACCESS_KEY"],
				"--env-var", "secret="+s.env["FOYER_SECRET"],
				"--color", "off",
			)
		})
	}
}
