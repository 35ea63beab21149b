package demo

import (
	"fmt"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// Story is what happens in the demonstration city before it begins: what kinds of problems,
// how they are dealt with by whom, in which words.
type Story struct {
	Scripts    []Script        `toml:"script"`
	Opened     []Opened        `toml:"open"`
	Categories []StoryCategory `toml:"category"`
	Texts      StoryTexts      `toml:"texts"`
}

// Script is one way in which a matter of a kind goes: its turns in order.
type Script struct {
	Kind     string  `toml:"kind"`
	Name     string  `toml:"name"`
	Category string  `toml:"category"` // "": by chance
	Source   string  `toml:"source"`
	Weight   float64 `toml:"weight"` // 0: not by chance
	Months   []int   `toml:"months"`
	Now      bool    `toml:"now"` // at any hour, not in office hours only
	Turns    []Turn  `toml:"turns"`
}

// Turn is one transition of a script, or with @ before it what is no transition.
type Turn struct {
	Do        string    `toml:"do"`
	By        string    `toml:"by"`
	To        string    `toml:"to"`
	Share     []float64 `toml:"share"` // of the time left in the running limit, least and most
	Wait      []int     `toml:"wait"`  // minutes, where no limit runs or it is over
	Photos    int       `toml:"photos"`
	Readings  int       `toml:"readings"`
	Documents int       `toml:"documents"`
	Visit     string    `toml:"visit"` // found, missed
	Recur     float64   `toml:"recur"` // chance that the problem comes back
}

// Opened is a matter of Fengqiu that is open when the demonstration begins.
type Opened struct {
	Back     int    `toml:"back"` // days
	Time     string `toml:"time"`
	Kind     string `toml:"kind"`
	Category string `toml:"category"`
	Script   int    `toml:"script"` // of the kind's
	Stop     int    `toml:"stop"`   // after so many turns
	To       string `toml:"to"`
	Checker  string `toml:"checker"`
	Ask      string `toml:"ask"` // pause, extension
}

// StoryCategory is what people write of a category of problems.
type StoryCategory struct {
	Kind        string   `toml:"kind"`
	ID          string   `toml:"id"`
	Weight      float64  `toml:"weight"`
	WeightMonth float64  `toml:"weight_month"` // in place of Weight in Months
	Months      []int    `toml:"months"`
	Handler     string   `toml:"handler"`
	Titles      []string `toml:"titles"`
	Results     []string `toml:"results"`
}

// StoryTexts are the words that titles, descriptions and opinions are made of.
type StoryTexts struct {
	Firm    []string            `toml:"firm"`
	Notes   []string            `toml:"notes"`
	Where   []string            `toml:"where"`
	Weather []string            `toml:"weather"`
	Opinion map[string][]string `toml:"opinion"`
}

// ReadStory reads the story of the pack.
func ReadStory() (*Story, error) {
	data, err := files.ReadFile("data/story.toml")
	if err != nil {
		return nil, err
	}
	var s Story
	if err := toml.Unmarshal(data, &s); err != nil {
		return nil, fmt.Errorf("story.toml: %w", err)
	}
	for i, x := range s.Scripts {
		if len(x.Turns) == 0 {
			return nil, fmt.Errorf("story.toml: script %d has no turns", i+1)
		}
	}
	for _, o := range s.Opened {
		if x := s.Script(o.Kind, o.Script); x == nil || o.Stop < 1 || o.Stop > len(x.Turns) || s.Category(o.Kind, o.Category) == nil {
			return nil, fmt.Errorf("story.toml: open %s/%s: no such script, turn or category", o.Kind, o.Category)
		}
		if _, err := time.Parse("15:04", o.Time); err != nil {
			return nil, fmt.Errorf("story.toml: open %s/%s: %w", o.Kind, o.Category, err)
		}
	}
	return &s, nil
}

// Script is the n-th script of a kind, nil when there is none.
func (s *Story) Script(kind string, n int) *Script {
	for i := range s.Scripts {
		if s.Scripts[i].Kind != kind {
			continue
		}
		if n == 0 {
			return &s.Scripts[i]
		}
		n--
	}
	return nil
}

// Category is a kind's category, nil when the story has none.
func (s *Story) Category(kind, id string) *StoryCategory {
	for i := range s.Categories {
		if c := &s.Categories[i]; c.Kind == kind && c.ID == id {
			return c
		}
	}
	return nil
}

// StoryPosts are the posts besides those of accounts and of the grid that somebody has to
// hold for the story: each county's office and branch, each town, the bureaus.
func StoryPosts(o Org) []GridHolder {
	taken := map[string]bool{"zhuren": true, "fenguan": true} // stay vacant: the coordinator answers
	for _, a := range o.Accounts {
		taken[a.Post] = true
	}
	var out []GridHolder
	for i, p := range o.Posts {
		want := p.Role == "township" || p.Role == "bureau" || p.Role == "inspector" || p.Role == "county" && p.Title != "县长" && p.Title != "区长" && p.Title != "市长"
		if !want || taken[p.Code] {
			continue
		}
		out = append(out, GridHolder{Post: p.Code, From: "2026-03-02", Account: "story-" + dashed(p.Code),
			Person: Mark + "·" + string(surnames[(i*7)%len(surnames)]) + string(given[i%len(given)])})
	}
	return out
}

func dashed(code string) string {
	out := []byte(code)
	for i, b := range out {
		if b == ':' {
			out[i] = '-'
		}
	}
	return string(out)
}
