package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"foyer/store"
	"foyer/webhooks"

	"github.com/alecthomas/kong"
	"go.yaml.in/yaml/v3"
)

// Settings are all settings. This is their one source: flags, environment, file, --help, `foyer config` and the README's table follow.
type Settings struct {
	Addr             string `default:":8080" env:"FOYER_ADDR" placeholder:"HOST:PORT" help:"Where to listen."`
	PublicURL        string `env:"FOYER_PUBLIC_URL" placeholder:"URL" help:"Where people reach Foyer; links begin with it. Unset: http://localhost and the port of FOYER_ADDR, so http://localhost:8080."`
	DataDir          string `default:"./foyer-data" env:"FOYER_DATA_DIR" placeholder:"FOLDER" help:"Where the SQLite database, the master key and certificates are kept."`
	DatabaseURL      string `env:"FOYER_DATABASE_URL" placeholder:"URL" secret:"url" help:"postgres://... or sqlite:PATH. Unset: SQLite in the data folder."`
	MasterKey        string `env:"FOYER_MASTER_KEY" placeholder:"KEY" secret:"all" help:"What secrets in the database are encrypted with: 64 hex digits or the base64 of 32 bytes. Unset: the file master.key in the data folder."`
	AccessKey        string `env:"FOYER_ACCESS_KEY" placeholder:"NAME" help:"With FOYER_SECRET: the key pair that the first start makes, instead of a random one."`
	Secret           string `env:"FOYER_SECRET" placeholder:"SECRET" secret:"all" help:"See FOYER_ACCESS_KEY."`
	OperatorPassword string `env:"FOYER_OPERATOR_PASSWORD" placeholder:"PASSWORD" secret:"all" help:"The operator's password that the first start sets, instead of a random one: 8 characters or more."`
	Log              string `default:"info" env:"FOYER_LOG" placeholder:"LEVEL[,FORMAT]" help:"debug, info, warn or error; then perhaps ,text (the default) or ,json. Goes to standard error."`
	RateLimits       string `default:"on" enum:"on,off" env:"FOYER_RATE_LIMITS" placeholder:"on|off" help:"Bound the requests of each address. Off also rests the guess guard: for load tests only."`
	TrustedProxies   string `env:"FOYER_TRUSTED_PROXIES" placeholder:"CIDR,..." help:"Proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8. Unset: nobody's."`
	TLSCert          string `name:"tls-cert" env:"FOYER_TLS_CERT" placeholder:"FILE" help:"Certificate chain (PEM). With FOYER_TLS_KEY: serve HTTPS."`
	TLSKey           string `name:"tls-key" env:"FOYER_TLS_KEY" placeholder:"FILE" help:"Private key (PEM) of FOYER_TLS_CERT."`
	ACME             string `name:"acme" default:"off" enum:"on,off" env:"FOYER_ACME" placeholder:"on|off" help:"Serve HTTPS with certificates from Let's Encrypt, for the public host and the hosts of templates."`
	WebhooksPrivate  string `name:"webhooks-allow-private" default:"off" enum:"on,off" env:"FOYER_WEBHOOKS_ALLOW_PRIVATE" placeholder:"on|off" help:"Call webhooks in private networks and on this machine too. Whoever may set a webhook then reaches them through Foyer."`
	Retention        string `default:"30d" env:"FOYER_RETENTION" placeholder:"TIME" help:"How long events, measurements of media and the deliveries of webhooks are kept: days or hours such as 30d or 720h, 4d at least."`

	RoomcodesAPIKey      string `name:"roomcodes-api-key" env:"FOYER_ROOMCODES_API_KEY" placeholder:"KEY" secret:"all" help:"An API key of Room Codes that the first start makes, for the account default with the plan unlimited: 8 characters or more. Unset: none."`
	RoomcodesCosts       string `default:"getclienttoken=0,requestroom=10,joinroom=1,extendroom=5,message=1" env:"FOYER_ROOMCODES_COSTS" placeholder:"ACTION=POINTS,..." help:"What the actions of Room Codes cost; message for each 16 KiB begun. An action that is not named costs what it does by default."`
	RoomcodesAllowances  string `default:"free=1000,premium=20000" env:"FOYER_ROOMCODES_ALLOWANCES" placeholder:"PLAN=POINTS,..." help:"Points that the plans of Room Codes give for each day (UTC). The plan unlimited needs none."`
	RoomcodesCodeLengths string `default:"free=4-6,premium=3-12,unlimited=3-12" env:"FOYER_ROOMCODES_CODE_LENGTHS" placeholder:"PLAN=LEAST-MOST,..." help:"How long the codes of Room Codes may be in each plan: 2 to 32."`
	RoomcodesTokenTTL    string `name:"roomcodes-token-ttl" default:"5m" env:"FOYER_ROOMCODES_TOKEN_TTL" placeholder:"TIME" help:"How long a token of Room Codes is good: 10s to 1h."`
	RoomcodesContact     string `env:"FOYER_ROOMCODES_CONTACT" placeholder:"TEXT" help:"Whom to ask, behind the error messages of Room Codes that are Foyer's fault. Unset: nobody."`

	Dialects string `default:"all" env:"FOYER_DIALECTS" placeholder:"NAME,..." help:"Which other protocols are spoken: mikroroom, roomcodes, chat; or all, or none. That of 100ms always is."`
	Hosts    string `env:"FOYER_HOSTS" placeholder:"NAME=HOST,..." help:"Host names of their own for other protocols, which stand at the root there: mikroroom=meet.example.org,chat=chat.example.org. Their paths (/mikroroom, /roomcodes, /chat) work everywhere."`
	STUNURLs string `name:"stun-urls" default:"stun:stun.cloudflare.com:3478" env:"FOYER_STUN_URLS" placeholder:"URL,..." help:"STUN servers that clients of MikroRoom are told."`

	Media     string `default:"on" enum:"on,off" env:"FOYER_MEDIA" placeholder:"on|off" help:"Carry the pictures and the sound of rooms, for clients of the 100ms SDK."`
	MediaAddr string `name:"media-addr" default:":7882" env:"FOYER_MEDIA_ADDR" placeholder:"HOST:PORT" help:"Where pictures and sound come and go: one port, over UDP and over TCP."`
	PublicIP  string `name:"public-ip" env:"FOYER_PUBLIC_IP" placeholder:"ADDRESS" help:"What this machine is called from outside, when it has no public address of its own. Also switches the TURN server on."`

	TURNAddr    string `name:"turn-addr" default:":3478" env:"FOYER_TURN_ADDR" placeholder:"HOST:PORT" help:"Where Foyer's TURN server listens, over UDP and over TCP. It is on when FOYER_PUBLIC_IP is set and FOYER_TURN_URLS is not."`
	TURNPorts   string `name:"turn-ports" default:"49160-49359" env:"FOYER_TURN_PORTS" placeholder:"FIRST-LAST" help:"The UDP ports of its relays: one for each, so as many as there are relays at once."`
	TURNPrivate string `name:"turn-allow-private" default:"off" enum:"on,off" env:"FOYER_TURN_ALLOW_PRIVATE" placeholder:"on|off" help:"Relay to private networks and to this machine too. Whoever may join a room then reaches them through Foyer."`
	TURNURLs    string `name:"turn-urls" env:"FOYER_TURN_URLS" placeholder:"URL,..." help:"TURN servers of your own that clients are told instead, such as turn:turn.example.org:3478?transport=udp: coturn with use-auth-secret."`
	TURNSecret  string `name:"turn-secret" env:"FOYER_TURN_SECRET" placeholder:"SECRET" secret:"all" help:"What they know as static-auth-secret."`

	MikroroomMaxLatent int           `default:"10" env:"FOYER_MIKROROOM_MAX_LATENT" placeholder:"N" help:"How many rooms of MikroRoom may be made in advance and be empty."`
	MikroroomLatentAge time.Duration `default:"24h" env:"FOYER_MIKROROOM_LATENT_AGE" placeholder:"TIME" help:"How long such a room stays open while nobody is in."`
	MikroroomRate      string        `default:"10/min" env:"FOYER_MIKROROOM_RATE" placeholder:"N/min" help:"How many rooms one address may make in a minute, and how often it may connect."`

	RoomcodesTTL      time.Duration `name:"roomcodes-ttl" default:"5m" env:"FOYER_ROOMCODES_TTL" placeholder:"TIME" help:"How long a room of Room Codes lives, and by how much an extension puts off its end."`
	RoomcodesWarning  time.Duration `default:"30s" env:"FOYER_ROOMCODES_WARNING" placeholder:"TIME" help:"How long before the end its host is warned."`
	RoomcodesGrace    time.Duration `default:"10s" env:"FOYER_ROOMCODES_GRACE" placeholder:"TIME" help:"How long after the end its users stay connected."`
	RoomcodesMaxFrame string        `default:"64KiB" env:"FOYER_ROOMCODES_MAX_FRAME" placeholder:"SIZE" help:"How large a message of Room Codes may be: bytes, KiB or MiB, 1 MiB at most."`

	ChatAdmin         string        `default:"ryo" env:"FOYER_CHAT_ADMIN" placeholder:"NAME" help:"Who looks after the public chat rooms of the ryOS API. Nobody can register that name."`
	ChatAdminPassword string        `env:"FOYER_CHAT_ADMIN_PASSWORD" placeholder:"PASSWORD" secret:"all" help:"The password that the start gives that user. Unset: there is no such user until it is set."`
	ChatPresenceTTL   time.Duration `name:"chat-presence-ttl" default:"24h" env:"FOYER_CHAT_PRESENCE_TTL" placeholder:"TIME" help:"How long somebody who does nothing counts as present in a chat room."`

	Config string `env:"FOYER_CONFIG" placeholder:"FILE" help:"A YAML file of settings; its keys are the flags' names (public-url: https://...)."`
}

