package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"qingshan/internal/rules/calendar"
)

// workingTime is what deadlines are counted by: the national calendar with the notices of the
// data directory's folder "calendar" (holidays_YYYY.toml) in place of the national ones of
// their years, and the office hours of office_hours.toml there, the program's when there is
// none; own tells whether there is one. Errors name folder and file.
func workingTime(data string) (cal *calendar.Calendar, hours calendar.Hours, own bool, err error) {
	if cal, err = calendar.National(); err != nil {
		return nil, hours, false, fmt.Errorf("calendar: %w", err)
	}
	dir := filepath.Join(data, "calendar")
	fsys := os.DirFS(dir)
	if _, err := fs.Stat(fsys, "."); errors.Is(err, fs.ErrNotExist) {
		hours, err = calendar.DefaultHours()
		return cal, hours, false, err
	}
	if cal, err = cal.WithFS(fsys); err != nil {
		return nil, hours, false, fmt.Errorf("calendar in %s: %w", dir, err)
	}
	if hours, own, err = calendar.HoursFS(fsys); err != nil {
		return nil, hours, false, fmt.Errorf("calendar in %s: %w", dir, err)
	}
	return cal, hours, own, nil
}

// checkHours tells by which office hours working days and hours are counted, and where they
// come from.
func checkHours(cfg *Config) Check {
	const name = "办公时间"
	_, h, own, err := workingTime(cfg.Data)
	if err != nil {
		return failed(name, "%v", err)
	}
	text := fmt.Sprintf("%s %s，来源：%s（%s）", h.Name, strings.Join(h.Spans, "、"), h.Source, h.Confidence)
	if !own {
		text += "；这是程序自带的默认值，本地作息请写入数据目录的 calendar/office_hours.toml"
	}
	return passed(name, "%s", text)
}
