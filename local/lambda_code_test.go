package local_test

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"example.com/weather-events-api/local"
)

// zipped returns a ZIP file with entries. An entry without content gets the test
// binary.
func zipped(t *testing.T, entries map[*zip.FileHeader]string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "code.zip")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	archive := zip.NewWriter(file)
	for header, content := range entries {
		to, err := archive.CreateHeader(header)
		if err != nil {
			t.Fatal(err)
		}
		if content != "" || header.Mode().IsDir() {
			io.WriteString(to, content)
			continue
		}
		own, err := os.Open(must(os.Executable()))
		if err == nil {
			_, err = io.Copy(to, own)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(archive.Close(), file.Close()); err != nil {
		t.Fatal(err)
	}
	return name
}

func entry(name string, mode os.FileMode) *zip.FileHeader {
	header := &zip.FileHeader{Name: name}
	header.SetMode(mode)
	return header
}

// assembly writes a cloud assembly with the orders template and its assets: files or
// folders by the key of their upload.
func assembly(t *testing.T, template []byte, assets map[string]string) local.Source {
	t.Helper()
	dir := t.TempDir()
	type asset map[string]any
	files := map[string]asset{}
	for key, from := range assets {
		name := "asset." + key
		if err := os.Rename(from, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
		files[key] = asset{"source": asset{"path": name, "packaging": "file"}, "destinations": asset{"current": asset{"bucketName": "b", "objectKey": key}}}
	}
	listed, _ := json.Marshal(asset{"version": "39.0.0", "files": files})
	for name, content := range map[string]string{
		"manifest.json": `{"version":"39.0.0","artifacts":{"Shop.assets":{"type":"cdk:asset-manifest","properties":{"file":"Shop.assets.json"}},
			"Shop":{"type":"aws:cloudformation:stack","environment":"aws://unknown-account/unknown-region","properties":{"templateFile":"Shop.template.json"}}}}`,
		"Shop.assets.json": string(listed), "Shop.template.json": string(template),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return local.FromAssembly(dir)
}

// TestFunctionOfAnAssembly checks that a function's bootstrap answers, wherever the
// code is, and that no unpacked file is left.
func TestFunctionOfAnAssembly(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	folder := filepath.Join(t.TempDir(), "code")
	bootstrapIn(t, folder)
	template := func(oldnew ...string) []byte {
		return templateWith(t, "", append([]string{poolVariable, "{BEHAVIOUR: process}"}, oldnew...)...)
	}
	archive := func() string {
		return zipped(t, map[*zip.FileHeader]string{entry("lib/", os.ModeDir|0o755): "", entry("lib/data.txt", 0o644): "data", entry("bootstrap", 0o755): ""})
	}
	for name, source := range map[string]local.Source{
		"a folder":            assembly(t, template(), map[string]string{"orders.zip": folder}),
		"a ZIP file":          assembly(t, template(), map[string]string{"orders.zip": archive()}),
		"as CDK notes it":     assembly(t, template("S3Key: orders.zip", `S3Key: !Join ["", [x, y]]`, "Type: AWS::Lambda::Function", `Type: AWS::Lambda::Function`+"\n    "+`Metadata: {"aws:asset:path": asset.noted, "aws:asset:property": Code}`), map[string]string{"noted": archive()}),
		"beside the template": behaving(t, "process", ""),
	} {
		t.Run(name, func(t *testing.T) {
			server, err := local.New(source)
			if err != nil {
				t.Fatal(err)
			}
			if got := server.Backends()[0]; got.State != "started from the assembly" || got.Target == "" || !got.Answers() {
				t.Errorf("got the backend %+v", got)
			}
			got := callOrders(t, server)
			if got.status != 200 {
				t.Errorf("got %d %s", got.status, got.body)
			}
			if err := server.Close(); err != nil {
				t.Error(err)
			}
			if _, err := os.Stat("/proc/" + got.body); runtime.GOOS == "linux" && err == nil {
				t.Error("the process still runs")
			}
			if left, _ := os.ReadDir(temporary); len(left) > 0 {
				t.Errorf("files left: %v", left)
			}
		})
	}
}

// TestFunctionThatIsNotStarted checks the message about a function whose code cannot
// run here, and that its calls get 500.
func TestFunctionThatIsNotStarted(t *testing.T) {
	folder := func(make func(dir string) error) string {
		dir := t.TempDir()
		if err := make(dir); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	holding := func(content string, mode os.FileMode) string {
		return folder(func(dir string) error { return os.WriteFile(filepath.Join(dir, "bootstrap"), []byte(content), mode) })
	}
	elf := "\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x02\x00\xf3\x00" // RISC-V
	foreign := "arm64"
	if runtime.GOARCH == foreign {
		foreign = "amd64"
	}
	machine := map[string]string{"arm64": "\xb7", "amd64": "\x3e"}[foreign]
	program := map[*zip.FileHeader]string{entry("bootstrap", 0o755): "#!/bin/sh"}
	with := func(header *zip.FileHeader, content string) map[*zip.FileHeader]string {
		return map[*zip.FileHeader]string{entry("bootstrap", 0o755): "#!/bin/sh", header: content}
	}
	const provided = "provided.al2023"
	for name, c := range map[string]struct{ code, runtime, want string }{
		"another runtime":       {zipped(t, program), "nodejs22.x", `its runtime "nodejs22.x" is not started here`},
		"Go before provided.*":  {zipped(t, program), "go1.x", `its runtime "go1.x" is not started here`},
		"another architecture":  {holding(strings.Replace(elf, "\xf3", machine, 1), 0o755), provided, "bootstrap is a program for linux/" + foreign + ", and this machine is "},
		"no bootstrap":          {folder(func(string) error { return nil }), provided, "there is no bootstrap: no such file"},
		"a folder":              {folder(func(dir string) error { return os.Mkdir(filepath.Join(dir, "bootstrap"), 0o755) }), provided, "bootstrap is a folder"},
		"not executable":        {holding("#!/bin/sh", 0o644), provided, "bootstrap is not executable: chmod +x"},
		"not executable in ZIP": {zipped(t, map[*zip.FileHeader]string{entry("bootstrap", 0o644): "#!/bin/sh"}), provided, "bootstrap is not executable: chmod +x"},
		"empty":                 {holding("", 0o755), provided, "bootstrap is not a program"},
		"a text":                {holding("echo I am a text and no script", 0o755), provided, "bootstrap is not a program"},
		"no ZIP file":           {filepath.Join(holding("PK?", 0o644), "bootstrap"), provided, "its code is neither a folder nor a ZIP file"},
		"none in ZIP":           {zipped(t, map[*zip.FileHeader]string{entry("main", 0o755): "#!/bin/sh"}), provided, "there is no bootstrap in it"},
		"out of the folder":     {zipped(t, with(entry("lib/../../../escaped", 0o644), "x")), provided, "would be unpacked elsewhere: lib/../../../escaped"},
		"an absolute path":      {zipped(t, with(entry("/escaped", 0o644), "x")), provided, "would be unpacked elsewhere: /escaped"},
		"by backslashes":        {zipped(t, with(entry(`..\escaped`, 0o644), "x")), provided, `would be unpacked elsewhere: ..\escaped`},
		"a link":                {zipped(t, with(entry("link", os.ModeSymlink|0o777), "/etc/passwd")), provided, "its code has a link or a device, which cannot be unpacked"},
	} {
		t.Run(name, func(t *testing.T) {
			var refused string
			template := templateWith(t, "", "Runtime: provided.al2023", "Runtime: "+c.runtime)
			server := serveSource(t, assembly(t, template, map[string]string{"orders.zip": c.code}), local.WithAccessLog(func(a local.Access) { refused = a.Refused }))
			if runtime.GOOS != "linux" && !strings.Contains(c.want, "ZIP") && c.want == "bootstrap is not a program" {
				return
			}
			if got := server.Backends()[0]; got.State != "missing" || !strings.Contains(got.Reason, c.want) {
				t.Errorf("got the backend %+v\nwant %s", got, c.want)
			}
			if got := callOrders(t, server); got.status != 500 || !strings.Contains(refused, c.want) || !strings.Contains(refused, "--lambda Orders=http://127.0.0.1:3001") {
				t.Errorf("got %d %s, and the log says %q", got.status, got.body, refused)
			}
		})
	}
}

// TestArchiveThatGrows checks that code larger than its declared size is not unpacked
// and that no file is left.
func TestArchiveThatGrows(t *testing.T) {
	temporary := t.TempDir()
	archive := zipped(t, map[*zip.FileHeader]string{
		entry("bootstrap", 0o755): "#!/bin/sh\n", {Name: "zeros", Method: zip.Deflate}: strings.Repeat("\x00", 251<<20),
	})
	t.Setenv("TMPDIR", temporary)
	var refused string
	server := serveSource(t, assembly(t, templateWith(t, ""), map[string]string{"orders.zip": archive}), local.WithAccessLog(func(a local.Access) { refused = a.Refused }))
	got := callOrders(t, server)
	if got.status != 500 || !strings.Contains(refused, "cannot be unpacked: zeros: its code comes to more than 250 MB") {
		t.Errorf("got %d, and the log says %q", got.status, refused)
	}
	if left, _ := os.ReadDir(temporary); len(left) > 0 {
		t.Errorf("files left: %v", left)
	}
}
