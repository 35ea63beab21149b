package notify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"syscall"

	"qingshan/internal/platform/store"
)

// The heads of a webhook call. The signature is "sha256=" and the hex HMAC-SHA-256 of the
// timestamp, a dot and the body under the hook's secret; the delivery is the same for every
// repetition, so that a receiver can tell one.
const (
	HeadDelivery  = "Qingshan-Delivery"
	HeadTimestamp = "Qingshan-Timestamp"
	HeadSignature = "Qingshan-Signature"
)

// Sign makes the signature of a body at a time (seconds since 1970).
func Sign(secret string, at int64, body []byte) string {
	h := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(h, "%d.", at)
	h.Write(body)
	return "sha256=" + hex.EncodeToString(h.Sum(nil))
}

// newClient is a client that follows no redirect: a signed body goes where the administrator said. Whatever a
// name resolves to, this machine and its link (the metadata service of a cloud) are not called
// unless local is set. A proxy would resolve the name itself, so none is asked.
func newClient(local bool) *http.Client {
	d := &net.Dialer{Timeout: sendWithin}
	if !local {
		d.Control = func(_, address string, _ syscall.RawConn) error { return mayCall(address) }
	}
	return &http.Client{
		Timeout:       sendWithin,
		Transport:     &http.Transport{DialContext: d.DialContext, DisableKeepAlives: true, TLSHandshakeTimeout: sendWithin},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// mayCall refuses an address, after names were resolved, at which no receiver of another
// organisation can be.
func mayCall(address string) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	ip := a.Addr().Unmap()
	if ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() || ip.IsUnspecified() {
		return refused{fmt.Errorf("%s is this machine or its link: webhook-local allows it", ip)}
	}
	return nil
}

func (s *Service) sendHook(ctx context.Context, o outgoing) (string, error) {
	var list []Hook
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		list, err = hooksIn(ctx, tx, "id = $1", o.hook)
		return err
	})
	if err != nil {
		return "", err
	}
	if len(list) == 0 || !list[0].Enabled {
		return "", errSkip
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, list[0].URL, bytes.NewReader([]byte(o.payload)))
	if err != nil {
		return "", refused{err}
	}
	at := s.cfg.Machine.Now().Unix()
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set(HeadDelivery, o.key)
	req.Header.Set(HeadTimestamp, strconv.FormatInt(at, 10))
	req.Header.Set(HeadSignature, Sign(list[0].Secret, at, []byte(o.payload)))
	return answer(s.hooks.Do(req))
}

// answer reads an HTTP answer: 2xx is received, with the start of the body as receipt; other
// 4xx than 408, 425 and 429 will not change by repetition.
func answer(res *http.Response, err error) (string, error) {
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(res.Body, 500))
	if res.StatusCode/100 == 2 {
		return cut(oneLine(string(body)), 200), nil
	}
	err = fmt.Errorf("answered %s: %s", res.Status, oneLine(string(body)))
	switch res.StatusCode {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return "", err
	}
	if res.StatusCode/100 == 4 {
		err = refused{err}
	}
	return "", err
}
