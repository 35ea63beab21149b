// Package web holds the built interface of Qingshan. The build (npm run build)
// writes dist; a checkout without it still compiles, and Built tells the server
// to say so instead of answering with empty pages.
package web

import (
	"embed"
	"io/fs"
)

//go:embed all:dist
var dist embed.FS

// FS returns the built files with dist as their root: index.html, assets/…, .vite/manifest.json.
func FS() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		// "dist" is a constant, valid path: fs.Sub cannot refuse it.
		panic(err)
	}
	return sub
}

// Built reports whether the interface was built before the binary was compiled.
func Built() bool {
	_, err := fs.Stat(dist, "dist/index.html")
	return err == nil
}
