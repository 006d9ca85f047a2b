package velocity

import "fmt"

// loop is $foreach.
type loop struct {
	index, size int
	parent      *loop
}

// Property returns index, count, hasNext, first, last, parent and topmost.
func (l *loop) Property(name string) (any, error) {
	switch name {
	case "index":
		return int64(l.index), nil
	case "count":
		return int64(l.index + 1), nil
	case "hasNext":
		return l.index+1 < l.size, nil
	case "first":
		return l.index == 0, nil
	case "last":
		return l.index+1 == l.size, nil
	case "parent":
		if l.parent == nil {
			return nil, nil
		}
		return l.parent, nil
	case "topmost":
		top := l
		for top.parent != nil {
			top = top.parent
		}
		return top, nil
	}
	return nil, fmt.Errorf("$foreach has no property %s; it has index, count, hasNext, first, last, parent and topmost", name)
}

// loopMethods are the methods of $foreach, with the properties they return.
var loopMethods = map[string]string{
	"hasNext": "hasNext", "getIndex": "index", "getCount": "count",
	"isFirst": "first", "isLast": "last",
}

// Call calls the Java form of a property, such as hasNext().
func (l *loop) Call(method string, args []any) (any, error) {
	property, ok := loopMethods[method]
	if !ok || len(args) > 0 {
		return nil, fmt.Errorf("$foreach has no method %s with %d arguments", method, len(args))
	}
	return l.Property(property)
}
