package matter

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// sourceOpen311 marks matters that came through Open311.
const sourceOpen311 = "open311"

// OpenKey is a key of a tool that reports in through Open311.
type OpenKey struct {
	ID, Unit  int64
	Name      string
	Region    region.Code
	CreatedAt int64
	EndedAt   int64 // 0: in use
}

// Open311Config says how the door works.
type Open311Config struct {
	Kinds   []string    // that may be reported through it; none means complaints
	Base    string      // address of the installation, "" as the request names it
	Contact string      // who answers for the installation, for the discovery document
	Machine clock.Clock // for the limits on keys; nil: the machine's
}

// Open311 is the door for tools of the city that speak GeoReport v2.
type Open311 struct {
	s     *Service
	cfg   Open311Config
	kinds []string
	meter *georeportMeter
}

// NewOpen311 makes the door.
func NewOpen311(s *Service, cfg Open311Config) *Open311 {
	if len(cfg.Kinds) == 0 {
		cfg.Kinds = []string{"complaint"}
	}
	if cfg.Machine == nil {
		cfg.Machine = clock.System()
	}
	return &Open311{s, cfg, cfg.Kinds, &georeportMeter{clock: cfg.Machine, used: map[meterKey]meterUse{}}}
}

func hashKey(key string) string {
	sum := sha256.Sum256([]byte(key))
	return hex.EncodeToString(sum[:])
}

const keyColumns = "id, name, region, unit, created_at, ended_at"

func scanKey(row scanner) (k OpenKey, err error) {
	err = row.Scan(&k.ID, &k.Name, &k.Region, &k.Unit, &k.CreatedAt, &k.EndedAt)
	return k, store.Classify(err)
}

// Issue makes a key and tells it this once. Needs account.write in the region. Errors: invalid
// for an unknown region or unit; conflict for a name that is taken.
func (o *Open311) Issue(ctx context.Context, name string, r region.Code, unit int64) (k OpenKey, secret string, err error) {
	actor, err := access.Require(ctx, access.AccountWrite, r)
	if err != nil {
		return k, "", err
	}
	if err := cleanLine("name", "名称", 60, &name); err != nil {
		return k, "", err
	}
	dir, err := o.s.org.Directory(ctx)
	if err != nil {
		return k, "", err
	}
	switch u := dir.Units[unit]; {
	case name == "":
		return k, "", invalid("name", "required", "请填写工具名称", "")
	case dir.Regions[r] == "":
		return k, "", invalid("region", "unknown_region", "没有这个行政区", string(r))
	case u == nil || !actor.CanUnit(access.AccountWrite, u.Region, unit):
		return k, "", invalid("unit", "unknown_unit", "没有这个单位", "")
	}
	b := make([]byte, 24)
	_, _ = rand.Read(b) // never fails
	secret = "q311_" + base64.RawURLEncoding.EncodeToString(b)
	k = OpenKey{Name: name, Region: r, Unit: unit}
	err = o.s.db.Update(ctx, func(tx *store.Tx) error {
		k.CreatedAt = tx.NowMS()
		err := tx.QueryRow(ctx, "INSERT INTO open311_key (name, hash, region, unit, created_at, created_by) VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
			name, hashKey(secret), string(r), unit, k.CreatedAt, actor.Account).Scan(&k.ID)
		if err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "open311.issue", Object: fmt.Sprintf("open311-key/%d", k.ID), Region: r,
			Summary: "发放 Open311 密钥：" + name, Detail: map[string]any{"name": name, "unit": unit}})
	})
	return k, secret, err
}

// Keys lists the keys of the regions in which the actor manages accounts.
func (o *Open311) Keys(ctx context.Context) (out []OpenKey, err error) {
	actor, err := access.RequireAnywhere(ctx, access.AccountWrite)
	if err != nil {
		return nil, err
	}
	err = o.s.db.View(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(ctx, "SELECT "+keyColumns+" FROM open311_key ORDER BY id")
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			k, err := scanKey(rows)
			if err != nil {
				return err
			}
			if actor.Can(access.AccountWrite, k.Region) {
				out = append(out, k)
			}
		}
		return store.Classify(rows.Err())
	})
	return out, err
}

