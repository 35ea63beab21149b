package server_test

import (
	"context"
	"io"
	"net/http"
	"sync"
	"testing"
	"time"

	"qingshan/internal/platform/rest"
)

// More readers at once than the store has connections: none of them waits for a second
// connection while it holds one, or all would wait for ever.
func TestManyReadTheGridAtOnce(t *testing.T) {
	app := gridApp(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // else the test would hang
	defer cancel()
	client := app.Login(t, "county-a")
	var wg sync.WaitGroup
	for _, path := range []string{"/grid/cells?tier=2", "/grid/coverage", "/grid/patrol", "/grid/duty", "/grid/objects"} {
		for range 8 {
			wg.Go(func() {
				req, err := http.NewRequestWithContext(ctx, http.MethodGet, app.URL+rest.Prefix+path, nil)
				if err != nil {
					t.Error(err)
					return
				}
				res, err := client.Do(req)
				if err != nil {
					t.Errorf("%s: %v", path, err)
					return
				}
				defer res.Body.Close()
				if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode >= http.StatusInternalServerError {
					t.Errorf("%s: %s, %v", path, res.Status, err)
				}
			})
		}
	}
	wg.Wait()
}
