// Package notify tells people what concerns them: in the program at once, by e-mail, text
// message and webhook as each account and installation wishes. A notice is written in the
// transaction of the change that causes it, so neither can be lost or invented; the same key
// reaches an account once. What leaves the program is sent by a job: a webhook at least once
// with a delivery id that the receiver can recognise, e-mail and text at most once, since
// those ways cannot tell a repetition (a crash in the middle leaves the state "unknown").
package notify

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/jobs"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// Event is the name of the live event; its object is the account it concerns.
const Event = "notice"

// Notice is what one or more accounts are told.
type Notice struct {
	To     []int64     // accounts; each once
	Kind   string      // "matter.assigned": room and what happened
	Title  string      // Chinese, one line
	Body   string      // Chinese, may be empty
	Link   string      // page of the interface, "/matters/17"
	Object string      // "matter/17"
	Region region.Code // where it happened, for the webhooks of the region; "" reaches only those of every region
	Urgent bool        // passes quiet hours and digests, and climbs to a text message while unread
	Key    string      // an account and a webhook learn of a key once; "" is always new
}

// Config says how notices leave the program. An empty way is not used.
type Config struct {
	SMTP    SMTP
	Text    TextSender    // nil: none
	Local   bool          // webhooks may call this machine and its link: tests, and a receiver beside the program
	Base    string        // address of the interface, in front of links; "" leaves links out of mails
	Climb   time.Duration // an urgent notice unread for so long goes out as a text message; 0: 15 min
	Lease   time.Duration // of a sending process, machine time; 0: 5 min
	Machine clock.Clock   // nil: the machine's
	Log     *slog.Logger
}

// Service writes, shows and sends notices.
type Service struct {
	db    *store.DB
	cfg   Config
	hooks *http.Client
}

