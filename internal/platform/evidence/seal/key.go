package seal

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"

	"qingshan/internal/platform/fault"
	"qingshan/internal/platform/store"
)

// keySetting is where the installation's private key lies: in the database, so that every
// replica signs with it and a backup holds it.
const keySetting = "seal.key"

// Key is the installation's signing key (Ed25519, RFC 8032). The first call of an
// installation makes it.
func Key(ctx context.Context, db *store.DB) (ed25519.PrivateKey, error) {
	key, err := readKey(ctx, db)
	if !fault.Is(err, fault.NotFound) {
		return key, err
	}
	_, fresh, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		return nil, err
	}
	err = db.Update(ctx, func(tx *store.Tx) error { // another process may be first
		_, err := tx.Exec(ctx, "INSERT INTO setting (name, value, updated_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
			keySetting, base64.StdEncoding.EncodeToString(fresh.Seed()), tx.NowMS())
		return err
	})
	if err != nil {
		return nil, err
	}
	return readKey(ctx, db)
}

// Known is the installation's signing key as it stands; it makes none. Errors: not found before
// the first sealed file.
func Known(ctx context.Context, db *store.DB) (ed25519.PrivateKey, error) { return readKey(ctx, db) }

func readKey(ctx context.Context, db *store.DB) (key ed25519.PrivateKey, err error) {
	err = db.View(ctx, func(tx *store.Tx) error {
		var text string
		if err := tx.QueryRow(ctx, "SELECT value FROM setting WHERE name = $1", keySetting).Scan(&text); err != nil {
			return err
		}
		seed, err := base64.StdEncoding.DecodeString(text)
		if err != nil || len(seed) != ed25519.SeedSize {
			return fault.New(fault.Internal, "seal_key", "封存签名密钥损坏，请从备份恢复")
		}
		key = ed25519.NewKeyFromSeed(seed)
		return nil
	})
	return key, err
}

// Public is the key's public half in hex, as it stands in sealed files and on the system page.
func Public(key ed25519.PrivateKey) string {
	return hex.EncodeToString(key.Public().(ed25519.PublicKey))
}
