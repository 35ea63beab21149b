package server_test

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"qingshan/internal/server"
)

// load reads a configuration from arguments, an environment and the text of a file.
func load(t *testing.T, args []string, env map[string]string, file string) (*server.Config, error) {
	t.Helper()
	fs := flag.NewFlagSet("serve", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	f := server.BindFlags(fs)
	if file != "" {
		path := filepath.Join(t.TempDir(), "q.toml")
		if err := os.WriteFile(path, []byte(file), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "--config", path)
	}
	if err := fs.Parse(args); err != nil {
		t.Fatal(err)
	}
	return server.Load(f, func(k string) (string, bool) { v, ok := env[k]; return v, ok })
}

func explained(t *testing.T, c *server.Config, name string) server.Explained {
	t.Helper()
	for _, e := range c.Explain() {
		if e.Name == name {
			return e
		}
	}
	t.Fatalf("no setting %s", name)
	return server.Explained{}
}

func TestTheNearestValueWins(t *testing.T) {
	env := map[string]string{"QINGSHAN_ADDR": "127.0.0.1:2", "QINGSHAN_LOG_LEVEL": "warn"}
	file := "# city\naddr = '127.0.0.1:3'\nlog-level = 'debug'\nmax-upload = 7\nroles = ['web', 'jobs']\n"
	for _, c := range []struct {
		name, setting, value, from, place string
		args                              []string
		env                               map[string]string
		file                              string
	}{
		{"default", "addr", "127.0.0.1:8080", "default", "", nil, nil, ""},
		{"file", "addr", "127.0.0.1:3", "file", "q.toml:2", nil, nil, file},
		{"file, number", "max-upload", "7", "file", "q.toml:4", nil, env, file},
		{"file, list", "roles", "web,jobs", "file", "q.toml:5", nil, env, file},
		{"env over file", "addr", "127.0.0.1:2", "env", "QINGSHAN_ADDR", nil, env, file},
		{"flag over all", "addr", "127.0.0.1:1", "flag", "--addr", []string{"--addr", "127.0.0.1:1"}, env, file},
		{"flag at its default", "addr", "127.0.0.1:8080", "flag", "--addr", []string{"--addr", "127.0.0.1:8080"}, env, file},
		{"a city of six digits", "city", "410700000000", "flag", "--city", []string{"--city", "410700"}, nil, ""},
		{"an empty variable is a value", "hj212", "", "env", "QINGSHAN_HJ212", nil, map[string]string{"QINGSHAN_HJ212": ""}, "hj212 = ':9212'"},
	} {
		cfg, err := load(t, c.args, c.env, c.file)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		e := explained(t, cfg, c.setting)
		if e.Value != c.value || e.From != c.from || !strings.HasSuffix(e.Place, c.place) || e.Explain == "" {
			t.Errorf("%s: %+v", c.name, e)
		}
	}
}

func TestWrongConfigurationNamesThePlace(t *testing.T) {
	for _, c := range []struct {
		args []string
		env  map[string]string
		file string
		want []string
	}{
		{file: "addr = ':1'\n\nadress = ':2'\n", want: []string{"q.toml:3", "adress"}},
		{file: "[web]\naddr = ':1'\n", want: []string{"q.toml:", "web"}},
		{file: "addr = \n", want: []string{"q.toml:1"}},
		{file: "max-upload = 'many'\n", want: []string{"q.toml:1", "many", "whole number"}},
		{file: "max-upload = 1.5\n", want: []string{"q.toml:1", "whole number"}},
		{env: map[string]string{"QINGSHAN_ROLES": "web,cook"}, want: []string{"QINGSHAN_ROLES", "cook"}},
		{args: []string{"--log-level", "loud"}, want: []string{"--log-level", "loud"}},
		{args: []string{"--addr", "8080"}, want: []string{"--addr", "HOST:PORT"}},
		{args: []string{"--trusted-proxies", "10.0.0.0/99"}, want: []string{"--trusted-proxies"}},
		{args: []string{"--public-url", "qingshan.example"}, want: []string{"--public-url", "https://"}},
		{args: []string{"--tls-cert", "c.pem"}, want: []string{"tls-key"}},
		{args: []string{"--oidc-issuer", "https://id.example"}, want: []string{"oidc-client"}},
		{args: []string{"--hj212-unknown", "eat"}, want: []string{"quarantine"}},
		{args: []string{"--city", "410721"}, want: []string{"--city", "prefecture"}},
		{args: []string{"--city", "xinxiang"}, want: []string{"--city", "xinxiang"}},
		{args: []string{"--database", "qingshan"}, want: []string{"postgres://"}},
	} {
		_, err := load(t, c.args, c.env, c.file)
		if err == nil {
			t.Errorf("%v %v %q was taken", c.args, c.env, c.file)
			continue
		}
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) {
				t.Errorf("%q does not say %q", err, w)
			}
		}
	}
	if _, err := server.Load(nil, func(k string) (string, bool) { return "/nowhere/q.toml", k == "QINGSHAN_CONFIG" }); err == nil {
		t.Error("a missing file was taken")
	}
}

func TestSecretsAreNotShown(t *testing.T) {
	cfg, err := load(t, []string{"--database", "postgres://u:hunter2@h/d"}, map[string]string{"QINGSHAN_OIDC_SECRET": "hunter2"}, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range cfg.Explain() {
		if strings.Contains(e.Value, "hunter2") {
			t.Errorf("%+v", e)
		}
	}
}

func TestCookiesTravelEncryptedUnlessLocal(t *testing.T) {
	for _, c := range []struct {
		args []string
		want bool
	}{
		{[]string{"--addr", "127.0.0.1:80"}, false},
		{[]string{"--addr", "[::1]:80"}, false},
		{[]string{"--addr", "localhost:80"}, false},
		{[]string{"--addr", "0.0.0.0:80"}, true},
		{[]string{"--addr", ":80"}, true},
		{[]string{"--addr", "127.0.0.1:80", "--public-url", "https://q.example"}, true},
	} {
		cfg, err := load(t, c.args, nil, "")
		if err != nil {
			t.Fatal(err)
		}
		if cfg.SecureCookies() != c.want {
			t.Errorf("%v: %v", c.args, cfg.SecureCookies())
		}
	}
}
