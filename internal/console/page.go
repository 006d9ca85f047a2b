package console

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
)

//go:embed page
var files embed.FS

// scripts are the parts of the page's script, in order.
var scripts = []string{"dom.js", "matrix.js", "drawing.js", "clients.js", "steps.js", "inspector.js", "main.js"}

var page, pagePolicy = assemble()

// assemble returns the page with its style and script inlined, and the
// Content-Security-Policy that allows nothing else.
func assemble() (page, policy string) {
	style := read("page.css")
	var script strings.Builder
	for _, name := range scripts {
		script.WriteString(read(name))
	}
	page = strings.NewReplacer("/*style*/", style, "/*script*/", script.String()).Replace(read("page.html"))
	policy = strings.Join([]string{
		"default-src 'none'",
		"script-src " + hash(script.String()),
		"style-src " + hash(style),
		"img-src data:", // the icon
		"connect-src 'self'",
		"base-uri 'none'",
		"form-action 'none'",
		"frame-ancestors 'none'",
		"require-trusted-types-for 'script'",
		"trusted-types 'none'",
	}, "; ")
	return page, policy
}

func read(name string) string {
	data, err := files.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is embedded
	}
	return string(data)
}

func hash(text string) string {
	sum := sha256.Sum256([]byte(text))
	return fmt.Sprintf("'sha256-%s'", base64.StdEncoding.EncodeToString(sum[:]))
}

func servePage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", pagePolicy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	fmt.Fprint(w, page)
}
