package local_test

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"example.com/weather-events-api/local"
)

// proxyAnswer is what the functions answer.
type proxyAnswer struct {
	StatusCode int    `json:"statusCode"`
	Body       string `json:"body"`
}

func answerText(text string) (proxyAnswer, error) { return proxyAnswer{200, text}, nil }

// behaviours are what the test binary does as the program of a function.
var behaviours = map[string]func(){
	"environment": func() {
		lambda.Start(func() (proxyAnswer, error) {
			text, _ := json.Marshal(os.Environ())
			return answerText(string(text))
		})
	},
	"process": func() {
		lambda.Start(func() (proxyAnswer, error) {
			time.Sleep(20 * time.Millisecond)
			return answerText(fmt.Sprint(os.Getpid()))
		})
	},
	"print the secret": func() {
		fmt.Println("starts with", os.Getenv("SECRET"))
		lambda.Start(func() error { return errors.New("refused " + os.Getenv("SECRET")) })
	},
	"print 1 GB": func() {
		lambda.Start(func() (proxyAnswer, error) {
			chunk := []byte(strings.Repeat("x", 1<<20))
			for range 1 << 10 {
				os.Stdout.Write(chunk)
			}
			return answerText("printed")
		})
	},
	"panic":             func() { lambda.Start(func() { panic("no more orders") }) },
	"crash":             func() { lambda.Start(func() { os.Exit(3) }) },
	"exit before ready": func() { os.Exit(4) },
	"sleep":             func() { lambda.Start(func() { time.Sleep(time.Minute) }) },
	"huge answer":       func() { lambda.Start(func() (string, error) { return strings.Repeat("x", 7<<20), nil }) },
}

const s3Code = "Code: {S3Bucket: code, S3Key: orders.zip}"

const poolVariable = "{POOL: !Ref Pool}"

// behaving is the template with a function whose code is in a folder beside it, and
// which behaves as named.
func behaving(t *testing.T, behaviour, more string, oldnew ...string) local.Source {
	t.Helper()
	dir := t.TempDir()
	bootstrapIn(t, filepath.Join(dir, "code"))
	file := filepath.Join(dir, "orders.yaml")
	changes := append([]string{s3Code, "Code: ./code", poolVariable, "{BEHAVIOUR: " + behaviour + ", GORACE: atexit_sleep_ms=0}"}, oldnew...)
	if err := os.WriteFile(file, templateWith(t, more, changes...), 0o600); err != nil {
		t.Fatal(err)
	}
	return local.FromTemplateFile(file)
}

// bootstrapIn makes the test binary the bootstrap of a folder.
func bootstrapIn(t *testing.T, dir string) {
	t.Helper()
	own, err := os.Executable()
	if err == nil {
		err = os.MkdirAll(dir, 0o700)
	}
	if err == nil {
		err = os.Symlink(own, filepath.Join(dir, "bootstrap"))
	}
	if err != nil {
		t.Fatal(err)
	}
}

// zipped returns a ZIP file with entries, whose content is the test binary if it is
// empty.
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

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func entry(name string, mode os.FileMode) *zip.FileHeader {
	header := &zip.FileHeader{Name: name}
	header.SetMode(mode)
	return header
}

// assembly writes a cloud assembly with the template of the orders and its assets,
// files or folders by the key that they are uploaded under.
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

// TestFunctionOfAnAssembly checks that the bootstrap in the code of a function
// answers, wherever the code is, and that nothing of it is left.
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
			if got := server.Backends()[0]; got.State != local.StartedHere || got.Target == "" || !got.Answers() {
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
				t.Error("the process runs on")
			}
			if left, _ := os.ReadDir(temporary); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
		})
	}
}

// lines collects what is logged.
type lines struct {
	lock  sync.Mutex
	lines []string
}

func (l *lines) add(line string) {
	l.lock.Lock()
	defer l.lock.Unlock()
	l.lines = append(l.lines, line)
}

func (l *lines) all() string {
	l.lock.Lock()
	defer l.lock.Unlock()
	return strings.Join(l.lines, "\n")
}

