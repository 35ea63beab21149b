package server_test

import (
	"net/http"
	"strings"
	"testing"

	"qingshan/internal/server/apptest"
)

// TestOpen311WithoutAKey: only the list of what can be reported is open to everybody, and a
// session is no key.
func TestOpen311WithoutAKey(t *testing.T) {
	app := apptest.Run(t, nil)
	for who, client := range map[string]*http.Client{"nobody": apptest.Client(t), "administrator": app.Login(t, apptest.Admin)} {
		for path, want := range map[string]int{
			"services.json": 200, "services/complaint.dust.xml": 200, "requests.json": 403, "requests.xml?api_key=guess": 403, "requests/1.json": 403,
		} {
			status, text := send(t, client, "GET", app.URL+"/open311/v2/"+path, "")
			if status != want || want == 403 && !strings.Contains(text, "api_key") {
				t.Errorf("%s, %s: %d %.200s", who, path, status, text)
			}
		}
		for _, format := range []string{"xml", "json"} {
			if status, text := send(t, client, "GET", app.URL+"/open311/discovery."+format, ""); status != 200 || !strings.Contains(text, app.URL+"/open311/v2") {
				t.Errorf("%s, discovery.%s: %d %.300s", who, format, status, text)
			}
		}
		if status, text := send(t, client, "POST", app.URL+"/open311/v2/requests.json", "service_code=complaint.dust", "Content-Type", "application/x-www-form-urlencoded"); status != 403 {
			t.Errorf("%s reports: %d %.200s", who, status, text)
		}
	}
}
