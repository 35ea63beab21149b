package org_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"qingshan/internal/city/org"
)

// provider is a small OpenID provider: discovery, keys, authorize, token with PKCE.
type provider struct {
	*testing.T
	srv     *httptest.Server
	key     *rsa.PrivateKey
	now     func() time.Time
	down    bool
	asked   int
	subject string
	name    string
	pref    string
	spoil   func(claims map[string]any) // what a broken or hostile provider does
	codes   map[string]url.Values
}

func newProvider(t *testing.T, now func() time.Time) *provider {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &provider{T: t, key: key, now: now, codes: map[string]url.Values{}, spoil: func(map[string]any) {}}
	mux := http.NewServeMux()
	mux.HandleFunc("/.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("/keys", p.keys)
	mux.HandleFunc("/authorize", p.authorize)
	mux.HandleFunc("/token", p.token)
	p.srv = httptest.NewServer(mux)
	t.Cleanup(p.srv.Close)
	return p
}

func (p *provider) json(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		p.Error(err)
	}
}

func (p *provider) discovery(w http.ResponseWriter, _ *http.Request) {
	p.asked++
	if p.down {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	p.json(w, map[string]any{"issuer": p.srv.URL, "authorization_endpoint": p.srv.URL + "/authorize", "token_endpoint": p.srv.URL + "/token",
		"jwks_uri": p.srv.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}})
}

func (p *provider) keys(w http.ResponseWriter, _ *http.Request) {
	e := big.NewInt(int64(p.key.E)).Bytes()
	p.json(w, map[string]any{"keys": []any{map[string]any{"kty": "RSA", "alg": "RS256", "use": "sig", "kid": "k1",
		"n": base64.RawURLEncoding.EncodeToString(p.key.N.Bytes()), "e": base64.RawURLEncoding.EncodeToString(e)}}})
}

// authorize logs its one user in at once.
func (p *provider) authorize(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || len(q.Get("state")) < 32 || q.Get("client_id") != "qs" {
		p.Errorf("authorize with %v", q)
	}
	code := fmt.Sprintf("code-%d", len(p.codes))
	p.codes[code] = q
	http.Redirect(w, r, q.Get("redirect_uri")+"?code="+code+"&state="+q.Get("state"), http.StatusFound)
}

func (p *provider) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	q, known := p.codes[r.Form.Get("code")]
	delete(p.codes, r.Form.Get("code"))
	sum := sha256.Sum256([]byte(r.Form.Get("code_verifier")))
	if !known || base64.RawURLEncoding.EncodeToString(sum[:]) != q.Get("code_challenge") {
		http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
		return
	}
	claims := map[string]any{"iss": p.srv.URL, "aud": "qs", "sub": p.subject, "name": p.name, "preferred_username": p.pref,
		"nonce": q.Get("nonce"), "iat": p.now().Unix(), "exp": p.now().Add(5 * time.Minute).Unix(),
		"groups": []string{"administrator"}, "role": "administrator"} // none of our business
	p.spoil(claims)
	p.json(w, map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.sign(claims)})
}

func (p *provider) sign(claims map[string]any) string {
	enc := base64.RawURLEncoding.EncodeToString
	text, _ := json.Marshal(claims)
	body := enc([]byte(`{"alg":"RS256","kid":"k1"}`)) + "." + enc(text)
	sum := sha256.Sum256([]byte(body))
	sig, err := rsa.SignPKCS1v15(rand.Reader, p.key, crypto.SHA256, sum[:])
	if err != nil {
		p.Fatal(err)
	}
	return body + "." + enc(sig)
}

// withSSO is a site whose public address is known before the room is made.
func (p *place) withSSO(idp *provider) *site {
	var s *site
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		to, _ := url.Parse(s.url)
		r.URL.Scheme, r.URL.Host, r.RequestURI = to.Scheme, to.Host, ""
		res, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			p.Error(err)
			return
		}
		defer res.Body.Close()
		for k, v := range res.Header {
			w.Header()[k] = v
		}
		w.WriteHeader(res.StatusCode)
		_, _ = io.Copy(w, res.Body)
	}))
	p.Cleanup(front.Close)
	p.cfg.OIDC = org.OIDCConfig{Issuer: idp.srv.URL, ClientID: "qs", Secret: "s", PublicURL: front.URL}
	s = p.serve()
	return &site{p, front.URL}
}

