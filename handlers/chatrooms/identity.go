package chatrooms

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"foyer/chats"
	"foyer/fault"

	"github.com/labstack/echo/v4"
)

// credentials are what a request says of its sender (contract 1).
type credentials struct{ name, token string }

// credentialsOf reads the headers, or the cookie when there are none: whoever sends headers means them. Kinds Unauthenticated when there is
// nothing; Invalid when one of two headers is missing; Forbidden for a cookie that a foreign page has sent along.
func credentialsOf(c echo.Context) (credentials, error) {
	header := c.Request().Header
	name, authorization := header.Get("X-Username"), header.Get(echo.HeaderAuthorization)
	switch {
	case name == "" && authorization == "":
		return cookieOf(c)
	case name == "" || authorization == "":
		return credentials{}, fault.Invalidf("Both Authorization and X-Username headers are required")
	}
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		token = "" // fits nobody
	}
	return credentials{name, strings.TrimSpace(token)}, nil
}

func missing() error { return fault.New(fault.Unauthenticated, "Unauthorized - missing credentials") }

// cookieName is the browser's credential: name and token with a colon between them.
const cookieName = "ryos_auth"

func cookieOf(c echo.Context) (credentials, error) {
	request := c.Request()
	cookie, err := request.Cookie(cookieName)
	if err != nil {
		return credentials{}, missing()
	}
	safe := request.Method == http.MethodGet
	switch from := originOf(request); {
	case from == foreign && safe:
		return credentials{}, missing()
	case from != ours && !safe:
		return credentials{}, fault.New(fault.Forbidden, "Forbidden - the request comes from another site")
	}
	name, token, _ := strings.Cut(cookie.Value, ":")
	if plain, err := url.QueryUnescape(name); err == nil {
		name = plain
	}
	return credentials{name, token}, nil
}

// lifetime is how long a browser keeps the cookie (contract 1); a token that is not used for as long has ended.
const lifetime = 365 * 24 * time.Hour

// keep has the browser keep a token; not for a foreign page, which would sign somebody else in unasked.
func (h *Handler) keep(c echo.Context, name, token string) {
	if originOf(c.Request()) != foreign {
		c.SetCookie(h.cookie(c, url.QueryEscape(strings.ToLower(name))+":"+token, lifetime))
	}
}

// forget has the browser drop its token.
func (h *Handler) forget(c echo.Context) { c.SetCookie(h.cookie(c, "", -time.Second)) }

func (h *Handler) cookie(c echo.Context, value string, age time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: cookieName, Value: value, Path: cookiePath(c.Request().RequestURI),
		MaxAge: int(age.Seconds()), Expires: h.now().Add(age),
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.Secure || c.Request().TLS != nil,
	}
}

// cookiePath is where the API lies for the browser: below the mount, or at the root of a host of its own. The router may have seen another
// path.
func cookiePath(asked string) string {
	u, err := url.ParseRequestURI(asked)
	if err != nil {
		return "/api"
	}
	before, _, found := strings.Cut(u.Path, "/api/")
	if !found || strings.ContainsAny(before, ";, ") {
		return "/api"
	}
	return before + "/api"
}

const callerKey = "chatrooms.caller"

// caller is who sends a request.
func caller(c echo.Context) chats.Caller {
	return c.Get(callerKey).(chats.Caller) //nolint:forcetypeassert // one of the next three put it there
}

func place(c echo.Context) string { return chats.Place(c.RealIP()) }

// signedIn lets in whoever has a token that holds.
func (h *Handler) signedIn(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		who, err := h.authenticate(c)
		if err != nil {
			return err
		}
		c.Set(callerKey, who)
		return next(c)
	}
}

// anybody lets everybody in. Credentials that do not hold are those of nobody: a stale cookie must not break public reading (contract 1).
func (h *Handler) anybody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		who, err := h.authenticate(c)
		if err != nil && !refused(err) {
			return err
		}
		who.From = place(c)
		c.Set(callerKey, who)
		return next(c)
	}
}

// recognised lets in whoever has a token that holds, or a retired one.
func (h *Handler) recognised(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		who, _, err := h.recognise(c)
		if err != nil {
			return err
		}
		c.Set(callerKey, who)
		return next(c)
	}
}

// refused reports that somebody is not who they say, and not that nobody can tell now.
func refused(err error) bool {
	return fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.Invalid) || fault.Is(err, fault.Forbidden)
}

func (h *Handler) authenticate(c echo.Context) (chats.Caller, error) {
	given, err := credentialsOf(c)
	if err != nil {
		return chats.Caller{}, err
	}
	return h.Chats.Authenticate(c.Request().Context(), given.name, given.token)
}

func (h *Handler) recognise(c echo.Context) (who chats.Caller, old bool, err error) {
	given, err := credentialsOf(c)
	if err != nil {
		return chats.Caller{}, false, err
	}
	return h.Chats.Recognise(c.Request().Context(), given.name, given.token)
}

// named errs unless a name that a body repeats is the caller's (contract 3.5).
func named(c echo.Context, name string) error {
	if name != "" && !chats.Same(name, caller(c).Name) {
		return fault.New(fault.Forbidden, "Forbidden - username mismatch")
	}
	return nil
}