// New makes the service.
func New(db *store.DB, cfg Config) *Service {
	if cfg.Climb == 0 {
		cfg.Climb = 15 * time.Minute
	}
	if cfg.Lease == 0 {
		cfg.Lease = 5 * time.Minute
	}
	if cfg.Machine == nil {
		cfg.Machine = clock.System()
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{db: db, cfg: cfg, hooks: newClient(cfg.Local)}
}

// Put writes a notice for each account that was not told of its key yet, plans its ways out
// and wakes who sends. Call it before jobs.Publish events of the use case: those come last.
func (s *Service) Put(ctx context.Context, tx *store.Tx, n Notice) error {
	if n.Kind == "" || n.Title == "" {
		return fault.New(fault.Internal, "notice", "通知缺少类别或标题")
	}
	if n.Key == "" {
		var b [12]byte
		_, _ = rand.Read(b[:]) // never fails
		n.Key = hex.EncodeToString(b[:])
	}
	to := slices.Clone(n.To)
	slices.Sort(to)
	planned := false
	for _, account := range slices.Compact(to) {
		out, err := s.tell(ctx, tx, account, n)
		if err != nil {
			return err
		}
		planned = planned || out
	}
	hooks, err := s.planHooks(ctx, tx, n)
	if err != nil {
		return err
	}
	if planned || hooks {
		return jobs.Enqueue(ctx, tx, jobs.Job{Kind: DeliverJob, DedupeKey: "now"})
	}
	return nil
}

// tell writes one account's notice; it is true when something is to be sent out.
func (s *Service) tell(ctx context.Context, tx *store.Tx, account int64, n Notice) (bool, error) {
	var id int64
	err := tx.QueryRow(ctx, `INSERT INTO notice (account_id, key, kind, title, body, link, object, urgent, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (account_id, key) DO NOTHING RETURNING id`,
		account, n.Key, n.Kind, n.Title, n.Body, n.Link, n.Object, bit(n.Urgent), tx.NowMS()).Scan(&id)
	if fault.Is(err, fault.NotFound) { // told before
		return false, nil
	}
	if err != nil {
		return false, err
	}
	set, err := settingsOf(ctx, tx, account)
	if err != nil {
		return false, err
	}
	planned := false
	for _, w := range s.ways(set, n.Urgent, tx.Now()) {
		if err := plan(ctx, tx, account, id, w); err != nil {
			return false, err
		}
		planned = true
	}
	return planned, jobs.Publish(ctx, tx, jobs.Event{Name: Event, Object: decimal(account)})
}

// way is one planned way out.
type way struct {
	channel string
	at      int64 // city ms
}

// ways plans how an account is told outside of the program.
func (s *Service) ways(set Settings, urgent bool, now time.Time) []way {
	var out []way
	if set.ByEmail && set.Email != "" && s.cfg.SMTP.Addr != "" {
		switch {
		case urgent:
			out = append(out, way{"email", now.UnixMilli()})
		case set.Digest:
			out = append(out, way{"digest", set.nextDigest(now).UnixMilli()})
		default:
			out = append(out, way{"email", set.afterQuiet(now).UnixMilli()})
		}
	}
	if urgent && set.ByText && set.Phone != "" && s.cfg.Text != nil {
		out = append(out, way{"text", now.Add(s.cfg.Climb).UnixMilli()})
	}
	return out
}

// plan writes one way out. A digest is one delivery for all that is not urgent until its time.
func plan(ctx context.Context, tx *store.Tx, account, notice int64, w way) error {
	if w.channel == "digest" {
		_, err := tx.Exec(ctx, `INSERT INTO delivery (key, channel, account_id, payload, state, next_at, created_at)
			VALUES ($1, 'digest', $2, $3, 'pending', $4, $5) ON CONFLICT (key) DO NOTHING`,
			fmt.Sprintf("digest:%d:%d", account, w.at), account, decimal(w.at), w.at, tx.NowMS())
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO delivery (key, channel, notice_id, account_id, payload, state, next_at, created_at)
		VALUES ($1, $2, $3, $4, '', 'pending', $5, $6)`, fmt.Sprintf("%s:%d", w.channel, notice), w.channel, notice, account, w.at, tx.NowMS())
	return err
}

// hookBody is what a webhook receives.
type hookBody struct {
	Kind   string `json:"kind"`
	Title  string `json:"title"`
	Body   string `json:"body,omitempty"`
	Link   string `json:"link,omitempty"`
	Object string `json:"object,omitempty"`
	Region string `json:"region,omitempty"`
	Urgent bool   `json:"urgent"`
	At     string `json:"at"`
}

// planHooks plans a delivery to each webhook that listens; it is true when there is one.
func (s *Service) planHooks(ctx context.Context, tx *store.Tx, n Notice) (bool, error) {
	hooks, err := hooksFor(ctx, tx, n)
	if err != nil || len(hooks) == 0 {
		return false, err
	}
	link := n.Link
	if s.cfg.Base != "" && link != "" {
		link = s.cfg.Base + link
	}
	body, err := json.Marshal(hookBody{n.Kind, n.Title, n.Body, link, n.Object, n.Region.String(), n.Urgent, tx.Now().In(clock.Shanghai).Format(time.RFC3339)})
	if err != nil {
		return false, err
	}
	for _, h := range hooks {
		_, err := tx.Exec(ctx, `INSERT INTO delivery (key, channel, hook_id, payload, state, next_at, created_at)
			VALUES ($1, 'webhook', $2, $3, 'pending', $4, $5) ON CONFLICT (key) DO NOTHING`,
			fmt.Sprintf("hook:%d:%s", h.ID, n.Key), h.ID, string(body), tx.NowMS(), tx.NowMS())
		if err != nil {
			return false, err
		}
	}
	return true, nil
}

// listens tells whether a hook wants a notice of this kind from this region.
func (h Hook) listens(n Notice) bool {
	if h.Region != "" && (n.Region == "" || !region.Contains(h.Region, n.Region)) {
		return false
	}
	if h.Kinds == "" {
		return true
	}
	return slices.ContainsFunc(strings.Split(h.Kinds, ","), func(k string) bool {
		return n.Kind == k || strings.HasPrefix(n.Kind, strings.TrimSuffix(k, ".")+".")
	})
}

func bit(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