// sso follows the redirects of a single sign-on and gives the address it ends at.
func (b *browser) sso(back string) string {
	b.Helper()
	res, err := b.http.Get(b.url + "/api/v1/login/oidc?back=" + url.QueryEscape(back))
	if err != nil {
		b.Fatal(err)
	}
	_ = res.Body.Close()
	return strings.TrimPrefix(res.Request.URL.String(), b.url)
}

func TestSingleSignOn(t *testing.T) {
	both(t, func(p *place) {
		idp := newProvider(t, p.machine.Now)
		idp.subject, idp.name, idp.pref = "u-17", "孙七", "Sunqi"
		s := p.withSSO(idp)
		b := s.browser()
		if got := b.sso("/air?site=1"); got != "/air?site=1" {
			p.Fatalf("came back at %s", got)
		}
		var v org.SessionView
		b.call("GET", "/session", nil, 200, &v)
		if v.Account.Name != "sunqi" || v.Account.DisplayName != "孙七" || v.MustChangePassword || len(v.Posts) != 0 || len(v.Permissions) != 0 {
			p.Errorf("a newcomer has posts or rights: %+v", v)
		}
		b.call("GET", "/org/units", nil, 403, nil)
		id := v.Account.ID
		// Posts are given here, by an administrator who finds the newcomer by name.
		root := s.in("root", secret)
		root.call("POST", "/org/posts/"+idOf(p.post("yjcounty").ID)+"/holders", map[string]string{"personName": "孙七"}, 201, nil)
		again := s.browser()
		idp.name, idp.pref = "孙七（改名）", "root" // names are not identity
		if got := again.sso("/"); got != "/" {
			p.Errorf("came back at %s", got)
		}
		again.call("GET", "/session", nil, 200, &v)
		if v.Account.ID != id || v.Account.Name != "sunqi" || v.Scope.Code != yanjin {
			p.Errorf("%+v", v)
		}
		if code, _ := again.call("POST", "/session", map[string]string{"name": "sunqi", "password": ""}, 401, nil); code != "login_failed" {
			p.Errorf("a local login without a password: %s", code)
		}
		// Another person whose provider name is a local account's does not get that account.
		idp.subject, idp.name, idp.pref = "u-18", "", "root"
		third := s.browser()
		third.sso("/")
		third.call("GET", "/session", nil, 200, &v)
		if v.Account.Name == "root" || !strings.HasPrefix(v.Account.Name, "sso-") || len(v.Posts) != 0 {
			p.Errorf("took over %+v", v.Account)
		}
		root.call("POST", "/org/accounts/"+id+"/disable", nil, 200, nil)
		idp.subject = "u-17"
		if got := s.browser().sso("/"); got != "/?login=account_disabled" {
			p.Errorf("a disabled account came to %s", got)
		}
	})
}

