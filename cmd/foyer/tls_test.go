package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/store"
)

var httpClient = http.DefaultClient

// certificate makes a key and a certificate for 127.0.0.1 and writes both as PEM.
func certificate(t *testing.T) (certFile, keyFile string, pool *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for path, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: der}, keyFile: {Type: "PRIVATE KEY", Bytes: raw}} {
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	pool = x509.NewCertPool()
	pool.AddCert(parsed)
	return certFile, keyFile, pool
}

func TestServesTLS(t *testing.T) {
	t.Parallel()
	certFile, keyFile, pool := certificate(t)
	s := serve(t, t.TempDir(), "FOYER_TLS_CERT="+certFile, "FOYER_TLS_KEY="+keyFile)
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
	address := strings.Replace(s.url, "http://", "https://", 1) + "/healthz"
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("got %d with headers %v", answer.StatusCode, answer.Header)
	}
}

func TestCertificatesForKnownHostsOnly(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir, "FOYER_PUBLIC_URL=https://meet.example.org")
	token := strings.TrimSpace(must(t, dir, nil, "token", "management"))
	body := `{"name":"t","roles":{"host":{}},"subdomain":"Acme","custom_domain":"rooms.acme.example"}`
	if status, answer := call(t, httpClient, "POST", s.url+"/v2/templates", token, body); status != 200 {
		t.Fatalf("%d %s", status, answer)
	}
	db, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + filepath.Join(dir, "foyer.db")})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for host, want := range map[string]bool{
		"meet.example.org": true, "acme.meet.example.org": true, "rooms.acme.example": true,
		"other.meet.example.org": false, "evil.example": false, "acme": false, "x.acme.meet.example.org": false, "": false,
	} {
		if err := knownHost(t.Context(), db, "meet.example.org", host); (err == nil) != want {
			t.Errorf("%q: got %v, want allowed %v", host, err, want)
		}
	}
}
