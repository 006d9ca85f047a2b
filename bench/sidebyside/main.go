// Sidebyside prints a table that compares `weather-events serve` with
// serverless-offline. Both serve the same Node function behind an authorizer,
// alternately. Run it with `make bench-serverless`.
package main

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/oauth2/clientcredentials"
)

const folder = "bench/serverless"

func main() {
	rounds := flag.Int("rounds", 5, "number of starts of each server")
	load := flag.Duration("load", 5*time.Second, "duration of the load test of each server")
	flag.Parse()
	if err := run(*rounds, *load); err != nil {
		fmt.Fprintln(os.Stderr, "sidebyside:", err)
		os.Exit(1)
	}
}

// server is one of the two servers.
type server struct {
	words       []string
	environment []string
	url         string // URL of the called method
}

func run(rounds int, load time.Duration) error {
	dir, err := os.MkdirTemp("", "sidebyside")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	command := filepath.Join(dir, "weather-events")
	if out, err := exec.Command("go", "build", "-o", command, "./cmd/weather-events").CombinedOutput(); err != nil {
		return fmt.Errorf("%w\n%s", err, out)
	}
	ports, err := freePorts(3)
	if err != nil {
		return err
	}
	bootstrap, err := filepath.Abs(filepath.Join(folder, "bootstrap"))
	if err != nil {
		return err
	}
	ours := server{words: []string{command, "serve", "--json", "--addr", "127.0.0.1:" + ports[0],
		"--template", "local/testdata/orders.template.yaml", "--lambda", "Orders=" + bootstrap}}
	token, keys, err := ours.prepare()
	if err != nil {
		return err
	}
	theirs := server{
		words:       []string{filepath.Join(folder, "node_modules/.bin/serverless"), "offline", "--httpPort", ports[1], "--lambdaPort", ports[2], "--noPrependStageInUrl"},
		environment: []string{"JWKS=" + keys, "SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off"},
		url:         "http://localhost:" + ports[1] + "/orders/7",
	}
	var measured [2][]figures
	for range rounds {
		for i, s := range []server{ours, theirs} {
			f, err := s.measure(token, load)
			if err != nil {
				return fmt.Errorf("%s: %w", filepath.Base(s.words[0]), err)
			}
			measured[i] = append(measured[i], f)
		}
	}
	return print(rounds, load, measured)
}

// prepare starts the server once to get its URL, a token, and the keys that verify
// it. All stay the same for the same template and address.
func (s *server) prepare() (token, keys string, err error) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	process := exec.CommandContext(ctx, s.words[0], s.words[1:]...)
	process.Stderr = os.Stderr
	out, err := process.StdoutPipe()
	if err != nil {
		return "", "", err
	}
	if err := process.Start(); err != nil {
		return "", "", err
	}
	defer process.Wait()
	defer cancel()
	var ready struct {
		APIs    []struct{ URL string }
		Clients []struct{ ClientID, ClientSecret, TokenURL string }
	}
	if err := json.NewDecoder(out).Decode(&ready); err != nil {
		return "", "", err
	}
	s.url = ready.APIs[0].URL + "orders/7"
	client := ready.Clients[0]
	credentials := clientcredentials.Config{ClientID: client.ClientID, ClientSecret: client.ClientSecret, TokenURL: client.TokenURL}
	issued, err := credentials.Token(ctx)
	if err != nil {
		return "", "", err
	}
	issuer, err := issuerOf(issued.AccessToken)
	if err != nil {
		return "", "", err
	}
	answer, err := http.Get(issuer + "/.well-known/jwks.json")
	if err != nil {
		return "", "", err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	return issued.AccessToken, string(data), err
}

// figures are the measurements of one start.
type figures struct {
	start, firstCall time.Duration
	alone, crowd     float64 // calls per second of one caller and of eight
	memory           float64 // MiB of the server and its functions
}

func (s *server) measure(token string, load time.Duration) (f figures, err error) {
	process := exec.Command(s.words[0], s.words[1:]...)
	process.Env = append(os.Environ(), s.environment...)
	var log strings.Builder
	process.Stdout, process.Stderr = &log, &log
	if strings.HasPrefix(s.words[0], folder) {
		process.Dir = folder
		process.Path, err = filepath.Abs(s.words[0])
		if err != nil {
			return f, err
		}
	}
	begin := time.Now()
	if err := process.Start(); err != nil {
		return f, err
	}
	defer process.Wait()
	defer process.Process.Signal(os.Interrupt)
	caller := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: 30 * time.Second}
	defer caller.CloseIdleConnections()
	for status := 0; status != http.StatusUnauthorized; {
		if time.Since(begin) > time.Minute {
			return f, fmt.Errorf("no answer:\n%s", log.String())
		}
		if status, err = get(caller, s.url, ""); err != nil {
			time.Sleep(2 * time.Millisecond)
		}
	}
	f.start = time.Since(begin)
	begin = time.Now()
	if status, err := get(caller, s.url, token); err != nil || status != http.StatusOK {
		return f, fmt.Errorf("the first call: %d, %v\n%s", status, err, log.String())
	}
	f.firstCall = time.Since(begin)
	for _, crowd := range []struct {
		callers int
		rate    *float64
	}{{1, &f.alone}, {8, &f.crowd}} {
		if _, err := callsASecond(caller, s.url, token, crowd.callers, load/2); err != nil { // warms up
			return f, err
		}
		if *crowd.rate, err = callsASecond(caller, s.url, token, crowd.callers, load); err != nil {
			return f, err
		}
	}
	f.memory, err = residentMemory(process.Process.Pid)
	return f, err
}

