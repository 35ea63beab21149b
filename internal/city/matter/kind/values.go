package kind

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"qingshan/internal/rules/calendar"
)

// BadFields checks brought values against their fields, nil when all are sound.
// A value for a field that the kind does not have is refused.
func (k *Kind) BadFields(values map[string]string) *Refusal {
	ids := make([]string, 0, len(values))
	for id := range values {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		f := k.Field(id)
		if f == nil {
			return &Refusal{BadField, fmt.Sprintf("“%s”没有字段 %q。", k.Name, id), fmt.Sprintf("“%s” has no field %q.", k.NameEn, id)}
		}
		if zh, en := f.wrong(values[id]); zh != "" {
			return &Refusal{BadField, "“" + f.Name + "”" + zh + "。", "“" + f.NameEn + "” " + en + "."}
		}
	}
	return nil
}

// wrong says what is wrong with a value; an empty value is no value.
func (f *Field) wrong(v string) (zh, en string) {
	if v == "" {
		return "", ""
	}
	switch f.Type {
	case Text, LongText:
		return f.wrongText(v)
	case ChoiceOf:
		if f.Choice(v) == nil {
			return "没有这个选项", "has no such choice"
		}
	case Number:
		n, err := strconv.ParseFloat(v, 64)
		if err != nil || math.IsNaN(n) || math.IsInf(n, 0) || strings.ContainsAny(v, "xX_pP") {
			return "须为数字", "must be a number"
		}
		if f.Max > 0 && math.Abs(n) > float64(f.Max) {
			return fmt.Sprintf("不能大于 %d", f.Max), fmt.Sprintf("must not exceed %d", f.Max)
		}
	case DayOf:
		if _, err := calendar.ParseDay(v); err != nil {
			return "须为日期，如 2026-08-28", "must be a day, as in 2026-08-28"
		}
	case TimeOf:
		if _, err := calendar.ParseTime(v); err != nil {
			return "须为时间，如 2026-08-28T08:00", "must be a time, as in 2026-08-28T08:00"
		}
	case Bool:
		if v != "true" && v != "false" {
			return "须为是或否", "must be true or false"
		}
	case UnitRef, PostRef, SiteRef:
		if n, err := strconv.ParseInt(v, 10, 64); err != nil || n <= 0 {
			return "须从列表中选择", "must be chosen from the list"
		}
	}
	return "", ""
}

func (f *Field) wrongText(v string) (zh, en string) {
	if n := utf8.RuneCountInString(v); n > f.Max {
		return fmt.Sprintf("最多 %d 字，现有 %d 字", f.Max, n), fmt.Sprintf("has %d characters, at most %d", n, f.Max)
	}
	bad := strings.ContainsFunc(v, func(r rune) bool {
		return r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t' && r != '\r'
	})
	if bad || f.Type == Text && strings.ContainsAny(v, "\r\n") {
		return "含有不能保存的字符", "holds characters that cannot be kept"
	}
	return "", ""
}

// Choice finds a choice by id, nil when there is none.
func (f *Field) Choice(id string) *Choice {
	for i := range f.Choices {
		if f.Choices[i].ID == id {
			return &f.Choices[i]
		}
	}
	return nil
}

// TextOf is a value for people: the name of a choice, 是 and 否, a number with
// its unit. References stay as they are.
func (f *Field) TextOf(v string) string {
	switch {
	case v == "":
		return ""
	case f.Type == ChoiceOf:
		if c := f.Choice(v); c != nil {
			return c.Name
		}
	case f.Type == Bool:
		return map[string]string{"true": "是", "false": "否"}[v]
	case f.Type == Number && f.Unit != "":
		return v + " " + f.Unit
	}
	return v
}

// WritableBy reports whether somebody with the relations may fill the field in.
func (f *Field) WritableBy(relations map[string]bool) bool {
	return len(f.Write) == 0 || slices.ContainsFunc(f.Write, func(r string) bool { return relations[r] })
}

// VisibleTo reports whether somebody with the relations may read the field.
func (f *Field) VisibleTo(relations map[string]bool) bool {
	return len(f.Visible) == 0 || slices.ContainsFunc(f.Visible, func(r string) bool { return relations[r] })
}
