package kind

import (
	"embed"
	"io/fs"
)

//go:embed national/*.toml
var national embed.FS

// National is the set of kinds that come with the program. A pack gives more
// through Set.With.
func National() (*Set, error) {
	sub, err := fs.Sub(national, "national")
	if err != nil {
		return nil, err
	}
	return LoadFS(sub)
}
