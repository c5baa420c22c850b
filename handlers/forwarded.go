package handlers

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"
)

// forwarded are the proxies whose word is believed about whom a request comes from.
type forwarded []netip.Prefix

// extract gives the address of the request's sender: the connection's other end, or, as long as that is a trusted proxy, the one that it
// names in X-Forwarded-For, from the right. Some proxies write a port behind the address. What cannot be read ends the search.
func (f forwarded) extract(request *http.Request) string {
	sender := echo.ExtractIPDirect()(request)
	named := strings.Split(strings.Join(request.Header.Values(echo.HeaderXForwardedFor), ","), ",")
	for _, hop := range slices.Backward(named) {
		addr, ok := addressOf(sender)
		if !ok || !f.trust(addr) {
			return sender
		}
		next, ok := addressOf(strings.TrimSpace(hop))
		if !ok {
			return sender
		}
		sender = next.String()
	}
	return sender
}

func (f forwarded) trust(addr netip.Addr) bool {
	return slices.ContainsFunc(f, func(p netip.Prefix) bool { return p.Contains(addr) })
}

// addressOf reads an address with or without a port.
func addressOf(text string) (netip.Addr, bool) {
	if pair, err := netip.ParseAddrPort(text); err == nil {
		return pair.Addr().Unmap(), true
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	return addr.Unmap(), err == nil
}
