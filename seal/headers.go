package seal

import (
	"encoding/json"
	"fmt"
)

// SealHeaders makes HTTP headers, which may hold a secret, fit to be stored; nil when there are none.
func (b *Box) SealHeaders(headers map[string]string, context string) ([]byte, error) {
	if len(headers) == 0 {
		return nil, nil
	}
	raw, err := json.Marshal(headers)
	if err != nil {
		return nil, err
	}
	return b.Seal(raw, context), nil
}

// OpenHeaders reads stored headers in clear; nil when there are none.
func (b *Box) OpenHeaders(stored []byte, context string) (map[string]string, error) {
	if len(stored) == 0 {
		return nil, nil //nolint:nilnil // no headers are an empty map
	}
	raw, err := b.Open(stored, context)
	if err != nil {
		return nil, fmt.Errorf("headers of %s: %w", context, err)
	}
	var headers map[string]string
	return headers, json.Unmarshal(raw, &headers)
}
