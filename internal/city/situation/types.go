// Package situation answers for the air: where does the city stand now, against the year's
// targets, and among the other cities; and it explains every figure it shows.
//
// The answers are computed from observations with the rules of rules/air and the target
// arithmetic of analysis/budget, and held in memory as immutable boards. A board is either
// live (it follows the series' change counter) or as of an instant (what was known then).
package situation

import "qingshan/internal/rules/calendar"

// Place is a region by code and name.
type Place struct {
	Code string `json:"code" doc:"12-digit region code"`
	Name string `json:"name"`
}

// Meta says what the numbers of an answer rest on.
type Meta struct {
	AsOf      string `json:"asOf" doc:"what was known then; empty means now"`
	Clock     string `json:"clock"`
	DataTime  string `json:"dataTime" doc:"end of the newest complete hour"`
	Region    Place  `json:"region"`
	Standard  string `json:"standard" doc:"standard set, e.g. 2026-transition"`
	DataKind  string `json:"dataKind" enum:"raw,audited"`
	DustMode  string `json:"dustMode" enum:"observed,assessed"`
	Version   string `json:"version" doc:"changes whenever a number may have changed"`
	Synthetic bool   `json:"synthetic" doc:"true for the demonstration city"`
}

// Figure is a number as the standard prints it, with what is needed to judge it.
type Figure struct {
	Key          string  `json:"key"`
	Value        string  `json:"value" doc:"as printed; empty means missing"`
	Unit         string  `json:"unit"`
	Completeness float64 `json:"completeness" doc:"share of expected inputs that were valid, 0 to 1"`
	Valid        int     `json:"valid"`
	Expected     int     `json:"expected"`
	Flag         string  `json:"flag" enum:",corrected,estimated,suspect"`
	Explain      string  `json:"explain" doc:"address of the explanation; empty when there is none"`
}

// Hour is the hourly report of one station or the city (HJ 633 real-time report).
type Hour struct {
	Time       string            `json:"time"`
	AQI        *int              `json:"aqi"`
	Level      int               `json:"level" doc:"1 to 6; 0 when withheld"`
	Category   string            `json:"category"`
	CategoryEN string            `json:"categoryEn"`
	Primary    []string          `json:"primary"`
	Above50    []string          `json:"above50"`
	Withheld   string            `json:"withheld" doc:"why no AQI is given"`
	WithheldEN string            `json:"withheldEn"`
	Values     map[string]Figure `json:"values" doc:"so2 no2 co o3 pm10 pm25"`
	Figure     Figure            `json:"aqiFigure"`
}

// Day is the daily report of one station or the city.
type Day struct {
	Date       string            `json:"date"`
	AQI        *int              `json:"aqi"`
	Level      int               `json:"level"`
	Category   string            `json:"category"`
	CategoryEN string            `json:"categoryEn"`
	Primary    []string          `json:"primary"`
	Above50    []string          `json:"above50"`
	Withheld   string            `json:"withheld"`
	WithheldEN string            `json:"withheldEn"`
	Dust       bool              `json:"dust" doc:"a day under confirmed dust influence"`
	Values     map[string]Figure `json:"values" doc:"so2 no2 co o3 o3_8h pm10 pm25"`
	Figure     Figure            `json:"aqiFigure"`
}

// Station is a measured place on the page.
type Station struct {
	ID      string  `json:"id"`
	Code    string  `json:"code"`
	Name    string  `json:"name"`
	Kind    string  `json:"kind" enum:"national,county,micro,city"`
	Region  Place   `json:"region"`
	Lon     float64 `json:"lon"`
	Lat     float64 `json:"lat"`
	Counted bool    `json:"counted" doc:"counts towards the city's value"`

	from, to calendar.Day // in operation, both included
}

// on tells whether the station was in operation on a day.
func (s *Station) on(d calendar.Day) bool { return s.from <= d && d <= s.to }

// StationHour is a station with its newest hour.
type StationHour struct {
	Site         Station `json:"site"`
	Hour         Hour    `json:"hour"`
	OfflineSince string  `json:"offlineSince" doc:"end of the last hour with data; empty when online, and when there never was any"`
	// NeverReported: nothing is known of the station, so nothing is said of how long it is silent.
	NeverReported bool `json:"neverReported" doc:"no hour with data in the years that are held"`
}

// Columns are hourly values for a chart; null is missing.
type Columns struct {
	SO2  []*float64 `json:"so2"`
	NO2  []*float64 `json:"no2"`
	CO   []*float64 `json:"co"`
	O3   []*float64 `json:"o3"`
	PM10 []*float64 `json:"pm10"`
	PM25 []*float64 `json:"pm25"`
	AQI  []*float64 `json:"aqi"`
}

// LimitLine is a limit drawn in a chart.
type LimitLine struct {
	Value   float64 `json:"value"`
	Label   string  `json:"label"`
	LabelEN string  `json:"labelEn"`
}

// CompletenessRow is one station's last 24 hours: 1 present, 0 missing, 2 flagged, 3 not in
// operation (neither present nor missing).
type CompletenessRow struct {
	SiteID  string `json:"siteId"`
	Name    string `json:"name"`
	Cells   []int  `json:"cells"`
	Present int    `json:"present"`
}

// Completeness is the grid of the last 24 hours.
type Completeness struct {
	Hours   []string          `json:"hours"`
	Rows    []CompletenessRow `json:"rows"`
	Share   string            `json:"share" doc:"percent, one decimal"`
	Missing int               `json:"missing" doc:"station hours without data"`
}

// Now is the answer to: how is the air, where is it getting worse, is the data complete?
type Now struct {
	Meta         Meta                 `json:"meta"`
	Answer       string               `json:"answer"`
	AnswerEN     string               `json:"answerEn"`
	City         Hour                 `json:"city"`
	Stations     []StationHour        `json:"stations"`
	Hours        []string             `json:"hours"`
	Series       map[string]Columns   `json:"series" doc:"by station id; the city under \"city\""`
	Limits       map[string]LimitLine `json:"limits"`
	Completeness Completeness         `json:"completeness"`
}

// StationDay is a station's day.
type StationDay struct {
	Site Station `json:"site"`
	Day  Day     `json:"day"`
}

// DayBoard is one finished day of the city and its stations.
type DayBoard struct {
	Meta     Meta         `json:"meta"`
	Answer   string       `json:"answer"`
	AnswerEN string       `json:"answerEn"`
	City     Day          `json:"city"`
	Stations []StationDay `json:"stations"`
}
