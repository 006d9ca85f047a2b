package velocity

import (
	"errors"
	"testing"
)

// FuzzParseRender checks that no template makes Parse or Render panic or hang, that all
// errors have their documented types, and that a second rendering gives the same.
func FuzzParseRender(f *testing.F) {
	for _, seed := range []string{
		"a $s ${m.b.k} $!x #set($r = [1..3])#foreach($i in $r)$i#if($foreach.hasNext),#end#end",
		`#set($m['a'] = {"k": [1, 2.5, -3]})$m.a.k[0]#if($n >= 1 && !$f || "x$s" == 'y')a#elseif($t)b#else c#end`,
		`\$s \\#if(true)x#end #[[ $raw ]]# ## c` + "\n#* c *##stop",
		`$s.replaceAll("(t)", "$1$1").split("t").size() $s.substring(1, 2) $l.add($l)$l`,
		"#{foreach}($v in $m)$velocityCount#break#{end}",
		`#set($s = "$s$s")#set($x = $n * 9223372036854775807 - $d % 3)$x`,
		"$u.substring(1).lastIndexOf('b', 2)$u.charAt(0)$m.entrySet()",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, source string) {
		template, err := Parse(source)
		if err != nil {
			var syntax *SyntaxError
			if !errors.As(err, &syntax) || syntax.Line < 1 || syntax.Column < 1 {
				t.Fatalf("Parse: %#v", err)
			}
			return
		}
		limits := Limits{OutputBytes: 10_000, Steps: 5_000}
		render := func() (string, error) {
			vars := testVars()
			vars["u"] = "a😀é\u00a0b\xff"
			return template.Render(vars, limits)
		}
		first, err := render()
		if err != nil {
			var failed *RenderError
			if !errors.As(err, &failed) {
				t.Fatalf("Render: %#v", err)
			}
			return
		}
		if len(first) > limits.OutputBytes {
			t.Fatalf("the output has %d bytes", len(first))
		}
		if second, err := render(); err != nil || second != first {
			t.Fatalf("a second rendering gives %q, %v; the first gave %q", second, err, first)
		}
	})
}