func TestSingleSignOnRefusals(t *testing.T) {
	both(t, func(p *place) {
		idp := newProvider(t, p.machine.Now)
		idp.subject = "u-1"
		s := p.withSSO(idp)
		idp.down = true
		if got := s.browser().sso("/"); got != "/?login=oidc_unreachable" {
			p.Errorf("a provider that is away: %s", got)
		}
		s.in("root", secret).call("GET", "/session", nil, 200, nil) // local accounts work meanwhile
		asked := idp.asked
		s.browser().sso("/")
		if idp.asked != asked {
			p.Error("a provider that is down is asked at every click")
		}
		idp.down = false
		p.machine.Advance(5 * time.Second)
		if got := s.browser().sso("/"); got != "/" {
			p.Errorf("after it came back: %s", got)
		}
		for what, spoil := range map[string]func(map[string]any){
			"another nonce":  func(c map[string]any) { c["nonce"] = "x" },
			"no nonce":       func(c map[string]any) { delete(c, "nonce") },
			"another client": func(c map[string]any) { c["aud"] = "other" },
			"another issuer": func(c map[string]any) { c["iss"] = "https://evil.example" },
			"expired":        func(c map[string]any) { c["exp"] = p.machine.Now().Add(-2 * time.Minute).Unix() },
			"not yet valid":  func(c map[string]any) { c["nbf"] = p.machine.Now().Add(time.Hour).Unix() },
		} {
			idp.spoil = spoil
			if got := s.browser().sso("/"); got != "/?login=oidc_refused" {
				p.Errorf("%s: %s", what, got)
			}
		}
		idp.spoil = func(c map[string]any) { c["exp"] = p.machine.Now().Add(-30 * time.Second).Unix() }
		if got := s.browser().sso("/"); got != "/" {
			p.Errorf("clocks half a minute apart: %s", got)
		}
		idp.spoil = func(map[string]any) {}
		for back, want := range map[string]string{"https://evil.example/": "/", "//evil.example": "/", `/\evil.example`: "/", "air": "/", "": "/", "/targets": "/targets"} {
			if got := s.browser().sso(back); got != want {
				p.Errorf("back to %q: %s", back, got)
			}
		}
	})
}

// TestSingleSignOnState: an answer counts only in the browser that asked, once, in time.
func TestSingleSignOnState(t *testing.T) {
	both(t, func(p *place) {
		idp := newProvider(t, p.machine.Now)
		idp.subject = "u-1"
		s := p.withSSO(idp)
		start := func() (*browser, string, string) { // the provider's answer, not yet delivered
			b := s.browser()
			b.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
			res, err := b.http.Get(b.url + "/api/v1/login/oidc")
			if err != nil {
				p.Fatal(err)
			}
			_ = res.Body.Close()
			if res, err = b.http.Get(res.Header.Get("Location")); err != nil {
				p.Fatal(err)
			}
			_ = res.Body.Close()
			return b, res.Header.Get("Location"), res.Request.URL.Query().Get("state")
		}
		deliver := func(b *browser, to string) string {
			res, err := b.http.Get(to)
			if err != nil {
				p.Fatal(err)
			}
			_ = res.Body.Close()
			return res.Header.Get("Location")
		}
		const refused = "/?login=oidc_state"
		b, answer, state := start()
		other := s.browser()
		other.http.CheckRedirect = b.http.CheckRedirect
		for what, got := range map[string]string{
			"another browser":  deliver(other, answer),
			"another state":    deliver(b, strings.Replace(answer, state, strings.Repeat("0", len(state)), 1)),
			"the cookie twice": deliver(b, answer), // the try before used it up
		} {
			if got != refused {
				p.Errorf("%s: %s", what, got)
			}
		}
		b, answer, _ = start()
		p.machine.Advance(11 * time.Minute)
		if got := deliver(b, answer); got != refused {
			p.Errorf("too late: %s", got)
		}
		b, answer, _ = start()
		u, _ := url.Parse(b.url + "/api/v1/login/oidc/callback")
		for _, c := range b.http.Jar.Cookies(u) { // a forged cookie
			c.Value, c.Path = strings.ToUpper(c.Value[:4])+c.Value[4:]+"A", "/api/v1/login/oidc"
			b.http.Jar.SetCookies(u, []*http.Cookie{c})
		}
		if got := deliver(b, answer); got != refused {
			p.Errorf("a forged cookie: %s", got)
		}
		b, answer, _ = start()
		p.open() // a restart in between, or another replica: the key is the installation's
		if got := deliver(b, answer); got != "/" {
			p.Errorf("after a restart: %s", got)
		}
	})
}

func TestNoSingleSignOn(t *testing.T) {
	both(t, func(p *place) {
		b := p.serve().browser()
		b.call("GET", "/login/oidc", nil, 404, nil)
		b.call("GET", "/login/oidc/callback?state=x&code=y", nil, 404, nil)
	})
}
