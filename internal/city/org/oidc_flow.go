package org

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"
	"time"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// flowFor is how long somebody may take at the provider's login page.
const flowFor = 10 * time.Minute

// flowCookie carries what must come back unchanged from the provider.
const flowCookie = "qingshan_oidc"

// oidcFlow is one login under way. It lives in a signed cookie, so any replica can end it.
type oidcFlow struct {
	State, Nonce, Verifier string
	Back                   string
	Until                  int64 // seconds, machine
}

func (f oidcFlow) seal(key []byte) string {
	text, _ := json.Marshal(f) // strings and a number
	body := base64.RawURLEncoding.EncodeToString(text)
	return body + "." + base64.RawURLEncoding.EncodeToString(sign(key, body))
}

func sign(key []byte, body string) []byte {
	m := hmac.New(sha256.New, key)
	m.Write([]byte("oidc flow " + body))
	return m.Sum(nil)
}

func openFlow(key []byte, cookie string, now time.Time) (oidcFlow, bool) {
	body, tag, _ := strings.Cut(cookie, ".")
	mac, err := base64.RawURLEncoding.DecodeString(tag)
	if err != nil || !hmac.Equal(mac, sign(key, body)) {
		return oidcFlow{}, false
	}
	text, err := base64.RawURLEncoding.DecodeString(body)
	var f oidcFlow
	if err != nil || json.Unmarshal(text, &f) != nil || now.Unix() > f.Until {
		return oidcFlow{}, false
	}
	return f, true
}

// safeBack keeps a return address inside this site.
func safeBack(back string) string {
	u, err := url.Parse(back)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(back, "/") || strings.HasPrefix(back, "//") || strings.ContainsAny(back, "\\\r\n") {
		return "/"
	}
	return back
}

// signingKey is the installation's own, made at the first use.
func (s *Service) signingKey(ctx context.Context) ([]byte, error) {
	const name = "org.signing_key"
	var text string
	read := func(tx *store.Tx) error {
		return tx.QueryRow(ctx, "SELECT value FROM setting WHERE name = $1", name).Scan(&text)
	}
	err := s.db.View(ctx, read)
	if fault.Is(err, fault.NotFound) {
		fresh := hex.EncodeToString(randomBytes(32))
		err = s.db.Update(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(ctx, "INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING", name, fresh, tx.NowMS())
			if err != nil {
				return err
			}
			return read(tx)
		})
	}
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(text)
}