// ignored are variables that are not settings: of tests, and those that Kubernetes makes of a service called foyer.
var ignored = []string{"FOYER_TEST_", "FOYER_PORT", "FOYER_SERVICE_"}

// foyerVariables are the FOYER_* variables of an environment. One that is set to nothing counts as unset, but must be known.
func foyerVariables(environ []string) (map[string]string, error) {
	env := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "FOYER_") {
			continue
		}
		env[name] = value
		if err := os.Unsetenv(name); err != nil { // they come from env only, and no child process inherits secrets
			return nil, err
		}
	}
	return env, nil
}

// checkVariables refuses a FOYER_* variable that is no setting: it is most likely misspelt.
func checkVariables(model *kong.Application, env map[string]string) error {
	known := map[string]bool{}
	for _, flag := range model.Flags {
		for _, name := range flag.Envs {
			known[name] = true
		}
	}
next:
	for name := range env {
		for _, prefix := range ignored {
			if strings.HasPrefix(name, prefix) {
				continue next
			}
		}
		if !known[name] {
			return fmt.Errorf("unknown environment variable %s (foyer --help lists the settings)", name)
		}
	}
	return nil
}

// sources looks settings up that are not on the command line: in the environment, then in the file.
type sources struct {
	env  map[string]string
	file map[string]yaml.Node // nil until it was read
	err  error                // why the file could not be read
}

