//go:build linux

package lambda_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	awslambda "github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"

	"example.com/weather-events-api/local/internal/lambda"
)

// behaviour is the variable that turns the test binary into a program under test.
const behaviour = "BEHAVIOUR"

func TestMain(m *testing.M) {
	if name := os.Getenv(behaviour); name != "" {
		behaviours[name]()
		os.Exit(0)
	}
	flag.Parse()
	flag.Set("test.parallel", "8") // the tests mostly wait for their programs
	os.Exit(m.Run())
}

var calls int

func handle(ctx context.Context, e event) (answer, error) {
	calls++
	time.Sleep(e.Sleep)
	about, _ := lambdacontext.FromContext(ctx)
	deadline, _ := ctx.Deadline()
	return answer{e.Text, os.Getpid(), calls, about.AwsRequestID, about.InvokedFunctionArn, os.Getenv("_X_AMZN_TRACE_ID"), time.Until(deadline)}, nil
}

type refusedError struct{}

func (refusedError) Error() string { return "no \x1b[31msuch\x1b[0m order" }

// started reports whether an earlier function of the test left its mark.
func started() bool {
	_, err := os.Stat(os.Getenv("MARK"))
	os.WriteFile(os.Getenv("MARK"), nil, 0o600)
	return err == nil
}

// once behaves badly in the first process of a test and well in later ones.
func once(bad func()) func() {
	return func() {
		if !started() {
			bad()
			return
		}
		awslambda.Start(handle)
	}
}

// inCall takes the first call and behaves badly.
func inCall(bad func(id string)) func() {
	return once(func() { id, _ := next(); bad(id) })
}

// behaviours are the programs under test.
var behaviours = map[string]func(){
	"good": func() { awslambda.Start(handle) },
	"raw": func() {
		awslambda.Start(func(_ context.Context, e json.RawMessage) (json.RawMessage, error) { return e, nil })
	},
	"error": func() { awslambda.Start(func() error { return refusedError{} }) },
	"long error": func() { // its cause just fits the header
		awslambda.Start(func() error { return errors.New(strings.Repeat("x", 1<<20-300)) })
	},
	"panic":  once(func() { awslambda.Start(func() { panic("no more") }) }),
	"stream": func() { awslambda.Start(func() (io.Reader, error) { return &breaking{}, nil }) },
	"environment": func() {
		awslambda.Start(func() ([]string, error) {
			folder, err := os.Getwd()
			return append(os.Environ(), "(folder)="+folder), err
		})
	},

	"exit 0 before ready": once(func() {}),
	"exit 3 before ready": once(func() { os.Exit(3) }),
	"init error": once(func() {
		post("init/error", `{"errorType":"Config.Missing","errorMessage":"no table"}`)
	}),
	"init error that stays": once(func() {
		post("init/error", `{"errorType":"Config.Missing","errorMessage":"no table"}`)
		select {}
	}),
	"silence at start":  once(func() { time.Sleep(time.Hour) }),
	"silence in a call": inCall(func(string) { time.Sleep(time.Hour) }),
	"next without answer": inCall(func(string) {
		next()
	}),
	"crash in a call":  inCall(func(string) { os.Exit(42) }),
	"exit in a call":   inCall(func(string) { os.Exit(0) }),
	"killed in a call": inCall(func(string) { syscall.Kill(os.Getpid(), syscall.SIGKILL) }),
	"huge answer":      once(func() { id, _ := next(); postFrom("invocation/"+id+"/response", endless{}) }),
	"7 MB answer": func() {
		awslambda.Start(func() (string, error) { return strings.Repeat("x", 7<<20), nil })
	},
	"answer for another": inCall(func(id string) {
		for _, other := range []string{"x", "00000000-0000-4000-8000-000000000000"} {
			if status := post("invocation/"+other+"/response", `"forged"`); status != http.StatusBadRequest {
				os.Exit(status)
			}
		}
		post("invocation/"+id+"/response", `{"text":"first"}`)
		if status := post("invocation/"+id+"/response", `{"text":"second"}`); status != http.StatusBadRequest {
			os.Exit(1)
		}
		awslambda.Start(handle)
	}),
	"work behind the answer": inCall(func(id string) {
		post("invocation/"+id+"/response", `{"text":"first"}`)
		time.Sleep(500 * time.Millisecond)
		awslambda.Start(handle)
	}),
	"crash behind the answer": inCall(func(id string) {
		post("invocation/"+id+"/response", `{"text":"first"}`)
		os.Exit(1)
	}),
	"crash behind the answer, output held": inCall(func(id string) {
		holdOutput()
		post("invocation/"+id+"/response", `{"text":"first"}`)
		os.Exit(1)
	}),
	"silence behind the answer": inCall(func(id string) {
		post("invocation/"+id+"/response", `{"text":"first"}`)
		time.Sleep(time.Hour)
	}),
	"crash while idle": func() {
		awslambda.Start(func(ctx context.Context, e event) (answer, error) {
			holdOutput()
			time.AfterFunc(200*time.Millisecond, func() { os.Exit(1) })
			return handle(ctx, e)
		})
	},

	"children": func() {
		awslambda.Start(func(ctx context.Context, e event) (answer, error) {
			child := exec.Command("sleep", "1000")
			child.Stdout, child.Stderr = os.Stdout, os.Stderr
			if err := child.Start(); err != nil {
				return answer{}, err
			}
			if e.Text == "crash" {
				fmt.Println("child", child.Process.Pid)
				os.Exit(1)
			}
			got, err := handle(ctx, e)
			got.PID = child.Process.Pid
			return got, err
		})
	},
	"a line of 1 GB": prints(func() {
		chunk := bytes.Repeat([]byte("x"), 1<<20)
		for range 1 << 10 {
			os.Stdout.Write(chunk)
		}
	}),
	"lines of 32 MB": prints(func() {
		chunk := bytes.Repeat([]byte(strings.Repeat("x", 127)+"\n"), 8<<10)
		for range 32 {
			os.Stderr.Write(chunk)
		}
	}),
	"odd lines": prints(func() {
		fmt.Print("plain\n\n\x1b[2Jcleared\rforged\x00\n\xff\xfe\ttab\r\n")
		fmt.Fprintln(os.Stderr, strings.Repeat("é", 4096))
		fmt.Print("no end")
	}),

	"server": server,
}

