package situation

// CityList is the list a ranking is made over.
type CityList struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	Members    int    `json:"members"`
	Source     string `json:"source"`
	Confidence string `json:"confidence"`
}

// RankRow is one place of a ranking by composite index (lower is better; equal values share
// a place and the next is skipped).
type RankRow struct {
	Region        Place  `json:"region"`
	Own           bool   `json:"own"`
	Rank          int    `json:"rank" doc:"0 when the period has no valid value"`
	RankLast      int    `json:"rankLast"`
	RankChange    int    `json:"rankChange" doc:"places since last year; negative is better"`
	Composite     Figure `json:"composite"`
	CompositeLast string `json:"compositeLast"`
	Change        string `json:"change" doc:"percent"`
	SO2           Figure `json:"so2"`
	NO2           Figure `json:"no2"`
	PM10          Figure `json:"pm10"`
	PM25          Figure `json:"pm25"`
	COP95         Figure `json:"co_p95"`
	O3P90         Figure `json:"o3_8h_p90"`
	ISO2          string `json:"i_so2"`
	INO2          string `json:"i_no2"`
	IPM10         string `json:"i_pm10"`
	IPM25         string `json:"i_pm25"`
	ICO           string `json:"i_co"`
	IO3           string `json:"i_o3"`
	Worst         string `json:"worst"`
	GoodDays      int    `json:"goodDays"`
	ValidDays     int    `json:"validDays"`
	GoodRatio     string `json:"goodRatio"`
}

// OwnPlace is the city's own place.
type OwnPlace struct {
	Rank int `json:"rank"`
	Of   int `json:"of"`
}

// Ranking is the answer to: which place are we in, and who moved?
type Ranking struct {
	Meta         Meta      `json:"meta"`
	Answer       string    `json:"answer"`
	AnswerEN     string    `json:"answerEn"`
	List         CityList  `json:"list"`
	Period       string    `json:"period"`
	From         string    `json:"from"`
	To           string    `json:"to"`
	StandardNote string    `json:"standardNote" doc:"set when the comparison crosses a change of standard"`
	Rows         []RankRow `json:"rows"`
	Own          OwnPlace  `json:"own"`
}

// Month is one month (or the year) of a region.
type Month struct {
	Month     string `json:"month" doc:"2006-01, or 2006 for the year"`
	SO2       Figure `json:"so2"`
	NO2       Figure `json:"no2"`
	PM10      Figure `json:"pm10"`
	PM25      Figure `json:"pm25"`
	COP95     Figure `json:"co_p95"`
	O3P90     Figure `json:"o3_8h_p90"`
	Composite Figure `json:"composite"`
	GoodDays  int    `json:"goodDays"`
	ValidDays int    `json:"validDays"`
	GoodRatio string `json:"goodRatio"`
}

// Days and Months are tables of a region.
type Days struct {
	Meta  Meta  `json:"meta"`
	Items []Day `json:"items"`
}

// Months is a year's months of a region and the year itself.
type Months struct {
	Meta  Meta    `json:"meta"`
	Items []Month `json:"items"`
}

// Input is one input of an explained figure.
type Input struct {
	Name       string `json:"name"`
	Value      string `json:"value"`
	Unit       string `json:"unit"`
	Source     string `json:"source"`
	Revision   int    `json:"revision"`
	RecordedAt string `json:"recordedAt"`
}

// Count is a number behind an explained figure, e.g. its valid days.
type Count struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Explanation says how a figure came about: everything needed to do it again by hand.
type Explanation struct {
	Title      string   `json:"title"`
	Formula    string   `json:"formula"`
	Clause     string   `json:"clause"`
	Standard   string   `json:"standard"`
	Edition    string   `json:"edition" doc:"the standard set's name, e.g. GB 3095-2026 过渡阶段"`
	DataKind   string   `json:"dataKind"`
	DustMode   string   `json:"dustMode"`
	Confidence string   `json:"confidence"`
	Inputs     []Input  `json:"inputs"`
	Counts     []Count  `json:"counts"`
	Notes      []string `json:"notes"`
	NotesEN    []string `json:"notesEn" doc:"notes that exist in English"`
	More       int      `json:"more" doc:"inputs not listed"`
}

// MapPlaces is what a map shows when it is near: towns with their borders, villages as points.
type MapPlaces struct {
	Towns    map[string]any `json:"towns" doc:"GeoJSON FeatureCollection of polygons; properties code, name, centre"`
	Villages map[string]any `json:"villages" doc:"GeoJSON FeatureCollection of points; properties code, name"`
}

// MapLayers are the shapes of a region's map.
type MapLayers struct {
	Boundaries map[string]any `json:"boundaries" doc:"GeoJSON FeatureCollection; properties code, name, level"`
	Rivers     map[string]any `json:"rivers" doc:"GeoJSON FeatureCollection"`
	BBox       []float64      `json:"bbox" doc:"west, south, east, north of the region asked for"`
}
