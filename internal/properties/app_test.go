package properties_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/aws/jsii-runtime-go"
	"pgregory.net/rapid"

	"example.com/weather-events-api/internal/cdktest"
)

// example is the content of one stack.
type example interface {
	// build builds the example. It returns an error if props were wrongly accepted or
	// refused.
	build(stack awscdk.Stack) (built, error)
}

// built is the expected content of a template.
type built struct {
	refused     bool            // the props were refused: there is nothing to check
	accountRole bool            // the props ask for it
	public      map[string]bool // construct paths of the public methods
	served      bool            // package local serves the template, as all backends are mocks
}

// Number of examples synthesized together. Every run tries at least fewestStacks times
// the number of checks.
const fewestStacks, mostStacks = 5, 11

// checkApps checks apps made of random examples.
func checkApps(t *testing.T, examples *rapid.Generator[example]) {
	outdir := t.TempDir()
	var count struct{ examples, refused, served int }
	rapid.Check(t, func(r *rapid.T) {
		drawn := rapid.SliceOfN(examples, fewestStacks, mostStacks).Draw(r, "stacks")
		outdir, err := os.MkdirTemp(outdir, "")
		if err != nil {
			r.Fatal(err)
		}
		app := newApp(outdir)
		results := make([]built, len(drawn))
		for i, e := range drawn {
			stack := awscdk.NewStack(app, jsii.String(stackName(i)), stackProps)
			if results[i], err = e.build(stack); err != nil {
				r.Fatalf("%v\nof %#v", err, e)
			}
			if results[i].refused { // a template needs a resource
				awscdk.NewCfnWaitConditionHandle(stack, jsii.String("Handle"), nil)
			}
		}
		if failure := failureOf(func() { app.Synth(nil) }); failure != nil {
			r.Fatalf("synthesis fails: %v", failure)
		}
		for i, result := range results {
			count.examples++
			if result.refused {
				count.refused++
				continue
			}
			template := read(t, filepath.Join(outdir, stackName(i)+".template.json"))
			for _, broken := range brokenRules(template, result) {
				r.Errorf("%s\nof %#v", broken, drawn[i])
			}
			if result.served {
				count.served++
				if err := checkService(template, result); err != nil {
					r.Errorf("%v\nof %#v", err, drawn[i])
				}
			}
		}
		os.RemoveAll(outdir)
	})
	t.Logf("%d examples: %d refused, %d templates, of which %d served", count.examples, count.refused, count.examples-count.refused, count.served)
}

func stackName(i int) string { return fmt.Sprint("Stack", i) }

// A certificate must be in the stack's Region, so the Region must be known.
var stackProps = &awscdk.StackProps{Env: &awscdk.Environment{Region: jsii.String("eu-west-1")}}

func newApp(outdir string) awscdk.App {
	return awscdk.NewApp(&awscdk.AppProps{Outdir: &outdir, Context: &map[string]any{
		"aws:cdk:enable-path-metadata":              true,
		"@aws-cdk/core:appMode":                     "inmemory", // the failure says why
		"@aws-cdk/core:validateAgainstDefaultRules": cdkValidation,
	}})
}

func read(t *testing.T, path string) *cdktest.Template {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var template map[string]any
	if err := json.Unmarshal(data, &template); err != nil {
		t.Fatal(err)
	}
	return cdktest.Parse(t, template)
}
