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

// Config describes a [Program]. Only Program has no default.
type Config struct {
	// Program is the path of an executable that implements the Lambda Runtime API: the
	// bootstrap of a provided.* runtime. It runs in its own folder. A relative path is
	// resolved in [NewProgram].
	Program string
	// Archive is a ZIP file that contains Program. It is unpacked at the first start
	// into a temporary folder that [Program.Close] removes. Default: Program is a file.
	Archive string

	// Name is the function name. Default: "function".
	Name string
	// Label prefixes each line of output. Default: Name.
	Label string
	// ARN is the invoked ARN. Default: the ARN of Name in Region, in the account
	// 123456789012.
	ARN string
	// Region is the Region that the function sees. Default: us-east-1.
	Region string
	// Version is the function version. Default: $LATEST.
	Version string
	// Handler is the function's Handler. Default: bootstrap.
	Handler string
	// MemorySize is the memory in MB that the function is told; it is not enforced.
	// Default: 128.
	MemorySize int

	// Environment are the function's environment variables. They may replace PATH, HOME
	// and TMPDIR, which come from the user, but none that AWS reserves.
	Environment map[string]string
	// Endpoints are environment variables that redirect AWS SDKs, such as
	// AWS_ENDPOINT_URL_DYNAMODB. They replace those of Environment. Without an endpoint
	// the SDK calls AWS, which refuses the credentials that functions have here.
	Endpoints map[string]string

	// Timeout bounds a call. Default: 3 s, as in AWS::Lambda::Function.
	Timeout time.Duration
	// InitTimeout bounds the start; time beyond it counts towards the first call.
	// Default: 10 s.
	InitTimeout time.Duration
	// Concurrency is the maximum number of instances. Default: 10.
	Concurrency int
	// IdleTimeout is the time after which an idle instance is stopped. Default: 5
	// minutes.
	IdleTimeout time.Duration

	// Log gets each line that the function prints, without the line end: a printable
	// line, cut after 4,096 bytes. It is called by one goroutine at a time. If it is
	// too slow, lines are dropped, and it gets their number. Default: none.
	Log func(line string)
}

// The credentials of functions. They are invalid everywhere.
const (
	AccessKeyID     = "DUMMYKEYOFALOCALFUNC"
	SecretAccessKey = "dummy-secret-of-a-local-function"
	SessionToken    = "dummy-token-of-a-local-function"
)

// withDefaults returns a copy with every default set.
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

// environment returns the environment of an instance whose Runtime API is at
// address. Source: "Defined runtime environment variables", AWS Lambda Developer
// Guide.
func (c Config) environment(address string) []string {
	variables := map[string]string{
		"LANG": "en_US.UTF-8",
		"TZ":   ":UTC",
		// Keep the user's AWS configuration from the function.
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
	maps.Copy(variables, map[string]string{ // reserved: the function cannot replace them
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
		// The system would reject such a variable, or misread it.
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(variables[name], "\x00") {
			continue
		}
		environment = append(environment, name+"="+variables[name])
	}
	return environment
}
