package seal_test

import (
	"strings"
	"testing"

	"foyer/seal"
)

func TestPassword(t *testing.T) {
	t.Parallel()
	hash := seal.HashPassword("open sesame")
	if strings.Contains(hash, "sesame") || hash == seal.HashPassword("open sesame") {
		t.Error("the hash shows the password, or has no salt")
	}
	if !seal.FitsPassword(hash, "open sesame") || seal.FitsPassword(hash, "open sesamE") || seal.FitsPassword(hash, "") {
		t.Error("the password does not fit, or another one does")
	}
}

func TestBrokenHash(t *testing.T) {
	t.Parallel()
	for _, broken := range []string{
		"", "$a$b$c$d$e", "$argon2id$v=19$m=1,t=1,p=1$!$!", "$argon2id$v=19$m=1,t=1,p=1$$", "$argon2id$v=19$m=1,t=1,p=1$!$YQ",
		"$argon2id$v=19$m=1,t=0,p=1$YQ$YQ", "$argon2id$v=19$m=1,t=1,p=0$YQ$YQ", "$argon2id$v=19$m=-1,t=1,p=1$YQ$YQ",
	} {
		if seal.FitsPassword(broken, "") {
			t.Errorf("%q fits", broken)
		}
	}
}
