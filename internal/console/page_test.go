package console_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/google/go-cmp/cmp"

	"example.com/weather-events-api/local"
)

func TestTheSystemIsDrawn(t *testing.T) {
	server := serve(t, weather)
	b := open(t, server)
	id := server.Clients()[0].ID
	if diff := cmp.Diff([]string{
		"ServiceClient " + id + " . ServiceClient holds weather-api/post and weather-api/get, and so may call POST / and GET /.",
		"weather-api/post Create weather events . weather-api/post opens POST /, and is held by ServiceClient.",
		"weather-api/get Retrieve weather events . weather-api/get opens GET /, and is held by ServiceClient.",
		"weather-api/delete Delete a weather event no client holds it, no method requires it . weather-api/delete opens no method, and no client holds it.",
		"POST / requires weather-api/post . POST / requires weather-api/post, which ServiceClient holds.",
		"GET / requires weather-api/get . GET / requires weather-api/get, which ServiceClient holds.",
	}, text(b, ".node")); diff != "" {
		t.Errorf("boxes (-want +got):\n%s", diff)
	}
	// Every line starts at the right edge of one box and ends at the left edge of
	// another.
	lines := eval[[]string](b, `(() => {
		const nodes = [...document.querySelectorAll(".node")];
		const origin = document.getElementById("drawing").getBoundingClientRect();
		const at = (point, side) => nodes.find((node) => {
			const box = node.getBoundingClientRect();
			return Math.hypot(box[side] - origin.x - point.x, box.y + box.height / 2 - origin.y - point.y) < 1;
		})?.querySelector("strong").textContent;
		return [...document.querySelectorAll("#drawing path")].map((path) =>
			at(path.getPointAtLength(0), "right") + " > " + at(path.getPointAtLength(path.getTotalLength()), "left"));
	})()`)
	slices.Sort(lines)
	if diff := cmp.Diff([]string{
		"ServiceClient > weather-api/get", "ServiceClient > weather-api/post", "weather-api/get > GET /", "weather-api/post > POST /",
	}, lines); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
	b.click(".node.method")
	if got := text(b, "#relation"); got[0] != "POST / requires weather-api/post, which ServiceClient holds." {
		t.Errorf("the selected method: %q", got)
	}
	if got := text(b, ".node.on strong"); !slices.Equal(got, []string{"ServiceClient", "weather-api/post", "POST /"}) {
		t.Errorf("its lines lead to %q", got)
	}
}

