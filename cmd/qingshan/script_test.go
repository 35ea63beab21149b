package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the output the program gives into the scripts")

// TestMain lets scripts call the program two ways: "exec qingshan …", and
// "exec code N …", which fails unless the exit status is N; "exec sealed" and "exec flip" make
// and damage sealed files.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"qingshan": main,
		"code":     exitCode,
		"sealed":   sealedFile,
		"flip":     flipByte,
	})
}

func exitCode() {
	want, err := strconv.Atoi(os.Args[1])
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
	if got := run(context.Background(), &env{os.Stdin, os.Stdout, os.Stderr}, os.Args[2:]); got != want {
		fmt.Fprintf(os.Stderr, "exit status %d, want %d\n", got, want)
		os.Exit(99)
	}
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", UpdateScripts: *update, RequireExplicitExec: true})
}
