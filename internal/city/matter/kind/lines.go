package kind

import (
	"errors"
	"fmt"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// lines finds the line of every table and key of a TOML document: "state.2" is
// the third [[state]], "state.2.name" its name, "clock.0.term.1" the second
// [[clock.term]] of the first clock. The document has been decoded already, so
// that it is known to be sound.
func lines(data []byte) map[string]int {
	at := map[string]int{}
	counts := map[string]int{}
	prefix := ""
	p := unstable.Parser{}
	p.Reset(data)
	for p.NextExpression() {
		e := p.Expression()
		names, line := keyOf(&p, e)
		switch e.Kind {
		case unstable.ArrayTable:
			path := place(names[:len(names)-1], counts) + names[len(names)-1]
			prefix = fmt.Sprintf("%s.%d.", path, counts[path])
			counts[path]++
			at[strings.TrimSuffix(prefix, ".")] = line
		case unstable.Table:
			prefix = place(names, counts)
			at[strings.TrimSuffix(prefix, ".")] = line
		case unstable.KeyValue:
			path := prefix + strings.Join(names, ".")
			at[path] = line
			inside(&p, e.Value(), path, line, at)
		}
	}
	return at
}

// inside finds the lines of the elements of an array of inline tables.
func inside(p *unstable.Parser, v *unstable.Node, path string, line int, at map[string]int) {
	switch v.Kind {
	case unstable.Array:
		it := v.Children()
		for i := 0; it.Next(); i++ {
			inside(p, it.Node(), fmt.Sprintf("%s.%d", path, i), line, at)
		}
	case unstable.InlineTable:
		it := v.Children()
		for first := true; it.Next(); first = false {
			names, l := keyOf(p, it.Node())
			if first {
				at[path] = l
			}
			at[path+"."+strings.Join(names, ".")] = l
			inside(p, it.Node().Value(), path+"."+strings.Join(names, "."), l, at)
		}
	}
}

func keyOf(p *unstable.Parser, e *unstable.Node) (names []string, line int) {
	for it := e.Key(); it.Next(); {
		n := it.Node()
		if line == 0 {
			line = p.Shape(n.Raw).Start.Line
		}
		names = append(names, string(n.Data))
	}
	return names, line
}

// place writes the path of a table with the number of the array element that
// each of its parts stands for, ending in a dot.
func place(names []string, counts map[string]int) string {
	var b strings.Builder
	for _, n := range names {
		b.WriteString(n)
		if c := counts[b.String()]; c > 0 {
			fmt.Fprintf(&b, ".%d", c-1)
		}
		b.WriteByte('.')
	}
	return b.String()
}

// failAt is an error of a line: FILE:LINE: reason. The first known path names
// the line.
func (k *Kind) failAt(paths []string, format string, args ...any) error {
	line := 1
	for _, p := range paths {
		if l, ok := k.at[p]; ok {
			line = l
			break
		}
	}
	return fmt.Errorf("%s:%d: %s", k.file, line, fmt.Sprintf(format, args...))
}

// decodeError puts the file and the line before what the decoder says.
func decodeError(name string, err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) && len(strict.Errors) > 0 {
		var all []error
		for i := range strict.Errors {
			row, _ := strict.Errors[i].Position()
			all = append(all, fmt.Errorf("%s:%d: unknown key %s", name, row, strings.Join(strict.Errors[i].Key(), ".")))
		}
		return errors.Join(all...)
	}
	var de *toml.DecodeError
	if errors.As(err, &de) {
		row, _ := de.Position()
		return fmt.Errorf("%s:%d: %s", name, row, strings.TrimPrefix(de.Error(), "toml: "))
	}
	return fmt.Errorf("%s:1: %w", name, err)
}
