package velocity

import "testing"

func TestMethods(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"length counts UTF-16 units", `$s.length() ${u.length()}`, "4 4"},
		{"substring", `$s.substring(1) $s.substring(1, 3) $u.substring(1, 2) $u.substring(3)`, "ext ex é b"},
		{"charAt", `$s.charAt(0)$u.charAt(1)`, "té"},
		{"indexOf", `$s.indexOf("t") $s.indexOf("t", 1) $s.indexOf("q") $u.indexOf("b") $s.indexOf("t", -5) $s.indexOf("t", 99)`, "0 3 -1 3 0 -1"},
		{"lastIndexOf", `$s.lastIndexOf("t") $s.lastIndexOf("t", 2) $s.lastIndexOf("q") $s.lastIndexOf("t", -1) $u.lastIndexOf("b")`, "3 0 -1 -1 3"},
		{"contains, startsWith, endsWith", `$s.contains("ex")$s.contains("q")$s.startsWith("te")$s.endsWith("te")`, "truefalsetruefalse"},
		{"replace is literal", `$s.replace("t", "$1.")`, "$1.ex$1."},
		{"replaceAll is a regular expression", `$s.replaceAll("(e)(x)", "$2$1$0") $s.replaceAll("[tx]", "\$")`, "txeext $e$$"},
		{"replaceAll of the AWS documentation", `$q.replaceAll("\\'", "'")`, "it's"},
		{"replaceFirst", `$s.replaceFirst("t", "T")`, "Text"},
		{"a group number takes the digits it can", `$s.replaceAll("(t)e", "$12")`, "t2xt"},
		{"split drops empty strings at the end", `#set($r = "a,b,,")$r.split(",") $r.split(",").size() $r.split(",", -1).size() $r.split(",", 2)`, "[a, b] 2 4 [a, b,,]"},
		{"split of nothing", `$empty.split(",").size() #set($r = ",")$r.split(",").size() $s.split("")`, "10 [t, e, x, t]"},
		{"case and trim", `$s.toUpperCase() #set($r = " A ")[$r.toLowerCase()][$r.trim()]`, "TEXT[ a ][A]"},
		{"equals", `$s.equals("text")$s.equals(1)$s.equalsIgnoreCase("TEXT")$n.equals(7)$l.equals(["x", "y", "z"])`, "truefalsetruetruetrue"},
		{"matches is whole", `$s.matches("t.*t")$s.matches("ex")$s.matches("t|ext")`, "truefalsefalse"},
		{"isEmpty", `$empty.isEmpty()$s.isEmpty()$l.isEmpty()$m.isEmpty()$s.empty$l.empty`, "truefalsefalsefalsefalsefalse"},
		{"concat and toString", `$s.concat("!")$n.toString()$m.b.toString()$t.toString()`, "text!7{k=v}true"},
		{"chain", `$s.toUpperCase().substring(0, 2).toLowerCase().length()`, "2"},

		{"list", `$l.size()$l.get(0)$l.contains("y")$l.contains("q")$l.indexOf("z")$l.indexOf("q")`, "3xtruefalse2-1"},
		{"list add", `$l.add("a")$l.add(0, "b")$l`, "true[b, x, y, z, a]"},
		{"list addAll with itself", `$l.addAll($l)$l.size()$l.addAll([])`, "true6false"},
		{"list remove by index and value", `$l.remove(0)$l.remove("z")$l.remove("q")$l`, "xtruefalse[y]"},
		{"list set", `$l.set(0, "a")$l`, "x[a, y, z]"},

		{"map", `$m.b.size()$m.b.containsKey("k")$m.b.containsKey("q")$m.b.containsValue("v")`, "1truefalsetrue"},
		{"map put and remove", `$m.b.put("k", 1)$m.b.put("l", 2)$m.b.remove("k")$m.b`, "v1{l=2}"},
		{"map remove keeps the others in reach", `#set($r = {"a": 1, "b": 2, "c": 3})$r.remove("a")$r.c$r.put("b", 5)$r`, "132{b=5, c=3}"},
		{"map putAll", `$m.b.putAll({"x": 1})$m.b`, "{k=v, x=1}"},
		{"map views", `$m.b.keySet() $m.b.values() $m.b.entrySet() $m.keySet().size()`, "[k] [v] [k=v] 3"},
		{"entries", `#foreach($e in $m.b.entrySet())$e.key=$e.value $e.getKey()=$e.getValue()#end`, "k=v k=v"},
		{"put a map with keySet", `#foreach($k in $m.keySet())$k #end`, "a b list "},

		{"numbers", `$d.intValue()$n.longValue() $n.doubleValue() #set($r = 4294967298)$r.intValue()`, "17 7.02"},
		{"a method of null is null", `$x.foo().bar()`, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			vars := testVars()
			vars["u"] = "aé\u00a0b"
			vars["q"] = `it\'s`
			template, err := Parse(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			got, err := template.Render(vars, Limits{})
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("Render(%q)\n got %q\nwant %q", tt.source, got, tt.want)
			}
		})
	}
}

func TestSurrogatePairs(t *testing.T) {
	template, err := Parse(`$u.length() $u.indexOf("b") $u.substring(3) $u.substring(0, 2)`)
	if err != nil {
		t.Fatal(err)
	}
	got, err := template.Render(map[string]any{"u": "a😀b"}, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	// Cutting a surrogate pair leaves the replacement character.
	if want := "4 3 b a\uFFFD"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