// Validate is kong's; what there is to check is checked when the file is read.
func (s *sources) Validate(*kong.Application) error { return nil }

// Resolve is kong's: the value of one flag, nil when neither source has it.
func (s *sources) Resolve(ctx *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
	if s.file == nil {
		s.err = s.read(ctx) // told by run: the parser would put the name of some flag before it
	}
	for _, name := range flag.Envs {
		if value := s.env[name]; value != "" {
			return value, nil
		}
	}
	if node, ok := s.file[flag.Name]; ok && node.Tag != "!!null" && len(flag.Envs) > 0 {
		return node.Value, nil // as it is written: a key of digits is no number
	}
	return nil, nil //nolint:nilnil // kong's word for "not here"
}

// read reads the settings file, if one is named. A key that is no setting is an error.
func (s *sources) read(ctx *kong.Context) error {
	s.file = map[string]yaml.Node{}
	path := s.env["FOYER_CONFIG"]
	known := map[string]bool{}
	for _, flag := range ctx.Model.Flags {
		known[flag.Name] = len(flag.Envs) > 0
		if given, ok := ctx.FlagValue(flag).(string); ok && flag.Name == "config" && given != "" {
			path = given
		}
	}
	if path == "" {
		return nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return fmt.Errorf("settings file: %w", err)
	}
	if err := yaml.Unmarshal(raw, &s.file); err != nil {
		return fmt.Errorf("settings file %s: not a YAML map of settings", path) // the parser's error may repeat a secret
	}
	for key, node := range s.file {
		if !known[key] || key == "config" {
			return fmt.Errorf("settings file %s: unknown key %q", path, key)
		}
		if node.Kind != yaml.ScalarNode {
			return fmt.Errorf("settings file %s: %s must be a single value", path, key)
		}
	}
	return nil
}

// AfterApply is kong's: it refuses settings that contradict each other, before anything is done.
func (s *Settings) AfterApply() error {
	if s.PublicURL == "" {
		s.PublicURL = s.local("localhost")
	}
	if (s.AccessKey == "") != (s.Secret == "") {
		return errors.New("FOYER_ACCESS_KEY and FOYER_SECRET go together")
	}
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return errors.New("FOYER_TLS_CERT and FOYER_TLS_KEY go together")
	}
	if s.TLSCert != "" && s.ACME == "on" {
		return errors.New("FOYER_ACME and FOYER_TLS_CERT exclude each other")
	}
	if _, err := s.public(); err != nil {
		return err
	}
	if _, err := s.proxies(); err != nil {
		return err
	}
	if _, err := s.webhooks(); err != nil {
		return err
	}
	if _, err := s.metering(); err != nil {
		return err
	}
	if _, err := s.relaying(); err != nil {
		return err
	}
	t, err := s.tongues()
	if err != nil {
		return err
	}
	if u, err := s.public(); err == nil && t.hosts[u.Hostname()] != "" {
		return errors.New("FOYER_HOSTS: the host of FOYER_PUBLIC_URL is everybody's")
	}
	_, err = s.logger(io.Discard)
	return err
}

