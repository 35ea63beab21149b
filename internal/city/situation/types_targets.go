package situation

// Curve is a year's cumulative figure, day by day; null is missing or not yet known.
type Curve struct {
	Days       []string   `json:"days"`
	ThisYear   []*float64 `json:"thisYear"`
	LastYear   []*float64 `json:"lastYear"`
	TargetPath []*float64 `json:"targetPath" doc:"last year's seasonal shape scaled so that it ends at the target"`
	P10        []*float64 `json:"p10"`
	P50        []*float64 `json:"p50"`
	P90        []*float64 `json:"p90"`
}

// TargetItem is one of the year's targets and what the rest of the year has to look like.
type TargetItem struct {
	Item                string `json:"item" enum:"pm25,pm10,good_days"`
	Name                string `json:"name"`
	NameEN              string `json:"nameEn"`
	Unit                string `json:"unit"`
	UnitEN              string `json:"unitEn"`
	Short               bool   `json:"short" doc:"fewer valid days to date than GB 3095 asks for: the figure is not valid as a statistic of the period"`
	Target              Figure `json:"target"`
	TargetVersion       int64  `json:"targetVersion"`
	TargetSource        string `json:"targetSource"`
	ToDate              Figure `json:"toDate"`
	Gap                 string `json:"gap" doc:"to date minus target with its sign; for good days what is still missing"`
	SamePeriodLastYear  Figure `json:"samePeriodLastYear"`
	Change              string `json:"change" doc:"percent for concentrations, days for good days"`
	AllowedMean         Figure `json:"allowedMean" doc:"mean the remaining days may have"`
	GoodNeeded          int    `json:"goodNeeded"`
	BudgetDays          int    `json:"budgetDays" doc:"days that may still be lost"`
	LastYearRest        Figure `json:"lastYearRest"`
	Probability         Figure `json:"probability"`
	P10                 string `json:"p10"`
	P50                 string `json:"p50"`
	P90                 string `json:"p90"`
	PercentileOfHistory string `json:"percentileOfHistory" doc:"where the needed rest lies among past rests, percent"`
	Curve               Curve  `json:"curve"`
}

// CalendarDay is one square of the good-day ledger.
type CalendarDay struct {
	Date     string   `json:"date"`
	AQI      *int     `json:"aqi"`
	Level    int      `json:"level"`
	Category string   `json:"category"`
	Primary  []string `json:"primary"`
	Valid    bool     `json:"valid"`
	Dust     bool     `json:"dust"`
	Explain  string   `json:"explain"`
}

// LostDays are days with AQI above 100 that had the pollutant as a primary one. A tie
// counts for each, so the rows may add up to more than the total.
type LostDays struct {
	Pollutant     string `json:"pollutant"`
	ThisYear      int    `json:"thisYear"`
	LastYear      int    `json:"lastYear" doc:"same window"`
	ThisMonth     int    `json:"thisMonth"`
	LastYearMonth int    `json:"lastYearMonth"`
	Change        int    `json:"change"`
}

// SliderNumber is a slider's start and last year's mark.
type SliderNumber struct {
	Value    string `json:"value"`
	LastYear string `json:"lastYear"`
}

// Sliders are the starting positions of "if the rest of the year…".
type Sliders struct {
	PMRest       SliderNumber `json:"pmRest"`
	PMExceedDays SliderNumber `json:"pmExceedDays"`
	O3ExceedDays SliderNumber `json:"o3ExceedDays"`
}

// Targets is the answer to: can the year's targets be met, and what must the rest be?
type Targets struct {
	Meta       Meta           `json:"meta"`
	Answer     string         `json:"answer"`
	AnswerEN   string         `json:"answerEn"`
	Year       int            `json:"year"`
	DaysInYear int            `json:"daysInYear"`
	DaysUsed   int            `json:"daysUsed"`
	DaysLeft   int            `json:"daysLeft"`
	Items      []TargetItem   `json:"items"`
	Joint      Figure         `json:"joint" doc:"probability of meeting all targets, percent"`
	Calendar   []CalendarDay  `json:"calendar"`
	Levels     map[string]int `json:"levels"`
	Lost       []LostDays     `json:"lost"`
	LostTotal  LostDays       `json:"lostTotal"`
	WhatIf     Sliders        `json:"whatIf"`
}

// WhatIf asks: if the rest of the year were so, where would the year end?
type WhatIf struct {
	Region       string   `json:"region"`
	Year         int      `json:"year"`
	AsOf         string   `json:"asOf,omitempty"`
	Dust         string   `json:"dust,omitempty" enum:"observed,assessed"`
	PM25RestMean *float64 `json:"pm25RestMean,omitempty" minimum:"0" maximum:"1000"`
	PMExceedDays *int     `json:"pmExceedDays,omitempty" minimum:"0" maximum:"366"`
	O3ExceedDays *int     `json:"o3ExceedDays,omitempty" minimum:"0" maximum:"366"`
	FactorPM     *float64 `json:"factorPm,omitempty" minimum:"0.1" maximum:"3"`
	FactorO3     *float64 `json:"factorO3,omitempty" minimum:"0.1" maximum:"3"`
}

// Outcome is a year's end under an assumption.
type Outcome struct {
	Value  string `json:"value"`
	Met    bool   `json:"met"`
	Margin string `json:"margin" doc:"how far on the right (+) or wrong (−) side of the target"`
}

// WhatIfAnswer is the year's end under the assumption and its arithmetic in words.
type WhatIfAnswer struct {
	PM25         Outcome           `json:"pm25"`
	PM10         Outcome           `json:"pm10"`
	GoodDays     Outcome           `json:"goodDays"`
	Probability  map[string]string `json:"probability" doc:"percent: pm25 pm10 good_days joint"`
	Arithmetic   []string          `json:"arithmetic"`
	ArithmeticEN []string          `json:"arithmeticEn"`
}
