package server

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/evidence/seal"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/calendar"
	"qingshan/internal/rules/standard"
)

// Check is one thing that must hold for the system to work, with what was found.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func passed(name, format string, a ...any) Check { return Check{name, true, fmt.Sprintf(format, a...)} }
func failed(name, format string, a ...any) Check {
	return Check{name, false, fmt.Sprintf(format, a...)}
}

// leastFree is the free disk space below which the system warns: a nightly copy must fit.
const leastFree = 1 << 30

// Checks looks at everything the system stands on: clock, calendar, standards, SQLite, the
// disk, the files' permissions and, when db is not nil, the database.
func Checks(ctx context.Context, cfg *Config, db *store.DB, clk clock.Clock) []Check {
	out := []Check{checkClock(ctx, db, clk), checkCalendar(cfg, clk), checkHours(cfg), checkStandards(clk), checkSQLite(ctx), checkDisk(cfg)}
	out = append(out, checkPermissions(cfg)...)
	if db != nil {
		out = append(out, checkDatabase(ctx, db), checkSealKey(ctx, db))
	}
	return out
}

// checkClock finds a machine clock that is plainly wrong: before this program was written,
// or before what the database already recorded.
func checkClock(ctx context.Context, db *store.DB, clk clock.Clock) Check {
	const name = "时钟"
	now := clk.Now()
	text := now.Format("2006-01-02 15:04:05 -07:00")
	if now.Year() < 2024 {
		return failed(name, "当前时间 %s 明显有误，请校准系统时钟", text)
	}
	if db == nil {
		return passed(name, "%s", text)
	}
	var last int64
	err := db.View(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(ctx, "SELECT COALESCE(MAX(at), 0) FROM audit_entry").Scan(&last)
	})
	switch at := time.UnixMilli(last).In(clock.Shanghai); {
	case err != nil:
		return failed(name, "%s；读不到最近一次记录的时间：%s", text, people(err))
	case at.After(now.Add(time.Minute)):
		return failed(name, "当前时间 %s 早于已记录的 %s，时钟被拨回", text, at.Format("2006-01-02 15:04:05"))
	}
	return passed(name, "%s", text)
}

// checkCalendar wants this year's holidays, and from December on the next year's: without
// them no deadline can be computed.
func checkCalendar(cfg *Config, clk clock.Clock) Check {
	const name = "工作日历"
	cal, _, _, err := workingTime(cfg.Data)
	if err != nil {
		return failed(name, "%v", err)
	}
	now := clk.Now()
	years := []int{now.Year()}
	if now.Month() == time.December {
		years = append(years, now.Year()+1)
	}
	for _, y := range years {
		if _, err := cal.Notice(y); err != nil {
			return failed(name, "缺少 %d 年节假日安排，涉及该年的期限无法计算；请装入国务院办公厅的通知", y)
		}
	}
	return passed(name, "已有年份 %v", cal.Years())
}

func checkStandards(clk clock.Clock) Check {
	const name = "标准"
	reg, err := standard.Builtin()
	if err != nil {
		return failed(name, "%v", err)
	}
	ed, err := reg.ForDate(calendar.DayOf(clk.Now().UnixMilli()))
	if err != nil {
		return failed(name, "今天没有适用的标准：%v", err)
	}
	return passed(name, "今天适用 %s（%s），共 %d 套", ed.ID, ed.Name, len(reg.Editions()))
}

func checkSQLite(ctx context.Context) Check {
	const name = "SQLite"
	v, err := store.SQLiteVersion(ctx)
	if err != nil {
		return failed(name, "%v", err)
	}
	return passed(name, "内置 %s", v) // opening a database refuses versions that lose data
}

func checkDisk(cfg *Config) Check {
	const name = "磁盘"
	dir := cfg.Data
	for { // the folder itself may not be there yet
		if _, err := os.Stat(dir); err == nil || dir == filepath.Dir(dir) {
			break
		}
		dir = filepath.Dir(dir)
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return failed(name, "%s：%v", dir, err)
	}
	free := int64(st.Bavail) * int64(st.Bsize)
	if free < leastFree {
		return failed(name, "%s 只剩 %.1f GB，请腾出空间", cfg.Data, float64(free)/(1<<30))
	}
	return passed(name, "%s 剩余 %.1f GB", cfg.Data, float64(free)/(1<<30))
}

// checkPermissions wants the data for this account alone: it holds password hashes.
func checkPermissions(cfg *Config) []Check {
	const name = "文件权限"
	var out []Check
	look := func(path string, bad fs.FileMode) {
		info, err := os.Stat(path)
		switch {
		case os.IsNotExist(err):
		case err != nil:
			out = append(out, failed(name, "%s：%v", path, err))
		case info.Mode().Perm()&bad != 0:
			out = append(out, failed(name, "%s 的权限是 %v，其他账号可以读写；请执行 chmod o-rwx", path, info.Mode().Perm()))
		default:
			out = append(out, passed(name, "%s %v", path, info.Mode().Perm()))
		}
	}
	if cfg.Database == "" {
		look(cfg.Data, 0o007)
	}
	if cfg.TLSKey != "" {
		look(cfg.TLSKey, 0o077)
	}
	return out
}

func checkDatabase(ctx context.Context, db *store.DB) Check {
	const name = "数据库"
	have, want, err := db.SchemaVersion(ctx)
	if err != nil {
		return failed(name, "%s", people(err))
	}
	engine := "SQLite " + db.Path()
	if db.Dialect() == store.Postgres {
		engine = "PostgreSQL"
	}
	if have != want {
		return failed(name, "%s，结构版本 %d，程序需要 %d", engine, have, want)
	}
	return passed(name, "%s，结构版本 %d", engine, have)
}

// checkSealKey shows the public half of the key that seals matters: whoever checks a sealed
// file compares it (qingshan verify matter --key). An installation makes it with its first one.
func checkSealKey(ctx context.Context, db *store.DB) Check {
	const name = "封存密钥"
	key, err := seal.Known(ctx, db)
	switch {
	case fault.Is(err, fault.NotFound):
		return passed(name, "尚未建立，首次封存事项卷宗时生成")
	case err != nil:
		return failed(name, "%s", people(err))
	}
	return passed(name, "%s 公钥 %s", seal.Algorithm, seal.Public(key))
}

// people is an error's message for people, without its cause.
func people(err error) string {
	if f := (*fault.Error)(nil); asFault(err, &f) {
		return f.Message
	}
	return err.Error()
}
