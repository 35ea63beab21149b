package situation

// CityList is the list a ranking is made over.
type CityList struct {
	ID         string `json:"id"`
	Name       string `json:"name"`
	NameEN     string `json:"nameEn"`
	Members    int    `json:"members"`
	Source     string `json:"source"`
	SourceEN   string `json:"sourceEn"`
	Confidence string `json:"confidence"`
}

// RankRow is one place of a ranking by composite index (lower is better; equal values share
// a place and the next is skipped).
type RankRow struct {
	Region        Place    `json:"region"`
	Own           bool     `json:"own"`
	Rank          int      `json:"rank" doc:"0 when the period has no valid value"`
	RankLast      int      `json:"rankLast"`
	RankChange    int      `json:"rankChange" doc:"places since last year; negative is better"`
	Composite     Figure   `json:"composite"`
	CompositeLast string   `json:"compositeLast"`
	Change        string   `json:"change" doc:"percent"`
	SO2           Figure   `json:"so2"`
	NO2           Figure   `json:"no2"`
	PM10          Figure   `json:"pm10"`
	PM25          Figure   `json:"pm25"`
	COP95         Figure   `json:"co_p95"`
	O3P90         Figure   `json:"o3_8h_p90"`
	ISO2          string   `json:"i_so2"`
	INO2          string   `json:"i_no2"`
	IPM10         string   `json:"i_pm10"`
	IPM25         string   `json:"i_pm25"`
	ICO           string   `json:"i_co"`
	IO3           string   `json:"i_o3"`
	Worst         string   `json:"worst"`
	Short         []string `json:"short" doc:"items with fewer valid days than GB 3095 asks for; the row is ranked all the same, as provisional bulletins do, and marked"`
	ShortLast     bool     `json:"shortLast" doc:"the same period of last year rests on too few valid days"`
	GoodDays      int      `json:"goodDays"`
	ValidDays     int      `json:"validDays"`
	GoodRatio     string   `json:"goodRatio"`
}

// OwnPlace is the city's own place.
type OwnPlace struct {
	Rank int `json:"rank"`
	Of   int `json:"of"`
}

// Ranking is the answer to: which place are we in, and who moved?
type Ranking struct {
	Meta           Meta      `json:"meta"`
	Answer         string    `json:"answer"`
	AnswerEN       string    `json:"answerEn"`
	List           CityList  `json:"list"`
	Period         string    `json:"period"`
	From           string    `json:"from"`
	To             string    `json:"to"`
	StandardNote   string    `json:"standardNote" doc:"set when the comparison crosses a change of standard"`
	StandardNoteEN string    `json:"standardNoteEn"`
	ValidityNote   string    `json:"validityNote" doc:"how many places of the list rest on too few valid days; empty when none does"`
	ValidityNoteEN string    `json:"validityNoteEn"`
	Rows           []RankRow `json:"rows"`
	Own            OwnPlace  `json:"own"`
}

// Month is one month (or the year) of a region.
type Month struct {
	Month     string   `json:"month" doc:"2006-01, or 2006 for the year"`
	SO2       Figure   `json:"so2"`
	NO2       Figure   `json:"no2"`
	PM10      Figure   `json:"pm10"`
	PM25      Figure   `json:"pm25"`
	COP95     Figure   `json:"co_p95"`
	O3P90     Figure   `json:"o3_8h_p90"`
	Composite Figure   `json:"composite"`
	Short     []string `json:"short" doc:"items with fewer valid days than GB 3095 asks for; an unfinished month or year is judged by its whole months"`
	Partial   bool     `json:"partial" doc:"the month or year is not over"`
	GoodDays  int      `json:"goodDays"`
	ValidDays int      `json:"validDays"`
	GoodRatio string   `json:"goodRatio"`
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
	NameEN     string `json:"nameEn"`
	Value      string `json:"value"`
	Unit       string `json:"unit"`
	UnitEN     string `json:"unitEn"`
	Source     string `json:"source"`
	SourceEN   string `json:"sourceEn"`
	Revision   int    `json:"revision" doc:"of an input made of several observations the highest"`
	RecordedAt string `json:"recordedAt" doc:"of an input made of several observations the latest"`

	basis *basis // the observations behind it, nil for a number of another kind
}

// Count is a number behind an explained figure, e.g. its valid days.
type Count struct {
	Name    string `json:"name"`
	NameEN  string `json:"nameEn"`
	Value   string `json:"value"`
	ValueEN string `json:"valueEn"`
}

// Explanation says how a figure came about: everything needed to do it again by hand.
type Explanation struct {
	Title      string   `json:"title"`
	TitleEN    string   `json:"titleEn"`
	Formula    string   `json:"formula"`
	FormulaEN  string   `json:"formulaEn"`
	Clause     string   `json:"clause"`
	ClauseEN   string   `json:"clauseEn"`
	Standard   string   `json:"standard"`
	Edition    string   `json:"edition" doc:"the standard set's name, e.g. GB 3095-2026 过渡阶段"`
	EditionEN  string   `json:"editionEn"`
	DataKind   string   `json:"dataKind"`
	DustMode   string   `json:"dustMode"`
	Confidence string   `json:"confidence"`
	Inputs     []Input  `json:"inputs"`
	Counts     []Count  `json:"counts"`
	Notes      []string `json:"notes"`
	NotesEN    []string `json:"notesEn" doc:"the notes in English, one for each"`
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
