package lambda

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Config says how a [Program] is started. Only Program has no default.
type Config struct {
	// Program is the path of an executable that speaks the Lambda Runtime API: the
	// bootstrap of a provided.* runtime. It runs in its folder. A relative path is
	// one from the working directory at the time of [NewProgram].
	Program string
	// Archive is the ZIP file that Program is a path in. It is unpacked at the first
	// start, into a temporary folder that [Program.Close] removes. Default: Program is
	// a file.
	Archive string

	// Name is the name of the function. Default: "function".
	Name string
	// Label begins each line of its output. Default: Name.
	Label string
	// ARN is what the function was called by. Default: that of Name, in Region, in
	// the account 123456789012.
	ARN string
	// Region is where it seems to run. Default: us-east-1.
	Region string
	// Version is that of the function. Default: $LATEST.
	Version string
	// Handler is the function's Handler. Default: bootstrap.
	Handler string
	// MemorySize is what the function is told that it has, in MB; nothing holds it
	// to that. Default: 128.
	MemorySize int

	// Environment is the function's own: its variables with their values. They may
	// replace PATH, HOME and TMPDIR, which are the user's, and nothing that AWS
	// reserves.
	Environment map[string]string
	// Endpoints are environment variables that lead AWS SDKs elsewhere, such as
	// AWS_ENDPOINT_URL_DYNAMODB. They replace those of Environment. Without one the
	// SDK calls AWS, which refuses the credentials that a function has here.
	Endpoints map[string]string

	// Timeout is for how long the function may work on a call. Default: 3 s, as in
	// AWS::Lambda::Function.
	Timeout time.Duration
	// InitTimeout is for how long it may start before that counts as work on its
	// first call. Default: 10 s.
	InitTimeout time.Duration
	// Concurrency is how many instances run at most. Default: 10.
	Concurrency int
	// IdleTimeout is when an instance that has nothing to do is stopped. Default: 5
	// minutes.
	IdleTimeout time.Duration

	// Log gets each line that the function prints, without its end: a printable
	// line, cut after 4,096 bytes. It is called by one goroutine at a time. If it
	// does not keep up, lines are left out, and it is told how many. Default: none.
	Log func(line string)
}

// The credentials of functions, which are good for nothing.
const (
	AccessKeyID     = "DUMMYKEYOFALOCALFUNC"
	SecretAccessKey = "dummy-secret-of-a-local-function"
	SessionToken    = "dummy-token-of-a-local-function"
)

// withDefaults returns a copy without a zero value.
func (c Config) withDefaults() Config {
	file := &c.Program
	if c.Archive != "" {
		file = &c.Archive
	}
	if absolute, err := filepath.Abs(*file); err == nil {
		*file = absolute
	}
	c.Name = cmp.Or(c.Name, "function")
	c.Label = line(cmp.Or(c.Label, c.Name), maxMessage)
	c.Region = cmp.Or(c.Region, "us-east-1")
	c.ARN = cmp.Or(c.ARN, fmt.Sprintf("arn:aws:lambda:%s:123456789012:function:%s", c.Region, c.Name))
	c.Version = cmp.Or(c.Version, "$LATEST")
	c.Handler = cmp.Or(c.Handler, "bootstrap")
	c.MemorySize = cmp.Or(max(c.MemorySize, 0), 128)
	c.Timeout = cmp.Or(max(c.Timeout, 0), 3*time.Second)
	c.InitTimeout = cmp.Or(max(c.InitTimeout, 0), 10*time.Second)
	c.Concurrency = cmp.Or(max(c.Concurrency, 0), 10)
	c.IdleTimeout = cmp.Or(max(c.IdleTimeout, 0), 5*time.Minute)
	if c.Log == nil {
		c.Log = func(string) {}
	}
	return c
}

// environment returns the whole environment of an instance, whose Runtime API is
// at address, see "Defined runtime environment variables" of the developer guide.
func (c Config) environment(address string) []string {
	variables := map[string]string{
		"LANG": "en_US.UTF-8",
		"TZ":   ":UTC",
		// What the user's home holds is none of the function's business.
		"AWS_CONFIG_FILE":             os.DevNull,
		"AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
		"AWS_EC2_METADATA_DISABLED":   "true",
		"AWS_XRAY_CONTEXT_MISSING":    "LOG_ERROR",
	}
	for _, name := range []string{"PATH", "HOME", "TMPDIR"} {
		if value, ok := os.LookupEnv(name); ok {
			variables[name] = value
		}
	}
	maps.Copy(variables, c.Environment)
	maps.Copy(variables, c.Endpoints)
	maps.Copy(variables, map[string]string{ // reserved: a function cannot set them
		"_HANDLER":                        c.Handler,
		"AWS_ACCESS_KEY_ID":               AccessKeyID,
		"AWS_SECRET_ACCESS_KEY":           SecretAccessKey,
		"AWS_SESSION_TOKEN":               SessionToken,
		"AWS_REGION":                      c.Region,
		"AWS_DEFAULT_REGION":              c.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        c.Name,
		"AWS_LAMBDA_FUNCTION_VERSION":     c.Version,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(c.MemorySize),
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + c.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      time.Now().UTC().Format("2006/01/02/") + "[" + c.Version + "]local",
		"AWS_LAMBDA_RUNTIME_API":          address,
		"LAMBDA_TASK_ROOT":                filepath.Dir(c.Program),
	})
	environment := make([]string, 0, len(variables))
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		// Such a variable the system would not take, or take for another one.
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(variables[name], "\x00") {
			continue
		}
		environment = append(environment, name+"="+variables[name])
	}
	return environment
}
