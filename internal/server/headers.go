package server

import (
	"net/http"
	"strings"

	"qingshan/internal/platform/fault"
)

// policy lets the interface run from this origin alone: no script in the page, no other
// host. antd writes style elements; MapLibre makes its worker from a blob.
const policy = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; " +
	"worker-src 'self' blob:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

// guarded sets the security headers and refuses cross-site changes.
func (s *Server) guarded(next http.Handler) http.Handler {
	csrf := http.NewCrossOriginProtection()
	csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.api.WriteError(w, r, fault.New(fault.Forbidden, "cross_site", "拒绝来自其他网站的请求"))
	}))
	if s.cfg.PublicURL != "" {
		// A proxy may change the Host header; the address that people use stays ours.
		if err := csrf.AddTrustedOrigin(s.cfg.PublicURL); err != nil {
			s.log.Warn("public-url is not an origin", "error", err)
		}
	}
	inner := csrf.Handler(next)
	strict := strings.HasPrefix(s.cfg.PublicURL, "https://") || s.cfg.TLSCert != ""
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(self), geolocation=(self), microphone=(self), payment=(), usb=()")
		if strict {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}
		inner.ServeHTTP(w, r)
	})
}
