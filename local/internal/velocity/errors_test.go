package velocity

import (
	"errors"
	"strings"
	"sync"
	"testing"
)

func TestParseRefuses(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"define", "a\n  #define($x)a#end", "2:3: #define is not supported"},
		{"macro", "#macro(m)#end", "1:1: #macro is not supported"},
		{"parse", `#parse("f")`, "1:1: #parse is not supported"},
		{"include", `#{include}("f")`, "1:1: #include is not supported"},
		{"evaluate", `"#evaluate($x)"`, "1:2: #evaluate is not supported"},
		{"evaluate in a string", `#set($x = "b #evaluate($x)")`, "1:14: #evaluate is not supported"},
		{"call of a macro with an underscore", "#_loop($x)", "1:1: #_loop(...) is neither a directive nor a macro that is defined"},
		{"call of a macro", "#loop($x)", "1:1: #loop(...) is neither a directive nor a macro that is defined"},
		{"call of a block macro", "#@loop($x)#end", "1:1: #@loop(...) is neither"},
		{"if without end", "a\n#if(true)b", "2:1: #if without its #end"},
		{"foreach without end", "#foreach($a in $b)", "1:1: #foreach without its #end"},
		{"end without a start", "a#end", "1:2: #end without the directive that it belongs to"},
		{"else without a start", "#else", "1:1: #else without"},
		{"else in foreach", "#foreach($a in $b)#else#end", "1:19: #else inside #foreach"},
		{"two elses", "#if(true)#else#else#end", "1:15: #else after #else"},
		{"elseif after else", "#if(true)#else#elseif(true)#end", "1:15: #elseif after #else"},
		{"if without a condition", "#if foo", `1:5: expected "(" after #if, got "foo"`},
		{"set without equals", "#set($a)", `1:8: expected "=" after the reference in #set, got ")"`},
		{"set of a literal", "#set(1 = 2)", "1:6: expected the reference that #set sets"},
		{"set of a call", "#set($a.b() = 2)", "1:1: #set cannot set the result of the method call $a.b()"},
		{"comparison for assignment", "#set($a == 1)", `got "=="`},
		{"operator without operand", "#set($a = 1 + )", "1:15: expected a value"},
		{"minus before a digit is not an operator", "#set($a = $b -1)", `1:14: expected ")"`},
		{"expression as argument", "$a.b(1 + 2)", `1:8: expected "," or ")" after an argument`},
		{"bare word", "#if(foo)#end", `1:5: expected a value, got "foo)#end"`},
		{"unclosed formal reference", "${a.b", `1:6: expected "}"`},
		{"formal reference with more in it", "${a b}", `1:4: expected "}"`},
		{"unclosed index", "$a[1", `1:5: expected "]"`},
		{"list as index", "$a[[1]]", "1:4: expected a string, an integer or a reference as index"},
		{"unclosed string", `#set($a = "x)`, "1:11: string without its closing"},
		{"unclosed single-quoted string", `#set($a = 'x)`, "1:11: string without its closing"},
		{"unclosed comment", "a #* b", `1:3: comment without its end "*#"`},
		{"unclosed raw block", "#[[ a", `1:1: unparsed block without its end "]]#"`},
		{"unclosed map", "#set($a = {1: 2)", `1:16: expected ","`},
		{"map without colon", "#set($a = {1})", `1:13: expected ":"`},
		{"end inside a string", `#set($a = "x $y #end")`, "1:17: #end without"},
		{"break with an argument", "#break($foreach)", "1:1: #break with an argument is not supported"},
		{"foreach over a literal", "#foreach($a in 'x')#end", "1:16: expected a reference, a list or a map"},
		{"foreach with a property", "#foreach($a.b in $c)#end", "1:1: the loop variable of #foreach is $a.b"},
		{"foreach without in", "#foreach($a of $c)#end", `1:13: expected "in"`},
		{"number out of range", "#set($a = 1e999)", "1:11: the number 1e999 is out of range"},
		{"long number", "#set($a = " + strings.Repeat("1", 1001) + ")", "1:11: a number has 1001 characters; allowed are 1000"},
		{"deep parentheses", "#set($a = " + strings.Repeat("(", 200) + "1", "nested more than 100 levels deep"},
		{"deep blocks", strings.Repeat("#if(true)", 200), "nested more than 100 levels deep"},
		{"deep lists", "#set($a = " + strings.Repeat("[", 200), "nested more than 100 levels deep"},
		{"deep not", "#set($a = " + strings.Repeat("!", 200) + "1)", "nested more than 100 levels deep"},
		{"deep calls", strings.Repeat("$a.b(", 200), "nested more than 100 levels deep"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(tt.source)
			var syntax *SyntaxError
			if !errors.As(err, &syntax) {
				t.Fatalf("Parse(%q) = %v; want a SyntaxError", tt.source, err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Parse(%q)\n got %q\nwant %q", tt.source, err, tt.want)
			}
		})
	}
}

