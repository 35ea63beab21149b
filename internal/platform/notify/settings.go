package notify

import (
	"context"
	"net/mail"
	"regexp"
	"time"

	"qingshan/internal/platform/audit"
	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// Settings are how an account wants to be told outside of the program.
type Settings struct {
	Email     string
	Phone     string
	ByEmail   bool
	ByText    bool
	Digest    bool // what is not urgent comes in one mail a day
	DigestAt  int  // minute of the day
	QuietFrom int  // minutes of the day; equal to QuietTo: no quiet hours
	QuietTo   int
	Version   int64 // 0: never set
}

const minutesPerDay = 24 * 60

// unset are the settings of an account that never chose: nothing leaves the program.
func unset() Settings { return Settings{DigestAt: 8 * 60, QuietFrom: 22 * 60, QuietTo: 7 * 60} }

var phone = regexp.MustCompile(`^\+?[0-9]{6,15}$`)

// check finds what cannot be.
func (s Settings) check() error {
	err := fault.New(fault.Invalid, "invalid", "通知设置有误")
	if s.Email != "" {
		if a, e := mail.ParseAddress(s.Email); e != nil || a.Address != s.Email || len(s.Email) > 200 {
			_ = err.WithField("body.email", "邮箱地址不对，如 name@example.gov.cn", s.Email)
		}
	} else if s.ByEmail {
		_ = err.WithField("body.email", "选了邮件通知，请填写邮箱", "")
	}
	if s.Phone != "" && !phone.MatchString(s.Phone) {
		_ = err.WithField("body.phone", "手机号应为 6 至 15 位数字", s.Phone)
	} else if s.Phone == "" && s.ByText {
		_ = err.WithField("body.phone", "选了短信通知，请填写手机号", "")
	}
	for _, m := range []struct {
		at    string
		value int
	}{{"body.digestAt", s.DigestAt}, {"body.quietFrom", s.QuietFrom}, {"body.quietTo", s.QuietTo}} {
		if m.value < 0 || m.value >= minutesPerDay {
			_ = err.WithField(m.at, "应为一天中的时刻", "")
		}
	}
	if len(err.Fields) > 0 {
		return err
	}
	return nil
}

// afterQuiet is now, or the end of the quiet hours that now lies in.
func (s Settings) afterQuiet(now time.Time) time.Time {
	now = now.In(clock.Shanghai)
	midnight := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, clock.Shanghai)
	minute := int(now.Sub(midnight) / time.Minute)
	end := midnight.Add(time.Duration(s.QuietTo) * time.Minute)
	switch {
	case s.QuietFrom == s.QuietTo:
		return now
	case s.QuietFrom < s.QuietTo: // within one day
		if minute >= s.QuietFrom && minute < s.QuietTo {
			return end
		}
	case minute < s.QuietTo:
		return end
	case minute >= s.QuietFrom: // over midnight
		return end.AddDate(0, 0, 1)
	}
	return now
}

// nextDigest is the next time of the daily mail.
func (s Settings) nextDigest(now time.Time) time.Time {
	now = now.In(clock.Shanghai)
	at := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, clock.Shanghai).Add(time.Duration(s.DigestAt) * time.Minute)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at
}

// Settings reads an account's settings.
func (s *Service) Settings(ctx context.Context, account int64) (out Settings, err error) {
	err = s.db.View(ctx, func(tx *store.Tx) error {
		out, err = settingsOf(ctx, tx, account)
		return err
	})
	return out, err
}

// SetSettings changes them. version is the one that was read. Errors: invalid with the place;
// conflict when somebody changed them meanwhile. Addresses are not written to the audit chain.
func (s *Service) SetSettings(ctx context.Context, account, version int64, in Settings) (out Settings, err error) {
	if err := in.check(); err != nil {
		return Settings{}, err
	}
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		old, err := settingsOf(ctx, tx, account)
		if err != nil {
			return err
		}
		if old.Version != version {
			return fault.New(fault.Conflict, "stale", "通知设置已在别处修改，请刷新后再改")
		}
		in.Version = version + 1
		_, err = tx.Exec(ctx, `INSERT INTO notify_setting (account_id, email, phone, by_email, by_text, digest, digest_at, quiet_from, quiet_to, version)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (account_id) DO UPDATE SET email = excluded.email, phone = excluded.phone,
			by_email = excluded.by_email, by_text = excluded.by_text, digest = excluded.digest, digest_at = excluded.digest_at,
			quiet_from = excluded.quiet_from, quiet_to = excluded.quiet_to, version = excluded.version`,
			account, in.Email, in.Phone, bit(in.ByEmail), bit(in.ByText), bit(in.Digest), in.DigestAt, in.QuietFrom, in.QuietTo, in.Version)
		if err != nil {
			return err
		}
		out = in
		return audit.Log(ctx, tx, audit.Entry{Action: "notice.settings", Object: "account/" + decimal(account), Summary: "修改自己的通知设置",
			Detail: map[string]bool{"email": in.ByEmail, "text": in.ByText, "digest": in.Digest}})
	})
	return out, err
}

func settingsOf(ctx context.Context, tx *store.Tx, account int64) (Settings, error) {
	var s Settings
	err := tx.QueryRow(ctx, `SELECT email, phone, by_email = 1, by_text = 1, digest = 1, digest_at, quiet_from, quiet_to, version
		FROM notify_setting WHERE account_id = $1`, account).
		Scan(&s.Email, &s.Phone, &s.ByEmail, &s.ByText, &s.Digest, &s.DigestAt, &s.QuietFrom, &s.QuietTo, &s.Version)
	if fault.Is(err, fault.NotFound) {
		return unset(), nil
	}
	return s, err
}
