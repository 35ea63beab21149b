package matter

import (
	"slices"
	"strings"
	"sync"

	"qingshan/internal/platform/access"
	"qingshan/internal/platform/store"
	"qingshan/internal/rules/region"
)

// words holds what a search looks through: number, title, place and region of every matter,
// none of which ever changes. A part of a word has no index in either engine that finds two
// characters; reading through these takes a few ms for 100,000 matters and about 100 bytes
// each. They say which matters to read, never who may see them.
type words struct {
	mu    sync.Mutex
	list  []worded // by id
	reach int64    // everything up to this id is in the list
	few   int      // see fewHits
}

type worded struct {
	id     int64
	text   string // small letters
	region region.Code
}

// wordsUnsure is how many of the last ids are read again on PostgreSQL, where a transaction
// may commit a lower id after a higher one.
const wordsUnsure = 1000

// fewHits is how many matters are read one by one to answer a search; when more contain the
// words, reading in the order of the list meets enough of them soon.
const fewHits = 2000

// fold writes a text as searches compare it.
func fold(text string) string { return strings.ToLower(text) }

// catchUp reads the matters that came since; call it with mu held.
func (x *words) catchUp(w *work) error {
	from := x.reach
	if w.Dialect() == store.Postgres {
		from = max(0, x.reach-wordsUnsure)
	}
	keep, _ := slices.BinarySearchFunc(x.list, from+1, func(a worded, id int64) int { return int(a.id - id) })
	list := x.list[:keep:keep]
	rows, err := w.Query(w.ctx, "SELECT m.id, m.number, m.title, m.place, m.region FROM matter m WHERE m.id > $1 ORDER BY m.id", from)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var one worded
		var number, title, place string
		if err := rows.Scan(&one.id, &number, &title, &place, &one.region); err != nil {
			return store.Classify(err)
		}
		one.text = fold(number + "\n" + title + "\n" + place)
		list = append(list, one)
	}
	if err := rows.Err(); err != nil {
		return store.Classify(err)
	}
	if len(list) >= len(x.list) { // a transaction that began earlier may know less
		x.list = list
	}
	if n := len(x.list); n > 0 {
		x.reach = x.list[n-1].id
	}
	return nil
}

// found are the matters that contain all words of a text.
type found struct {
	ids []int64 // nil when there are too many to read one by one
	all []worded
}

// lookup looks for a text once for each read.
func (w *work) lookup(text string) (*found, error) {
	if w.looked != nil && w.lookedFor == text {
		return w.looked, nil
	}
	x := &w.s.words
	x.mu.Lock()
	err := x.catchUp(w)
	list := x.list
	x.mu.Unlock()
	if err != nil {
		return nil, err
	}
	f := &found{}
	each := strings.Fields(fold(text))
	for _, one := range list {
		if !slices.ContainsFunc(each, func(word string) bool { return !strings.Contains(one.text, word) }) {
			f.all = append(f.all, one)
		}
	}
	if len(f.all) <= x.few {
		f.ids = make([]int64, len(f.all))
		for i, one := range f.all {
			f.ids[i] = one.id
		}
	}
	w.looked, w.lookedFor = f, text
	return f, nil
}

// filterText keeps the matters whose number, title or place contains each word.
func (w *work) filterText(p *part, text string) error {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	f, err := w.lookup(text)
	if err != nil {
		return err
	}
	if f.ids != nil {
		p.and(in(p, "m.id", f.ids))
		return nil
	}
	escape := strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`)
	for _, word := range strings.Fields(text) {
		like := p.add("%" + escape.Replace(fold(word)) + "%")
		p.and(`(lower(m.number) LIKE ` + like + ` ESCAPE '\' OR lower(m.title) LIKE ` + like + ` ESCAPE '\' OR lower(m.place) LIKE ` + like + ` ESCAPE '\')`)
	}
	return nil
}

// many counts a frequent text that is asked for by nothing else but the region; ok is false
// otherwise. What the actor sees in its regions is counted by the text's own list, what it
// sees beyond by reading.
func (w *work) many(q Query) (n int, ok bool, err error) {
	rest := q
	rest.Text = ""
	if q.Text == "" || !rest.plain() || len(q.Kinds) > 0 || len(q.types()) > 0 {
		return 0, false, nil
	}
	f, err := w.lookup(strings.TrimSpace(q.Text))
	if err != nil || f.ids != nil {
		return 0, false, err
	}
	scopes := w.me.Scopes(access.MatterRead)
	for _, one := range f.all {
		if q.Region != "" && !region.Contains(q.Region, one.region) {
			continue
		}
		if slices.ContainsFunc(scopes, func(s region.Code) bool { return s == "" || region.Contains(s, one.region) }) {
			n++
		}
	}
	if slices.Contains(scopes, "") {
		return n, true, nil
	}
	for _, p := range w.partySight(q.Region, scopes) {
		if err := w.filterText(&p, q.Text); err != nil {
			return 0, false, err
		}
		k, err := w.countPart(p)
		if err != nil {
			return 0, false, err
		}
		n += k
	}
	return n, true, nil
}
