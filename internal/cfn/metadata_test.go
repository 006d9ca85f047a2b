package cfn

import "testing"

func TestWhatAnAssemblySaysAboutConstructs(t *testing.T) {
	const inFile = `{"/app/Api/Resource":[{"type":"aws:cdk:logicalId","data":"A"}],"/app/Api":[{"type":"aws:cdk:acknowledged-rules","data":{"w::one":"because","w::two":""}}],
		"/app":[{"type":"aws:cdk:acknowledged-rules","data":{"w::one":"above","w::app":"all"}},{"type":"aws:cdk:other","data":[1]}]}`
	const inline = `"metadata":{"/app/Other":[{"type":"aws:cdk:logicalId","data":"B"},{"type":"aws:cdk:acknowledged-rules","data":{"w::one":"inline"}}]}`
	named := `{"Resources":{"A":{"Type":"AWS::CloudFormation::Stack","Metadata":{"aws:asset:property":"TemplateURL","aws:asset:path":"n.json"}},"B":{"Type":"T","Metadata":{"aws:cdk:path":"named/B"}},"C":{"Type":"T"}}}`
	stacks, unread, err := ReadAssembly(writeFiles(t, map[string]string{
		"manifest.json": manifestOf(stackJSON("a", "a.json", inline, `"additionalMetadataFile":"m.json"`), stackJSON("b", "b.json", `"additionalMetadataFile":"gone.json"`, inline)),
		"m.json":        inFile, "a.json": named, "n.json": oneResource, "b.json": named,
	}))
	if err != nil || len(unread) > 0 || len(stacks) != 4 {
		t.Fatalf("%v, %v, %v", describeStacks(stacks), unread, err)
	}
	_, unread, err = ReadAssembly(writeFiles(t, map[string]string{"manifest.json": manifestOf(stackJSON("a", "a.json", `"metadata":{"/app":1}`)), "a.json": named, "n.json": oneResource}))
	if err != nil || len(unread) > 0 {
		t.Errorf("metadata that is none: %v, %v", unread, err)
	}
	a, _ := stacks[0].Resource("A")
	b, _ := stacks[0].Resource("B")
	c, _ := stacks[0].Resource("C")
	for resource, want := range map[*Resource]string{a: "app/Api/Resource", b: "named/B", c: ""} {
		if got := stacks[0].ConstructPath(resource); got != want {
			t.Errorf("%s is of the construct %q, want %q", resource.LogicalID, got, want)
		}
	}
	tests := []struct {
		stack          int
		path, id, want string
		isAcknowledged bool
	}{
		{0, "app/Api/Resource", "w::one", "because", true},
		{0, "app/Api", "w::two", "", true},
		{0, "app/Api/Resource", "w::app", "all", true},
		{0, "app/Apis", "w::one", "above", true},
		{0, "app", "w::two", "", false},
		{0, "other", "w::app", "", false},
		{0, "", "w::app", "", false},
		{0, "app/Other/Resource", "w::one", "inline", true},
		{1, "app/Api/Resource", "w::one", "because", true}, // nested
		{2, "app/Other", "w::one", "inline", true},         // without the file
		{2, "app/Api", "w::one", "", false},
	}
	for _, test := range tests {
		reason, acknowledged := stacks[test.stack].Acknowledged(test.path, test.id)
		if reason != test.want || acknowledged != test.isAcknowledged {
			t.Errorf("%s at %q of %s: %q, %t", test.id, test.path, stacks[test.stack].ID, reason, acknowledged)
		}
	}
}
