package console_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"example.com/weather-events-api/internal/matrix"
	"example.com/weather-events-api/local"
)

// The page shows the templates' matrix, and the results of requests once the user asks
// for them. The requests call no backend.
func TestMatrix(t *testing.T) {
	server := serve(t, orders, local.WithLambda("Orders", never{t}))
	var expected matrix.Matrix
	if got := call(t, server, "GET", "matrix", ""); got.status != 200 || json.Unmarshal([]byte(got.body), &expected) != nil {
		t.Fatalf("%+v", got)
	}
	tried := ask[matrix.Matrix](t, server, "matrix", "{}")
	if len(tried.Methods) == 0 || len(tried.Methods) != len(expected.Methods) {
		t.Fatalf("%d methods are expected, %d tried", len(expected.Methods), len(tried.Methods))
	}
	opened := 0
	for i, row := range tried.Cells {
		for j, cell := range row {
			before := expected.Cells[i][j]
			if before.Got != "" || before.Expected != cell.Expected {
				t.Errorf("%v by %s: %+v before, %+v tried", tried.Methods[i], tried.Callers[j].Name, before, cell)
			}
			if cell.Wrong || cell.Got != cell.Expected {
				t.Errorf("%v by %s is wrong: %+v", tried.Methods[i], tried.Callers[j].Name, cell)
			}
			if cell.Got == matrix.Open {
				opened++
			}
		}
	}
	if opened == 0 {
		t.Error("nobody can call anything")
	}
	for _, client := range server.Clients() {
		if got := call(t, server, "POST", "matrix", "{}"); strings.Contains(got.body, client.Secret) {
			t.Errorf("the answer shows the secret of %s", client.Name)
		}
	}
}

func TestTheMatrixIsDrawnAndTried(t *testing.T) {
	b := open(t, serve(t, weather))
	if got := text(b, ".matrix tbody tr:not(.api) th"); !slices.Equal(got, []string{"GET /", "POST /"}) {
		t.Errorf("rows %q", got)
	}
	if got := text(b, ".matrix thead th"); len(got) != 6 || got[1] != "nobody" || got[3] != "ServiceClient with all its scopes" {
		t.Errorf("columns %q", got)
	}
	if got := text(b, "#matrix-score"); got[0] != "" {
		t.Errorf("before anything was tried: %q", got)
	}
	b.click("#try-all")
	b.await(`document.querySelector("#matrix-score").textContent.endsWith(" calls tried, all as the templates say")`)
	b.click(".matrix tbody tr:nth-child(2) td:nth-child(2)")
	if got := text(b, "#cell"); !strings.HasPrefix(got[0], "GET / by nobody: closed Why: ") || !strings.Contains(got[0], "Answer 401") {
		t.Errorf("the cell says %q", got)
	}
}

// The matrix calls no method behind a Lambda authorizer, and shows its cells as undecided
// before and after the calls.
func TestALambdaAuthorizerInTheMatrix(t *testing.T) {
	b := open(t, serve(t, "../matrix/testdata/custom.yaml", local.WithRandomCredentials(), local.WithLambda("Decides", never{t})))
	row := func() []string { return text(b, ".matrix tbody tr:nth-child(2) td") }
	want := []string{"○ closed", "? a function decides", "? a function decides", "? a function decides"}
	if got := row(); !slices.Equal(got, want) {
		t.Errorf("before the calls: %q", got)
	}
	b.click("#try-all")
	b.await(`document.querySelector("#matrix-score").textContent === "5 calls tried, all as the templates say"`)
	if got := row(); !slices.Equal(got, want) {
		t.Errorf("after the calls: %q", got)
	}
}

// The matrix shows a hole and names the rule for it.
func TestAHoleInTheMatrix(t *testing.T) {
	b := open(t, serve(t, openMethod))
	if got := text(b, "#matrix-score"); !strings.HasSuffix(got[0], "wrong") {
		t.Errorf("score %q", got)
	}
	b.click(".matrix td.wrong")
	if got := text(b, "#cell"); !strings.Contains(got[0], "open to a caller that it should refuse") || !strings.Contains(got[0], "method-open") {
		t.Errorf("the cell says %q", got)
	}
}

// The grid is one tab stop; arrow keys move between cells, and a screen reader gets rows,
// columns and states.
func TestTheMatrixByKeyboard(t *testing.T) {
	b := open(t, serve(t, weather))
	eval[int](b, `document.querySelector("#try-all").focus(), 1`)
	focus := func() string {
		return eval[string](b, `(() => {
			const one = document.activeElement;
			const table = one.closest("table");
			return [one.role, one.parentElement?.cells?.[0].textContent, table?.tHead.rows[0].cells[one.cellIndex].textContent, one.lastChild?.textContent].join("|");
		})()`)
	}
	b.press(kb.Tab)
	for _, step := range []struct{ key, want string }{
		{"", "gridcell|GET /|nobody|closed"},
		{kb.ArrowLeft, "gridcell|GET /|nobody|closed"},
		{kb.ArrowRight, "gridcell|GET /|a token that somebody else signed|closed"},
		{kb.ArrowDown, "gridcell|POST /|a token that somebody else signed|closed"},
		{kb.Home, "gridcell|POST /|nobody|closed"},
		{kb.End, "gridcell|POST /|ServiceClient with weather-api/get|closed"},
		{kb.ArrowUp, "gridcell|GET /|ServiceClient with weather-api/get|open"},
	} {
		if step.key != "" {
			b.press(step.key)
		}
		if got := focus(); got != step.want {
			t.Errorf("the focus is at %q, want %q", got, step.want)
		}
	}
	b.press(kb.Enter)
	if got := text(b, "#cell"); !strings.HasPrefix(got[0], "GET / by ServiceClient with weather-api/get: open") {
		t.Errorf("enter opens %q", got)
	}
	if got := eval[string](b, `document.querySelector('[aria-selected="true"] .hidden').textContent + document.querySelector("#cell").ariaLive`); got != "openpolite" {
		t.Errorf("a screen reader is told %q", got)
	}
	if got := eval[string](b, `document.querySelector(".matrix table").role`); got != "grid" {
		t.Errorf("it is a %q", got)
	}
}

// From one method and one client to 20 and 50, the page keeps its width and enough
// contrast, in light and dark.
func TestTheSizeOfTheMatrix(t *testing.T) {
	for _, size := range []struct{ methods, clients int }{{1, 1}, {20, 50}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			b := open(t, serve(t, many(t, size.methods, size.clients)))
			if got := eval[int](b, `document.querySelectorAll(".matrix td").length`); got != size.methods*(size.clients+2) {
				t.Errorf("%d cells", got)
			}
			for _, width := range []int64{360, 1280} {
				b.run(chromedp.EmulateViewport(width, 800))
				if got := eval[int64](b, "document.documentElement.scrollWidth"); got > width {
					t.Errorf("at %d pixels the page is %d wide", width, got)
				}
			}
			if size.methods > 1 {
				b.click("#try-all")
				b.await(`document.querySelector("#matrix-score").textContent.endsWith(" calls tried, all as the templates say")`)
				return
			}
			for _, scheme := range []string{"light", "dark"} {
				b.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
					{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
				}))
				checkContrast(b)
			}
		})
	}
}

func BenchmarkMatrixOf200MethodsAnd50Clients(b *testing.B) {
	server := serve(b, many(b, 200, 50))
	for _, method := range []string{"GET", "POST"} {
		b.Run(method, func(b *testing.B) {
			for b.Loop() {
				if got := call(b, server, method, "matrix", "{}"); got.status != 200 {
					b.Fatal(got)
				}
			}
		})
	}
}
