package situation

import (
	"context"
	"sync"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/rest"
	"qingshan/internal/rules/region"
)

// answer is a permitted request for a page. What it says depends on the board, the unit and
// the question alone; the meta also on the clock and on who asks.
type answer[T any] struct {
	view     *view
	question string // names all parameters that the page depends on
	meta     Meta
	in       func(*T) *Meta // where the meta lies
	make     func() (*T, error)
}

// complete is the answer as a value of the caller's own.
func complete[T any](a *answer[T], err error) (*T, error) {
	if err != nil {
		return nil, err
	}
	out, err := a.make()
	if err != nil {
		return nil, err
	}
	*a.in(out) = a.meta
	return out, nil
}

// readyAnswer is a page that was encoded before.
type readyAnswer[T any] struct {
	ETag string `header:"ETag"`
	Body rest.Ready[T]
}

// ready is the answer encoded, made once for a board.
func ready[T any](s *Service, a *answer[T]) (*readyAnswer[T], error) {
	e, err := s.answers.get(answerKey{a.view.board.serial, a.view.unit, a.question}, func() (*rest.Encoded, error) {
		out, err := a.make()
		if err != nil {
			return nil, err
		}
		return rest.Encode(out, a.in(out))
	})
	if err != nil {
		return nil, err
	}
	tagged := a.meta // within an hour of the clock an answer counts as the same
	tagged.Clock = hourOf(tagged.Clock)
	tag, err := e.WeakTag(tagged)
	return &readyAnswer[T]{tag, rest.NewReady[T](e, a.meta)}, err
}

// hourOf is an RFC 3339 time without its minutes.
func hourOf(clock string) string { return clock[:min(len("2006-01-02T15"), len(clock))] }

// paged adapts a use case to a GET: the region is read once for all of them.
func paged[Q any, T any](s *Service, where func(*Q) At, h func(context.Context, region.Code, *Q) (*answer[T], error)) func(context.Context, *Q) (*readyAnswer[T], error) {
	return func(ctx context.Context, q *Q) (*readyAnswer[T], error) {
		code, err := where(q).code()
		if err != nil {
			return nil, err
		}
		a, err := h(ctx, code, q)
		if err != nil {
			return nil, err
		}
		return ready(s, a)
	}
}

// WarmPages makes the answers of the default city's pages as they are opened first, so that
// nobody waits for them after a change.
func (s *Service) WarmPages(ctx context.Context) error {
	city, err := s.defaultCity(ctx)
	if err != nil {
		return nil // nothing imported yet
	}
	ctx = access.With(ctx, access.System("situation"))
	warm := []func() error{
		warming(s, func() (*answer[Now], error) { return s.now(ctx, city, zeroTime, nil) }),
		warming(s, func() (*answer[DayBoard], error) { return s.day(ctx, city, "", zeroTime) }),
		warming(s, func() (*answer[Targets], error) { return s.targetPage(ctx, city, 0, "observed", zeroTime) }),
		warming(s, func() (*answer[Months], error) { return s.months(ctx, city, 0, "observed", zeroTime) }),
	}
	for _, list := range []string{"province", "county", "2+26", "nation"} {
		warm = append(warm, warming(s, func() (*answer[Ranking], error) {
			return s.ranking(ctx, city, list, "ytd", "", "observed", zeroTime)
		}))
	}
	for _, make := range warm {
		if err := make(); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Invalid) {
			return err
		}
	}
	return nil
}

func warming[T any](s *Service, ask func() (*answer[T], error)) func() error {
	return func() error {
		a, err := ask()
		if err == nil {
			_, err = ready(s, a)
		}
		return err
	}
}

// answers keeps encoded pages, the most lately used ones up to a size. Readers with the same
// question wait for one answer.
type answers struct {
	mu   sync.Mutex
	kept map[answerKey]*keptAnswer
	uses int64
	size int
}

type answerKey struct {
	board    int64 // its serial
	unit     int
	question string
}

type keptAnswer struct {
	once sync.Once
	body *rest.Encoded
	err  error
	used int64
	size int
}

// keptBytes and keptAnswers bound the memory of encoded pages.
const (
	keptBytes   = 24 << 20
	keptAnswers = 512
)

// get is the answer to a question, made when it is not there. One that failed is not kept.
func (c *answers) get(k answerKey, make func() (*rest.Encoded, error)) (*rest.Encoded, error) {
	e := c.entry(k)
	e.once.Do(func() {
		defer c.made(k, e)
		e.err = fault.New(fault.Internal, "answer", "页面计算失败") // stands if make panics
		e.body, e.err = make()
	})
	return e.body, e.err
}

func (c *answers) entry(k answerKey) *keptAnswer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.uses++
	e := c.kept[k]
	if e == nil {
		if c.kept == nil {
			c.kept = map[answerKey]*keptAnswer{}
		}
		e = &keptAnswer{}
		c.kept[k] = e
	}
	e.used = c.uses
	return e
}

// made counts a new answer in and the ones longest unused out.
func (c *answers) made(k answerKey, e *keptAnswer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept[k] != e { // its board went meanwhile
		return
	}
	if e.err != nil {
		delete(c.kept, k)
		return
	}
	e.size = e.body.Size()
	c.size += e.size
	for c.size > keptBytes || len(c.kept) > keptAnswers {
		oldest, found := k, false
		for o, x := range c.kept {
			if o != k && x.size > 0 && (!found || x.used < c.kept[oldest].used) {
				oldest, found = o, true
			}
		}
		if !found {
			return
		}
		c.remove(oldest)
	}
}

func (c *answers) remove(k answerKey) {
	c.size -= c.kept[k].size
	delete(c.kept, k)
}

// drop forgets the answers of a board.
func (c *answers) drop(board int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.kept {
		if k.board == board {
			c.remove(k)
		}
	}
}
