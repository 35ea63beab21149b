package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
	"qingshan/internal/server"
)

// configured reads the flags and the configuration of a command that works on an
// installation. done is true when the command must return code at once.
func (c command) configured(e *env, args []string, more func(*flag.FlagSet)) (cfg *server.Config, rest []string, code int, done bool) {
	fs := c.flagSet(e)
	flags := server.BindFlags(fs)
	if more != nil {
		more(fs)
	}
	rest, code, done = c.parseFlags(e, fs, args)
	if done {
		return nil, nil, code, true
	}
	cfg, err := server.Load(flags, os.LookupEnv)
	if err != nil {
		return nil, nil, c.usageError(e, "%v", err), true
	}
	return cfg, rest, exitOK, false
}

// fail prints what went wrong and gives the exit code: 2 for what the operator can put right
// in the call or its surroundings, 3 for a fault of the program. Never a stack trace.
func (c command) fail(e *env, err error) int {
	fmt.Fprintf(e.stderr, "qingshan %s: %s\n", c.name, sentence(err))
	var f *fault.Error
	if errors.As(err, &f) && f.Kind != fault.Internal || errors.Is(err, context.Canceled) || isOutside(err) {
		return exitUsage
	}
	return exitInternal
}

// sentence is an error's message for people with its cause.
func sentence(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err.Error()
	}
	if f.Cause != nil {
		return fmt.Sprintf("%s (%v)", f.Message, f.Cause)
	}
	return f.Message
}

// isOutside tells whether the operating system or the network refused something.
func isOutside(err error) bool {
	var path *os.PathError
	var call *os.SyscallError
	var network *net.OpError
	return errors.As(err, &path) || errors.As(err, &call) || errors.As(err, &network)
}

// readDatabase opens the installation's database for reading, whether the server runs or not.
func readDatabase(ctx context.Context, cfg *server.Config) (*store.DB, error) {
	return store.OpenReader(ctx, cfg.Store(), clock.System())
}

// printChecks writes one line per check and gives exit code 1 when one failed.
func printChecks(e *env, checks []server.Check) int {
	code := exitOK
	for _, ch := range checks {
		mark := "ok    "
		if !ch.OK {
			mark, code = "FAILED", exitRejected
		}
		fmt.Fprintf(e.stdout, "%s %s: %s\n", mark, ch.Name, ch.Detail)
	}
	return code
}