// Waivers in use appear above the drawing, unused waivers do not.
func TestWaiversAreShown(t *testing.T) {
	const policy = "testdata/resource-policy.template.yaml"
	b := open(t, serve(t, policy, local.Without("resource-policy", "cache")))
	want := []string{"Without resource-policy: callers that a resource policy refuses are let in (Api.Properties.Policy)."}
	if diff := cmp.Diff(want, text(b, "#waivers li")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	checkContrast(b)
	if got := text(open(t, serve(t, weather)), "#waivers"); got[0] != "" {
		t.Errorf("of a template that needs none: %q", got)
	}
}

func TestTheSecretIsShownWhenAskedFor(t *testing.T) {
	server := serve(t, weather)
	b := open(t, server)
	secret := server.Clients()[0].Secret
	holds := func() bool {
		return strings.Contains(eval[string](b, "document.documentElement.outerHTML"), secret)
	}
	if holds() {
		t.Error("the page holds the secret before the user asks for it")
	}
	b.click(".show-secret")
	b.await(`document.querySelector(".secret").textContent === "` + secret + `"`)
	b.click(".show-secret")
	b.await(`document.querySelector(".secret").textContent.startsWith("•")`)
	if holds() {
		t.Error("the secret is still there")
	}
}

func TestAPIKeysAreShown(t *testing.T) {
	server := serve(t, "../../local/testdata/events.yaml")
	b := open(t, server)
	b.await(`document.querySelectorAll(".client-card").length === 2`)
	b.click(".client-card:last-child .show-secret")
	b.await(`document.querySelector(".client-card:last-child .secret").textContent === "` + server.APIKeys()[0].Value + `"`)
	drawn := strings.Join(text(b, ".node.method .detail"), "|")
	if !strings.Contains(drawn, "requires events/put, with an API key") || !strings.Contains(drawn, "needs an AWS signature") {
		t.Errorf("drawn as %q", drawn)
	}
}

func TestEveryStepRunsGreen(t *testing.T) {
	b := open(t, serve(t, weather))
	b.click("#run-all")
	b.await(`document.querySelectorAll(".step .result.pass").length === 9`)
	if got := text(b, "#score"); got[0] != "9 of 9 steps passed" {
		t.Errorf("score %q", got)
	}
	if got := text(b, ".step .outcome div:last-child dd"); got[3] != `401 {"message":"Unauthorized"}` || got[7] != "20 answers of 200, 1 token request" {
		t.Errorf("got %q", got)
	}
	if got := text(b, ".step .why"); got[3] != "Why: GET requires weather-api/get, and the token has only weather-api/post. A REST API answers 401 to that; 403 is what an HTTP API answers." {
		t.Errorf("why: %q", got)
	}
	b.click(".step:nth-child(4) summary")
	if got := text(b, ".step:nth-child(4) .exchange:nth-child(2) pre"); len(got) != 2 || !strings.HasPrefix(got[0], "GET /") || !strings.HasPrefix(got[1], "HTTP/1.1 401 Unauthorized") {
		t.Errorf("request and response: %q", got)
	}
}

func TestOneStepRuns(t *testing.T) {
	b := open(t, serve(t, weather))
	b.click(".step:nth-child(7) .run")
	b.await(`document.querySelectorAll(".step .result.pass").length === 1`)
	if got := text(b, ".step .result"); got[6] != "Step 7: ✓ pass" || got[5] != "not run" {
		t.Errorf("results %q", got)
	}
	if got := text(b, ".step:nth-child(7) .exchange pre"); len(got) != 2 || got[1] == "" {
		t.Errorf("request and response: %q", got)
	}
}

func TestAPastedTokenIsInspected(t *testing.T) {
	server := serve(t, weather)
	b := open(t, server)
	token := ask[tokenAnswer](t, server, "token", `{"client":"ServiceClient","scopes":["weather-api/post"]}`).Token
	b.run(chromedp.Focus("#token", chromedp.ByQuery), input.InsertText(token))
	b.click("#inspect")
	b.await(`document.querySelector(".verdicts")`)
	if got := text(b, "#verdict"); got[0] != "This token opens POST /, not GET /." {
		t.Errorf("verdict %q", got)
	}
	if diff := cmp.Diff([]string{
		"GET / ✗ closed the token has none of the scopes weather-api/get",
		"POST / ✓ open the token has the scope weather-api/post",
	}, text(b, ".verdicts tbody tr")); diff != "" {
		t.Errorf("methods (-want +got):\n%s", diff)
	}
	if got := strings.Join(text(b, ".decoded dl"), " "); !strings.Contains(got, "alg RS256") || !strings.Contains(got, "scope weather-api/post") || !strings.Contains(got, "token_use access") {
		t.Errorf("decoded %q", got)
	}
}

func TestATokenIsRequestedAndInspected(t *testing.T) {
	b := open(t, serve(t, weather))
	b.click(`#token-scopes input[value="weather-api/get"]`)
	b.click("#get-token")
	b.await(`document.querySelector(".verdicts")`)
	if got := text(b, "#verdict"); got[0] != "This token opens GET /, not POST /." {
		t.Errorf("verdict %q", got)
	}
	b.click(`#token-scopes input[value="weather-api/delete"]`)
	b.click("#get-token")
	b.await(`document.querySelector("#verdict").textContent === "No token: the token endpoint answered 400 invalid_grant."`)
	if got := eval[string](b, `document.getElementById("token").value`); got != "" {
		t.Errorf("a token is left: %q", got)
	}
}

func TestWhereTokensComeFromWithoutADomain(t *testing.T) {
	server := serve(t, withoutDomain)
	b := open(t, server)
	if got := strings.Join(text(b, ".client-card dl"), " "); !strings.Contains(got, "Token URL "+server.URL()+"/ ") || !strings.Contains(got, "Operation GetClientToken of Cognito’s API. Use the URL as the endpoint of an AWS SDK or the AWS CLI") {
		t.Errorf("the client is described as %q", got)
	}
	b.click(`#token-scopes input[value="orders/get"]`)
	b.click("#get-token")
	b.await(`document.querySelector(".verdicts")`)
	if got := text(b, "#verdict"); got[0] != "This token opens GET /, not POST /." {
		t.Errorf("verdict %q", got)
	}
	b.click(`#token-scopes input[value="orders/delete"]`)
	b.click("#get-token")
	b.await(`document.querySelector("#verdict").textContent === "No token: GetClientToken answered 400 InvalidParameterException."`)
}

func TestLightAndDark(t *testing.T) {
	b := open(t, serve(t, weather))
	ground := func() string { return eval[string](b, "getComputedStyle(document.body).backgroundColor") }
	const light, dark = "rgb(245, 246, 249)", "rgb(15, 19, 27)"
	prefer := func(scheme string) {
		b.run(emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}))
	}
	b.click("#run-all")
	b.await(`document.querySelectorAll(".step .result.pass").length === 9`)
	prefer("dark")
	if got := ground(); got != dark {
		t.Errorf("the system is dark, the page %s", got)
	}
	checkContrast(b)
	b.click("#theme")
	if got := ground(); got != light || eval[string](b, `document.getElementById("theme").ariaPressed`) != "false" {
		t.Errorf("the button gives %s", got)
	}
	checkContrast(b)
	prefer("light")
	b.click("#theme")
	if got := ground(); got != dark {
		t.Errorf("the button gives %s again", got)
	}
}

