package notify_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"qingshan/internal/platform/notify"
	"qingshan/internal/rules/region"
)

func code(s string) region.Code { return region.Code(s) }

// TestTextOverHTTP sends through the one implementation, to a gateway and to a messenger's
// robot that wants another form.
func TestTextOverHTTP(t *testing.T) {
	var got []string
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got = append(got, r.Header.Get("Authorization")+" "+string(body))
		_, _ = io.WriteString(w, `{"msgid": "77"}`)
	}))
	defer srv.Close()
	for _, h := range []notify.HTTPText{
		{URL: srv.URL, Token: "t"},
		{URL: srv.URL, Body: `{"msgtype":"text","text":{"content":{text}}}`},
	} {
		if err := h.Check(); err != nil {
			t.Fatal(err)
		}
		receipt, err := h.SendText(t.Context(), "text:1", "138", `甲"乙`)
		if err != nil || receipt != `{"msgid": "77"}` {
			t.Errorf("%q %v", receipt, err)
		}
	}
	for i, want := range []string{`Bearer t {"id":"text:1","to":"138","text":"甲\"乙"}`, ` {"msgtype":"text","text":{"content":"甲\"乙"}}`} {
		if got[i] != want {
			t.Errorf("%q, want %q", got[i], want)
		}
	}
	if err := (notify.HTTPText{Body: `{"a":"{text}"}`}).Check(); err == nil {
		t.Error("a form with quotes of its own passes")
	}
}
