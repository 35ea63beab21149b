package calendar

import (
	"fmt"
	"strings"
	"time"
)

// HourOf names the hour that an instant (ms UTC) closes or lies in: the hour
// with label h of day D is the time after h-1:00 up to and including h:00, so
// 00:00 of a day is label 24 of the day before.
func HourOf(ms int64) (Day, int) {
	d := DayOf(ms - 1)
	into := ms - d.Start()
	return d, int((into + MsPerHour - 1) / MsPerHour)
}

// HourEnd is the instant (ms UTC) at which the hour with label 1 to 24 of a
// day ends. Label 24 is 00:00 of the next day.
func HourEnd(d Day, label int) int64 { return d.Start() + int64(label)*MsPerHour }

// timeLayouts are the civil times a file may hold: 2006-01-02T15:04[:05] or
// 2006-01-02T15, with a T or a blank.
var timeLayouts = [...]string{"2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02T15"}

// ParseTime reads a civil time of Asia/Shanghai and gives the instant in ms
// UTC. 24:00 is allowed and means 00:00 of the next day.
func ParseTime(s string) (int64, error) {
	norm := s
	if len(s) > 10 && s[10] == ' ' {
		norm = s[:10] + "T" + s[11:]
	}
	var extra int64
	if len(norm) > 12 && norm[10:13] == "T24" {
		if rest := strings.Trim(norm[13:], ":0"); rest != "" {
			return 0, fmt.Errorf("time %q: after 24:00", s)
		}
		norm, extra = norm[:10]+"T00"+norm[13:], MsPerDay
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, norm); err == nil {
			return t.UnixMilli() - Offset + extra, nil
		}
	}
	return 0, fmt.Errorf("time %q: want YYYY-MM-DDTHH:MM", s)
}

// FormatTime writes an instant (ms UTC) as civil time 2006-01-02T15:04, with
// seconds only when there are any.
func FormatTime(ms int64) string {
	layout := timeLayouts[1]
	if ms%MsPerMinute != 0 {
		layout = timeLayouts[0]
	}
	return time.UnixMilli(ms + Offset).UTC().Format(layout)
}

// FormatHour writes the hour-end instant as 2006-01-02T15:00 with hours 01 to
// 24, the form that keeps the last hour with its own day.
func FormatHour(ms int64) string {
	d, h := HourOf(ms)
	return fmt.Sprintf("%sT%02d:00", d, h)
}
