package server

import (
	"context"
	"errors"
	"os"
)

// Document is the OpenAPI document of a program version. The rooms are built on an empty
// database in a temporary folder, so the document cannot differ from what is served.
func Document(ctx context.Context, version string) (doc []byte, err error) {
	dir, err := os.MkdirTemp("", "qingshan-openapi-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cfg := Default()
	cfg.Data = dir
	s, err := New(ctx, cfg, Options{Version: version})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return s.API().OpenAPI()
}
