package org_test

import (
	"testing"

	"qingshan/internal/city/org"
)

func TestEditsNeedTheVersion(t *testing.T) {
	both(t, func(p *place) {
		b := p.serve().in("root", secret)
		unit, post := "/org/units/"+idOf(p.unit("fq").ID), "/org/posts/"+idOf(p.post("fqcounty").ID)
		for _, path := range []string{unit, post} {
			b.call("PATCH", path, map[string]string{"name": "新名"}, 428, nil)
			b.call("PATCH", path, map[string]string{"name": "新名"}, 412, nil, "If-Match", `"v9"`)
			_, h := b.call("GET", path, nil, 200, nil)
			var row struct {
				Name    string
				Version int
			}
			_, h2 := b.call("PATCH", path, map[string]string{"name": "新名"}, 200, &row, "If-Match", h.Get("ETag"))
			if row.Name != "新名" || row.Version != 2 || h2.Get("ETag") != `"v2"` {
				p.Errorf("%+v %s", row, h2.Get("ETag"))
			}
			b.call("PATCH", path, map[string]string{"name": "旧名"}, 412, nil, "If-Match", h.Get("ETag"))
		}
	})
}

// TestTheEndOfATermNeedsThePostsVersion: a post's version covers its holders.
func TestTheEndOfATermNeedsThePostsVersion(t *testing.T) {
	both(t, func(p *place) {
		b := p.serve().in("root", secret)
		x := p.post("fqcounty")
		post := "/org/posts/" + idOf(x.ID)
		end := post + "/holders/" + idOf(x.Holders[0].ID)
		_, seen := b.call("GET", post, nil, 200, nil)
		b.call("PATCH", end, map[string]string{"to": "2026-09-01"}, 428, nil)
		b.call("POST", post+"/holders", map[string]string{"personName": "孙七"}, 201, nil)
		b.call("PATCH", end, map[string]string{"to": "2026-09-01"}, 412, nil, "If-Match", seen.Get("ETag"))
		_, now := b.call("GET", post, nil, 200, nil)
		if now.Get("ETag") == seen.Get("ETag") {
			p.Errorf("a new holder leaves the post at %s", now.Get("ETag"))
		}
		var row org.HolderRow
		_, h := b.call("PATCH", end, map[string]string{"to": "2026-09-01"}, 200, &row, "If-Match", now.Get("ETag"))
		_, after := b.call("GET", post, nil, 200, nil)
		if row.To != "2026-09-01" || h.Get("ETag") != after.Get("ETag") || h.Get("ETag") == now.Get("ETag") {
			p.Errorf("%+v, %s, then %s", row, h.Get("ETag"), after.Get("ETag"))
		}
	})
}