func TestEnvironmentOfAFunction(t *testing.T) {
	t.Setenv("ONLY_MINE", "private")
	t.Setenv("AWS_PROFILE", "production")
	t.Setenv("TMPDIR", t.TempDir())
	variables := `{BEHAVIOUR: environment, POOL: !Ref Pool, API: !Ref Api, JOINED: !Sub "${Pool.Arn}/x", IMPORTED: !ImportValue other-stack, SECRET: !GetAtt Reader.ClientSecret,
      LEFT: !GetAtt Table.Nothing, GONE: !Ref AWS::NoValue, COUNT: 7, ON: true, LINES: "a\nb", NUL: "a\0b"}`
	source := behaving(t, "environment", "\n  Table: {Type: AWS::DynamoDB::Table}\n",
		"{BEHAVIOUR: environment, GORACE: atexit_sleep_ms=0}", variables, "Handler: bootstrap", "Handler: orders.handle, MemorySize: 512, Timeout: 20")
	var log lines
	server, err := local.New(source, local.WithImports(map[string]string{"other-stack": "imported"}), local.WithLog(log.add),
		local.WithAWSEndpoint("", "http://127.0.0.1:4566"), local.WithAWSEndpoint("states", "http://127.0.0.1:8083"), local.WithAWSEndpoint("dynamodb", "http://127.0.0.1:8000"))
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	var environment []string
	if err := json.Unmarshal([]byte(callOrders(t, server).body), &environment); err != nil {
		t.Fatal(err)
	}
	pool := server.UserPools()[0]
	for _, want := range []string{
		"POOL=" + pool.ARN[strings.LastIndex(pool.ARN, "/")+1:], "API=" + strings.Split(server.APIs()[0].URL, "/")[3], "JOINED=" + pool.ARN + "/x", "IMPORTED=imported", "COUNT=7", "ON=true", "LINES=a\nb",
		"SECRET=" + server.Client("Reader").Secret,
		"_HANDLER=orders.handle", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512", "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ENDPOINT_URL=http://127.0.0.1:4566", "AWS_ENDPOINT_URL_SFN=http://127.0.0.1:8083", "AWS_ENDPOINT_URL_DYNAMODB=http://127.0.0.1:8000",
		"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "TMPDIR=" + os.Getenv("TMPDIR"),
	} {
		if !slices.Contains(environment, want) {
			t.Errorf("no %q in %q", want, environment)
		}
	}
	for _, has := range environment {
		name, _, _ := strings.Cut(has, "=")
		if slices.Contains([]string{"ONLY_MINE", "AWS_PROFILE", "LEFT", "GONE", "NUL"}, name) {
			t.Errorf("the function sees %s", has)
		}
	}
	for _, want := range []string{"Orders: left out of its environment: Orders.Properties.Environment.Variables.LEFT", "Orders: the environment variable NUL is left out"} {
		if strings.Count(log.all(), want) != 1 {
			t.Errorf("want %q once in the log\n%s", want, log.all())
		}
	}
	if strings.Contains(log.all(), server.Client("Reader").Secret) || strings.Contains(log.all(), "GONE") {
		t.Errorf("the log says\n%s", log.all())
	}
}

// TestUnusedFunctionIsNotLookedAt checks that nothing about a function keeps its stack
// from being served that no method leads to.
func TestUnusedFunctionIsNotLookedAt(t *testing.T) {
	var log lines
	server := serveSource(t, ordersWith(t, `
  Other: {Type: AWS::Lambda::Function, Properties: {Runtime: provided.al2023, Timeout: x, Code: ./nowhere, Environment: {Variables: {A: !GetAtt Pool.Nothing, B: !ImportValue nowhere}}}}
`), local.WithLambda("Orders", says("an order")), local.WithLog(log.add))
	if got := server.Backends(); len(got) != 1 || log.all() != "" {
		t.Errorf("got %v, and the log says %s", got, log.all())
	}
}

