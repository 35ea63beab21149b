package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
)

// command is one thing the program can do. Its name may have two words ("air aqi").
type command struct {
	name    string
	about   string // one line for the list
	usage   string // arguments after the name
	example string // one line that works
	run     func(ctx context.Context, e *env, args []string) int
}

// commands is the list of all commands, in the order help prints them.
func commands() []command {
	return []command{
		airAQICommand(),
		airDailyCommand(),
		airCityCommand(),
		airPeriodCommand(),
		airCompositeCommand(),
		airRankCommand(),
		airChangeCommand(),
		airBudgetCommand(),
		airWarningCommand(),
		evalCommand(),
		benchNationYearCommand(),
		benchNationYTDCommand(),
		benchSeriesWriteCommand(),
		benchSeriesReadCommand(),
		benchImportCommand(),
		benchPagesCommand(),
		benchMattersCommand(),
		benchGridCommand(),
		demoCommand(),
		serveCommand(),
		importCommand(),
		checkCommand(),
		verifyCommand(),
		verifyMatterCommand(),
		backupCommand(),
		restoreCommand(),
		userAddCommand(),
		userDisableCommand(),
		userEnableCommand(),
		userResetCommand(),
		openapiCommand(),
		versionCommand(),
		helpCommand(),
	}
}

// find returns the command whose words begin args, the longest name first, and what follows.
func find(list []command, args []string) (*command, []string) {
	var best *command
	words := 0
	for i := range list {
		w := strings.Fields(list[i].name)
		if len(w) <= words || len(args) < len(w) {
			continue
		}
		if strings.Join(args[:len(w)], " ") == list[i].name {
			best, words = &list[i], len(w)
		}
	}
	return best, args[words:]
}

func unknown(e *env, args []string) int {
	if len(args) == 0 {
		writeHelp(e.stderr)
		return exitUsage
	}
	if args[0] == "-h" || args[0] == "--help" {
		writeHelp(e.stdout)
		return exitOK
	}
	var near []string
	for _, c := range commands() {
		if strings.HasPrefix(c.name, args[0]+" ") {
			near = append(near, c.name)
		}
	}
	if len(near) > 0 {
		fmt.Fprintf(e.stderr, "qingshan %s: one of: %s\n", args[0], strings.Join(near, ", "))
		return exitUsage
	}
	fmt.Fprintf(e.stderr, "qingshan: no command %q; see qingshan help\n", args[0])
	return exitUsage
}

// flagSet returns the flags of c, whose -h prints usage, options and the example.
func (c command) flagSet(e *env) *flag.FlagSet {
	fs := flag.NewFlagSet(c.name, flag.ContinueOnError)
	fs.SetOutput(io.Discard) // parseFlags decides where help and errors go
	fs.Usage = func() {}
	return fs
}

// parseFlags reads flags that may stand before, between or after the other arguments, and
// returns the others. done is true when the command must return code at once.
func (c command) parseFlags(e *env, fs *flag.FlagSet, args []string) (rest []string, code int, done bool) {
	for {
		err := fs.Parse(args)
		if errors.Is(err, flag.ErrHelp) {
			c.writeUsage(e.stdout, fs)
			return nil, exitOK, true
		}
		if err != nil {
			fmt.Fprintf(e.stderr, "qingshan %s: %v\n", c.name, err)
			fmt.Fprintf(e.stderr, "usage: qingshan %s %s\n", c.name, c.usage)
			return nil, exitUsage, true
		}
		if fs.NArg() == 0 {
			return rest, exitOK, false
		}
		if n := len(args) - fs.NArg(); n > 0 && args[n-1] == "--" {
			return append(rest, fs.Args()...), exitOK, false
		}
		rest = append(rest, fs.Arg(0))
		args = fs.Args()[1:]
	}
}

func (c command) writeUsage(w io.Writer, fs *flag.FlagSet) {
	fmt.Fprintf(w, "usage: qingshan %s %s\n\n%s\n", c.name, c.usage, c.about)
	n := 0
	fs.VisitAll(func(*flag.Flag) { n++ })
	if n > 0 {
		fmt.Fprintln(w, "\noptions:")
		fs.SetOutput(w)
		fs.PrintDefaults()
		fs.SetOutput(io.Discard)
	}
	fmt.Fprintf(w, "\nexample:\n  %s\n", c.example)
}

// usageError prints what is wrong with the arguments and returns exit code 2.
func (c command) usageError(e *env, format string, args ...any) int {
	fmt.Fprintf(e.stderr, "qingshan %s: %s\n", c.name, fmt.Sprintf(format, args...))
	return exitUsage
}
