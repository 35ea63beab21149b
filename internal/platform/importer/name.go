package importer

import (
	"strings"
	"time"
)

// CleanName gives a place name as the registers write it: without blanks of any width, with
// half-width digits, letters and parentheses.
func CleanName(s string) string {
	var b strings.Builder
	changed := false
	for _, r := range s {
		n := halfWidth(r)
		if n == 0 || n != r {
			changed = true
		}
		if n != 0 {
			b.WriteRune(n)
		}
	}
	if !changed {
		return s
	}
	return b.String()
}

// halfWidth folds full-width forms; 0 is a blank that is left out.
func halfWidth(r rune) rune {
	switch {
	case r == ' ' || r == '\u3000' || r == '\u00a0' || r == '\ufeff' || r == '\t':
		return 0
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	}
	return r
}

// StationName is what a published station name says beside the name itself.
type StationName struct {
	Base       string    // name without the remarks below
	Background bool      // (对照点): a control station, not counted
	From       time.Time // (启用yymmdd), (新增yymmdd), (yymmdd启用): first day, zero when not said
	Until      time.Time // (停运yymmdd): last day, zero when not said
	Remark     string    // other remarks in parentheses, kept as they are
}

// ParseStationName takes the remarks off a published station name. s is cleaned first.
func ParseStationName(s string) StationName {
	s = CleanName(s)
	var out StationName
	for {
		i := strings.LastIndexByte(s, '(')
		if i <= 0 || !strings.HasSuffix(s, ")") {
			break
		}
		note := s[i+1 : len(s)-1]
		if !out.remark(note) {
			break
		}
		s = s[:i]
	}
	out.Base = s
	return out
}

func (n *StationName) remark(note string) bool {
	if note == "对照点" {
		n.Background = true
		return true
	}
	word := strings.Trim(note, "0123456789")
	day, dated := remarkDay(strings.TrimSuffix(strings.TrimPrefix(note, word), word))
	if !dated {
		return false
	}
	switch word {
	case "启用", "新增", "微调", "迁移":
		n.From = day
	case "停运", "停用", "撤销":
		n.Until = day
	default:
		return false
	}
	n.Remark = strings.TrimSpace(n.Remark + " " + note)
	return true
}

// remarkDay reads yymmdd or yyyymmdd.
func remarkDay(digits string) (time.Time, bool) {
	layout := "060102"
	if len(digits) == 8 {
		layout = "20060102"
	}
	t, err := time.Parse(layout, digits)
	return t, err == nil
}
