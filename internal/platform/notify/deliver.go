package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
)

// DeliverJob is the kind of the job that sends what is due.
const DeliverJob = "notify.deliver"

const (
	claimAtOnce = 20
	maxAttempts = 8
	sendWithin  = 20 * time.Second
)

// Register adds the sending to a runner: at once after a notice, and every minute for what
// waits for its time.
func (s *Service) Register(r *jobs.Runner) {
	r.Handle(DeliverJob, func(ctx context.Context, _ jobs.Job) error { return s.Deliver(ctx) })
	r.AddSchedule(jobs.Schedule{Name: DeliverJob, Kind: DeliverJob, Spec: "* * * * *"})
}

// outgoing is one claimed delivery with what it needs.
type outgoing struct {
	id       int64
	channel  string
	notice   int64
	account  int64
	hook     int64
	key      string
	payload  string
	attempts int64
}

// Deliver sends everything that is due. A way that fails is tried again later; the error is
// the database's only.
func (s *Service) Deliver(ctx context.Context) error {
	if err := s.recover(ctx); err != nil {
		return err
	}
	for {
		batch, err := s.claim(ctx)
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, o := range batch {
			if err := s.settle(ctx, o); err != nil {
				return err
			}
		}
	}
}

// recover takes back what a process left in the middle of sending: a webhook is sent again
// with its id, the other ways are marked unknown.
func (s *Service) recover(ctx context.Context) error {
	return s.db.Update(ctx, func(tx *store.Tx) error {
		before := s.cfg.Machine.Now().Add(-s.cfg.Lease).UnixMilli()
		if _, err := tx.Exec(ctx, `UPDATE delivery SET state = 'pending' WHERE state = 'sending' AND channel = 'webhook' AND claimed_at < $1`, before); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `UPDATE delivery SET state = 'unknown', error = '发送途中程序中断，不重发以免重复' WHERE state = 'sending' AND claimed_at < $1`, before)
		return err
	})
}

// claim marks due deliveries as being sent, durably and before anything leaves.
func (s *Service) claim(ctx context.Context) (out []outgoing, err error) {
	err = s.db.Update(ctx, func(tx *store.Tx) error {
		rows, err := tx.Query(ctx, `UPDATE delivery SET state = 'sending', attempts = attempts + 1, claimed_at = $1
			WHERE state = 'pending' AND id IN (SELECT id FROM delivery WHERE state = 'pending' AND next_at <= $2 ORDER BY next_at, id LIMIT $3)
			RETURNING id, channel, COALESCE(notice_id, 0), COALESCE(account_id, 0), COALESCE(hook_id, 0), key, payload, attempts`,
			s.cfg.Machine.Now().UnixMilli(), tx.NowMS(), claimAtOnce)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var o outgoing
			if err := rows.Scan(&o.id, &o.channel, &o.notice, &o.account, &o.hook, &o.key, &o.payload, &o.attempts); err != nil {
				return err
			}
			out = append(out, o)
		}
		return rows.Err()
	})
	return out, err
}

// errSkip says that a delivery has become pointless.
var errSkip = errors.New("skipped")

// settle sends one delivery and writes what became of it.
func (s *Service) settle(ctx context.Context, o outgoing) error {
	within, cancel := context.WithTimeout(ctx, sendWithin)
	receipt, err := s.send(within, o)
	cancel()
	if err != nil && ctx.Err() != nil {
		return ctx.Err() // the program stops; recover decides later
	}
	return s.db.Update(ctx, func(tx *store.Tx) error {
		state, next, text := "sent", tx.NowMS(), ""
		switch {
		case errors.Is(err, errSkip):
			state = "skipped"
		case err != nil && (o.attempts >= maxAttempts || permanent(err)):
			state, text = "failed", err.Error()
		case err != nil:
			state, text = "pending", err.Error()
			next = tx.Now().Add(time.Minute << min(o.attempts-1, 8)).UnixMilli()
		}
		if err != nil && state != "skipped" {
			s.cfg.Log.WarnContext(ctx, "a notice was not sent", "delivery", o.id, "channel", o.channel, "attempt", o.attempts, "state", state, "error", err)
		}
		sent := int64(0)
		if state == "sent" {
			sent = tx.NowMS()
		}
		_, err := tx.Exec(ctx, `UPDATE delivery SET state = $1, next_at = $2, sent_at = $3, receipt = $4, error = $5
			WHERE id = $6 AND state = 'sending' AND attempts = $7`, state, next, sent, receipt, cut(text, 500), o.id, o.attempts)
		return err
	})
}

func (s *Service) send(ctx context.Context, o outgoing) (string, error) {
	switch o.channel {
	case "webhook":
		return s.sendHook(ctx, o)
	case "email", "digest":
		return s.sendMail(ctx, o)
	case "text":
		return s.sendText(ctx, o)
	}
	return "", fmt.Errorf("no such way: %s", o.channel)
}

// refused is an answer that no repetition will change.
type refused struct{ error }

func permanent(err error) bool {
	var r refused
	return errors.As(err, &r)
}

func cut(s string, n int) string {
	r := []rune(s)
	if len(r) <= n {
		return s
	}
	return string(r[:n])
}
