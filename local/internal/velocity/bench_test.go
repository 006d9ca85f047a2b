package velocity

import "testing"

const benchTemplate = `#set($all = $m)
{
#foreach($key in $all.keySet())
  "$key": "$all.get($key).toString().replaceAll("x", "y")"#if($foreach.hasNext),#end
#end
#if($n > 3 && $s != ""), "s": "$s.toUpperCase() ${s}"#else, "n": $n#end
}`

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(benchTemplate); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkRender(b *testing.B) {
	template, err := Parse(benchTemplate)
	if err != nil {
		b.Fatal(err)
	}
	vars := testVars()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := template.Render(vars, Limits{}); err != nil {
			b.Fatal(err)
		}
	}
}
