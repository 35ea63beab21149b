package server

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"qingshan/internal/platform/access"
)

// rolesFile is the pack of roles that is read from the data folder when the setting
// role-file names none.
const rolesFile = "roles.toml"

// RolePack is the file of the installation's own roles, "" when there is none.
func (c *Config) RolePack() string {
	if c.RoleFile != "" {
		return c.RoleFile
	}
	path := filepath.Join(c.Data, rolesFile)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return ""
	}
	return path // whatever else is wrong with it shows when it is read
}

// LoadRoles gives the built-in roles with those of the installation's pack: a role with the
// id of a built-in one takes its place. Errors name FILE:LINE.
func (c *Config) LoadRoles() (access.Roles, error) {
	roles, err := access.BuiltinRoles()
	path := c.RolePack()
	if err != nil || path == "" {
		return roles, err
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return roles, fmt.Errorf("role-file: %w", err)
	}
	return roles.With(path, data)
}

// Idle are the settings that somebody gave although they do nothing in this version, each as
// a sentence in English for the operator.
func (c *Config) Idle() []string {
	var out []string
	given := func(name string) bool { return c.from[name] != "" && c.from[name] != "default" }
	for _, name := range []string{"hj212", "hj212-unknown"} {
		if given(name) {
			out = append(out, fmt.Sprintf("%s (%s) does nothing yet: devices over HJ 212 come with a later version; no port was opened", name, c.from[name]))
		}
	}
	if given("roles") && slices.Contains(c.Roles, RoleIngest) {
		out = append(out, fmt.Sprintf("role ingest (%s) does nothing yet: devices over HJ 212 come with a later version", c.from["roles"]))
	}
	return out
}
