package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestSettingsThatAreRefused(t *testing.T) {
	t.Parallel()
	file := func(t *testing.T, text string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "foyer.yaml")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct {
		name    string
		environ []string
		args    []string
		want    string
	}{
		{"unknown variable", []string{"FOYER_BOGUS=1"}, nil, "FOYER_BOGUS"},
		{"misspelt variable", []string{"FOYER_ADDRESS=:1"}, nil, "FOYER_ADDRESS"},
		{"unknown flag", nil, []string{"--bogus"}, "--bogus"},
		{"unknown key", nil, []string{"--config", file(t, "bogus: 1")}, `"bogus"`},
		{"config in config", nil, []string{"--config", file(t, "config: x")}, `"config"`},
		{"no map", []string{"FOYER_CONFIG=" + file(t, "- a")}, nil, "YAML map"},
		{"no file", []string{"FOYER_CONFIG=/nowhere/foyer.yaml"}, nil, "settings file"},
		{"key without secret", []string{"FOYER_ACCESS_KEY=a"}, nil, "go together"},
		{"certificate without key", []string{"FOYER_TLS_CERT=a"}, nil, "go together"},
		{"two ways of TLS", []string{"FOYER_TLS_CERT=a", "FOYER_TLS_KEY=b", "FOYER_ACME=on"}, nil, "exclude"},
		{"public URL with a path", []string{"FOYER_PUBLIC_URL=http://a/b"}, nil, "FOYER_PUBLIC_URL"},
		{"empty unknown variable", []string{"FOYER_BOGUS="}, nil, "FOYER_BOGUS"},
		{"value of many", nil, []string{"--config", file(t, "secret: [a, b]")}, "single value"},
		{"user in the public URL", []string{"FOYER_PUBLIC_URL=https://u:p@a"}, nil, "FOYER_PUBLIC_URL"},
		{"public URL of another kind", []string{"FOYER_PUBLIC_URL=ftp://a"}, nil, "FOYER_PUBLIC_URL"},
		{"proxies", []string{"FOYER_TRUSTED_PROXIES=10.0.0.0/8,nonsense"}, nil, "nonsense"},
		{"log level", []string{"FOYER_LOG=loud"}, nil, "FOYER_LOG"},
		{"log format", []string{"FOYER_LOG=info,xml"}, nil, "FOYER_LOG"},
		{"rate limits", []string{"FOYER_RATE_LIMITS=maybe"}, nil, "rate-limits"},
		{"retention of no time", []string{"FOYER_RETENTION=long"}, nil, "FOYER_RETENTION"},
		{"retention below the tries", []string{"FOYER_RETENTION=3d"}, nil, "FOYER_RETENTION"},
		{"retention beyond all", []string{"FOYER_RETENTION=99999999999d"}, nil, "FOYER_RETENTION"},
		{"private webhooks", []string{"FOYER_WEBHOOKS_ALLOW_PRIVATE=yes"}, nil, "webhooks-allow-private"},
		{"TURN servers without a secret", []string{"FOYER_TURN_URLS=turn:a:3478"}, nil, "go together"},
		{"secret without TURN servers", []string{"FOYER_TURN_SECRET=a"}, nil, "go together"},
		{"TURN server of another kind", []string{"FOYER_TURN_URLS=stun:a:3478", "FOYER_TURN_SECRET=a"}, nil, "FOYER_TURN_URLS"},
		{"TURN server with a user", []string{"FOYER_TURN_URLS=turn:u:p@a:3478", "FOYER_TURN_SECRET=a"}, nil, "FOYER_TURN_URLS"},
		{"public address of no form", []string{"FOYER_PUBLIC_IP=example.org"}, nil, "FOYER_PUBLIC_IP"},
		{"public address of IPv6", []string{"FOYER_PUBLIC_IP=2001:db8::1"}, nil, "FOYER_PUBLIC_IP"},
		{"public address of nobody", []string{"FOYER_PUBLIC_IP=0.0.0.0"}, nil, "FOYER_PUBLIC_IP"},
		{"TURN without a port", []string{"FOYER_TURN_ADDR=127.0.0.1"}, nil, "FOYER_TURN_ADDR"},
		{"TURN with a port of no number", []string{"FOYER_TURN_ADDR=:turn"}, nil, "FOYER_TURN_ADDR"},
		{"TURN on any port", []string{"FOYER_TURN_ADDR=:0"}, nil, "FOYER_TURN_ADDR"},
		{"one port for relays", []string{"FOYER_TURN_PORTS=49160"}, nil, "FOYER_TURN_PORTS"},
		{"ports upside down", []string{"FOYER_TURN_PORTS=49359-49160"}, nil, "FOYER_TURN_PORTS"},
		{"ports beyond all", []string{"FOYER_TURN_PORTS=49160-70000"}, nil, "FOYER_TURN_PORTS"},
		{"ports from nothing", []string{"FOYER_TURN_PORTS=0-10"}, nil, "FOYER_TURN_PORTS"},
		{"relays on TURN's own port", []string{"FOYER_TURN_PORTS=3000-4000"}, nil, "FOYER_TURN_PORTS"},
		{"private relays", []string{"FOYER_TURN_ALLOW_PRIVATE=yes"}, nil, "turn-allow-private"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := foyer(t, t.TempDir(), c.environ, append([]string{"config"}, c.args...)...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestSettingsOfOthersAreIgnored(t *testing.T) {
	t.Parallel()
	must(t, t.TempDir(), []string{"FOYER_TEST_POSTGRES=x", "FOYER_PORT=tcp://1", "FOYER_PORT_80_TCP=x", "FOYER_SERVICE_HOST=x"}, "config")
}

func TestRetentionInDaysAndHours(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{"30d": 720 * time.Hour, "720h": 720 * time.Hour, "4d": 96 * time.Hour, "100h30m": 100*time.Hour + 30*time.Minute} {
		options, err := (&Settings{Retention: text}).webhooks()
		if err != nil || options.Retention != want {
			t.Errorf("%s: %v, %v", text, options.Retention, err)
		}
	}
}

func TestSettingsOfDigits(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "foyer.yaml")
	if err := os.WriteFile(path, []byte("access-key: 650000000000000000000001\nsecret: 0777\nlog:\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := must(t, t.TempDir(), []string{"FOYER_CONFIG=" + path}, "config"); !strings.Contains(out, "FOYER_ACCESS_KEY=650000000000000000000001\n") {
		t.Errorf("a key of digits is not as it was written:\n%s", out)
	}
}

func TestSettingsRedactWhatTheyDoNotKnow(t *testing.T) {
	t.Parallel()
	out := must(t, t.TempDir(), []string{"FOYER_DATABASE_URL=host=db user=x password=s3cret"}, "config")
	if strings.Contains(out, "s3cret") {
		t.Errorf("a password is shown:\n%s", out)
	}
}

func TestSettingsInForce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "foyer.yaml")
	text := "addr: \":1\"\npublic-url: https://file.example.org\nlog: warn\nsecret: file-secret\naccess-key: k\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	out := must(t, t.TempDir(), []string{
		"FOYER_CONFIG=" + path, "FOYER_ADDR=:2", "FOYER_LOG=", "FOYER_PUBLIC_URL=https://env.example.org",
		"FOYER_DATABASE_URL=postgres://u:pass-word@db/foyer?sslmode=disable", "FOYER_TURN_URLS=turn:a:3478", "FOYER_TURN_SECRET=turn-secret",
	}, "config", "--addr", ":3")
	for _, want := range []string{
		"FOYER_ADDR=:3\n", "FOYER_PUBLIC_URL=https://env.example.org\n", "FOYER_LOG=warn\n", "FOYER_SECRET=<redacted>\n",
		"FOYER_RATE_LIMITS=on\n", "FOYER_DATABASE_URL=postgres://u:xxxxx@db/foyer\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
	for _, secret := range []string{"file-secret", "pass-word", "turn-secret"} {
		if strings.Contains(out, secret) {
			t.Errorf("%s is shown", secret)
		}
	}
}