func TestRenderRefuses(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"unknown method", "a\n $s.foo()", "2:4: the method foo of a string is not supported"},
		{"method of another kind", "$n.length()", "the method length of an integer is not supported"},
		{"position in a key set", "$m.keySet().get(0)", "the method get of a key, value or entry set is not supported"},
		{"index of a key set", "$m.keySet()[0]", "a key, value or entry set has no positions"},
		{"number of arguments", "$s.substring()", "the method substring of a string got 0 arguments; allowed are 1 to 2"},
		{"kind of argument", "$s.substring('a')", "argument 1 is a string; allowed is an integer"},
		{"string past its end", "$s.substring(2, 9)", "the range from 2 to 9 is outside a string of length 4"},
		{"list past its end", "$l[3]", "the index 3 is outside a list of 3 elements"},
		{"list before its start", "$l[-4]", "outside a list of 3 elements"},
		{"set past the end", "#set($l[3] = 1)", "outside a list of 3 elements"},
		{"add past the end", "$l.add(9, 1)", "outside a list of 3 elements"},
		{"list by name", "$l['a']", "the index of a list is a string; allowed is an integer"},
		{"index of a string", "$s[0]", "a string has no elements"},
		{"range to null", "#foreach($i in [1..$x])#end", "a bound of a range is null; allowed is an integer"},
		{"Java regular expression", "$s.replaceAll('(?=a)', '')", `the regular expression "(?=a)" is not supported`},
		{"long regular expression", "$s.split('" + strings.Repeat("x", 1001) + "')", "the regular expression has 1001 bytes; allowed are 1000"},
		{"missing group", "$s.replaceAll('t', '$1')", "names group 1; the regular expression has 0"},
		{"dollar in a replacement", "$s.replaceAll('t', '$')", `ends in '$'`},
		{"class", "$s.class", "the property class of a string is not supported"},
		{"set of a property of null", "#set($x.y = 1)", "#set of a property of null"},
		{"set of a property of a string", "#set($s.y = 1)", "#set cannot set a property of a string"},
		{"map key", "#set($x = {$m: 1})", "a map key is a map; allowed are strings, numbers and booleans"},
		{"host value of a wrong type", "$host.bad()", "the Go type int is not a Velocity value"},
		{"host variable of a wrong type", "$wrong", "$wrong: the Go type int is not a Velocity value"},
		{"printing a host value", "$host", "cannot be printed"},
		{"unknown property of foreach", "#foreach($i in $l)$foreach.size#end", "$foreach has no property size"},
		{"list in itself", "#set($r = $l.add($l))$l", "contains itself"},
		{"map in itself, compared", "#set($m.a = $m)#set($x = {})#if($m == $m)#end", "contains itself"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := Parse(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			vars := testVars()
			vars["wrong"] = 1
			out, err := template.Render(vars, Limits{})
			var failed *RenderError
			if !errors.As(err, &failed) {
				t.Fatalf("Render(%q) = %q, %v; want a RenderError", tt.source, out, err)
			}
			if !strings.Contains(err.Error(), tt.want) {
				t.Errorf("Render(%q)\n got %q\nwant %q", tt.source, err, tt.want)
			}
		})
	}
}

