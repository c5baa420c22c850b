package hms

// Parse is parse for tests from outside.
func Parse(message []byte) (id, method, params string, err error) {
	c, err := parse(message)
	return c.ID, c.Method, c.Params, err
}
