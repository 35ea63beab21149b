package server_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"image/png"
	"strings"
	"testing"

	"qingshan/internal/city/matter"
	"qingshan/internal/platform/access"
	"qingshan/internal/platform/evidence"
	"qingshan/internal/server/apptest"
)

// evidenceSamples are the rows of the operations of evidence, sealed files and Open311 keys.
func evidenceSamples(table map[string][]sample) {
	table["evidenceUploadBegin"] = []sample{}
	table["evidenceUploadAppend"] = []sample{{path: "/evidence/uploads/{uploadB}", body: "x", hides: "{uploadB}", never: true}}
	table["evidencePart"] = []sample{{path: "/evidence/{evidenceB}/thumb"}, {path: "/evidence/uploads/{uploadB}", never: true}}
	table["evidenceGet"] = []sample{{path: "/evidence/{evidenceB}"}, {path: "/evidence/{evidenceB}?original=true"}}
	table["matterSealedFile"] = []sample{{path: "/matters/{sealedB}/file.zip"}}
	table["open311KeyList"] = []sample{{path: "/open311/keys", hides: "tool-of-county-b"}}
	table["open311KeyIssue"] = []sample{{path: "/open311/keys", body: `{"name":"another tool","region":"{B}","unit":"{unitB}"}`}}
	table["open311KeyEnd"] = []sample{{path: "/open311/keys/{toolB}"}}
	table["systemSealKey"] = []sample{}
}

// evidenceOf makes a matter with a photo, a running upload and an Open311 key of county B.
func evidenceOf(t *testing.T, app *apptest.App, unit int64) []string {
	t.Helper()
	rooms, people := app.Server.Rooms(), app.Account(t, apptest.ReaderB)
	ctx := access.With(context.WithoutCancel(t.Context()), access.Actor{Account: people.ID, Name: apptest.ReaderB, Post: people.Posts[0].ID})
	var photo bytes.Buffer
	if err := png.Encode(&photo, image.NewGray(image.Rect(0, 0, 40, 30))); err != nil {
		t.Fatal(err)
	}
	id, err := rooms.Evidence.Add(ctx, evidence.Declared{Name: "b.png", Kind: evidence.Photo}, photo.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte("half"))
	up, err := rooms.Evidence.Begin(ctx, evidence.Declared{SHA256: hex.EncodeToString(sum[:]), Size: 4, Name: "half.txt", Kind: evidence.Document})
	if err != nil {
		t.Fatal(err)
	}
	m, err := rooms.Matters.Open(apptest.System(t), matter.Opening{Kind: "complaint", Category: "dust", Region: apptest.CountyB, Evidence: []int64{id}})
	if err != nil {
		t.Fatal(err)
	}
	key, _, err := matter.NewOpen311(rooms.Matters, matter.Open311Config{}).Issue(apptest.System(t), "tool-of-county-b", apptest.CountyB, unit)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Fields(fmt.Sprintf("{evidenceB} %d {uploadB} %s {sealedB} %d {toolB} %d", id, up.ID, m.ID, key.ID))
}