func TestLimits(t *testing.T) {
	small := Limits{OutputBytes: 1000, Steps: 1000, ForeachIterations: 50}
	tests := []struct{ name, source, limit string }{
		{"output", "#foreach($i in [1..40])" + strings.Repeat("x", 30) + "#end", "OutputBytes"},
		{"doubling a string", "#set($s = 'x')#foreach($i in [1..40])#set($s = $s + $s)#end", "OutputBytes"},
		{"doubling by interpolation", `#set($s = 'x')#foreach($i in [1..40])#set($s = "$s$s")#end`, "OutputBytes"},
		{"growing by replace", "#set($s = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')$s.replace('', $s)", "OutputBytes"},
		{"growing by replaceAll", "#set($s = 'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx')$s.replaceAll('', $s)", "OutputBytes"},
		{"doubling a list", "#set($l = [1])#foreach($i in [1..40])#set($x = $l.addAll($l))#end", "Steps"},
		{"printing a value that shares its parts", "#set($l = [1])#foreach($i in [1..40])#set($l = [$l, $l])#end$l", "OutputBytes"},
		{"comparing values that share their parts", "#set($l = [1])#foreach($i in [1..40])#set($l = [$l, $l])#end#if($l == $l)#end", "Steps"},
		{"nested loops", "#foreach($i in [1..40])#foreach($j in [1..40])#end#end", "Steps"},
		{"one long loop", "#foreach($i in [1..60])#end", "ForeachIterations"},
		{"reading a long string often", "#set($s = '" + strings.Repeat("x", 900) + "')#foreach($i in [1..50])$s.isEmpty()$s.isEmpty()#end", "Steps"},
		{"a pattern that reads the rest for each match", "#set($s = '" + strings.Repeat("a", 900) + "')$s.replaceAll('(a*b)|a', 'x')", "Steps"},
		{"the same of a pattern that looks behind", "#set($s = '" + strings.Repeat("a", 900) + "')$s.split('\\B(a*b)|a')", "Steps"},
		{"a pattern of many repetitions", "#set($s = '" + strings.Repeat("a", 900) + "')$s.matches('(a?){300}a{300}')", "Steps"},
		{"compiling a large pattern often", "#foreach($i in [1..50])$i.toString().matches('" + strings.Repeat("(abc){30}", 20) + "')#end", "Steps"},
		{"long range", "#set($x = [1..1000000000])", "Steps"},
		{"widest range", "#set($x = [-9223372036854775807..9223372036854775807])", "Steps"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := Parse(tt.source)
			if err != nil {
				t.Fatal(err)
			}
			out, err := template.Render(nil, small)
			var limit *LimitError
			if !errors.As(err, &limit) {
				t.Fatalf("Render = %q, %v; want a LimitError", out, err)
			}
			if limit.Limit != tt.limit {
				t.Errorf("limit %s, want %s", limit.Limit, tt.limit)
			}
		})
	}
}

func TestRenderConcurrently(t *testing.T) {
	template, err := Parse(`#set($n = 0)#foreach($i in [1..50])#set($n = $n + $i)#end$n $who`)
	if err != nil {
		t.Fatal(err)
	}
	vars := map[string]any{"who": "all"}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			if got, err := template.Render(vars, Limits{}); err != nil || got != "1275 all" {
				t.Errorf("Render = %q, %v", got, err)
			}
		})
	}
	group.Wait()
	if len(vars) != 1 {
		t.Errorf("rendering changed the caller's variables: %v", vars)
	}
}
