package kind

import (
	"slices"
	"strings"
)

type named struct{ zh, en string }

// relationNames are the closed set of relations and the posts known by name.
var relationNames = map[string]named{
	"reporter":        {"报告人", "the reporter"},
	"owner":           {"办理人", "the handler"},
	"assigner":        {"交办人", "the assigner"},
	"checker":         {"核查人", "the checker"},
	"superior":        {"上级岗位", "the superior post"},
	"holder":          {"当前承办人", "the present holder"},
	"system":          {"系统", "the system"},
	"township":        {"乡镇（街道）", "the township"},
	"county":          {"县（市、区）", "the county"},
	"city":            {"市攻坚办", "the city campaign office"},
	"cell:chief":      {"网格长", "the grid chief"},
	"cell:officer":    {"网格员", "the grid officer"},
	"cell:patroller":  {"巡查员", "the grid patroller"},
	"cell:supervisor": {"网格监督员", "the grid supervisor"},

	"role:city_leader":     {"市领导", "a city leader"},
	"role:campaign_office": {"攻坚办", "the campaign office"},
	"role:bureau":          {"市直部门", "a bureau"},
	"role:county":          {"县（市、区）", "the county"},
	"role:township":        {"乡镇（街道）", "the township"},
	"role:inspector":       {"督查员", "an inspector"},
	"role:enterprise":      {"企业", "the enterprise"},
	"role:grid_chief":      {"网格长", "a grid chief"},
	"role:grid_officer":    {"网格员", "a grid officer"},
	"role:grid_patroller":  {"巡查员", "a grid patroller"},
	"role:grid_supervisor": {"监督员", "a grid supervisor"},
}

// KnownRelation reports whether a relation may stand in a kind file.
func KnownRelation(r string) bool {
	if _, ok := relationNames[r]; ok {
		return true
	}
	id, ok := strings.CutPrefix(r, "role:")
	return ok && isID(id)
}

// RelationName is the relation for people.
func RelationName(r string) (zh, en string) {
	if n, ok := relationNames[r]; ok {
		return n.zh, n.en
	}
	id := strings.TrimPrefix(r, "role:")
	return "“" + id + "”岗位", "a post of role " + id
}

// relationList names several relations: 乡镇（街道）或县（市、区）.
func relationList(rs []string) (zh, en string) {
	var zhs, ens []string
	for _, r := range rs {
		z, e := RelationName(r)
		if !slices.Contains(zhs, z) {
			zhs, ens = append(zhs, z), append(ens, e)
		}
	}
	return joinOr(zhs, "、", "或"), joinOr(ens, ", ", " or ")
}

func joinOr(list []string, comma, or string) string {
	if n := len(list); n > 1 {
		return strings.Join(list[:n-1], comma) + or + list[n-1]
	}
	return strings.Join(list, "")
}

func isID(s string) bool {
	if s == "" || len(s) > 40 {
		return false
	}
	for _, c := range s {
		if (c < 'a' || c > 'z') && c != '_' && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}
