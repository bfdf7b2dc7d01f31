package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"time"
)

//go:embed static/*.css static/*.js static/*.svg
var assets embed.FS

const staticPath = "/static/"

// stamp changes whenever an asset does, so that browsers may keep each for good.
var stamp = stampOf(assets)

func stampOf(files embed.FS) string {
	sum := sha256.New()
	entries, err := files.ReadDir("static")
	if err != nil { // it is part of the program
		panic("page: list the assets: " + err.Error())
	}
	for _, entry := range entries {
		text, err := files.ReadFile("static/" + entry.Name())
		if err != nil {
			panic("page: read an asset: " + err.Error())
		}
		_, _ = sum.Write(text) // a hash never fails
	}
	return hex.EncodeToString(sum.Sum(nil)[:6])
}

// assetPath is where an asset is found.
func assetPath(file string) string { return staticPath + file + "?v=" + stamp }

// static answers with an asset.
func (p *Page) static(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.PathValue("file"))
	text, err := assets.ReadFile("static/" + name)
	if err != nil {
		p.notFound(w, r)
		return
	}
	cache := "private, no-cache"
	if r.URL.Query().Get("v") == stamp {
		cache = "private, max-age=31536000, immutable"
	}
	w.Header().Set("Cache-Control", cache)
	http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(text))
}
