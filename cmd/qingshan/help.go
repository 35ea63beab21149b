package main

import (
	"context"
	"fmt"
	"io"
)

func helpCommand() command {
	c := command{
		name:    "help",
		about:   "List the commands, or explain one.",
		usage:   "[COMMAND]",
		example: "qingshan help air aqi",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		if len(args) == 0 || args[0] == "-h" || args[0] == "--help" || args[0] == "-help" {
			writeHelp(e.stdout)
			return exitOK
		}
		cmd, rest := find(commands(), args)
		if cmd == nil || len(rest) > 0 {
			return unknown(e, args)
		}
		return cmd.run(ctx, e, []string{"-h"})
	}
	return c
}

func writeHelp(w io.Writer) {
	fmt.Fprint(w, "qingshan 青山: the working system of a city's pollution-control campaign\n\nusage: qingshan COMMAND [options] [FILE]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-20s %s\n", c.name, c.about)
	}
	fmt.Fprint(w, `
Evaluation commands are filters: CSV from FILE or standard input to CSV (or --format json)
on standard output. A bad row goes to standard error as FILE:LINE: column: what is wrong.
Exit status: 0 all accepted, 1 some rows rejected, 2 wrong usage or unreadable input,
3 internal error. "qingshan COMMAND -h" explains a command, with an example.
`)
}
