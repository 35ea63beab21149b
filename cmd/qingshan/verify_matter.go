package main

import (
	"context"
	"fmt"
	"os"

	"qingshan/internal/platform/evidence/seal"
)

func verifyMatterCommand() command {
	c := command{
		name:    "verify matter",
		about:   "Prove a matter's sealed file offline: signature, record, evidence, audit entries. Exit 1 names what is broken.",
		usage:   "[--key PUBLIC] FILE.zip …",
		example: "qingshan verify matter --key 3f0a…c1 网格-2026-000123.zip",
	}
	c.run = func(_ context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		key := fs.String("key", "", "the installation's public key in hex, as GET /api/v1/system/seal-key gives it; without it only tampering is found: a forger's own key is taken as well")
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		if len(rest) == 0 {
			return c.usageError(e, "wants at least one sealed file")
		}
		for _, name := range rest {
			data, err := os.ReadFile(name)
			if err != nil {
				code = c.fail(e, err)
				continue
			}
			m, err := seal.Verify(data, *key)
			if err != nil {
				fmt.Fprintf(e.stderr, "%s: BROKEN: %v\n", name, err)
				code = exitRejected
				continue
			}
			found := "right"
			if *key == "" {
				found = "unbroken, but SIGNED BY A KEY THAT WAS NOT CHECKED: give --key as the sender publishes it; the key below is the file's own word"
			}
			fmt.Fprintf(e.stdout, "%s: %s\n  matter %s, sealed %s by %s\n  %d events, %d pieces of evidence, %d audit entries, %d daily roots\n  key %s\n",
				name, found, m.Number, m.SealedAt, m.SealedBy, len(m.Events), len(m.Evidence), len(m.Audit), len(m.Roots), m.PublicKey)
		}
		return code
	}
	return c
}
