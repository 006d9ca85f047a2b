package cfn

import (
	"strings"

	"github.com/goccy/go-yaml/token"
)

// joinColons puts plain text with colons together again: inside braces the
// lexer takes any colon for the end of a key, also that of {a: !Ref AWS::Region}
// and {a: [weather:read]}, where no space follows. See
// https://github.com/goccy/go-yaml/issues/832
func joinColons(name string, tokens token.Tokens) (token.Tokens, error) {
	var joined token.Tokens
	for i := 0; i < len(tokens); i++ {
		tk := tokens[i]
		if i+2 < len(tokens) && isPlain(tk) && tokens[i+1].Type == token.MappingValueType && touchesColon(tokens[i+2]) {
			rest := tokens[i+2]
			// Text that ends in a key, as in {Fn::Sub: x}, cannot be told apart safely.
			if !isPlain(rest) || strings.Contains(rest.Value, ": ") || strings.HasSuffix(rest.Value, ":") ||
				strings.TrimRight(tk.Origin, " \t\r\n") != tk.Origin {
				return nil, yamlError(name, tk, "put text with a colon in quotes, or a space behind the colon of a key")
			}
			tk = token.String(tk.Value+":"+rest.Value, tk.Origin+":"+rest.Origin, tk.Position)
			i += 2
		}
		joined = append(joined, tk)
	}
	if len(joined) == len(tokens) {
		return tokens, nil
	}
	for i, tk := range joined {
		tk.Prev, tk.Next = nil, nil
		if i > 0 {
			tk.Prev, joined[i-1].Next = joined[i-1], tk
		}
	}
	return joined, nil
}

// isPlain tells whether a token is a scalar without quotes.
func isPlain(tk *token.Token) bool {
	switch tk.Type {
	case token.StringType, token.IntegerType, token.BinaryIntegerType, token.OctetIntegerType, token.HexIntegerType,
		token.FloatType, token.BoolType, token.NullType, token.InfinityType, token.NanType:
		return true
	}
	return false
}

// touchesColon tells whether a token begins right behind a colon, other than
// the brackets, braces and commas that may.
func touchesColon(tk *token.Token) bool {
	return tk.Origin != "" && !strings.ContainsAny(tk.Origin[:1], " \t\r\n[]{},")
}
