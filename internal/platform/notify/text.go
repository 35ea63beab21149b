package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"qingshan/internal/platform/store"
)

// TextSender hands a short message to a carrier or an enterprise messenger. id is the same
// for a repetition; receipt is what the carrier calls the message.
type TextSender interface {
	SendText(ctx context.Context, id, to, text string) (receipt string, err error)
}

// HTTPText sends short messages through an HTTP gateway.
type HTTPText struct {
	URL   string
	Token string // as "Authorization: Bearer"; "" sends none
	// Body is the JSON that the gateway wants, with {id}, {to} and {text} standing for JSON
	// strings; "" is {"id":{id},"to":{to},"text":{text}}.
	Body string
}

// DefaultTextBody is what a gateway gets when nothing else is configured.
const DefaultTextBody = `{"id":{id},"to":{to},"text":{text}}`

// Check finds a template that does not become JSON.
func (h HTTPText) Check() error {
	if !json.Valid(h.body("1", "2", `"3"`)) {
		return fmt.Errorf("text-body does not become JSON when {id}, {to} and {text} are JSON strings: %s", h.Body)
	}
	return nil
}

func (h HTTPText) body(id, to, text string) []byte {
	t := h.Body
	if t == "" {
		t = DefaultTextBody
	}
	quote := func(s string) string { b, _ := json.Marshal(s); return string(b) } // a string always becomes JSON
	return []byte(strings.NewReplacer("{id}", quote(id), "{to}", quote(to), "{text}", quote(text)).Replace(t))
}

// SendText posts one message.
func (h HTTPText) SendText(ctx context.Context, id, to, text string) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, h.URL, bytes.NewReader(h.body(id, to, text)))
	if err != nil {
		return "", refused{err}
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	if h.Token != "" {
		req.Header.Set("Authorization", "Bearer "+h.Token)
	}
	return answer(newClient(true).Do(req)) // the gateway stands in the configuration, not in a form
}

// sendText sends an urgent notice that is still unread.
func (s *Service) sendText(ctx context.Context, o outgoing) (string, error) {
	var items []Item
	var set Settings
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if set, err = settingsOf(ctx, tx, o.account); err != nil {
			return err
		}
		items, err = noticesOf(ctx, tx, "id = $1", o.notice)
		return err
	})
	switch {
	case err != nil:
		return "", err
	case s.cfg.Text == nil, len(items) == 0, items[0].ReadAt > 0, !set.ByText, set.Phone == "":
		return "", errSkip
	}
	text := "【青山】" + items[0].Title
	if items[0].Body != "" {
		text += "：" + oneLine(items[0].Body)
	}
	return s.cfg.Text.SendText(ctx, o.key, set.Phone, cut(text, 300))
}