func (s *Settings) public() (*url.URL, error) {
	u, err := url.Parse(s.PublicURL)
	plain := err == nil && u.User == nil && u.RawQuery == "" && strings.Trim(u.Path, "/") == ""
	if !plain || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return nil, errors.New("FOYER_PUBLIC_URL must be http:// or https:// and a host, with nothing behind it")
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}, nil
}

// local is Foyer's address as seen from this machine: under a name, or under the one that it listens on.
func (s *Settings) local(name string) string {
	host, port, err := net.SplitHostPort(s.Addr)
	if err != nil {
		return "http://localhost:8080" // listening will say what is wrong with it
	}
	if ip, err := netip.ParseAddr(host); err == nil && ip.IsUnspecified() {
		host = ""
	}
	scheme := "http"
	if s.secure() {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(cmp.Or(name, host, "localhost"), port)
}

// secure reports whether Foyer serves HTTPS itself.
func (s *Settings) secure() bool { return s.TLSCert != "" || s.ACME == "on" }

func (s *Settings) proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range strings.FieldsFunc(s.TrustedProxies, func(r rune) bool { return r == ',' || r == ' ' }) {
		prefix, err := netip.ParsePrefix(text)
		if addr, e := netip.ParseAddr(text); e == nil {
			prefix, err = netip.PrefixFrom(addr, addr.BitLen()), nil
		}
		if err != nil {
			return nil, fmt.Errorf("FOYER_TRUSTED_PROXIES: %q is not a CIDR such as 10.0.0.0/8", text)
		}
		list = append(list, prefix)
	}
	return list, nil
}

// webhooks are the settings of what is sent.
func (s *Settings) webhooks() (webhooks.Options, error) {
	text := cmp.Or(s.Retention, webhooks.Retention.String())
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.Atoi(days); err == nil && n <= 36500 {
			text = strconv.Itoa(24*n) + "h"
		}
	}
	kept, err := time.ParseDuration(text)
	if err != nil || kept < webhooks.LeastRetention {
		return webhooks.Options{}, errors.New("FOYER_RETENTION must be days or hours such as 30d or 720h, 4d at least")
	}
	return webhooks.Options{AllowPrivate: s.WebhooksPrivate == "on", Retention: kept}, nil
}

// logger is the log in the level and format of FOYER_LOG.
func (s *Settings) logger(to io.Writer) (*slog.Logger, error) {
	name, format, _ := strings.Cut(s.Log, ",")
	level, ok := map[string]slog.Level{
		"debug": slog.LevelDebug, "info": slog.LevelInfo, "warn": slog.LevelWarn, "error": slog.LevelError,
	}[name]
	options := &slog.HandlerOptions{Level: level}
	switch {
	case ok && (format == "" || format == "text"):
		return slog.New(slog.NewTextHandler(to, options)), nil
	case ok && format == "json":
		return slog.New(slog.NewJSONHandler(to, options)), nil
	}
	return nil, errors.New("FOYER_LOG must be debug, info, warn or error, then perhaps ,text or ,json")
}

// database is the URL of the database in force.
func (s *Settings) database() string {
	if s.DatabaseURL != "" {
		return s.DatabaseURL
	}
	return "sqlite:" + filepath.Join(s.DataDir, "foyer.db")
}

func (s *Settings) storeOptions(log *slog.Logger) store.Options {
	return store.Options{URL: s.database(), Log: log}
}

type configCommand struct{}

// Run prints the settings as lines that a shell or an env file takes.
func (configCommand) Run(model *kong.Kong, settings *Settings, io streams) error {
	for _, flag := range model.Model.Flags {
		if len(flag.Envs) == 0 {
			continue
		}
		if _, err := fmt.Fprintf(io.out, "%s=%s\n", flag.Envs[0], shown(flag)); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(io.out, "# database in force: %s\n", redactURL(settings.database()))
	return err
}

// shown is a setting's value without its secret.
func shown(flag *kong.Flag) string {
	value := fmt.Sprint(flag.Target.Interface())
	if value == "" {
		return ""
	}
	switch flag.Tag.Get("secret") {
	case "all":
		return "<redacted>"
	case "url":
		return redactURL(value)
	}
	return value
}

func redactURL(text string) string {
	if strings.HasPrefix(text, "sqlite:") {
		return text
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "<redacted>"
	}
	if u.User == nil && u.RawQuery == "" {
		return text
	}
	u.RawQuery = "" // a password may stand there too
	return u.Redacted()
}
