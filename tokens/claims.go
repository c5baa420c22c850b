package tokens

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"foyer/models"

	"github.com/golang-jwt/jwt/v5"
)

// claims are those of both types of token (server contract 1.3, 1.4).
type claims struct {
	AccessKey string           `json:"access_key"`
	Type      string           `json:"type"`
	Version   float64          `json:"version"`
	RoomID    string           `json:"room_id,omitempty"`
	Role      string           `json:"role,omitempty"`
	UserID    string           `json:"user_id,omitempty"`
	MadeUp    bool             `json:"made_up,omitempty"` // ours: nobody named the user
	IssuedAt  *jwt.NumericDate `json:"iat,omitempty"`
	NotBefore *jwt.NumericDate `json:"nbf,omitempty"`
	ExpiresAt *jwt.NumericDate `json:"exp,omitempty"`
	ID        string           `json:"jti,omitempty"`
}

// fit reports why claims whose signature and times hold are still not those of a token of the type.
func (c *claims) fit(kind string) error {
	switch {
	case c.Type != kind:
		return refused(fmt.Sprintf("the type claim is %q, this call needs %q", clip(c.Type), kind))
	case c.Version != version:
		return refused("the version claim must be 2")
	case kind == App && !models.ValidID(c.RoomID):
		return refused("the room_id claim must be a room's id of 24 hex digits")
	case kind == App && c.Role == "":
		return refused("the role claim is missing")
	}
	return nil
}

// clip keeps a foreign text that an error repeats short.
func clip(s string) string {
	if len(s) <= 32 {
		return s
	}
	return s[:32] + "..."
}

// GetExpirationTime and the methods below are what the JWT library asks of claims.
func (c *claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.ExpiresAt, nil }

// GetIssuedAt is the iat claim.
func (c *claims) GetIssuedAt() (*jwt.NumericDate, error) { return c.IssuedAt, nil }

// GetNotBefore is the nbf claim.
func (c *claims) GetNotBefore() (*jwt.NumericDate, error) { return c.NotBefore, nil }

// GetIssuer is absent in these tokens.
func (c *claims) GetIssuer() (string, error) { return "", nil }

// GetSubject is absent in these tokens.
func (c *claims) GetSubject() (string, error) { return "", nil }

// GetAudience is absent in these tokens.
func (c *claims) GetAudience() (jwt.ClaimStrings, error) { return nil, nil }

// header is {"alg":"HS256","typ":"JWT"} in base64url, and the dot behind it: how every token of ours begins.
const header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."

// issued are the claims of a token that we make: as claims, but with plain times, which cost a tenth to write.
type issued struct {
	AccessKey string `json:"access_key"`
	Type      string `json:"type"`
	Version   int    `json:"version"`
	RoomID    string `json:"room_id,omitempty"`
	Role      string `json:"role,omitempty"`
	UserID    string `json:"user_id,omitempty"`
	MadeUp    bool   `json:"made_up,omitempty"`
	IssuedAt  int64  `json:"iat"` // seconds since 1970, as the two below
	NotBefore int64  `json:"nbf"`
	ExpiresAt int64  `json:"exp"`
	ID        string `json:"jti"`
}

// sign writes the claims as a token such that the web SDK can read it: it decodes the payload with atob(), which knows neither
// base64url's two letters nor UTF-8. Without the bytes escaped here those two letters never come up (contract 1.4).
func (c *issued) sign(secret []byte) (string, error) {
	payload, err := json.Marshal(c)
	if err != nil {
		return "", err
	}
	text := header + base64.RawURLEncoding.EncodeToString(ascii(payload))
	signature, err := jwt.SigningMethodHS256.Sign(text, secret)
	return text + "." + base64.RawURLEncoding.EncodeToString(signature), err
}

func ascii(raw []byte) []byte {
	safe := true
	for _, b := range raw {
		safe = safe && plainByte(b)
	}
	if safe {
		return raw
	}
	out := make([]byte, 0, len(raw)+32)
	for len(raw) > 0 {
		r, size := utf8.DecodeRune(raw)
		if size == 1 && plainByte(raw[0]) {
			out = append(out, raw[0])
		} else {
			for _, unit := range utf16.AppendRune(nil, r) {
				out = fmt.Appendf(out, `\u%04x`, unit)
			}
		}
		raw = raw[size:]
	}
	return out
}

// plainByte reports a byte that may stand as it is: printable ASCII but the three that can end in base64url's own letters.
func plainByte(b byte) bool { return b >= ' ' && b < 0x7f && b != '>' && b != '?' && b != '~' }
