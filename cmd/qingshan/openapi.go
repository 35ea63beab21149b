package main

import (
	"context"

	"qingshan/internal/server"
)

func openapiCommand() command {
	c := command{
		name:    "openapi",
		about:   "Print the OpenAPI 3.1 document of the API.",
		example: "qingshan openapi > openapi.json",
	}
	c.run = func(ctx context.Context, e *env, args []string) int {
		fs := c.flagSet(e)
		rest, code, done := c.parseFlags(e, fs, args)
		if done {
			return code
		}
		if len(rest) > 0 {
			return c.usageError(e, "takes no arguments")
		}
		doc, err := server.Document(ctx, version)
		if err != nil {
			return c.fail(e, err)
		}
		if _, err := e.stdout.Write(doc); err != nil {
			return c.fail(e, err)
		}
		return exitOK
	}
	return c
}