func prints(what func()) func() {
	return func() {
		awslambda.Start(func(ctx context.Context, e event) (answer, error) {
			what()
			return handle(ctx, e)
		})
	}
}

// server calls a function that sleeps, and prints the function's process id.
func server() {
	function := lambda.NewProgram(lambda.Config{Program: must(os.Executable()), Timeout: time.Hour, Environment: map[string]string{behaviour: "good"}})
	fmt.Println(must(try(context.Background(), function, event{})).PID)
	try(context.Background(), function, event{Sleep: time.Hour})
}

// holdOutput starts a process that leaves the group and holds the output, so the output
// outlives the program.
func holdOutput() {
	child := exec.Command("sleep", "5")
	child.Stdout, child.SysProcAttr = os.Stdout, &syscall.SysProcAttr{Setsid: true}
	if err := child.Start(); err != nil {
		panic(err)
	}
}

func runtimeURL(path string) string {
	return "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/" + path
}

func next() (id string, payload []byte) {
	response := must(http.Get(runtimeURL("invocation/next")))
	defer response.Body.Close()
	if _, err := strconv.ParseInt(response.Header.Get("Lambda-Runtime-Deadline-Ms"), 10, 64); err != nil {
		panic(err)
	}
	return response.Header.Get("Lambda-Runtime-Aws-Request-Id"), must(io.ReadAll(response.Body))
}

func post(path, body string) (status int) { return postFrom(path, strings.NewReader(body)) }

func postFrom(path string, body io.Reader) (status int) {
	response, err := http.Post(runtimeURL(path), "application/json", body)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	return response.StatusCode
}

// endless is a body without an end.
type endless struct{}

func (endless) Read(into []byte) (int, error) { return len(into), nil }

// breaking is an answer that fails halfway.
type breaking struct{ begun bool }

func (b *breaking) Read(into []byte) (int, error) {
	if b.begun {
		return 0, errors.New("the disk is gone")
	}
	b.begun = true
	return copy(into, "half"), nil
}
