// Package brief puts together, for one account, what the rooms below know: today's decisions,
// the night, the targets. It holds no data of its own; every room below checks what the
// account may see.
package brief

// Most is how many decisions are shown; everything else lies behind them.
const Most = 7

// Deadline is until when a decision can still be made.
type Deadline struct {
	At     string `json:"at" doc:"空表示没有时限"`
	Light  string `json:"light" enum:"green,yellow,red,none"`
	Text   string `json:"text"`
	TextEN string `json:"textEn"`
}

// Link leads to a page of the interface.
type Link struct {
	Text   string `json:"text"`
	TextEN string `json:"textEn"`
	Href   string `json:"href"`
}

// Action is the one thing to do: a page to go to, or an operation to call.
type Action struct {
	Text    string   `json:"text"`
	TextEN  string   `json:"textEn"`
	Href    string   `json:"href,omitempty"`
	Method  string   `json:"method,omitempty"`
	Path    string   `json:"path,omitempty" doc:"接口地址，/api/v1 之后的部分"`
	IDs     []string `json:"ids,omitempty" doc:"作为请求体的 ids"`
	Confirm string   `json:"confirm,omitempty"`
}

// Decision is something that this account has to decide now.
type Decision struct {
	ID            string   `json:"id"`
	Title         string   `json:"title"`
	TitleEN       string   `json:"titleEn"`
	Basis         string   `json:"basis" doc:"依据"`
	BasisEN       string   `json:"basisEn"`
	Consequence   string   `json:"consequence" doc:"不办的后果"`
	ConsequenceEN string   `json:"consequenceEn"`
	Deadline      Deadline `json:"deadline"`
	Link          Link     `json:"link"`
	Action        Action   `json:"action"`

	order int64 // ms UTC until when; the earliest first
}

// Target is one of the year's targets in a line.
type Target struct {
	Item        string     `json:"item"`
	Name        string     `json:"name"`
	Unit        string     `json:"unit"`
	ToDate      string     `json:"toDate"`
	Target      string     `json:"target"`
	Gap         string     `json:"gap"`
	Change      string     `json:"change"`
	Rest        string     `json:"rest" doc:"余下日均可用，或余下须优良天数"`
	Probability string     `json:"probability"`
	Weeks       []*float64 `json:"weeks" doc:"近 8 周：浓度为周均值，优良天数为每周天数"`
}

// Happened is one line of the night.
type Happened struct {
	At     string `json:"at"`
	Text   string `json:"text"`
	Sub    string `json:"sub"`
	State  string `json:"state"`
	Type   string `json:"type" doc:"状态类型"`
	Href   string `json:"href"`
	TextEN string `json:"textEn"`
}

// Today is what an account sees in the morning.
type Today struct {
	Clock       string     `json:"clock"`
	Date        string     `json:"date"`
	DayOfYear   int        `json:"dayOfYear"`
	Sentences   []string   `json:"sentences"`
	SentencesEN []string   `json:"sentencesEn"`
	Decisions   []Decision `json:"decisions"`
	More        int        `json:"more" doc:"未列出的待办数"`
	Targets     []Target   `json:"targets"`
	TargetsNote string     `json:"targetsNote"`
	Night       []Happened `json:"night"`
	NightFrom   string     `json:"nightFrom"`
	NightTotal  int        `json:"nightTotal"`
	Scope       string     `json:"scope"`
}
