package telemetry

// AfterJudging calls fn whenever a file was judged and before it is stored.
func (m *Imports) AfterJudging(fn func()) { m.judged = fn }
