package rules_test

import "testing"

func TestGoodTemplatesHaveNoFinding(t *testing.T) {
	marked(t).mustFind("")
	byHand(t).mustFind("")
}
