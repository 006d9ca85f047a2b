package velocity

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReferences(t *testing.T) {
	template, err := Parse("$a.b['k'].c($x, 'l', \"$.p\", \"i$y\")\n#set($s.t[1] = 2)#foreach($i in [$from..3])#end\\$esc")
	if err != nil {
		t.Fatal(err)
	}
	want := []Reference{
		{Name: "x", Line: 1, Column: 13},
		{Name: "y", Line: 1, Column: 31},
		{Name: "a", Line: 1, Column: 1, Path: []Segment{
			{Kind: Property, Name: "b"},
			{Kind: Index, Args: []Argument{{Literal: true, Value: "k"}}},
			{Kind: Call, Name: "c", Args: []Argument{
				{}, {Literal: true, Value: "l"}, {Literal: true, Value: "$.p"}, {},
			}},
		}},
		{Name: "s", Assigned: true, Line: 2, Column: 6, Path: []Segment{
			{Kind: Property, Name: "t"},
			{Kind: Index, Args: []Argument{{Literal: true, Value: int64(1)}}},
		}},
		{Name: "i", Assigned: true, Line: 2, Column: 27},
		{Name: "from", Line: 2, Column: 34},
		{Name: "esc", Line: 2, Column: 49},
	}
	if diff := cmp.Diff(want, template.References()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestHasMethod(t *testing.T) {
	for name, want := range map[string]bool{
		"toString": true, "substring": true, "addAll": true, "entrySet": true,
		"intValue": true, "getKey": true, "hasNext": true, "getClass": false, "": false,
	} {
		if got := HasMethod(name); got != want {
			t.Errorf("HasMethod(%q) = %v", name, got)
		}
	}
}
