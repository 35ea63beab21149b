package org

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"qingshan/internal/platform/fault"
)

// PasswordCost are the parameters of argon2id.
type PasswordCost struct {
	Memory  uint32 // KiB
	Time    uint32
	Threads uint8
}

// DefaultCost takes about 40 ms and 19 MiB (OWASP's second recommendation).
func DefaultCost() PasswordCost { return PasswordCost{Memory: 19 * 1024, Time: 2, Threads: 1} }

const (
	saltLen     = 16
	keyLen      = 32
	minPassword = 12
	maxPassword = 128
)

// phc is a parsed password hash: $argon2id$v=19$m=19456,t=2,p=1$salt$hash. The text says how
// it was made, so parameters, and later schemes, can change without asking anybody.
type phc struct {
	cost      PasswordCost
	salt, key []byte
}

func (p phc) String() string {
	enc := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, p.cost.Memory, p.cost.Time,
		p.cost.Threads, enc.EncodeToString(p.salt), enc.EncodeToString(p.key))
}

func parsePHC(text string) (phc, error) {
	bad := fault.New(fault.Internal, "password_hash", "账号的密码记录无法读取，请联系管理员重置")
	parts := strings.Split(text, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return phc{}, bad
	}
	var p phc
	var version int
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return phc{}, bad
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.cost.Memory, &p.cost.Time, &p.cost.Threads); err != nil {
		return phc{}, bad
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return phc{}, bad
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return phc{}, bad
	}
	// A damaged row must not take the machine's memory.
	if p.cost.Memory == 0 || p.cost.Memory > 1<<20 || p.cost.Time == 0 || p.cost.Time > 100 || p.cost.Threads == 0 || len(p.key) < 16 {
		return phc{}, bad
	}
	return p, nil
}

// hasher hashes and checks passwords, few at a time: each takes 19 MiB.
type hasher struct {
	cost  PasswordCost
	slots chan struct{}
	dummy phc // what an unknown name is checked against, so that it takes as long
}

func newHasher(cost PasswordCost, slots int) *hasher {
	return &hasher{cost: cost, slots: make(chan struct{}, slots), dummy: phc{cost, randomBytes(saltLen), randomBytes(keyLen)}}
}

func (h *hasher) key(ctx context.Context, password string, cost PasswordCost, salt []byte, n int) ([]byte, error) {
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	case <-ctx.Done():
		return nil, fault.Wrap(ctx.Err(), fault.Unavailable, "busy", "登录人数过多，请稍后再试")
	}
	return argon2.IDKey([]byte(password), salt, cost.Time, cost.Memory, cost.Threads, uint32(n)), nil
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	p := phc{cost: h.cost, salt: randomBytes(saltLen)}
	var err error
	p.key, err = h.key(ctx, password, p.cost, p.salt, keyLen)
	return p.String(), err
}

// check compares a password with a stored text. An empty text (unknown name, or an account
// without a password) takes as long and never fits. renew asks to hash anew: the parameters
// have changed since.
func (h *hasher) check(ctx context.Context, stored, password string) (ok, renew bool, err error) {
	p := h.dummy
	if stored != "" {
		if p, err = parsePHC(stored); err != nil {
			return false, false, err
		}
	}
	key, err := h.key(ctx, password, p.cost, p.salt, len(p.key))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(key, p.key) == 1 && stored != ""
	return ok, ok && (p.cost != h.cost || len(p.key) != keyLen), nil
}

// checkPassword are the rules of a new password: length instead of kinds of characters
// (NIST SP 800-63B §5.1.1.2), and nothing that is guessed first.
func checkPassword(account, old, password string) error {
	n := utf8.RuneCountInString(password)
	lower := strings.ToLower(password)
	say := ""
	switch {
	case !utf8.ValidString(password):
		say = "密码含有无效字符"
	case n < minPassword:
		say = fmt.Sprintf("密码至少 %d 位，还差 %d 位", minPassword, minPassword-n)
	case n > maxPassword:
		say = fmt.Sprintf("密码最多 %d 位", maxPassword)
	case password == old:
		say = "新密码不能与原密码相同"
	case strings.Contains(lower, account):
		say = "密码不能包含用户名"
	case monotonous(lower):
		say = "密码过于简单：不要用重复或连续的字符"
	}
	for _, w := range []string{"password", "qingshan", "12345678", "qwertyui", "admin123", "abcd1234"} {
		if say == "" && strings.Contains(lower, w) {
			say = "密码过于常见，请不要包含 " + w
		}
	}
	if say == "" {
		return nil
	}
	return fault.New(fault.Invalid, "password_rule", say).WithField("body.new", say, "")
}

// monotonous finds passwords of few different characters or of one run up or down.
func monotonous(s string) bool {
	different := map[rune]bool{}
	runs, last, step := 1, rune(-9), rune(0)
	for _, c := range s {
		different[c] = true
		if d := c - last; d != step || (d != 1 && d != -1 && d != 0) {
			runs, step = runs+1, d
		}
		last = c
	}
	return len(different) < 5 || runs < 4
}

// newPassword makes an initial password of 80 random bits, in groups that can be read out.
func newPassword() string {
	const letters = "abcdefghjkmnpqrstuvwxyz23456789x" // 32, none that look alike
	var b strings.Builder
	for i, c := range randomBytes(16) {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(letters[c&31])
	}
	return b.String()
}

func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}
