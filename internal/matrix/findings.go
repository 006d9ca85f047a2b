package matrix

import (
	"fmt"
	"slices"

	"example.com/weather-events-api/local"
)

// The rules about who can call a method.
const (
	ruleOpen         = "method-open"
	ruleWithoutScope = "method-without-scope"
)

// findingsOf returns the findings about a method.
func (t Target) findingsOf(m local.Method) (found []Finding) {
	for _, f := range t.Findings {
		if f.File == m.Template && f.LogicalID == m.LogicalID && (m.Property == "" || f.Property == m.Property) {
			found = append(found, Finding{Rule: f.Rule, Message: f.Message, Accepted: f.Acknowledged, When: f.When})
		}
	}
	return found
}

// finding returns the finding of a rule about the method, or a zero one.
func (m Method) finding(rule string) Finding {
	if i := slices.IndexFunc(m.Findings, func(f Finding) bool { return f.Rule == rule }); i >= 0 {
		return m.Findings[i]
	}
	return Finding{}
}

// compareWithRules sets Disagreements: each is a fault of this program or of AWS.
func (m *Matrix) compareWithRules() {
	if !m.target.Linted {
		return
	}
	m.Disagreements = nil
	disagree := func(method Method, format string, args ...any) {
		m.Disagreements = append(m.Disagreements, method.String()+": "+fmt.Sprintf(format, args...))
	}
	for i, method := range m.Methods {
		withoutToken := Nobody
		if method.APIKeyRequired {
			withoutToken = NobodyWithKey
		}
		isRefused := m.who(i, func(c Caller, cell Cell) bool { return c.Kind == withoutToken && cell.Got == Closed }) != ""
		intruder := m.who(i, func(_ Caller, cell Cell) bool { return cell.Got == Open && cell.Wrong })
		switch open, unscoped := method.finding(ruleOpen), method.finding(ruleWithoutScope); {
		case open.Rule != "" && open.When == "" && isRefused && !method.keyElsewhere:
			disagree(method, "rule %s says that %s, but whoever has no token is refused", open.Rule, open.Message)
		case open.Rule != "" || intruder == "", method.isException && !method.isProtected: // the rules concern scopes
		case unscoped.Rule != "" && unscoped.When == "":
			disagree(method, "rule %s says that it turns every machine away, but it lets in %s", unscoped.Rule, intruder)
		default:
			disagree(method, "no rule finds it open, but it lets in %s", intruder)
		}
	}
}

// who returns the name of the first caller that kind matches in a row, "" without one.
func (m *Matrix) who(row int, kind func(Caller, Cell) bool) string {
	for j, c := range m.Callers {
		if kind(c, m.Cells[row][j]) {
			return c.Name
		}
	}
	return ""
}

// String returns a name for people.
func (m Method) String() string {
	text := m.HTTPMethod + " " + m.Path
	if m.Called != m.HTTPMethod {
		text += " as " + m.Called
	}
	return fmt.Sprintf("%s of %s/%s", text, m.API, m.Stage)
}
