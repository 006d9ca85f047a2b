package console_test

import (
	"context"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// What a screen reader is told: a name for everything that has the focus, and
// changes as they happen.
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

// unnamed returns what can have the focus and has no name in the accessibility tree.
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
