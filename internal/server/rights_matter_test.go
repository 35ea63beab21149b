package server_test

import "net/url"

// matterSamples are the rows of the operations on matters. {sealedB} is a matter of county B;
// 获嘉县 stands in its title and as its region.
func matterSamples(table map[string][]sample) {
	const version = `"v1"`
	none := []sample{}
	for id, path := range map[string]string{"matterList": "/matters", "matterBoard": "/matters/board"} {
		table[id] = []sample{{path: path + "?region={B}"}, {path: path, hides: "获嘉县"}, {path: path + "?q=" + url.QueryEscape("获嘉"), hides: "获嘉县"}}
	}
	exported(table, "matterList", "matterList")
	table["matterPoints"] = []sample{{path: "/matters/points?region={B}"}}
	table["matterCalendar"] = []sample{{path: "/matters/calendar?region={B}"}}
	table["fieldStart"] = []sample{{path: "/field/start", hides: "获嘉县", never: true}}
	table["matterCounts"] = []sample{{path: "/matters/counts?region={B}"}}
	table["matterDuplicates"] = []sample{{path: "/matters/duplicates?kind=complaint&category=dust&region={B}", hides: "获嘉县", never: true}}
	table["matterKinds"] = none
	table["matterSources"] = none
	table["matterKindDiagram"] = []sample{{path: "/matters/kinds/nope/diagram.svg", never: true}}
	table["matterViewList"] = none
	table["matterViewAdd"] = none
	table["matterViewRemove"] = []sample{{path: "/matters/views?id=999999", never: true}}
	table["matterGet"] = []sample{{path: "/matters/{sealedB}"}}
	table["matterOpen"] = []sample{{path: "/matters", body: `{"kind":"assignment","category":"nope","region":"{B}"}`, hides: "获嘉县", never: true},
		{path: "/matters", body: `{"kind":"grid","category":"dust","region":"{B}"}`}}
	table["matterMove"] = []sample{{path: "/matters/{sealedB}/moves", body: `{"transition":"nope"}`, match: version}}
	table["matterNote"] = []sample{{path: "/matters/{sealedB}/notes", body: `{"text":"看过"}`}}
	table["matterWatch"] = []sample{{path: "/matters/{sealedB}/watch"}}
	table["matterUnwatch"] = []sample{{path: "/matters/{sealedB}/watch"}}
	table["matterSplit"] = []sample{{path: "/matters/{sealedB}/split", body: `{"parts":[{"category":"nope"}]}`}}
	table["matterMerge"] = []sample{{path: "/matters/merge", body: `{"into":"{sealedB}","from":["{sealedB}"],"reason":"同一问题"}`}}
	table["matterBulk"] = []sample{{path: "/matters/bulk", body: `{"ids":["{sealedB}"],"transition":"nope"}`, hides: "unknown_transition"}}
}
