package access_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/rules/region"
)

const (
	city   region.Code = "410700000000"
	countA region.Code = "410721000000"
	countB region.Code = "410724000000"
	townA  region.Code = "410721101000"
)

func post(kind access.ScopeKind, r region.Code, units []int64, actions ...access.Action) access.Actor {
	return access.Actor{Account: 1, Name: "li"}.WithGrants(
		access.Grant{Role: "x", Post: 1, Kind: kind, Region: r, Units: units, Actions: actions})
}

func TestRequire(t *testing.T) {
	county := post(access.ScopeRegion, countA, nil, access.AirRead)
	firm := post(access.ScopeOwn, "", []int64{7}, access.OrgRead)
	auditor := post(access.ScopeAll, "", nil, access.AuditRead)
	fresh := county
	fresh.MustChangePassword = true
	for name, c := range map[string]struct {
		actor  *access.Actor
		action access.Action
		region region.Code
		code   string
		kind   fault.Kind
	}{
		"nobody":                         {nil, access.AirRead, countA, "login_required", fault.Unauthenticated},
		"anonymous name":                 {ptr(access.Anonymous("li")), access.AirRead, countA, "login_required", fault.Unauthenticated},
		"own county":                     {&county, access.AirRead, countA, "", 0},
		"town of own county":             {&county, access.AirRead, townA, "", 0},
		"another county is hidden":       {&county, access.AirRead, countB, "not_found", fault.NotFound},
		"the city above is hidden":       {&county, access.AirRead, city, "not_found", fault.NotFound},
		"everything is hidden":           {&county, access.AirRead, "", "not_found", fault.NotFound},
		"a bad code is hidden":           {&county, access.AirRead, "41072", "not_found", fault.NotFound},
		"an action held nowhere":         {&county, access.OrgWrite, countA, "forbidden", fault.Forbidden},
		"held nowhere, other county":     {&county, access.OrgWrite, countB, "forbidden", fault.Forbidden},
		"first password, own county":     {&fresh, access.AirRead, countA, "password_change_required", fault.Forbidden},
		"first password, other action":   {&fresh, access.OrgWrite, countB, "password_change_required", fault.Forbidden},
		"a firm reaches no whole region": {&firm, access.OrgRead, countA, "not_found", fault.NotFound},
		"an auditor reaches all":         {&auditor, access.AuditRead, "", "", 0},
		"an auditor reaches each":        {&auditor, access.AuditRead, townA, "", 0},
		"the system":                     {ptr(access.System("import")), access.OrgWrite, "", "", 0},
		"LoggedIn is no region right":    {&county, access.LoggedIn, countA, "not_found", fault.NotFound},
	} {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			if c.actor != nil {
				ctx = access.With(ctx, *c.actor)
			}
			got, err := access.Require(ctx, c.action, c.region)
			checkCode(t, err, c.kind, c.code)
			if err == nil && got.Name != c.actor.Name {
				t.Errorf("actor %q", got.Name)
			}
		})
	}
}

func TestRequireUnit(t *testing.T) {
	firm := post(access.ScopeOwn, "", []int64{7}, access.OrgRead)
	bureau := post(access.ScopeUnit, "", []int64{7, 8, 9}, access.OrgRead)
	county := post(access.ScopeRegion, countA, nil, access.OrgRead)
	for name, c := range map[string]struct {
		actor  access.Actor
		region region.Code
		unit   int64
		ok     bool
	}{
		"own unit":                  {firm, countA, 7, true},
		"another unit":              {firm, countA, 8, false},
		"unit below":                {bureau, countB, 9, true},
		"unit of the region":        {county, townA, 99, true},
		"unit of another region":    {county, countB, 99, false},
		"own unit in another place": {firm, countB, 7, true},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := access.RequireUnit(access.With(t.Context(), c.actor), access.OrgRead, c.region, c.unit)
			if (err == nil) != c.ok || (err != nil && !fault.Is(err, fault.NotFound)) {
				t.Errorf("got %v, want ok %v", err, c.ok)
			}
		})
	}
	if got := bureau.UnitScopes(access.OrgRead); !cmp.Equal(got, []int64{7, 8, 9}) {
		t.Errorf("unit scopes %v", got)
	}
}

func TestScopesDropWhatLiesInAnother(t *testing.T) {
	g := func(r region.Code, actions ...access.Action) access.Grant {
		return access.Grant{Kind: access.ScopeRegion, Region: r, Actions: actions}
	}
	a := access.Actor{Account: 1}.WithGrants(g(countB, access.AirRead, access.DataRead), g(townA, access.AirRead), g(countA, access.AirRead))
	if diff := cmp.Diff([]region.Code{countA, countB}, a.Scopes(access.AirRead)); diff != "" {
		t.Error(diff)
	}
	if got := a.Scopes(access.OrgWrite); len(got) != 0 {
		t.Errorf("scopes of an action not held: %v", got)
	}
	if diff := cmp.Diff([]access.Action{access.AirRead, access.DataRead}, a.Permissions()); diff != "" {
		t.Error(diff)
	}
	if got := access.System("x").Scopes(access.AirRead); !cmp.Equal(got, []region.Code{""}) {
		t.Errorf("the system's scopes %q", got)
	}
}

func TestHas(t *testing.T) {
	firm := post(access.ScopeOwn, "", []int64{7}, access.OrgRead)
	if !firm.Has(access.OrgRead) || !firm.Has(access.LoggedIn) || firm.Has(access.OrgWrite) {
		t.Error("a firm has org.read and a session, nothing else")
	}
	if access.Anonymous("x").Has(access.LoggedIn) {
		t.Error("an anonymous actor has a session")
	}
}

func TestContextCarriesRequestID(t *testing.T) {
	if id := access.RequestID(context.Background()); id != "" {
		t.Errorf("empty context has id %q", id)
	}
	if id := access.RequestID(access.WithRequestID(t.Context(), "r1")); id != "r1" {
		t.Errorf("got %q", id)
	}
}

func ptr(a access.Actor) *access.Actor { return &a }

func checkCode(t *testing.T, err error, kind fault.Kind, code string) {
	t.Helper()
	if code == "" {
		if err != nil {
			t.Errorf("refused: %v", err)
		}
		return
	}
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want %v %s", err, kind, code)
	}
	if got := err.(*fault.Error).Code; got != code {
		t.Errorf("code %q, want %q", got, code)
	}
}
