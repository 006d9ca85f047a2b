package local

import "strings"

// nameIn returns the name that a property gives, or one as CloudFormation makes it
// up, of at most so many characters.
func (r resource) nameIn(property string, most int) string {
	madeUp := "-" + strings.ToUpper(r.stack.ids.short(property, r.LogicalID, 12))
	prefix := r.stack.ids.pseudo.StackName + "-" + r.LogicalID
	return r.properties().String(property, prefix[:min(len(prefix), most-len(madeUp))]+madeUp)
}

func (r resource) functionName() string { return r.nameIn("FunctionName", 64) }

func (r resource) roleName() string { return r.nameIn("RoleName", 64) }

func (r resource) functionARN() string {
	return r.stack.ids.arn("lambda", "function:"+functionNameOf(r.functionName()))
}

// qualifiedARN is that of an alias or a version of a function.
func (r resource) qualifiedARN(qualifier string) string {
	name := functionNameOf(r.properties().String("FunctionName", ""))
	return r.stack.ids.arn("lambda", "function:"+name+":"+qualifier)
}

func (r resource) aliasARN() string { return r.qualifiedARN(r.properties().String("Name", "")) }

// versionARN is that of a version: the first of its function.
func (r resource) versionARN() string { return r.qualifiedARN(firstVersion) }

const firstVersion = "1"

// splitFunction returns the name of a function and the alias or version, "" for none,
// of an ARN or of a name, which may have its account in front.
func splitFunction(function string) (name, qualifier string) {
	_, name, isARN := strings.Cut(function, "function:")
	if !isARN {
		name = function
	}
	name, qualifier, _ = strings.Cut(name, ":")
	return name, qualifier
}

// functionNameOf returns the name in an ARN of a function, or what is a name.
func functionNameOf(function string) string {
	name, _ := splitFunction(function)
	return name
}

// unqualified returns the ARN of a function without the alias or version.
func unqualified(arn string) string {
	_, qualifier := splitFunction(arn)
	return strings.TrimSuffix(arn, ":"+qualifier)
}
