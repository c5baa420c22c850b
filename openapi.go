package foyer

import _ "embed"

// OpenAPI is the contract of the /v2 API as an OpenAPI 3.1 document, in YAML. It is written by hand, served as it is
// at /openapi.yaml, and tested against the routes and the answers. Nobody may change its bytes.
//
//go:embed openapi.yaml
var OpenAPI []byte
