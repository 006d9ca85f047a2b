package mapping

import (
	"strings"
	"testing"

	"example.com/weather-events-api/local/internal/velocity"
)

const storeJSON = `{"store":{"book":[
	{"title":"A","price":8,"isbn":"1","tags":["x"]},
	{"title":"B","price":12.5},
	{"title":"C","price":8.99,"isbn":null,"on sale":true}],
	"bike":{"price":20}},"k.ey":1,"@type":"T","n":null}`

func TestJSONPath(t *testing.T) {
	tests := []struct{ path, want string }{
		{`$.store.bike.price`, `20`},
		{`store.bike.price`, `20`},
		{`$['store']["bike"]`, `{"price":20}`},
		{`$['k.ey']`, `1`},
		{`$.@type`, `"T"`},
		{`$.n`, `null`},
		{`$.store.book[0].title`, `"A"`},
		{`$.store.book[-1].title`, `"C"`},
		{`$.store.book[2]['on sale']`, `true`},
		{`$.store.book[3]`, ``},
		{`$.store.book[-4]`, ``},
		{`$.store.book.title`, ``},
		{`$.store[0]`, ``},
		{`$.nope.nope`, ``},
		{`$.store.book[*].title`, `["A","B","C"]`},
		{`$.store.book.*.title`, `["A","B","C"]`},
		{`$.store.bike.*`, `[20]`},
		{`$.store.bike[*].x`, `[]`},
		{`$..price`, `[8,12.5,8.99,20]`},
		{`$..book[0].title`, `["A"]`},
		{`$..[0]`, `[{"title":"A","price":8,"isbn":"1","tags":["x"]},"x"]`},
		{`$.store.book[0].tags..*`, `["x"]`},
		{`$.store.book[0,2].title`, `["A","C"]`},
		{`$.store.book[0:2].title`, `["A","B"]`},
		{`$.store.book[-2:].title`, `["B","C"]`},
		{`$.store.book[:-1].title`, `["A","B"]`},
		{`$.store.book[ 1 : 99 ].title`, `["B","C"]`},
		{`$.store.book[2:1]`, `[]`},
		{`$.store.book[0]['title','price','nope']`, `{"title":"A","price":8}`},
		{`$.store.book[*]['title']`, `["A","B","C"]`},
		{`$.store.book[*]['title','isbn']`, `[{"title":"A","isbn":"1"},{"title":"B"},{"title":"C","isbn":null}]`},
		{`$['store','x']['bike']`, `[{"price":20}]`},
		{`$.store.book[?(@.title == 'B')].price`, `[12.5]`},
		{`$.store.book[?(@.title=="B")].price`, `[12.5]`},
		{`$.store.book[?(@.price < 10)].title`, `["A","C"]`},
		{`$.store.book[?(@.price <= 8.00)].title`, `["A"]`},
		{`$.store.book[?(@.price > 8 && @.price != 12.5)].title`, `["C"]`},
		{`$.store.book[?(@.price >= 12.5 || @.title == 'A')].title`, `["A","B"]`},
		{`$.store.book[?(@.isbn)].title`, `["A","C"]`},
		{`$.store.book[?(!(@.isbn))].title`, `["B"]`},
		{`$.store.book[?(@.isbn == null)].title`, `["C"]`},
		{`$.store.book[?(@.isbn != '1')].title`, `["B","C"]`},
		{`$.store.book[?(@['on sale'] == true)].title`, `["C"]`},
		{`$.store.book[?(@['on sale'] != false)].title`, `["A","B","C"]`},
		{`$.store.book[?(@.tags[0] == 'x')].title`, `["A"]`},
		{`$.store.book[?(@.title > 'A')].title`, `["B","C"]`},
		{`$.store.book[?(@.title > 1)].title`, `[]`},
		{`$.store.book[?(8 == @.price)].title`, `["A"]`},
		{`$.store.bike[?(@.price == 20)]`, `[{"price":20}]`},
		{`$`, strings.NewReplacer("\n", "", "\t", "").Replace(storeJSON)},
	}
	for _, tt := range tests {
		t.Run(tt.path, func(t *testing.T) {
			document, err := decodeJSON([]byte(storeJSON))
			if err != nil {
				t.Fatal(err)
			}
			path, err := compilePath(tt.path)
			if err != nil {
				t.Fatal(err)
			}
			visits := maxPathVisits
			value, found, err := path.find(document, &visits)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if found {
				if got, err = velocity.JSON(value, maxTextBytes); err != nil {
					t.Fatal(err)
				}
			}
			if got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

func TestCompilePathRefuses(t *testing.T) {
	tests := []struct{ name, path, want string }{
		{"empty", " ", "the JSONPath is empty"},
		{"function", "$.a.min()", "functions such as min() are not supported"},
		{"no name", "$.a.", "expected a name after a dot"},
		{"text after the path", "$.a b", `got " b"`},
		{"unclosed bracket", "$.a[0", `expected "]"`},
		{"empty bracket", "$.a[]", "expected an index"},
		{"step of a slice", "$.a[0:2:2]", `expected "]", got ":2]"`},
		{"script", "$.a[(@.length-1)]", "expected an index"},
		{"index out of range", "$.a[99999999999]", `"99999999999" is not an index`},
		{"minus alone", "$.a[-]", `"-" is not an index`},
		{"unclosed name", "$['a", "without its closing quote"},
		{"mixed union", "$['a',0]", "expected a name in quotes"},
		{"regular expression filter", "$.a[?(@.b =~ /x/)]", "expected one of ==, !=, <, <=, >, >="},
		{"in filter", "$.a[?(@.b in ['x'])]", "expected one of =="},
		{"root in a filter", "$.a[?(@.b == $.c)]", "expected @, a string, a number"},
		{"wildcard in a filter", "$.a[?(@.* == 1)]", "a path in a filter may point at one value only"},
		{"literal alone", "$.a[?('x')]", "expected a comparison"},
		{"bare word", "$.a[?(@.b == x)]", "expected @, a string, a number, true, false or null"},
		{"deep filter", "$[?(" + strings.Repeat("(", 100), "nested more than 20 levels deep"},
		{"many segments", "$" + strings.Repeat(".a", 100), "more than 50 segments"},
		{"length", strings.Repeat("a", 1001), "the JSONPath has 1001 bytes; allowed are 1000"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := compilePath(tt.path)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("compilePath(%q): %v; want %q", tt.path, err, tt.want)
			}
		})
	}
}

func TestJSONPathIsBounded(t *testing.T) {
	document, err := decodeJSON([]byte("[" + strings.Repeat("[0,0,0,0],", 500) + "0]"))
	if err != nil {
		t.Fatal(err)
	}
	path, err := compilePath("$..*..*")
	if err != nil {
		t.Fatal(err)
	}
	visits := 1000
	if _, _, err := path.find(document, &visits); err == nil {
		t.Error("a path that looks at too many values is not an error")
	}
}
