package telemetry_test

import (
	"slices"
	"strings"
	"testing"

	"qingshan/internal/city/org"
	"qingshan/internal/city/telemetry"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// tree is the register of regions as "code name <parent".
func (r room) tree() []string {
	r.Helper()
	var out []string
	err := r.db.View(r.ctx, func(tx *store.Tx) error {
		known, err := org.KnownRegions(r.ctx, tx)
		for code, name := range known {
			var parent region.Code
			if err := tx.QueryRow(r.ctx, "SELECT parent FROM region WHERE code = $1", string(code)).Scan(&parent); err != nil {
				return err
			}
			line := code.Short() + " " + name
			if parent != "" {
				line += " <" + parent.Short()
			}
			out = append(out, line)
		}
		return err
	})
	if err != nil {
		r.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// TestImportRegions: the region above follows from the code, whatever the order of the rows;
// a second list renames and never removes.
func TestImportRegions(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		list := "行政区代码,行政区名称\n410724,获嘉县\n410700000000,新乡市\n410702,红旗区\n410702004000,东街街道\n410702004003,某社区\n441900003000,东城街道\n4101,郑州市\n410702,又一个\n41070,短\n410703,\n"
		got, rejects := r.imported(m, r.ctx, file("r.csv", []byte(list)), telemetry.ImportOptions{})
		want := []string{`9 行政区代码: region 410702000000 stands twice; the first is line 4`, `10 行政区代码: "41070" is not the code of a region`, `11 行政区名称: no name of the region`}
		if got != "received 10 = stored 7 + unchanged 0 + rejected 3 (missing 0)" || !slices.Equal(rejects, want) {
			r.Errorf("%s\n%q", got, rejects)
		}
		tree := []string{"4101 郑州市", "4107 新乡市", "410702 红旗区 <4107", "410702004 东街街道 <410702", "410702004003 某社区 <410702004", "410724 获嘉县 <4107", "441900003 东城街道"}
		if got := r.tree(); !slices.Equal(got, tree) {
			r.Errorf("%q", got)
		}
		got, _ = r.imported(m, r.ctx, file("r2.csv", []byte("code,name\n410702,红旗新区\n410724,获嘉县\n4419,东莞市\n41,河南省\n")), telemetry.ImportOptions{Kind: "regions"})
		if got != "received 4 = stored 3 + unchanged 1 + rejected 0 (missing 0)" {
			r.Error(got)
		}
		tree = []string{"41 河南省", "4101 郑州市 <41", "4107 新乡市 <41", "410702 红旗新区 <4107", "410702004 东街街道 <410702", "410702004003 某社区 <410702004", "410724 获嘉县 <4107", "4419 东莞市", "441900003 东城街道 <4419"}
		if got := r.tree(); !slices.Equal(got, tree) {
			r.Errorf("%q", got)
		}
		county := r.as("410702", access.ImportRun, access.OrgWrite)
		got, rejects = r.imported(m, county, file("r3.csv", []byte("code,name\n410702005,西街街道\n410724100,城关镇\n")), telemetry.ImportOptions{Kind: "regions"})
		if got != "received 2 = stored 1 + unchanged 0 + rejected 1 (missing 0)" || !strings.Contains(strings.Join(rejects, ";"), "no right to import for 城关镇") {
			r.Errorf("a county: %s %q", got, rejects)
		}
		got, _ = r.imported(m, r.as("4107", access.ImportRun), file("r4.csv", []byte("code,name\n410702006,南街\n")), telemetry.ImportOptions{Kind: "regions"})
		if got != "received 1 = stored 0 + unchanged 0 + rejected 1 (missing 0)" {
			r.Errorf("without org.write: %s", got)
		}
	})
}

// TestImportSitesOfEveryKind: a list that says kind and county registers county stations and
// micro stations; only national ones make the city's value unless the list says so.
func TestImportSitesOfEveryKind(t *testing.T) {
	both(t, func(r room) {
		m := importsOn(r.T, r.db)
		r.imported(m, r.ctx, file("r.csv", []byte("code,name\n4107,新乡市\n410702,红旗区\n410724,获嘉县\n410105,金水区\n")), telemetry.ImportOptions{Kind: "regions"})
		list := "编码,名称,城市,区县,类型,参与评价\n" +
			"X1,县委,新乡,获嘉县,县控点,\nX2,微站一,新乡,410702,微站,\nX3,国控一,新乡,红旗区,国控,\nX4,县控二,新乡,红旗区,县控,是\n" +
			"X5,外地,新乡,金水区,县控,\nX6,怪,新乡,红旗区,什么站,\nX7,问,新乡,红旗区,国控,也许\nX8,旧式,新乡,,,\n"
		opt := telemetry.ImportOptions{Kind: "sites"}
		got, rejects := r.imported(m, r.ctx, file("s.csv", []byte(list)), opt)
		want := []string{`6 : unknown county "金水区" of the city`, `7 类型: "什么站" is no kind of station: national, county or micro`, `8 参与评价: "也许" is neither yes nor no`}
		if got != "received 8 = stored 5 + unchanged 0 + rejected 3 (missing 0)" || !slices.Equal(rejects, want) {
			r.Errorf("%s\n%q", got, rejects)
		}
		for code, want := range map[string]string{"X1": "county 410724 false", "X2": "micro 410702 false", "X3": "national 410702 true",
			"X4": "county 410702 true", "X8": "national 4107 true"} {
			s, err := r.svc.Site(r.ctx, code)
			got := string(s.Kind) + " " + s.Region.Short() + " " + map[bool]string{true: "true", false: "false"}[s.Counted]
			if err != nil || got != want {
				r.Errorf("%s: %s %v, want %s", code, got, err, want)
			}
		}
		got, _ = r.imported(m, r.ctx, file("s2.csv", []byte("编码,名称,城市\nX1,县委,新乡\nX4,县控二,新乡\n")), opt)
		if got != "received 2 = stored 0 + unchanged 2 + rejected 0 (missing 0)" {
			r.Errorf("a list that says less: %s", got)
		}
		got, _ = r.imported(m, r.ctx, file("s3.csv", []byte("编码,名称,城市,类型\nX3,国控一,新乡,微站\n")), opt)
		s, err := r.svc.Site(r.ctx, "X3")
		if got != "received 1 = stored 1 + unchanged 0 + rejected 0 (missing 0)" || err != nil || s.Kind != telemetry.Micro || s.Counted || s.Region != code("410702") {
			r.Errorf("another kind: %s %+v %v", got, s, err)
		}
	})
}
