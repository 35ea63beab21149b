// Package server builds the whole program from its configuration and runs it: the database,
// the rooms, the interface, the live stream, the jobs. It is the only place that knows all
// rooms (DESIGN §3).
package server

import (
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"qingshan/internal/platform/notify"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Role is a part of the work that a process does.
type Role string

// The roles. A single process has all of them; replicas on one PostgreSQL share them out.
const (
	RoleWeb    Role = "web"    // the interface and the API
	RoleIngest Role = "ingest" // listening to devices
	RoleJobs   Role = "jobs"   // the durable queue and the schedules
)

// Config is the whole configuration. Get one from Load, or from Default in tests.
type Config struct {
	Data           string
	Database       string
	DatabaseConns  int
	Addr           string
	TLSCert        string
	TLSKey         string
	PublicURL      string
	TrustedProxies []netip.Prefix
	Roles          []Role
	City           region.Code // prefecture that a request without a region means; "" finds it
	RoleFile       string      // TOML of the installation's own roles; "" is roles.toml in Data, if there
	HJ212          string
	HJ212Unknown   string
	LogFormat      string
	LogLevel       slog.Level
	MaxUpload      int64
	OIDCIssuer     string
	OIDCClient     string
	OIDCSecret     string
	OIDCName       string
	SMTP           notify.SMTP     // mail server; no address: no mail
	Text           notify.HTTPText // gateway of short messages; no URL: none
	WebhookLocal   string          // allow or refuse

	from map[string]string // setting → where its value came from
}

// setting is one entry of the configuration: its name as a flag, in the environment and in
// the file, and how it is read and shown.
type setting struct {
	name    string
	about   string // English, for -h
	explain string // Chinese, for check and the health page
	def     string
	secret  bool
	set     func(c *Config, v string) error
	get     func(c *Config) string
}

// settings lists every setting. It is a function so that nothing can change the list.
func settings() []setting {
	return []setting{
		text("data", "folder of the database and uploads", "数据目录：SQLite 数据库、上传文件", "data",
			func(c *Config) *string { return &c.Data }),
		secret(text("database", "PostgreSQL address; empty means SQLite in the data folder",
			"PostgreSQL 地址；为空则用数据目录中的 SQLite", "", func(c *Config) *string { return &c.Database })),
		number("database-conns", "PostgreSQL connections; 0 means 4 per core, at least 8",
			"PostgreSQL 连接数上限；0 表示每核 4 个且不少于 8 个", "0", 0, 1000,
			func(c *Config, n int64) { c.DatabaseConns = int(n) }, func(c *Config) int64 { return int64(c.DatabaseConns) }),
		{"addr", "listen address", "监听地址；仅本机访问用 127.0.0.1", "127.0.0.1:8080", false, setAddr, func(c *Config) string { return c.Addr }},
		text("tls-cert", "certificate file (PEM) for HTTPS", "HTTPS 证书文件（PEM）；由前置代理加密时留空", "",
			func(c *Config) *string { return &c.TLSCert }),
		text("tls-key", "key file (PEM) for HTTPS", "HTTPS 私钥文件（PEM）", "", func(c *Config) *string { return &c.TLSKey }),
		{"public-url", "address that people use, e.g. https://qingshan.example.gov.cn",
			"用户访问的地址；为 https 时登录凭据只经加密传输", "", false, setPublicURL, func(c *Config) string { return c.PublicURL }},
		{"trusted-proxies", "networks of proxies whose X-Forwarded-For is believed, comma separated",
			"可信前置代理的网段；只信任它们给出的客户端地址", "", false, setProxies, showProxies},
		{"roles", "what this process does: web,ingest,jobs", "本进程承担的工作：web 界面与接口，ingest 设备接入（本版本尚未启用），jobs 后台任务",
			"web,ingest,jobs", false, setRoles, showRoles},
		text("role-file", "file of the installation's own roles (TOML); empty means roles.toml in the data folder, when there is one",
			"本单位自定的角色文件（TOML）；为空则用数据目录中的 roles.toml（如有）", "", func(c *Config) *string { return &c.RoleFile }),
		{"city", "code of the city (prefecture) that the pages open with; empty finds it in the data",
			"页面默认的地级市代码（6 位或 12 位）；为空则按已有站点确定", "", false, setCity, func(c *Config) string { return c.City.String() }},
		text("hj212", "listen address for HJ 212 devices (does nothing yet: a later version)", "HJ 212 设备接入地址（本版本尚未启用）；为空不接入", "",
			func(c *Config) *string { return &c.HJ212 }),
		choice("hj212-unknown", "an unknown device is: quarantine, register or refuse (does nothing yet)",
			"未登记设备：quarantine 隔离存放，register 自动登记，refuse 拒绝（本版本尚未启用）", "quarantine", []string{"quarantine", "register", "refuse"},
			func(c *Config) *string { return &c.HJ212Unknown }),
		choice("log-format", "text or json", "日志格式：text 便于阅读，json 便于采集", "text", []string{"text", "json"},
			func(c *Config) *string { return &c.LogFormat }),
		{"log-level", "debug, info, warn or error", "日志级别", "info", false,
			func(c *Config, v string) error { return c.LogLevel.UnmarshalText([]byte(v)) },
			func(c *Config) string { return strings.ToLower(c.LogLevel.String()) }},
		number("max-upload", "largest uploaded file in MB", "上传文件的大小上限（MB）", "512", 1, 65536,
			func(c *Config, n int64) { c.MaxUpload = n << 20 }, func(c *Config) int64 { return c.MaxUpload >> 20 }),
		text("oidc-issuer", "issuer URL of the single sign-on; empty means none", "单点登录（OIDC）的发行者地址；为空不启用", "",
			func(c *Config) *string { return &c.OIDCIssuer }),
		text("oidc-client", "client id at the single sign-on", "单点登录的客户端标识", "", func(c *Config) *string { return &c.OIDCClient }),
		secret(text("oidc-secret", "client secret at the single sign-on", "单点登录的客户端密钥", "",
			func(c *Config) *string { return &c.OIDCSecret })),
		text("oidc-name", "name of the single sign-on on the login page", "登录页上单点登录的名称", "统一身份认证",
			func(c *Config) *string { return &c.OIDCName }),
		{"smtp-addr", "mail server HOST:PORT; empty sends no mail", "邮件服务器；为空不发邮件", "", false, setSMTP, func(c *Config) string { return c.SMTP.Addr }},
		text("smtp-user", "user at the mail server", "邮件服务器用户名", "", func(c *Config) *string { return &c.SMTP.User }),
		secret(text("smtp-password", "password at the mail server", "邮件服务器密码", "", func(c *Config) *string { return &c.SMTP.Password })),
		text("smtp-from", "address that mails come from", "发件地址", "", func(c *Config) *string { return &c.SMTP.From }),
		text("text-url", "HTTP gateway of short messages; empty sends none", "短信或政务即时通信的 HTTP 网关；为空不发", "", func(c *Config) *string { return &c.Text.URL }),
		secret(text("text-token", "bearer token of the gateway", "网关的访问令牌", "", func(c *Config) *string { return &c.Text.Token })),
		text("text-body", "JSON that the gateway wants, with {id}, {to} and {text}", "网关所需的 JSON，含 {id}、{to}、{text}", notify.DefaultTextBody,
			func(c *Config) *string { return &c.Text.Body }),
		choice("webhook-local", "webhooks to this machine and its link (loopback, 169.254, fe80): refuse or allow", "推送地址指向本机或链路本地时：refuse 拒绝，allow 允许", "refuse",
			[]string{"refuse", "allow"}, func(c *Config) *string { return &c.WebhookLocal }),
	}
}

// Default is the configuration with every setting at its default.
func Default() *Config {
	c := &Config{from: map[string]string{}}
	for _, s := range settings() {
		if err := s.set(c, s.def); err != nil {
			panic(fmt.Sprintf("default of %s: %v", s.name, err)) // a mistake in the table above
		}
		c.from[s.name] = "default"
	}
	return c
}

// Store is the database this configuration names.
func (c *Config) Store() store.Config {
	return store.Config{Path: filepath.Join(c.Data, "qingshan.db"), URL: c.Database, MaxConns: c.DatabaseConns}
}

// Has tells whether this process does the work of a role.
func (c *Config) Has(r Role) bool { return slices.Contains(c.Roles, r) }

// SecureCookies tells whether cookies may travel only encrypted: always, unless the
// program listens on the loopback alone and nobody named an https address.
func (c *Config) SecureCookies() bool {
	if strings.HasPrefix(c.PublicURL, "https://") || c.TLSCert != "" {
		return true
	}
	host, _, err := net.SplitHostPort(c.Addr)
	if err != nil {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return host != "localhost" && (err != nil || !ip.IsLoopback())
}

// check finds settings that do not go together.
func (c *Config) check() error {
	switch {
	case (c.TLSCert == "") != (c.TLSKey == ""):
		return fmt.Errorf("tls-cert and tls-key belong together: give both or none")
	case c.OIDCIssuer != "" && (c.OIDCClient == "" || c.PublicURL == ""):
		return fmt.Errorf("oidc-issuer needs oidc-client and public-url (the address to come back to)")
	case c.SMTP.Addr != "" && !strings.Contains(c.SMTP.From, "@"):
		return fmt.Errorf("smtp-addr needs smtp-from (the address that mails come from)")
	case c.Text.Check() != nil:
		return c.Text.Check()
	case c.Database != "" && !strings.Contains(c.Database, "://") && !strings.Contains(c.Database, "="):
		return fmt.Errorf("database: want postgres://user@host/name")
	}
	return nil
}

func text(name, about, explain, def string, at func(*Config) *string) setting {
	return setting{name, about, explain, def, false,
		func(c *Config, v string) error { *at(c) = v; return nil }, func(c *Config) string { return *at(c) }}
}

func secret(s setting) setting { s.secret = true; return s }

func choice(name, about, explain, def string, of []string, at func(*Config) *string) setting {
	return setting{name, about, explain, def, false, func(c *Config, v string) error {
		if !slices.Contains(of, v) {
			return fmt.Errorf("want one of %s", strings.Join(of, ", "))
		}
		*at(c) = v
		return nil
	}, func(c *Config) string { return *at(c) }}
}

func number(name, about, explain, def string, least, most int64, set func(*Config, int64), get func(*Config) int64) setting {
	return setting{name, about, explain, def, false, func(c *Config, v string) error {
		n, err := strconv.ParseInt(v, 10, 64)
		if err != nil || n < least || n > most {
			return fmt.Errorf("want a whole number from %d to %d", least, most)
		}
		set(c, n)
		return nil
	}, func(c *Config) string { return strconv.FormatInt(get(c), 10) }}
}

func setAddr(c *Config, v string) error {
	if _, _, err := net.SplitHostPort(v); err != nil {
		return fmt.Errorf("want HOST:PORT, e.g. 127.0.0.1:8080")
	}
	c.Addr = v
	return nil
}

func setSMTP(c *Config, v string) error {
	if v != "" {
		if _, _, err := net.SplitHostPort(v); err != nil {
			return fmt.Errorf("want HOST:PORT, e.g. mail.example.gov.cn:587")
		}
	}
	c.SMTP.Addr = v
	return nil
}

func setPublicURL(c *Config, v string) error {
	if v != "" {
		u, err := url.Parse(v)
		if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") || strings.Trim(u.Path, "/") != "" {
			return fmt.Errorf("want https://HOST[:PORT] without a path")
		}
	}
	c.PublicURL = strings.TrimRight(v, "/")
	return nil
}

func setProxies(c *Config, v string) error {
	c.TrustedProxies = nil
	for part := range strings.SplitSeq(v, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if ip, err := netip.ParseAddr(part); err == nil {
			c.TrustedProxies = append(c.TrustedProxies, netip.PrefixFrom(ip, ip.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(part)
		if err != nil {
			return fmt.Errorf("%q is neither an address nor a network like 10.0.0.0/8", part)
		}
		c.TrustedProxies = append(c.TrustedProxies, p)
	}
	return nil
}

func showProxies(c *Config) string {
	var out []string
	for _, p := range c.TrustedProxies {
		out = append(out, p.String())
	}
	return strings.Join(out, ",")
}

func setCity(c *Config, v string) error {
	c.City = ""
	if v == "" {
		return nil
	}
	code, err := region.Parse(v)
	if err != nil {
		return err
	}
	if code.Level() != region.Prefecture {
		return fmt.Errorf("want the code of a prefecture, e.g. 410700")
	}
	c.City = code
	return nil
}

func setRoles(c *Config, v string) error {
	var roles []Role
	for part := range strings.SplitSeq(v, ",") {
		r := Role(strings.TrimSpace(part))
		if r != RoleWeb && r != RoleIngest && r != RoleJobs {
			return fmt.Errorf("unknown role %q: want web, ingest, jobs", r)
		}
		if !slices.Contains(roles, r) {
			roles = append(roles, r)
		}
	}
	c.Roles = roles
	return nil
}

func showRoles(c *Config) string {
	var out []string
	for _, r := range c.Roles {
		out = append(out, string(r))
	}
	return strings.Join(out, ",")
}
