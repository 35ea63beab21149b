package main

import (
	"context"
	"flag"
	"fmt"

	"qingshan/internal/platform/audit"
	"qingshan/internal/server"
)

func verifyCommand() command {
	c := command{
		name:    "verify",
		about:   "Prove the stored data: audit chain, series checksums, received = stored + unchanged + rejected per stream, the hash of every file of evidence.",
		usage:   "--data DIR | --database URL",
		example: "qingshan verify --data /var/lib/qingshan --anchor roots.txt",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		var roots bool
		var anchorFile string
		cfg, rest, code, done := c.configured(e, args, func(fs *flag.FlagSet) {
			fs.BoolVar(&roots, "roots", false, "only check the audit chain and print the root of each closed day, to be kept outside")
			fs.StringVar(&anchorFile, "anchor", "", "compare with roots printed earlier and kept outside, in `FILE`")
		})
		if done {
			return code
		}
		if len(rest) > 0 {
			return c.usageError(e, "takes no arguments, only flags; got %q", rest)
		}
		anchors, err := readAnchors(anchorFile)
		if err != nil {
			return c.usageError(e, "%v", err)
		}
		db, err := readDatabase(ctx, cfg)
		if err != nil {
			return c.fail(e, err)
		}
		defer func() { _ = db.Close() }() // read only: nothing to lose
		if roots {
			rep, err := audit.Verify(ctx, db, anchors...)
			if err != nil {
				return c.fail(e, err)
			}
			return c.printRoots(e, rep)
		}
		checks, err := server.Verify(ctx, cfg, db, anchors...)
		code = printChecks(e, checks)
		if err != nil {
			return c.fail(e, err)
		}
		return code
	}
	return c
}

// printRoots writes the roots of the closed days; the running day's still changes. Of a chain
// that does not hold it gives none: they would vouch for it.
func (c command) printRoots(e *env, r audit.Report) int {
	if !r.OK {
		fmt.Fprintf(e.stderr, "qingshan verify: audit: %s\n", r.Reason)
		return exitRejected
	}
	closed := r.Roots
	if r.Open {
		closed = closed[:len(closed)-1]
	}
	for _, root := range closed {
		fmt.Fprintln(e.stdout, root.Text())
	}
	return exitOK
}
