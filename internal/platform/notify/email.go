package notify

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"mime"
	"net"
	"net/smtp"
	"strconv"
	"strings"
	"time"

	"qingshan/internal/platform/clock"
	"qingshan/internal/platform/store"
)

// SMTP is the mail server. Encryption is used whenever the server offers it, and demanded
// before a password is sent.
type SMTP struct {
	Addr     string // HOST:PORT; "" sends no mail
	User     string
	Password string
	From     string // address
}

// sendMail sends one notice, or everything of a digest that is due for the account.
func (s *Service) sendMail(ctx context.Context, o outgoing) (string, error) {
	var items []Item
	var set Settings
	err := s.db.View(ctx, func(tx *store.Tx) (err error) {
		if set, err = settingsOf(ctx, tx, o.account); err != nil {
			return err
		}
		if o.channel == "email" {
			items, err = noticesOf(ctx, tx, "id = $1", o.notice)
			return err
		}
		until, err := strconv.ParseInt(o.payload, 10, 64)
		if err != nil {
			return refused{err}
		}
		items, err = noticesOf(ctx, tx, `account_id = $1 AND urgent = 0 AND created_at >= (SELECT created_at FROM delivery WHERE id = $2) AND created_at < $3 ORDER BY id`,
			o.account, o.id, until)
		return err
	})
	switch {
	case err != nil:
		return "", err
	case len(items) == 0, !set.ByEmail, set.Email == "", s.cfg.SMTP.Addr == "":
		return "", errSkip
	}
	subject := items[0].Title
	if o.channel == "digest" {
		subject = fmt.Sprintf("青山：%d 条通知", len(items))
	}
	msg := s.message(set.Email, subject, o.key, items)
	return "", s.cfg.SMTP.post(ctx, set.Email, msg)
}

// message is a plain-text mail in UTF-8.
func (s *Service) message(to, subject, key string, items []Item) []byte {
	var body strings.Builder
	for _, i := range items {
		at := time.UnixMilli(i.CreatedAt).In(clock.Shanghai)
		fmt.Fprintf(&body, "%s  %s\r\n", at.Format("1月2日 15:04"), oneLine(i.Title))
		if i.Body != "" {
			fmt.Fprintf(&body, "%s\r\n", strings.ReplaceAll(i.Body, "\n", "\r\n"))
		}
		if s.cfg.Base != "" && i.Link != "" {
			fmt.Fprintf(&body, "%s%s\r\n", s.cfg.Base, i.Link)
		}
		body.WriteString("\r\n")
	}
	_, host, _ := strings.Cut(s.cfg.SMTP.From, "@")
	var out bytes.Buffer
	fmt.Fprintf(&out, "From: %s <%s>\r\nTo: <%s>\r\nSubject: %s\r\nMessage-ID: <%s@%s>\r\nDate: %s\r\n",
		mime.BEncoding.Encode("utf-8", "青山"), s.cfg.SMTP.From, to, mime.BEncoding.Encode("utf-8", cut(oneLine(subject), 100)),
		strings.ReplaceAll(key, ":", "-"), host, s.cfg.Machine.Now().Format(time.RFC1123Z))
	out.WriteString("MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\nAuto-Submitted: auto-generated\r\n\r\n")
	text := base64.StdEncoding.EncodeToString([]byte(body.String()))
	for len(text) > 0 {
		n := min(76, len(text))
		out.WriteString(text[:n] + "\r\n")
		text = text[n:]
	}
	return out.Bytes()
}

// post hands one message to the server.
func (m SMTP) post(ctx context.Context, to string, msg []byte) error {
	host, _, err := net.SplitHostPort(m.Addr)
	if err != nil {
		return refused{err}
	}
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", m.Addr)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if end, ok := ctx.Deadline(); ok {
		_ = conn.SetDeadline(end)
	}
	c, err := smtp.NewClient(conn, host)
	if err != nil {
		return err
	}
	if ok, _ := c.Extension("STARTTLS"); ok {
		if err := c.StartTLS(&tls.Config{ServerName: host, MinVersion: tls.VersionTLS12}); err != nil {
			return err
		}
	}
	if m.User != "" { // PlainAuth refuses to send a password unencrypted to another host
		if err := c.Auth(smtp.PlainAuth("", m.User, m.Password, host)); err != nil {
			return err
		}
	}
	if err := c.Mail(m.From); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := w.Write(msg); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	_ = c.Quit() // the message is accepted; a failing goodbye changes nothing
	return nil
}
