package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"runtime/pprof"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/server"
	"qingshan/internal/server/demonstration"
	"qingshan/packs/demo"
)

// benchedPages are the data calls of the pages, as the interface makes them.
var benchedPages = []string{
	"/air/now", "/air/yesterday", "/air/targets", "/air/ranking?list=province", "/air/ranking?list=2%2B26", "/air/ranking?list=nation",
	"/air/ranking?list=county", "/air/days?from=2026-08-01&to=2026-08-27", "/air/months", "/data/streams", "/data/revisions", "/sites", "/session",
}

type pagesBenchResult struct {
	Job      string             `json:"job"`
	Users    int                `json:"users"`
	Calls    int                `json:"calls"`
	PerS     float64            `json:"calls_per_s"`
	P50      float64            `json:"p50_ms"`
	P99      float64            `json:"p99_ms"`
	First    float64            `json:"p99_ms_first"`    // of the calls that began before their page was answered once
	Steady   float64            `json:"p99_ms_steady"`   // of all others
	CPU      float64            `json:"cpu_ms_per_call"` // of the whole process, the users' side included
	ColdMS   float64            `json:"cold_start_ms"`   // from opening the database to the first answer
	AsOfMS   float64            `json:"as_of_ms"`        // the first look at an older state
	AsOfNext float64            `json:"as_of_next_ms"`   // the same page again
	Resident int                `json:"resident_mb"`
	Page     map[string]float64 `json:"p99_ms_by_call"`
	Errors   int                `json:"errors"`
}

func benchPagesCommand() command {
	c := command{
		name:    "bench pages",
		about:   "Time the data calls of the pages with many users at once, on the demonstration city (made in DIR when empty).",
		usage:   "--dir DIR [--users 50] [--for 10s] [--think 500ms]",
		example: "qingshan bench pages --dir /tmp/bench-demo",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		dir := fs.String("dir", "", "`FOLDER` of the demonstration city")
		users := fs.Int("users", 50, "how many users at once")
		span := fs.Duration("for", 10*time.Second, "how long")
		think := fs.Duration("think", 500*time.Millisecond, "mean pause of a user between two calls; 0 saturates the machine")
		profile := fs.String("cpu-profile", "", "write a processor profile of the users' time to `FILE`")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		if len(rest) > 0 || *dir == "" || *users < 1 || *think < 0 {
			return c.usageError(e, "wants --dir DIR and at least one user")
		}
		res, err := benchPages(ctx, e, pagesBench{*dir, *profile, *users, *span, *think})
		if err != nil {
			return c.fail(e, err)
		}
		if err := json.NewEncoder(e.stdout).Encode(res); err != nil {
			return c.fail(e, err)
		}
		return exitOK
	}
	return c
}

// pagesBench is what the flags say.
type pagesBench struct {
	dir, profile string
	users        int
	span, think  time.Duration
}

func benchPages(ctx context.Context, e *env, o pagesBench) (*pagesBenchResult, error) {
	cfg := server.Default()
	cfg.Data, cfg.Addr = o.dir, "127.0.0.1:0"
	ready, err := demonstration.Prepare(ctx, cfg.Store(), cfg.EvidenceDir(), demonstration.Published(), demo.Seed, demoProgress(e))
	if err != nil {
		return nil, err
	}
	res := &pagesBenchResult{Job: "pages", Users: o.users, Page: map[string]float64{}}
	cold := clock.Start()
	s, err := server.New(ctx, cfg, server.Options{Clock: clock.NewScaled(ready.Resume, 0), Version: version, Demo: true})
	if err != nil {
		return nil, err
	}
	if err := s.Listen(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- s.Run(running) }()
	base := "http://" + s.Addr() + "/api/v1"
	client, err := benchLogin(ctx, base, ready.Seed, s)
	if err == nil {
		err = benchGet(ctx, client, base+benchedPages[0])
		res.ColdMS = ms(cold.Elapsed())
	}
	if err == nil {
		err = profiled(o.profile, func() { benchUsers(ctx, res, client, base, o.span, o.think) })
		res.Resident = residentMB()
	}
	if err == nil {
		err = benchAsOf(ctx, res, client, base, ready.Resume)
	}
	stop()
	return res, errors.Join(err, <-ended)
}