// TestSecretOfAFunctionIsNotLogged checks what a function prints and fails with.
func TestSecretOfAFunctionIsNotLogged(t *testing.T) {
	var log lines
	source := behaving(t, "x", "", "{BEHAVIOUR: x,", `{BEHAVIOUR: "print the secret", SECRET: !GetAtt Reader.ClientSecret,`)
	server, err := local.New(source, local.WithLog(log.add), local.WithAccessLog(func(a local.Access) { log.add(a.Refused) }))
	if err != nil {
		t.Fatal(err)
	}
	if got := callOrders(t, server); got.status != 502 {
		t.Errorf("got %d %s", got.status, got.body)
	}
	server.Close()
	const printed, failed = "Orders: starts with the client secret of Reader", "refused the client secret of Reader"
	if got := log.all(); !strings.Contains(got, printed) || !strings.Contains(got, failed) || strings.Contains(got, server.Client("Reader").Secret) {
		t.Errorf("the log says\n%s", got)
	}
}

// TestFunctionThatIsNotStarted checks what is said about one whose code does not run
// here, and that its calls are answered 500.
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
		"empty":                 {holding("", 0o755), provided, "bootstrap is no program"},
		"a text":                {holding("echo I am a text and no script", 0o755), provided, "bootstrap is no program"},
		"no ZIP file":           {filepath.Join(holding("PK?", 0o644), "bootstrap"), provided, "its code is neither a folder nor a ZIP file"},
		"none in ZIP":           {zipped(t, map[*zip.FileHeader]string{entry("main", 0o755): "#!/bin/sh"}), provided, "there is no bootstrap in it"},
		"out of the folder":     {zipped(t, with(entry("lib/../../../escaped", 0o644), "x")), provided, "would be unpacked elsewhere: lib/../../../escaped"},
		"an absolute path":      {zipped(t, with(entry("/escaped", 0o644), "x")), provided, "would be unpacked elsewhere: /escaped"},
		"by backslashes":        {zipped(t, with(entry(`..\escaped`, 0o644), "x")), provided, `would be unpacked elsewhere: ..\escaped`},
		"a link":                {zipped(t, with(entry("link", os.ModeSymlink|0o777), "/etc/passwd")), provided, "its code has a link, or a device, which is not unpacked: link"},
	} {
		t.Run(name, func(t *testing.T) {
			var refused string
			template := templateWith(t, "", "Runtime: provided.al2023", "Runtime: "+c.runtime)
			server := serveSource(t, assembly(t, template, map[string]string{"orders.zip": c.code}), local.WithAccessLog(func(a local.Access) { refused = a.Refused }))
			if runtime.GOOS != "linux" && !strings.Contains(c.want, "ZIP") && c.want == "bootstrap is no program" {
				return
			}
			if got := server.Backends()[0]; got.State != local.Missing || !strings.Contains(got.Reason, c.want) {
				t.Errorf("got the backend %+v\nwant %s", got, c.want)
			}
			if got := callOrders(t, server); got.status != 500 || !strings.Contains(refused, c.want) || !strings.Contains(refused, "--lambda Orders=http://127.0.0.1:3001") {
				t.Errorf("got %d %s, and the log says %q", got.status, got.body, refused)
			}
		})
	}
}

// TestArchiveThatGrows checks that code which is larger than it says is not unpacked,
// and leaves nothing.
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
		t.Errorf("%v is left", left)
	}
}

// TestFailuresOfAProgram checks what the client gets, and what the log says.
func TestFailuresOfAProgram(t *testing.T) {
	for _, c := range []struct {
		behaviour, properties string
		status                int
		reason                string
	}{
		{"panic", "", 502, "no more orders"},
		{"crash", "", 502, "Runtime exited with error: exit status 3"},
		{"exit before ready", "", 502, "Runtime exited with error: exit status 4"},
		{"sleep", ", Timeout: 1", 502, "Task timed out after 1.00 seconds"},
		{"sleep", ", Timeout: 60", 504, "did not answer within 3s"},
		{"huge answer", "", 502, "Response payload size exceeded maximum allowed payload size"},
	} {
		t.Run(c.behaviour+c.properties, func(t *testing.T) {
			var refused string
			source := behaving(t, "x", "", "{BEHAVIOUR: x,", fmt.Sprintf("{BEHAVIOUR: %q,", c.behaviour), "Handler: bootstrap", "Handler: bootstrap"+c.properties, "Type: AWS_PROXY", "Type: AWS_PROXY\n        TimeoutInMillis: 3000")
			server := serveSource(t, source, local.WithAccessLog(func(a local.Access) { refused = a.Refused }))
			want := map[int]string{502: `{"message":"Internal server error"}`, 504: `{"message":"Endpoint request timed out"}`}[c.status]
			if got := callOrders(t, server); got.status != c.status || got.body != want || !strings.Contains(refused, c.reason) {
				t.Errorf("got %d %s, and the log says %q", got.status, got.body, refused)
			}
		})
	}
}

