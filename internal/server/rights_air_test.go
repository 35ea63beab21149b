package server_test

// airSetupSamples are the dust days and the map layers: a county sees its prefecture's dust
// days, and changes neither them nor the map of its own or of another.
func airSetupSamples(table map[string][]sample) {
	const square = `{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"获嘉县","code":"{B}"},"geometry":{"type":"Polygon","coordinates":[[[113.6,35.2],[113.8,35.2],[113.8,35.4],[113.6,35.2]]]}}]}`
	table["airDustDays"] = []sample{{path: "/air/dust-days?region={B}"}}
	table["airDustDaySet"] = []sample{{path: "/air/dust-days/2026-03-10?region=410700000000", body: `{"source":"总站审核"}`}}
	table["airDustDayRemove"] = []sample{{path: "/air/dust-days/2026-03-10?region=410700000000&reason=%20"}}
	table["airMapLayerSet"] = []sample{{path: "/air/map/layers/county?region=410700000000", body: square}}
}
