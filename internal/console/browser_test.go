package console_test

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"example.com/weather-events-api/internal/console"
)

// browsers are the program names of Chromium and Chrome.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"}

// closeBrowser ends the browser.
var closeBrowser = func() {}

func TestMain(m *testing.M) {
	status := m.Run()
	closeBrowser()
	os.Exit(status)
}

// startBrowser starts one browser for all tests. It returns nil if none is installed.
var startBrowser = sync.OnceValues(func() (context.Context, error) {
	index := slices.IndexFunc(browsers, func(name string) bool { _, err := exec.LookPath(name); return err == nil })
	if index < 0 {
		return nil, nil
	}
	profile, err := os.MkdirTemp("", "console-test")
	if err != nil {
		return nil, err
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(browsers[index]), chromedp.UserDataDir(profile),
		chromedp.NoSandbox, chromedp.DisableGPU, // a container has neither
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.WSURLReadTimeout(2*time.Minute)) // the default is too short for a first start on a busy machine
	ctx, stop := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, closeAll := chromedp.NewContext(ctx)
	closeBrowser = func() {
		closeAll()
		stop()
		os.RemoveAll(profile)
	}
	return ctx, chromedp.Run(ctx)
})

// tab is a page in a real browser, with a log of its requests and problems.
type tab struct {
	*testing.T
	ctx context.Context

	lock     sync.Mutex
	requests []string // URLs
	problems []string // script errors and violations of the policy
}

// open opens a server's console in a new tab. By the end of the test, the page must have
// called no other host and logged no error.
func open(t *testing.T, server *served) *tab {
	t.Helper()
	browser, err := startBrowser()
	if err != nil {
		t.Fatal(err)
	}
	if browser == nil {
		t.Skipf("no browser is installed, one of %s is needed: apt-get install chromium", strings.Join(browsers, ", "))
	}
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	t.Cleanup(cancel)
	b := &tab{T: t, ctx: ctx}
	chromedp.ListenTarget(ctx, b.listen)
	b.run(page.BringToFront(), network.Enable(), log.Enable(), chromedp.EmulateViewport(1280, 900), chromedp.Navigate(server.URL()+console.Path))
	b.await(`document.documentElement.dataset.ready === ""`)
	t.Cleanup(func() { b.check(server.URL() + "/") })
	return b
}

func (b *tab) listen(event any) {
	b.lock.Lock()
	defer b.lock.Unlock()
	switch event := event.(type) {
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, event.Request.URL)
	case *network.EventWebSocketCreated:
		b.requests = append(b.requests, event.URL)
	case *runtime.EventExceptionThrown:
		b.problems = append(b.problems, event.ExceptionDetails.Error())
	case *log.EventEntryAdded:
		b.problems = append(b.problems, string(event.Entry.Level)+": "+event.Entry.Text+" "+event.Entry.URL)
	}
}

func (b *tab) check(origin string) {
	b.lock.Lock()
	defer b.lock.Unlock()
	for _, url := range b.requests {
		if !strings.HasPrefix(url, origin) && !strings.HasPrefix(url, "data:") {
			b.Errorf("the page asked for %s", url)
		}
	}
	if len(b.requests) < 2 {
		b.Errorf("requests %q: the page and what it draws were not seen", b.requests)
	}
	for _, problem := range b.problems {
		b.Errorf("in the browser: %s", problem)
	}
}

func (b *tab) run(actions ...chromedp.Action) {
	b.Helper()
	if err := chromedp.Run(b.ctx, actions...); err != nil {
		b.Fatal(err)
	}
}

// await waits until a JavaScript expression is true.
func (b *tab) await(expression string) {
	b.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if eval[bool](b, "Boolean("+expression+")") {
			return
		}
	}
	b.Fatalf("this did not become true: %s\nthe page:\n%s", expression, eval[string](b, "document.body.innerText"))
}

// press presses a key or types a text into the focused element.
func (b *tab) press(keys string) {
	b.Helper()
	b.run(chromedp.KeyEvent(keys))
}

func (b *tab) click(selector string) {
	b.Helper()
	b.run(chromedp.Click(selector, chromedp.ByQuery))
}

// eval returns the value of a JavaScript expression.
func eval[T any](b *tab, expression string) T {
	b.Helper()
	var value T
	b.run(chromedp.Evaluate(expression, &value))
	return value
}

// text returns the visible text of each element of a selector, "" if hidden.
func text(b *tab, selector string) []string {
	b.Helper()
	encoded, _ := json.Marshal(selector)
	return eval[[]string](b, `[...document.querySelectorAll(`+string(encoded)+`)].map((one) => !one.checkVisibility() ? "" : one.innerText.replace(/\s+/g, " ").trim())`)
}

// unnamed returns the focusable elements without a name in the accessibility tree.
func unnamed(b *tab) []string {
	b.Helper()
	var nodes []*accessibility.Node
	b.run(chromedp.ActionFunc(func(ctx context.Context) (err error) {
		nodes, err = accessibility.GetFullAXTree().Do(ctx)
		return err
	}))
	var found []string
	for _, node := range nodes {
		focusable := slices.ContainsFunc(node.Properties, func(p *accessibility.Property) bool { return p.Name == accessibility.PropertyNameFocusable })
		if focusable && (node.Name == nil || string(node.Name.Value) == `""`) {
			found = append(found, string(node.Role.Value))
		}
	}
	return found
}

// checkContrast wants 4.5:1 for every text (WCAG 2, 1.4.3).
func checkContrast(b *tab) {
	b.Helper()
	for _, low := range eval[[]string](b, `(() => {
		const parse = (color) => color.match(/[\d.]+/g).map(Number);
		const luminance = (color) => parse(color).slice(0, 3).map((c) => c / 255)
			.map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
		const behind = (one) => {
			for (; one; one = one.parentElement) {
				const color = getComputedStyle(one).backgroundColor;
				if ((parse(color)[3] ?? 1) === 1) return color;
			}
		};
		return [...document.querySelectorAll("body *")].filter((one) => one.checkVisibility() &&
			[...one.childNodes].some((child) => child.nodeType === 3 && child.data.trim())).map((one) => {
				const [a, b] = [luminance(getComputedStyle(one).color), luminance(behind(one))];
				const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
				return ratio < 4.5 ? ratio.toFixed(2) + " " + one.outerHTML : "";
			}).filter(Boolean);
	})()`) {
		b.Errorf("low contrast: %.200s", low)
	}
}
