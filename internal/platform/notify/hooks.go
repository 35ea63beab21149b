package notify

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"strings"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Hook is an address at which another program listens.
type Hook struct {
	ID      int64
	Name    string
	URL     string
	Secret  string // signs what is sent; shown once
	Region  region.Code
	Kinds   string // prefixes of kinds, comma separated; "" for all
	Enabled bool
	Version int64
}

// Hooks lists the webhooks of the regions in which the actor manages the system, without
// their secrets.
func (s *Service) Hooks(ctx context.Context) (out []Hook, err error) {
	if _, err := access.RequireAnywhere(ctx, access.SystemManage); err != nil {
		return nil, err
	}
	a, _ := access.From(ctx)
	err = s.db.View(ctx, func(tx *store.Tx) error {
		all, err := hooksIn(ctx, tx, "1 = 1")
		for _, h := range all {
			if h.Secret = ""; a.Can(access.SystemManage, h.Region) {
				out = append(out, h)
			}
		}
		return err
	})
	return out, err
}

// AddHook adds a webhook; its secret is in the answer and never again. Needs system.manage in
// its region. Errors: invalid for an address that is not http or https; conflict for a name
// that exists.
func (s *Service) AddHook(ctx context.Context, h Hook) (Hook, error) {
	if _, err := access.Require(ctx, access.SystemManage, h.Region); err != nil {
		return Hook{}, err
	}
	if h.Name = strings.TrimSpace(h.Name); h.Name == "" || len(h.Name) > 100 {
		return Hook{}, fault.New(fault.Invalid, "invalid", "推送地址有误").WithField("body.name", "请填写名称，不超过 30 个字", h.Name)
	}
	u, err := url.Parse(h.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.User != nil {
		return Hook{}, fault.New(fault.Invalid, "invalid", "推送地址有误").WithField("body.url", "应为 http 或 https 地址，不含用户名密码", h.URL)
	}
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails
	h.Secret, h.Enabled, h.Version = hex.EncodeToString(b[:]), true, 1
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		err := tx.QueryRow(ctx, `INSERT INTO webhook (name, url, secret, region, kinds, created_at) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id`,
			h.Name, h.URL, h.Secret, string(h.Region), h.Kinds, tx.NowMS()).Scan(&h.ID)
		if fault.Is(err, fault.Conflict) {
			return fault.New(fault.Conflict, "name_taken", "已有同名的推送地址")
		}
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "webhook.add", Object: "webhook/" + decimal(h.ID), Region: h.Region,
			Summary: "新增推送地址 " + h.Name, Detail: map[string]string{"url": h.URL, "kinds": h.Kinds}})
	})
	return h, err
}

// EnableHook switches a webhook on or off.
func (s *Service) EnableHook(ctx context.Context, id int64, on bool) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		list, err := hooksIn(ctx, tx, "id = $1", id)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return access.Hidden()
		}
		if _, err := access.Require(ctx, access.SystemManage, list[0].Region); err != nil {
			return access.Hidden()
		}
		if _, err := tx.Exec(ctx, `UPDATE webhook SET enabled = $1, version = version + 1 WHERE id = $2`, bit(on), id); err != nil {
			return err
		}
		what := map[bool]string{true: "启用", false: "停用"}[on]
		return audit.Log(ctx, tx, audit.Entry{Action: "webhook.enable", Object: "webhook/" + decimal(id), Region: list[0].Region,
			Summary: what + "推送地址 " + list[0].Name, Detail: map[string]bool{"enabled": on}})
	})
}

func hooksFor(ctx context.Context, tx *store.Tx, n Notice) ([]Hook, error) {
	all, err := hooksIn(ctx, tx, "enabled = 1")
	var out []Hook
	for _, h := range all {
		if h.listens(n) {
			out = append(out, h)
		}
	}
	return out, err
}

func hooksIn(ctx context.Context, tx *store.Tx, cond string, args ...any) ([]Hook, error) {
	rows, err := tx.Query(ctx, `SELECT id, name, url, secret, region, kinds, enabled = 1, version FROM webhook WHERE `+cond+` ORDER BY id`, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var out []Hook
	for rows.Next() {
		var h Hook
		var r string
		if err := rows.Scan(&h.ID, &h.Name, &h.URL, &h.Secret, &r, &h.Kinds, &h.Enabled, &h.Version); err != nil {
			return nil, err
		}
		h.Region = region.Code(r)
		out = append(out, h)
	}
	return out, rows.Err()
}
