package server

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// PublicConfig is what the login page needs to know.
type PublicConfig struct {
	Demo bool `json:"demo" doc:"演示数据"`
	OIDC struct {
		Enabled bool   `json:"enabled"`
		Name    string `json:"name"`
	} `json:"oidc"`
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Health is the state of the system for its administrators.
type Health struct {
	Checks []Check     `json:"checks"`
	Config []Explained `json:"config"`
}

// registerSystem adds the operations that belong to no room.
func (s *Server) registerSystem() {
	rest.Register(s.api, rest.Spec{Method: "GET", Path: "/config/public", ID: "configPublic", Tag: "system", Summary: "登录页所需的公开配置"},
		func(context.Context, *struct{}) (*struct{ Body PublicConfig }, error) {
			out := &struct{ Body PublicConfig }{}
			out.Body.Demo, out.Body.Name, out.Body.Version = s.opts.Demo, "青山", s.opts.Version
			if s.cfg.OIDCIssuer != "" {
				out.Body.OIDC.Enabled, out.Body.OIDC.Name = true, s.cfg.OIDCName
			}
			return out, nil
		})
	rest.Register(s.api, rest.Spec{Method: "GET", Path: "/system/health", ID: "systemHealth", Tag: "system",
		Summary: "运行状况与配置", Access: access.SystemManage},
		func(ctx context.Context, _ *struct{}) (*struct{ Body Health }, error) {
			if _, err := access.RequireAnywhere(ctx, access.SystemManage); err != nil {
				return nil, err
			}
			return &struct{ Body Health }{Health{Checks(ctx, s.cfg, s.db, s.clock), s.cfg.Explain()}}, nil
		})
	s.registerJobs()
	s.registerReference()
	s.exportReference()
	s.live.register(s.api)
}

// readyz tells a load balancer whether to send requests: the database answers and the
// program is not stopping.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if !s.ready.Load() {
		plain(w, http.StatusServiceUnavailable, "not running\n")
		return
	}
	err := s.db.View(r.Context(), func(tx *store.Tx) error {
		var one int
		return tx.QueryRow(r.Context(), "SELECT 1").Scan(&one)
	})
	if err != nil {
		s.log.WarnContext(r.Context(), "not ready", "error", err)
		plain(w, http.StatusServiceUnavailable, "database does not answer\n")
		return
	}
	plain(w, http.StatusOK, "ok\n")
}

func plain(w http.ResponseWriter, status int, text string) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text) // the peer may be gone
}

// document publishes the OpenAPI document.
func (s *Server) document(w http.ResponseWriter, r *http.Request) {
	b, err := s.api.OpenAPI()
	if err != nil {
		s.api.WriteError(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Length", strconv.Itoa(len(b)))
	_, _ = w.Write(b) // the peer may be gone
}

// auditExport writes an export into the audit chain before its first byte leaves: under the
// region that was asked for, or the account's own.
func (s *Server) auditExport(ctx context.Context, e rest.Export) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		where, err := exportRegion(ctx, tx, e.Query)
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{
			Action: "export", Object: e.Operation, Region: where, Summary: "导出“" + e.Name + "”，" + strconv.Itoa(e.Rows) + " 行",
			Detail: map[string]any{"name": e.Name, "query": e.Query, "format": e.Format, "rows": e.Rows, "sha256": e.SHA256},
		})
	})
}

// exportRegion is the region that an export's query names, when the actor holds any right
// there; a query that names another cannot put the entry under it.
func exportRegion(ctx context.Context, tx *store.Tx, query string) (region.Code, error) {
	a, _ := access.From(ctx)
	if u, err := url.Parse(query); err == nil {
		asked, err := region.Parse(u.Query().Get("region"))
		if err == nil && (a.IsSystem() || slices.ContainsFunc(a.Grants(), func(g access.Grant) bool {
			return g.Kind == access.ScopeAll || g.Kind == access.ScopeRegion && region.Contains(g.Region, asked)
		})) {
			return asked, nil
		}
	}
	return org.HomeRegion(ctx, tx)
}

func asFault(err error, f **fault.Error) bool { return errors.As(err, f) }
