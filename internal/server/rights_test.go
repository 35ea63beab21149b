package server_test

import (
	"archive/zip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"qingshan/internal/platform/rest"
	"qingshan/internal/server/apptest"
)

// public are the operations that need no session. A new one must be put here on purpose.
var public = []string{"configPublic", "sessionBegin", "sessionEnd", "sessionPassword", "loginOIDC", "loginOIDCCallback"}

var braces = regexp.MustCompile(`\{[^}]*\}`)

func TestNobodyReachesAnOperation(t *testing.T) {
	app := apptest.Run(t, nil)
	client := apptest.Client(t)
	for _, op := range app.Server.API().Operations() {
		if op.Access == "" {
			if !slices.Contains(public, op.ID) {
				t.Errorf("%s is open to everybody", op.ID)
			}
			continue
		}
		for _, cookie := range []string{"", "qingshan_session=" + strings.Repeat("A", 43)} {
			status, body := send(t, client, op.Method, app.URL+rest.Prefix+braces.ReplaceAllString(op.Path, "1"), "{}", "Cookie", cookie)
			if status != http.StatusUnauthorized || !strings.Contains(body, `"code":"login_required"`) {
				t.Errorf("%s %s with cookie %q: %d %s", op.Method, op.Path, cookie, status, body)
			}
		}
	}
	// Open only in form: without a session there is nobody whose password could change.
	status, body := send(t, client, "POST", app.URL+rest.Prefix+"/session/password", `{"old":"`+apptest.Password+`","new":"Qihe-5512-bai-yu"}`)
	if status != http.StatusUnauthorized {
		t.Errorf("change of password by nobody: %d %s", status, body)
	}
}

// send makes a request with headers given as name, value …; empty values are left out.
func send(t *testing.T, c *http.Client, method, url, body string, header ...string) (int, string) {
	t.Helper()
	var content io.Reader
	if method != "GET" && body != "" {
		content = strings.NewReader(body)
	}
	r, err := http.NewRequestWithContext(t.Context(), method, url, content)
	if err != nil {
		t.Fatal(err)
	}
	if content != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i+1] != "" {
			r.Header.Set(header[i], header[i+1])
		}
	}
	res, err := c.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

// TestACountyFindsNothingOfAnother calls every operation as the accounts of county A with
// what belongs to county B. The same call by the city must work, so that no refusal is a
// refusal of the call itself.
func TestACountyFindsNothingOfAnother(t *testing.T) {
	app := apptest.Run(t, nil)
	known := belongings(t, app)
	clients := map[string]*http.Client{}
	for _, name := range []string{apptest.Reader, apptest.AdminA, apptest.Admin, apptest.Office} {
		clients[name] = app.Login(t, name)
	}
	parameters := parametersOf(t, app)
	table := samples()
	for _, op := range app.Server.API().Operations() {
		list, listed := table[op.ID]
		if !listed {
			t.Errorf("%s %s has no entry: how does a county ask it for another county's data?", op.Method, op.Path)
			continue
		}
		delete(table, op.ID)
		if len(list) == 0 {
			if tell := parameters[op.ID]; len(tell) > 0 {
				t.Errorf("%s takes %v but its entry asks for nothing", op.ID, tell)
			}
			continue
		}
		for _, x := range list {
			x.try(t, app, op, known, clients)
		}
	}
	for id := range table {
		t.Errorf("entry %s: there is no such operation", id)
	}
}

// try is one row: the accounts of county A are refused, or find nothing; the city is not.
func (x sample) try(t *testing.T, app *apptest.App, op rest.Spec, known *strings.Replacer, clients map[string]*http.Client) {
	t.Helper()
	path, body, hidden := known.Replace(x.path), known.Replace(x.body), known.Replace(x.hides)
	call := func(name, path string) (int, string) {
		status, answer := send(t, clients[name], op.Method, app.URL+rest.Prefix+path, body, "If-Match", x.match)
		if status == http.StatusOK && strings.Contains(path, ".xlsx") {
			answer = unzipped(t, answer)
		}
		return status, answer
	}
	for _, name := range []string{apptest.Reader, apptest.AdminA} {
		status, answer := call(name, path)
		refused := status == http.StatusForbidden || status == http.StatusNotFound
		silent := hidden != "" && (status == http.StatusOK || status == http.StatusUnprocessableEntity) && !strings.Contains(answer, hidden)
		if !refused && !silent {
			t.Errorf("%s: %s %s by %s: %d %.300s", op.ID, op.Method, path, name, status, answer)
		}
	}
	if own := strings.NewReplacer("{B}", string(apptest.CountyA), "{siteB}", apptest.StationA).Replace(x.path); own != x.path && op.Method == "GET" && x.hides == "" && !strings.Contains(own, "{") {
		// Whoever of county A has the permission sees its own.
		status, answer := call(apptest.AdminA, own)
		if status == http.StatusForbidden {
			status, answer = call(apptest.Reader, own)
		}
		if status != http.StatusOK {
			t.Errorf("%s: its own %s: %d %.300s", op.ID, own, status, answer)
		}
	}
	if x.never {
		return
	}
	var seen []string
	for _, name := range []string{apptest.Admin, apptest.Office} {
		status, answer := call(name, path)
		if status < 400 && strings.Contains(answer, hidden) || hidden == "" && (status == 409 || status == 412 || status == 422 || status == 400) {
			return
		}
		seen = append(seen, fmt.Sprintf("%s %d %.300s", name, status, answer))
	}
	t.Errorf("%s: %s %s works for nobody, so its refusal proves nothing:\n%s", op.ID, op.Method, path, strings.Join(seen, "\n"))
}

// unzipped is the text of everything in a workbook.
func unzipped(t *testing.T, book string) string {
	t.Helper()
	z, err := zip.NewReader(strings.NewReader(book), int64(len(book)))
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&out, r); err != nil {
			t.Fatal(err)
		}
	}
	return out.String()
}

// telling are the parameters that name a place or somebody.
var telling = regexp.MustCompile(`(?i)^(region|site|sites|unit|unitId|parent|post|postId|account|personId|scope|id|holder|batch|stream|object)$`)

// parametersOf lists each operation's parameters that name a place or somebody, from the
// OpenAPI document. Every part of a path must be documented: one that is not is not read.
func parametersOf(t *testing.T, app *apptest.App) map[string][]string {
	t.Helper()
	text, err := app.Server.API().OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	type schema struct {
		Ref        string `json:"$ref"`
		Properties map[string]json.RawMessage
	}
	var doc struct {
		Paths map[string]map[string]struct {
			OperationID string
			Parameters  []struct{ Name, In string }
			RequestBody struct {
				Content map[string]struct{ Schema schema }
			}
		}
		Components struct{ Schemas map[string]schema }
	}
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for path, methods := range doc.Paths {
		for _, op := range methods {
			var names []string
			for _, p := range op.Parameters {
				names = append(names, p.Name)
			}
			for _, part := range braces.FindAllString(path, -1) {
				if !slices.Contains(names, strings.Trim(part, "{}")) {
					t.Errorf("%s: %s in %s is not read", op.OperationID, part, path)
				}
			}
			for _, media := range op.RequestBody.Content {
				s := media.Schema
				if name, ok := strings.CutPrefix(s.Ref, "#/components/schemas/"); ok {
					s = doc.Components.Schemas[name]
				}
				for name := range s.Properties {
					names = append(names, name)
				}
			}
			for _, name := range names {
				if telling.MatchString(name) {
					out[op.OperationID] = append(out[op.OperationID], name)
				}
			}
		}
	}
	return out
}
