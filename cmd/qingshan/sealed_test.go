package main

import (
	"context"
	"fmt"
	"os"

	"qingshan/internal/city/matter"
	"qingshan/internal/city/org"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/platform/evidence/seal"
	"qingshan/internal/server"
)

// sealedFile is the script command "sealed DIR OUT": it opens a matter with a statement in the
// installation of a folder and writes its sealed file, and the installation's public key into
// OUT.key.
func sealedFile() {
	if err := writeSealed(access.With(context.Background(), access.System("test")), os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
}

func writeSealed(ctx context.Context, dir, out string) (err error) {
	cfg := server.Default()
	cfg.Data, cfg.Addr, cfg.Roles = dir, "127.0.0.1:0", []server.Role{server.RoleWeb}
	s, err := server.New(ctx, cfg, server.Options{Version: "test"})
	if err != nil {
		return err
	}
	defer func() {
		if e := s.Close(); err == nil {
			err = e
		}
	}()
	r := s.Rooms()
	_, err = r.Org.Seed(ctx, org.Seed{Regions: []org.Region{{Code: "410700000000", Name: "新乡市"}},
		Units: []org.SeedUnit{{Code: "office", Name: "市攻坚办", Kind: "campaign", Region: "410700000000"}},
		Posts: []org.SeedPost{{Code: "p", Unit: "office", Name: "调度岗", Role: "campaign_office", Scope: "410700000000"}}})
	if err != nil {
		return err
	}
	id, err := r.Evidence.Add(ctx, evidence.Declared{Name: "说明.txt", Kind: evidence.Statement}, []byte("现场有人焚烧秸秆\n"))
	if err != nil {
		return err
	}
	m, err := r.Matters.Open(ctx, matter.Opening{Kind: "complaint", Category: "burning", Region: "410700000000", Title: "焚烧秸秆", Evidence: []int64{id}})
	if err != nil {
		return err
	}
	data, _, err := matter.NewFiles(r.Matters, r.Evidence, "新乡市", "test").Seal(ctx, m.ID)
	if err != nil {
		return err
	}
	key, err := seal.Key(ctx, s.DB())
	if err != nil {
		return err
	}
	if err := os.WriteFile(out+".key", []byte(seal.Public(key)), 0o600); err != nil {
		return err
	}
	return os.WriteFile(out, data, 0o600)
}

// flipByte is the script command "flip IN OUT": the file with one bit of its middle byte turned.
func flipByte() {
	data, err := os.ReadFile(os.Args[1])
	if err == nil {
		data[len(data)/2] ^= 1
		err = os.WriteFile(os.Args[2], data, 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(99)
	}
}
