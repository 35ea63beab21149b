// Package archtest keeps the house in order: it reads the program's source and finds
// imports against the floors (DESIGN §3), clocks read outside platform/clock, packages whose
// name says nothing, files that grew too long and init functions. Its test runs with all
// others, so a forbidden edge fails the build.
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// maxFile is where a hand-written file must be split, in bytes.
const maxFile = 15 << 10

// emptyNames are package names that say nothing about their subject.
var emptyNames = []string{"util", "utils", "common", "helper", "helpers", "model", "models", "types", "misc",
	"base", "shared", "lib", "core", "tools", "interfaces", "entity", "entities", "dto", "managers"}

// clockFuncs are the functions of package time that read the machine's clock or wait on it.
var clockFuncs = []string{"Now", "Since", "Until", "Sleep", "After", "Tick", "NewTicker", "NewTimer", "AfterFunc"}

// Finding is one place that breaks a rule.
type Finding struct {
	File string // relative to the root, with slashes
	Line int    // 0 when the whole file is meant
	Rule string // edge, clock, name, size, init, parse
	Text string
}

func (f Finding) String() string { return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Rule, f.Text) }

// Check reads every Go file of a source tree and returns what breaks the rules, in the order
// of the files. Folders named testdata, node_modules, vendor or with a leading dot are
// not the program.
func Check(root fs.FS) ([]Finding, error) {
	var out []Finding
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if b := d.Name(); b == "testdata" || b == "node_modules" || b == "vendor" || (len(b) > 1 && b[0] == '.') {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		src, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		out = append(out, checkFile(name, src)...)
		return nil
	})
	return out, err
}

func checkFile(name string, src []byte) []Finding {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, src, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return []Finding{{name, 0, "parse", err.Error()}}
	}
	c := &file{name: name, pkg: path.Dir(name), test: strings.HasSuffix(name, "_test.go"), fset: fset}
	if len(src) > maxFile && !ast.IsGenerated(f) {
		c.add(token.NoPos, "size", fmt.Sprintf("%d bytes; split it by subject at %d", len(src), maxFile))
	}
	if p := strings.TrimSuffix(f.Name.Name, "_test"); slices.Contains(emptyNames, p) {
		c.add(f.Name.Pos(), "name", "package "+p+" says nothing about its subject")
	}
	timeName := c.imports(f)
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
			c.add(fn.Pos(), "init", "nothing registers itself: build it where it is used")
		}
	}
	if timeName != "" && !c.test && !within(c.pkg, "internal/platform/clock") {
		c.clocks(f, timeName)
	}
	return c.found
}

// file is one source file under examination.
type file struct {
	name  string
	pkg   string
	test  bool
	fset  *token.FileSet
	found []Finding
}

func (c *file) add(at token.Pos, rule, text string) {
	line := 0
	if at.IsValid() {
		line = c.fset.Position(at).Line
	}
	c.found = append(c.found, Finding{c.name, line, rule, text})
}

// imports judges every import and returns the name under which the file knows package time.
func (c *file) imports(f *ast.File) (timeName string) {
	for _, spec := range f.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			c.add(spec.Pos(), "parse", err.Error())
			continue
		}
		if why := edge(c.pkg, p, c.test); why != "" {
			c.add(spec.Pos(), "edge", p+": "+why)
		}
		if p == "time" {
			timeName = "time"
			if spec.Name != nil {
				timeName = spec.Name.Name
			}
			if timeName == "." {
				c.add(spec.Pos(), "clock", "package time is imported without its name")
			}
		}
	}
	return timeName
}

// clocks finds uses of the machine's clock, called or passed on as a value.
func (c *file) clocks(f *ast.File, timeName string) {
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && x.Name == timeName && slices.Contains(clockFuncs, sel.Sel.Name) {
			c.add(sel.Pos(), "clock", "time."+sel.Sel.Name+": take a clock.Clock instead")
		}
		return true
	})
}
