package access_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"qingshan/internal/platform/access"
)

func TestBuiltinRoles(t *testing.T) {
	roles, err := access.BuiltinRoles()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range roles.All() {
		ids = append(ids, r.ID)
	}
	want := []string{"city_leader", "campaign_office", "bureau", "county", "township", "inspector", "enterprise", "auditor", "administrator",
		"grid_chief", "grid_officer", "grid_patroller", "grid_supervisor"}
	if diff := cmp.Diff(want, ids); diff != "" {
		t.Error(diff)
	}
	granted := map[access.Action]bool{}
	for _, r := range roles.All() {
		for _, p := range r.Permissions {
			granted[p] = true
		}
	}
	for _, a := range access.Actions() {
		if !granted[a] {
			t.Errorf("no role grants %s", a)
		}
	}
}

const good = `[[role]]
id = "patroller"
name = "巡查员"
name_en = "Patroller"
description = "巡查"
scope = "region"
permissions = ["air.read"]
`

func TestRoleFilesAreReadStrictly(t *testing.T) {
	for name, c := range map[string]struct{ old, new, want string }{
		"unknown key":        {`scope = "region"`, `scoop = "region"`, `pack.toml:6: unknown key "role.scoop"`},
		"syntax":             {`name = "巡查员"`, `name = "巡查员`, `pack.toml:3: `},
		"wrong type":         {`permissions = ["air.read"]`, `permissions = "air.read"`, `pack.toml:7: `},
		"unknown scope":      {`"region"`, `"planet"`, `pack.toml:6: role "patroller": scope "planet": want all, region, unit or own`},
		"unknown permission": {`air.read`, `air.smell`, `pack.toml:7: role "patroller": unknown permission "air.smell"`},
		"session is no role": {`air.read`, `session`, `pack.toml:7: role "patroller": unknown permission "session"`},
		"permission twice":   {`["air.read"]`, `["air.read", "air.read"]`, `pack.toml:7: role "patroller": permission "air.read" twice`},
		"no permission":      {`["air.read"]`, `[]`, `pack.toml:7: role "patroller" allows nothing`},
		"no name":            {`name = "巡查员"`, ``, `pack.toml:1: role "patroller" has no name`},
		"no english name":    {`name_en = "Patroller"`, ``, `pack.toml:1: role "patroller" has no name_en`},
		"no description":     {`"巡查"`, `" "`, `pack.toml:5: role "patroller" has no description`},
		"bad id":             {`"patroller"`, `"Pat Roller"`, `pack.toml:2: role id "Pat Roller"`},
		"twice":              {`permissions = ["air.read"]`, "permissions = [\"air.read\"]\n" + good, `pack.toml:9: role "patroller" is defined twice`},
		"empty file":         {good, "", `pack.toml:1: no [[role]]`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := access.LoadRoles("pack.toml", []byte(strings.Replace(good, c.old, c.new, 1)))
			if err == nil || !strings.HasPrefix(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestPackRolesReplaceAndAdd(t *testing.T) {
	base, err := access.BuiltinRoles()
	if err != nil {
		t.Fatal(err)
	}
	more, err := base.With("pack.toml", []byte(good+strings.Replace(good, "patroller", "county", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(more.All()) - len(base.All()); n != 1 {
		t.Errorf("%d roles added, want 1", n)
	}
	if r, _ := more.ByID("county"); r.NameEn != "Patroller" {
		t.Errorf("county was not replaced: %+v", r)
	}
	if r, _ := base.ByID("county"); r.NameEn != "County" {
		t.Errorf("the built-in set changed: %+v", r)
	}
}