// benchLogin signs in as the campaign office of the demonstration.
func benchLogin(ctx context.Context, base string, seed uint64, s *server.Server) (*http.Client, error) {
	city, err := demonstration.New(s.DB(), "", demonstration.Published(), seed)
	if err != nil {
		return nil, err
	}
	who, err := city.Organisation()
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(who.Accounts, func(a demo.Account) bool { return a.Name == "office" })
	if i < 0 {
		return nil, errors.New("the demonstration has no account named office")
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, err
	}
	client := &http.Client{Jar: jar, Transport: &http.Transport{MaxIdleConnsPerHost: 1000}}
	body, err := json.Marshal(map[string]string{"name": who.Accounts[i].Name, "password": who.Accounts[i].Password})
	if err != nil {
		return nil, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/session", bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	return client, benchDo(client, req)
}

func benchGet(ctx context.Context, c *http.Client, address string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	return benchDo(c, req)
}

func benchDo(c *http.Client, req *http.Request) error {
	resp, err := c.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s", req.Method, req.URL.Path, resp.Status)
	}
	return nil
}

// benchAsOf times a look at the state of a week ago that nobody asked for before.
func benchAsOf(ctx context.Context, res *pagesBenchResult, client *http.Client, base string, now time.Time) error {
	address := base + "/air/now?asOf=" + url.QueryEscape(now.AddDate(0, 0, -7).Format(time.RFC3339))
	for _, took := range []*float64{&res.AsOfMS, &res.AsOfNext} {
		watch := clock.Start()
		if err := benchGet(ctx, client, address); err != nil {
			return err
		}
		*took = ms(watch.Elapsed())
	}
	return nil
}

// profiled runs fn and writes its processor profile to a file, if one is named.
func profiled(file string, fn func()) error {
	if file == "" {
		fn()
		return nil
	}
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return errors.Join(err, f.Close())
	}
	fn()
	pprof.StopCPUProfile()
	return f.Close()
}

// pageCall is one call of one user.
type pageCall struct {
	page  string
	took  time.Duration
	first bool // it began before the page was answered once
}

// benchUsers lets the users read pages in turn, each from its own place in the list.
func benchUsers(ctx context.Context, res *pagesBenchResult, client *http.Client, base string, span, think time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, span)
	defer cancel()
	var mu sync.Mutex
	var wg sync.WaitGroup
	var calls []pageCall
	answered := map[string]bool{}
	watch, before := clock.Start(), processorTime()
	for u := range res.Users {
		wg.Go(func() {
			for i := u; ; i++ {
				if clock.System().Sleep(ctx, think*time.Duration(1+(u*7+i*3)%9)/5) != nil {
					return
				}
				one := pageCall{page: benchedPages[i%len(benchedPages)]}
				mu.Lock()
				one.first = !answered[one.page]
				mu.Unlock()
				began := clock.Start()
				err := benchGet(ctx, client, base+one.page)
				one.took = began.Elapsed()
				if ctx.Err() != nil {
					return
				}
				mu.Lock()
				answered[one.page] = true
				calls = append(calls, one)
				if err != nil {
					res.Errors++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	res.sum(calls, watch.Elapsed(), processorTime()-before)
}

// sum writes the times of the calls into the result.
func (res *pagesBenchResult) sum(calls []pageCall, span, processor time.Duration) {
	times := func(keep func(pageCall) bool) (out []time.Duration) {
		for _, c := range calls {
			if keep(c) {
				out = append(out, c.took)
			}
		}
		return out
	}
	all := times(func(pageCall) bool { return true })
	if res.Calls = len(all); res.Calls == 0 {
		return
	}
	res.P50, res.P99 = percentile(all, 50), percentile(all, 99)
	res.First = percentile(times(func(c pageCall) bool { return c.first }), 99)
	res.Steady = percentile(times(func(c pageCall) bool { return !c.first }), 99)
	for _, page := range benchedPages {
		res.Page[page] = percentile(times(func(c pageCall) bool { return c.page == page }), 99)
	}
	res.PerS = math.Round(float64(res.Calls) / span.Seconds())
	res.CPU = ms(processor / time.Duration(res.Calls))
}

// percentile of times in ms; 0 without any.
func percentile(times []time.Duration, p int) float64 {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return ms(times[len(times)*p/100])
}

// processorTime is what this process has used so far, in user and in kernel mode.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func ms(d time.Duration) float64 { return math.Round(float64(d.Microseconds())/100) / 10 }

// residentMB is the memory of this process that is in use now, 0 where the kernel does not tell.
func residentMB() int {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for _, line := range strings.Split(string(text), "\n") {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kb / 1024
		}
	}
	return 0
}