func TestNarrowPages(t *testing.T) {
	b := open(t, serve(t, weather))
	b.click("#run-all")
	b.await(`document.querySelectorAll(".step .result.pass").length === 9`)
	b.click("#get-token")
	b.await(`document.querySelector(".verdicts")`)
	eval[int](b, `document.querySelectorAll("details").forEach((one) => { one.open = true; }), 1`)
	for _, width := range []int64{360, 600, 768, 1024, 1920} {
		b.run(chromedp.EmulateViewport(width, 800))
		if got := eval[int64](b, "document.documentElement.scrollWidth"); got > width {
			wide := eval[[]string](b, fmt.Sprintf(`[...document.querySelectorAll("main *, header *")].filter((one) => one.getBoundingClientRect().right > %d + 1).map((one) => one.outerHTML.slice(0, 80))`, width))
			t.Errorf("at %d pixels the page is %d wide: %q", width, got, wide)
		}
	}
}

// With the keyboard alone, the user reaches everything in page order, sees the focus, and
// every control works.
func TestKeyboard(t *testing.T) {
	b := open(t, serve(t, weather))
	focus := func() string {
		return eval[string](b, `(() => {
			const one = document.activeElement;
			const style = getComputedStyle(one);
			const seen = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 || one.type === "checkbox" && style.outlineStyle !== "none";
			return (seen ? "" : "unseen: ") + (one.labels?.[0] ?? one).textContent.replace(/\s+/g, " ").trim();
		})()`)
	}
	var order []string
	for range 80 {
		b.press(kb.Tab)
		if eval[bool](b, "document.activeElement === document.body") {
			break
		}
		order = append(order, focus())
	}
	if bad := slices.IndexFunc(order, func(name string) bool { return name == "" || strings.HasPrefix(name, "unseen") }); bad >= 0 {
		t.Errorf("focus %d is %q", bad+1, order[bad])
	}
	position := -1
	for _, name := range []string{
		"Skip to the content", "System", "Dark", "ServiceClient", "weather-api/post", "GET /", "Copy the id of ServiceClient", "Show the secret of ServiceClient",
		"Run every step", "Run step 1", "curl command of step 1", "Run step 8", "Client", "weather-api/post", "Get token", "Access token", "Inspect",
	} {
		next := slices.IndexFunc(order[position+1:], func(got string) bool { return strings.HasPrefix(got, name) })
		if next < 0 {
			t.Fatalf("%q is not reached after %q in %q", name, order[:position+1], order)
		}
		position += next + 1
	}

	reach := func(name string) {
		t.Helper()
		for range 80 {
			if strings.HasPrefix(focus(), name) {
				return
			}
			b.press(kb.Tab)
		}
		t.Fatalf("%q is not reached", name)
	}
	reach("GET /")
	b.press(" ")
	if got := text(b, "#relation"); got[0] != "GET / requires weather-api/get, which ServiceClient holds." {
		t.Errorf("space on a method: %q", got)
	}
	reach("Run step 4")
	b.press(kb.Enter)
	b.await(`document.querySelectorAll(".step .result.pass").length === 1`)
	if got := focus(); got != "Run step 4" {
		t.Errorf("the focus went to %q", got)
	}
	reach("Access token")
	b.press("nonsense")
	reach("Inspect")
	b.press(kb.Enter)
	b.await(`document.querySelector("#verdict").textContent === "This token opens no method."`)
}

func TestOtherTemplatesAreShown(t *testing.T) {
	b := open(t, serve(t, shop))
	if got := text(b, ".node strong"); !slices.Contains(got, "checkout") || !slices.Contains(got, "GET /orders") {
		encoded, _ := json.Marshal(got)
		t.Errorf("boxes %s", encoded)
	}
	b = open(t, serve(t, withoutPOST(t)))
	if got := text(b, "#left-out li"); len(got) != 1 || !strings.HasSuffix(got[0], ": the API has no POST that requires a token.") {
		t.Errorf("left out: %q", got)
	}
	b = open(t, serve(t, allPublic(t)))
	if got := text(b, "#no-steps"); !strings.HasPrefix(got[0], "Nothing to run here: the walk-through needs an API with a method that requires a token in the Authorization header") {
		t.Errorf("instead of steps: %q", got)
	}
}

// A screen reader gets a name for every focusable element, and changes as they happen.
func TestNamesAndLandmarks(t *testing.T) {
	b := open(t, serve(t, weather))
	for _, unnamed := range unnamed(b) {
		t.Errorf("it has no name: %s", unnamed)
	}
	if got := eval[[]string](b, `["header", "nav", "main", "h1"].filter((name) => document.querySelectorAll(name).length !== 1)`); len(got) != 0 {
		t.Errorf("there is not one of %q", got)
	}
	levels := eval[[]int](b, `[...document.querySelectorAll("h1, h2, h3, h4")].map((one) => Number(one.tagName[1]))`)
	for i := 1; i < len(levels); i++ {
		if levels[i] > levels[i-1]+1 {
			t.Errorf("a heading of level %d follows one of level %d", levels[i], levels[i-1])
		}
	}
	for _, selector := range []string{"#relation", ".step .result", "#verdict"} {
		if got := eval[string](b, `document.querySelector("`+selector+`").ariaLive ?? ""`); got != "polite" {
			t.Errorf("%s: aria-live %q", selector, got)
		}
	}
	if title := eval[string](b, "document.title"); title != "Weather Events REST API – Local console" {
		t.Errorf("title %q", title)
	}
}