// End takes a key back at once. Errors: not found outside of the actor's regions.
func (o *Open311) End(ctx context.Context, id int64) error {
	actor, err := access.RequireAnywhere(ctx, access.AccountWrite)
	if err != nil {
		return err
	}
	return o.s.db.Update(ctx, func(tx *store.Tx) error {
		k, err := scanKey(tx.QueryRow(ctx, "SELECT "+keyColumns+" FROM open311_key WHERE id = $1", id))
		if fault.Is(err, fault.NotFound) || err == nil && !actor.Can(access.AccountWrite, k.Region) {
			return access.Hidden()
		}
		if err != nil || k.EndedAt != 0 {
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE open311_key SET ended_at = $1 WHERE id = $2", tx.NowMS(), id); err != nil {
			return err
		}
		return audit.Log(ctx, tx, audit.Entry{Action: "open311.end", Object: fmt.Sprintf("open311-key/%d", id), Region: k.Region,
			Summary: "停用 Open311 密钥：" + k.Name})
	})
}

// key finds the key of a request; an ended one is none.
func (o *Open311) key(ctx context.Context, secret string) (k OpenKey, err error) {
	err = o.s.db.View(ctx, func(tx *store.Tx) error {
		k, err = scanKey(tx.QueryRow(ctx, "SELECT "+keyColumns+" FROM open311_key WHERE hash = $1 AND ended_at = 0", hashKey(secret)))
		return err
	})
	return k, err
}

type keyOutput struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Region    string    `json:"region"`
	Unit      string    `json:"unit"`
	CreatedAt time.Time `json:"createdAt"`
	Ended     bool      `json:"ended"`
	Key       string    `json:"key,omitempty" doc:"只在发放时给出一次"`
}

func shownKey(k OpenKey, secret string) keyOutput {
	return keyOutput{strconv.FormatInt(k.ID, 10), k.Name, string(k.Region), strconv.FormatInt(k.Unit, 10), msTime(k.CreatedAt), k.EndedAt != 0, secret}
}

// Routes adds the operations that manage keys.
func (o *Open311) Routes(a *rest.API) {
	spec := func(method, path, id, summary string) rest.Spec {
		return rest.Spec{Method: method, Path: path, ID: id, Summary: summary, Tag: "open311", Access: access.AccountWrite}
	}
	rest.Register(a, spec(http.MethodGet, "/open311/keys", "open311KeyList", "Open311 密钥"), func(ctx context.Context, _ *struct{}) (*struct{ Body []keyOutput }, error) {
		list, err := o.Keys(ctx)
		out := &struct{ Body []keyOutput }{[]keyOutput{}}
		for _, k := range list {
			out.Body = append(out.Body, shownKey(k, ""))
		}
		return out, err
	})
	issue := spec(http.MethodPost, "/open311/keys", "open311KeyIssue", "发放 Open311 密钥")
	issue.Status, issue.Secret = http.StatusCreated, true
	rest.Register(a, issue, func(ctx context.Context, in *struct {
		Body struct {
			Name   string `json:"name" minLength:"1" maxLength:"60"`
			Region string `json:"region" minLength:"12" maxLength:"12"`
			Unit   string `json:"unit" maxLength:"20"`
		}
	}) (*struct{ Body keyOutput }, error) {
		unit, err := strconv.ParseInt(in.Body.Unit, 10, 64)
		if err != nil {
			return nil, invalid("unit", "unknown_unit", "没有这个单位", in.Body.Unit)
		}
		k, secret, err := o.Issue(ctx, in.Body.Name, region.Code(in.Body.Region), unit)
		if err != nil {
			return nil, err
		}
		return &struct{ Body keyOutput }{shownKey(k, secret)}, nil
	})
	rest.Register(a, spec(http.MethodDelete, "/open311/keys/{id}", "open311KeyEnd", "停用 Open311 密钥"), func(ctx context.Context, in *struct {
		ID string `path:"id" maxLength:"20"`
	}) (*struct{}, error) {
		id, err := strconv.ParseInt(in.ID, 10, 64)
		if err != nil {
			return nil, access.Hidden()
		}
		return nil, o.End(ctx, id)
	})
}
