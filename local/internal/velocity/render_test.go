package velocity

import (
	"testing"
)

// testVars are the variables of the table tests, new for each test.
func testVars() map[string]any {
	inner := NewMap()
	_ = inner.Put("k", "v")
	m := NewMap()
	_ = m.Put("a", int64(1))
	_ = m.Put("b", inner)
	_ = m.Put("list", NewJSONList(inner, "s", nil, true, 1.5))
	return map[string]any{
		"s": "text", "n": int64(7), "d": 1.5, "t": true, "f": false,
		"empty": "", "m": m, "l": NewList("x", "y", "z"), "host": host{},
	}
}

// host is a host value with one property and one method.
type host struct{}

func (host) Property(name string) (any, error) {
	if name == "name" {
		return "property", nil
	}
	return nil, nil
}

func (host) Call(method string, args []any) (any, error) {
	if method == "bad" {
		return 1, nil // an int is not a Velocity value
	}
	return method + "/" + string(rune('0'+len(args))), nil
}

func TestRender(t *testing.T) {
	tests := []struct{ name, source, want string }{
		{"plain text", "a $ b # c \\ d", "a $ b # c \\ d"},
		{"dollar amounts and colours are text", `$5 $$ ${1} #fff #1 #{x`, `$5 $$ ${1} #fff #1 #{x`},
		{"all forms of a reference", "$s ${s} $!s $!{s} ${s}s", "text text text text texts"},
		{"undefined is empty", "[$x ${x} $!x $x.y.z() $x['a'] $m.missing]", "[     ]"},
		{"a dot or bang after a reference is text", "$s. $s! $n.5", "text. text! 7.5"},
		{"hyphen belongs to the name", "$s-x|${s}-x", "|text-x"},
		{"property, index and call", "$m.a $m['a'] $m.get('a') $m.b.k $l[0] $l[-1] $l.get(1)", "1 1 1 v x z y"},
		{"index with a reference", "#set($i = 1)$l[$i]", "y"},
		{"line comment takes its line end", "a## comment $x\nb", "ab"},
		{"comment at the end", "a##", "a"},
		{"block comment", "a#* $x\n *#b#**#c", "abc"},
		{"unparsed block", "#[[ $s #if ]]#", " $s #if "},

		{"escaped reference, defined", `\$s \\$s \\\$s`, `$s \text \$s`},
		{"escaped reference, undefined keeps its backslashes", `\$x \\$x|`, `\$x \\|`},
		{"escaped directive", `\#if \#set($x) \\#if(true)y#end \#foo \#{else}`, `#if #set() \y \#foo #{else}`},

		{"set and print", `#set($a = "v")$a`, "v"},
		{"set in its formal form", `#{set}($a = 1)$a`, "1"},
		{"set swallows its line", "a\n#set($x = 1)  \nb", "a\nb"},
		{"set swallows blanks before it after a construct", "##\n  #set($x = 1)\nb", "b"},
		{"set swallows blanks between it and a reference", "$n #set($x = 1)$n\t#set($x = 2)", "77"},
		{"set keeps blanks that follow text", "a\n  #set($x = 1)\nb", "a\n  b"},
		{"set keeps text on its line", "#set($x = 1) b", " b"},
		{"windows line ends", "#set($x = 1)\r\n#if(true)\r\na\r\n#end\r\nb", "a\r\nb"},
		{"if swallows its line but not blanks before it", "a\n  #if(true)\n  b\n  #end\nc", "a\n    b\n  c"},
		{"else swallows its line", "#if(false)\na\n#else\nb\n#end\n", "b\n"},
		{"stop and break print nothing", "#foreach($i in [1, 2])a#if($i == 1)-\n#end\n#if($i == 2)#break\n#end#end#stop\n", "a-\na"},
		{"set to null changes nothing", "#set($s = $undefined)$s", "text"},
		{"set of a key", "#set($m.new = 2)#set($m['x'] = 3)$m.new$m.x", "23"},
		{"set of an element", "#set($l[1] = 'Y')$l", "[x, Y, z]"},

		{"truth", "#if($x)1#end#if($f)2#end#if($empty)3#end#if(0)4#end#if($t)5#end", "1345"},
		{"elseif", "#if($f)a#elseif($n == 7)b#{else}c#end", "b"},
		{"nested if", "#if($t)#if($f)a#{else}b#end#end", "b"},
		{"word operators", "#if($n gt 6 and not ($n ge 8) or $f)y#end#if($n ne 7 or $n lt 7 or $n le 6)z#end", "y"},
		{"a word that begins with an operator", "#set($order = 1)#if($order eq 1)y#end", "y"},
		{"and binds tighter than or", "#if($t || $f && $f)y#end", "y"},
		{"logical values are booleans", "#set($r = $s || $f)$r #set($r = !$s)$r", "truefalse"},

		{"arithmetic", "#set($r = 1 + 2 * 3 - 4 / 2 - 7 % 4)$r", "2"},
		{"parentheses", "#set($r = (1 + 2) * 3)$r", "9"},
		{"negative literal", "#set($r = 1 - -2)$r", "3"},
		{"integer division truncates", "#set($r = -7 / 2)$r #set($r = -7 % 2)$r", "-3-1"},
		{"past 32 bits", "#set($r = 2147483647 + 1)$r", "2147483648"},
		{"past 64 bits is a double", "#set($r = 9223372036854775807 + 1)$r", "9.223372036854776E18"},
		{"doubles", "#set($r = 1 + 0.5)$r #set($r = 3 * 1.0)$r #set($r = 1e10 + 0)$r", "1.53.01.0E10"},
		{"division by zero is null", "#set($r = 'old')#set($r = 1 / 0)$r#set($r = 1 % 0)$r#set($r = 1.0 / 0)$r", "oldoldold"},
		{"arithmetic on other values is null", "#set($r = 'old')#set($r = $m - 1)$r", "old"},
		{"concatenation", "#set($r = 'a' + 1 + 2)$r#set($r = 1 + 2 + 'a' + $x)$r", "a123a"},

		{"equality by text", "#if(1 == '1')a#end#if(1 == 1.0)b#end#if('a' != 'b')c#end#if($t == 'true')d#end", "abcd"},
		{"null equals null and the empty string", "#if($x == $y)a#end#if($x == '')b#end#if($x != '')c#end#if($x == 0)d#end#if($x == [])e#end", "ab"},
		{"content of lists and maps", "#if([1, {'a': 2}] == [1, {'a': 2}])a#end#if([1] == [2])b#end#if({1: 2} == {1: 3})c#end", "a"},
		{"order needs numbers", "#if('a' < 'b')a#end#if(1 < 1.5)b#end#if(2 >= 2)c#end#if($x < 1)d#end", "bc"},

		{"list, map and range", "#set($r = [1, 'a', [true]])$r #set($r = {'a': 1, 'b': {}})$r #set($r = [1..3])$r #set($r = [2..-1])$r #set($r = [ ])$r", "[1, a, [true]]{a=1, b={}}[1, 2, 3][2, 1, 0, -1][]"},
		{"range with references", "#set($to = 2)#foreach($i in [0..$to])$i#end", "012"},
		{"a JSON list prints as JSON, also in a map", "$m $m.list", `{a=1, b={k=v}, list=[{"k":"v"},"s",null,true,1.5]} [{"k":"v"},"s",null,true,1.5]`},

		{"interpolation", `#set($r = "a $s ${m.b.k} $x #if($t)y#end")$r`, "a text v  y"},
		{"quotes twice", `#set($r = """a"" $s """)$r#set($r = "")$r#set($r = "1\\""2")$r`, `"a" text "1\\"2`},
		{"a fraction without a zero", "#set($r = .5 + 1)$r", "1.5"},
		{"no interpolation in single quotes", `#set($r = '$s "#end"')$r`, `$s "#end"`},
		{"half a unicode escape is text", `#set($r = "\u00e")$r`, `\u00e`},
		{"a string has no escapes but unicode", `#set($r = "a\n\"\\ \u00e9\u0041")$r`, `a\n\"\\ éA`},
		{"escape in a string", `#set($r = "\$s")$r`, "$s"},
		{"a JSONPath is not a reference", `$host.call("$.a[0]")`, "call/1"},

		{"foreach", "#foreach($i in $l)$foreach.index$foreach.count$i#if($foreach.hasNext),#end#end", "01x,12y,23z"},
		{"foreach first and last", "#foreach($i in $l)$foreach.first/$foreach.last #end", "true/false false/false false/true "},
		{"velocityCount", "#foreach($i in $l)$velocityCount#end$velocityCount", "123"},
		{"foreach over a map yields values", "#foreach($v in $m.b)$v#end", "v"},
		{"foreach over anything else does nothing", "#foreach($v in $s)a#end#foreach($v in $x)b#end", ""},
		{"the loop variable is restored", "#foreach($s in [1, 2])$s#end$s", "12text"},
		{"nested loops", "#foreach($a in [1, 2])#foreach($b in [1, 2])$foreach.parent.count$foreach.count #end$foreach.count;#end", "11 12 1;21 22 2;"},
		{"topmost", "#foreach($a in [1, 2])#foreach($b in [5])$foreach.topmost.index$foreach.parent.parent#end#end", "01"},
		{"break leaves one loop", "#foreach($a in [1, 2])#foreach($b in [1, 2, 3])#if($b == 2)#break#end$b#end#end", "11"},
		{"break outside a loop ends the template", "a#{break}b", "a"},
		{"stop ends everything", "a#foreach($a in [1, 2])$a#stop#end", "a1"},
		{"a loop may change what it runs over", "#foreach($i in $l)#set($r = $l.add($i))#end$l.size()", "6"},
		{"methods of foreach", "#foreach($i in [5])$foreach.hasNext()$foreach.getIndex()$foreach.isLast()#end", "false0true"},

		{"host values", "$host.name $host['name'] $host.call() $host.call(1, 'a') $host.none", "property property call/0 call/2 "},
		{"space after a directive's name", "#if ( $t ) y #end #foreach ( $i in [1] )$i#end #set ($r = 2)$r", " y  12"},
		{"whitespace in an expression", "#if(\n $n\n ==\n 7 )y#end", "y"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			template, err := Parse(tt.source)
			if err != nil {
				t.Fatalf("Parse(%q): %v", tt.source, err)
			}
			got, err := template.Render(testVars(), Limits{})
			if err != nil {
				t.Fatalf("Render(%q): %v", tt.source, err)
			}
			if got != tt.want {
				t.Errorf("Render(%q)\n got %q\nwant %q", tt.source, got, tt.want)
			}
		})
	}
}
