package console_test

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

var update = flag.Bool("update", false, "take the screenshot of the README again")

const screenshot = "../../docs/console.png"

// TestScreenshot takes the picture with -update. Without, it checks that the picture
// exists and is small.
func TestScreenshot(t *testing.T) {
	if *update {
		b := open(t, serve(t, weather))
		b.run(chromedp.EmulateViewport(1280, 1180))
		b.click("#try-all")
		b.await(`document.querySelector("#matrix-score").textContent.includes("calls tried")`)
		b.click(".matrix tbody tr:nth-child(2) td:nth-child(5)")
		b.run(chromedp.MouseEvent(input.MouseMoved, 5, 5))
		b.await(`(document.activeElement.blur(), document.getAnimations().length === 0)`)
		var picture []byte
		b.run(chromedp.CaptureScreenshot(&picture))
		if err := os.WriteFile(screenshot, smaller(t, picture), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	file, err := os.Open(screenshot)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	picture, err := png.DecodeConfig(file)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := file.Stat(); err != nil || info.Size() > 100<<10 || picture.Width != 1280 {
		t.Errorf("%v, %d pixels wide, %d bytes", err, picture.Width, info.Size())
	}
}

// smaller keeps the most frequent 256 colours, and of rare similar colours only the most
// frequent.
func smaller(t *testing.T, picture []byte) []byte {
	t.Helper()
	decoded, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	counts := map[color.RGBA]int{}
	bounds := decoded.Bounds()
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			counts[color.RGBAModel.Convert(decoded.At(x, y)).(color.RGBA)]++
		}
	}
	var palette color.Palette
	alike := map[[3]uint8]bool{}
	for _, c := range slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int { return counts[b] - counts[a] }) {
		if key := [3]uint8{c.R >> 4, c.G >> 4, c.B >> 4}; !alike[key] || counts[c] > 2000 {
			alike[key] = true
			palette = append(palette, c)
		}
	}
	reduced := image.NewPaletted(bounds, palette[:min(256, len(palette))])
	draw.Draw(reduced, bounds, decoded, bounds.Min, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, reduced); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