func get(caller *http.Client, url, token string) (status int, err error) {
	request, err := http.NewRequest(http.MethodGet, url, nil)
	if err != nil {
		return 0, err
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := caller.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// callsASecond returns the number of calls per second that are answered with 200.
// Any other answer is an error.
func callsASecond(caller *http.Client, url, token string, callers int, load time.Duration) (float64, error) {
	var calls atomic.Int64
	var failed atomic.Value
	var wait sync.WaitGroup
	begin := time.Now()
	for range callers {
		wait.Go(func() {
			for time.Since(begin) < load && failed.Load() == nil {
				if status, err := get(caller, url, token); err != nil || status != http.StatusOK {
					failed.Store(fmt.Errorf("a call of %d callers: %d, %v", callers, status, err))
				}
				calls.Add(1)
			}
		})
	}
	wait.Wait()
	err, _ := failed.Load().(error)
	return float64(calls.Load()) / time.Since(begin).Seconds(), err
}

func print(rounds int, load time.Duration, measured [2][]figures) error {
	node, err := exec.Command("node", "--version").Output()
	if err != nil {
		return err
	}
	version, err := versionOf("serverless-offline")
	if err != nil {
		return err
	}
	fmt.Printf("%s, %d CPUs, %s, Node %s, serverless-offline %s, medians of %d rounds, %v of calls each\n\n",
		time.Now().Format(time.DateOnly), runtime.NumCPU(), runtime.Version(), strings.TrimSpace(string(node)), version, rounds, load)
	fmt.Println("| what | weather-events serve | serverless-offline | ratio |")
	fmt.Println("|---|---|---|---|")
	for _, row := range []struct {
		what, unit string
		of         func(figures) float64
	}{
		{"start, to the first answer", "ms", func(f figures) float64 { return milliseconds(f.start) }},
		{"first call of the function", "ms", func(f figures) float64 { return milliseconds(f.firstCall) }},
		{"one caller", "calls/s", func(f figures) float64 { return f.alone }},
		{"eight callers", "calls/s", func(f figures) float64 { return f.crowd }},
		{"memory after that, functions included", "MiB", func(f figures) float64 { return f.memory }},
	} {
		ours, theirs := median(measured[0], row.of), median(measured[1], row.of)
		fmt.Printf("| %s | %.0f %s | %.0f %s | %.2f |\n", row.what, ours, row.unit, theirs, row.unit, ours/theirs)
	}
	return nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

func median(all []figures, of func(figures) float64) float64 {
	var values []float64
	for _, f := range all {
		values = append(values, of(f))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func versionOf(name string) (string, error) {
	data, err := os.ReadFile(filepath.Join(folder, "node_modules", name, "package.json"))
	if err != nil {
		return "", err
	}
	var manifest struct{ Version string }
	err = json.Unmarshal(data, &manifest)
	return manifest.Version, err
}

func freePorts(n int) (ports []string, err error) {
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer listener.Close()
		_, port, err := net.SplitHostPort(listener.Addr().String())
		if err != nil {
			return nil, err
		}
		ports = append(ports, port)
	}
	return ports, nil
}

// issuerOf returns the URL of the keys that verify a token.
func issuerOf(token string) (string, error) {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return "", fmt.Errorf("the token has %d parts", len(parts))
	}
	data, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", err
	}
	var claims struct{ Iss string }
	err = json.Unmarshal(data, &claims)
	return claims.Iss, err
}

// residentMemory returns the memory of a process and its children in MiB, read from
// /proc. Shared memory counts once for each process.
func residentMemory(pid int) (float64, error) {
	statuses, err := filepath.Glob("/proc/[0-9]*/status")
	if err != nil || len(statuses) == 0 {
		return 0, errors.Join(err, errors.New("memory is read from /proc, which exists on Linux only"))
	}
	parents, resident := map[int]int{}, map[int]float64{}
	for _, file := range statuses {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended
		}
		id, _ := strconv.Atoi(filepath.Base(filepath.Dir(file)))
		for line := range strings.Lines(string(data)) {
			var kib float64
			if value, found := strings.CutPrefix(line, "PPid:"); found {
				parents[id], _ = strconv.Atoi(strings.TrimSpace(value))
			} else if value, found := strings.CutPrefix(line, "VmRSS:"); found {
				if _, err := fmt.Sscanf(value, "%f kB", &kib); err == nil {
					resident[id] = kib / 1024
				}
			}
		}
	}
	var all float64
	for id, memory := range resident {
		for ancestor := id; ancestor > 1; ancestor = parents[ancestor] {
			if ancestor == pid {
				all += memory
				break
			}
		}
	}
	return all, nil
}
