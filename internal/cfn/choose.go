package cfn

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// ChooseStacks returns the stacks that names stand for, and all without a name,
// nested ones behind those they are in: of what [ReadAssembly] read, or of several
// assemblies. A name is the CloudFormation name, the display name or the artifact
// id of a stack. The error says what a name does not stand for, and which of the
// templates that are needed could not be read.
func ChooseStacks(stacks []*Stack, unread []*UnreadError, names []string) ([]*Stack, error) {
	all := slices.DeleteFunc(slices.Clone(stacks), func(s *Stack) bool { return s.Parent != nil })
	for _, failed := range unread {
		for _, stack := range failed.Stacks {
			if stack.Parent == nil {
				all = append(all, stack)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b *Stack) int { return strings.Compare(a.displayName(), b.displayName()) })
	var problems []error
	chosen := map[*Stack]bool{}
	for _, name := range names {
		found := slices.DeleteFunc(slices.Clone(all), func(s *Stack) bool { return !slices.Contains(s.Names, name) })
		switch len(found) {
		case 0:
			problems = append(problems, fmt.Errorf("there is no stack %s: name one of %s", legible(name), displayNames(all)))
		case 1:
			chosen[found[0]] = true
		default:
			problems = append(problems, fmt.Errorf("%d stacks are called %s: name one of %s", len(found), legible(name), displayNames(found)))
		}
	}
	isChosen := func(s *Stack) bool { return len(names) == 0 || chosen[s.outermost()] }
	for _, failed := range unread {
		if slices.ContainsFunc(failed.Stacks, isChosen) {
			problems = append(problems, failed)
		}
	}
	return slices.DeleteFunc(slices.Clone(stacks), func(s *Stack) bool { return !isChosen(s) }), errors.Join(problems...)
}

// outermost returns the stack that is deployed by itself.
func (s *Stack) outermost() *Stack {
	for s.Parent != nil {
		s = s.Parent
	}
	return s
}

// displayName is the name that CDK shows.
func (s *Stack) displayName() string { return s.Names[len(s.Names)-1] }

func displayNames(stacks []*Stack) string {
	var names []string
	for _, stack := range stacks {
		names = append(names, legible(stack.displayName()))
	}
	return strings.Join(names, ", ")
}