// TestOutputOfAFunctionIsBounded checks that what a function prints is not held.
func TestOutputOfAFunctionIsBounded(t *testing.T) {
	source := behaving(t, "x", "", "{BEHAVIOUR: x,", `{BEHAVIOUR: "print 1 GB",`, "Handler: bootstrap", "Handler: bootstrap, Timeout: 29")
	var log lines
	server := serveSource(t, source, local.WithLog(log.add))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if got := callOrders(t, server); got.status != 200 || got.body != "printed" {
		t.Errorf("got %d %s", got.status, got.body)
	}
	runtime.ReadMemStats(&after)
	if grown := int64(after.Sys) - int64(before.Sys); grown > 64<<20 {
		t.Errorf("the memory grew by %d MB", grown>>20)
	}
	if got := len(log.all()); got > 8<<20 {
		t.Errorf("%d bytes were logged", got)
	}
}

// TestManyCallsAtOnce checks that 500 calls at once are answered by ten processes.
func TestManyCallsAtOnce(t *testing.T) {
	server := serveSource(t, behaving(t, "process", ""))
	bearer := token(t, server.Client("Reader"))
	var processes sync.Map
	var calls sync.WaitGroup
	for range 500 {
		calls.Go(func() {
			got := call(t, "GET", server.APIs()[0].URL+"orders/7", bearer, "")
			if got.status != 200 {
				t.Errorf("got %d %s", got.status, got.body)
			}
			processes.Store(got.body, true)
		})
	}
	calls.Wait()
	count := 0
	processes.Range(func(any, any) bool { count++; return true })
	if count < 2 || count > 10 {
		t.Errorf("%d processes answered", count)
	}
}

// TestProgramThatIsNamed checks what a function gets that an option names a program
// for: the environment of its template, whatever its runtime.
func TestProgramThatIsNamed(t *testing.T) {
	source := ordersWith(t, "", "Runtime: provided.al2023", "Runtime: nodejs22.x", poolVariable, "{BEHAVIOUR: environment}")
	own := must(os.Executable())
	server := serveSource(t, source, local.WithLambdaProgram("Orders", own), local.WithLambdaConcurrency(1))
	if got := server.Backends()[0]; got.State != local.Connected || got.Target != own {
		t.Errorf("got the backend %+v", got)
	}
	if got := callOrders(t, server); got.status != 200 || !strings.Contains(got.body, "BEHAVIOUR=environment") {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

func TestWithoutLambda(t *testing.T) {
	server := serveSource(t, behaving(t, "process", ""), local.WithoutLambda())
	if got := server.Backends()[0]; got.State != local.NotStarted || got.Answers() {
		t.Errorf("got the backend %+v", got)
	}
	if got := callOrders(t, server); got.status != 500 {
		t.Errorf("got %d %s", got.status, got.body)
	}
}

// TestCloseEndsCalls checks that a server with functions at work closes soon.
func TestCloseEndsCalls(t *testing.T) {
	server, err := local.New(behaving(t, "sleep", "", "Handler: bootstrap", "Handler: bootstrap, Timeout: 60"))
	if err != nil {
		t.Fatal(err)
	}
	bearer := token(t, server.Client("Reader"))
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for range 20 {
		go func() {
			request, _ := http.NewRequestWithContext(ctx, "GET", server.APIs()[0].URL+"orders/7", nil)
			request.Header.Set("Authorization", bearer)
			if response, err := http.DefaultTransport.RoundTrip(request); err == nil {
				response.Body.Close()
			}
		}()
	}
	time.Sleep(500 * time.Millisecond)
	start := time.Now()
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(start); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
}
