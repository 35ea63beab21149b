// Command qingshan is the one program of the system: it serves, imports, evaluates and
// checks. Every command has its own file; commands.go lists them.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // civil time must not depend on the machine
)

// Exit codes of every command (docs: command line).
const (
	exitOK       = 0
	exitRejected = 1 // some input rows were rejected
	exitUsage    = 2 // wrong usage or unreadable input
	exitInternal = 3 // a fault of the program
)

// env is what a command may touch of the outside world.
type env struct {
	stdin  io.Reader
	stdout io.Writer
	stderr io.Writer
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, &env{os.Stdin, os.Stdout, os.Stderr}, os.Args[1:])
	stop()
	os.Exit(code)
}

// run finds the command with the longest matching name and runs it. A panic becomes
// exit code 3 with one line of text.
func run(ctx context.Context, e *env, args []string) (code int) {
	defer func() {
		if p := recover(); p != nil {
			fmt.Fprintf(e.stderr, "qingshan: internal error: %v\n", p)
			code = exitInternal
		}
	}()
	c, rest := find(commands(), args)
	if c == nil {
		return unknown(e, args)
	}
	return c.run(ctx, e, rest)
}
