package apigateway

import (
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"
)

// contentHandling is what a payload is converted to on its way through API
// Gateway. A payload is binary if its content type is one of the API's
// BinaryMediaTypes, and text otherwise.
//
// Source: "Content type conversions in API Gateway", Amazon API Gateway developer
// guide. What is made of payloads that are not what they are called was seen live.
type contentHandling string

const (
	passThrough     contentHandling = ""
	convertToText   contentHandling = "CONVERT_TO_TEXT"
	convertToBinary contentHandling = "CONVERT_TO_BINARY"
)

func compileContentHandling(text string, at place) contentHandling {
	switch h := contentHandling(text); h {
	case passThrough, convertToText, convertToBinary:
		return h
	}
	at.addf("must be %s or %s, got %q", convertToText, convertToBinary, text)
	return passThrough
}

// payload is a body that was converted.
type payload struct {
	body     []byte
	isBinary bool
}

// convert converts a body. wantsBinary is what counts where nothing is said: a
// request stays what it is, and a client gets what it accepts.
func (h contentHandling) convert(body []byte, isBinary, wantsBinary bool) (payload, error) {
	switch h {
	case convertToText:
		wantsBinary = false
	case convertToBinary:
		wantsBinary = true
	}
	switch {
	case isBinary == wantsBinary && isBinary:
		return payload{body, true}, nil
	case isBinary:
		return payload{base64.StdEncoding.AppendEncode(nil, body), false}, nil
	case wantsBinary:
		decoded, err := fromBase64(body)
		return payload{decoded, true}, err
	}
	return payload{toText(body), false}, nil
}

// fromBase64 decodes text. That a JSON string stands for what is in it, which is
// how a Lambda function answers with base64, is a working choice.
func fromBase64(text []byte) ([]byte, error) {
	if len(text) > 1 && text[0] == '"' && text[len(text)-1] == '"' {
		text = text[1 : len(text)-1]
	}
	decoded, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return nil, fmt.Errorf("the payload is not base64: %w", err)
	}
	return decoded, nil
}

// toText replaces every byte that is no UTF-8.
func toText(body []byte) []byte {
	if utf8.Valid(body) {
		return body
	}
	var text strings.Builder
	for _, r := range string(body) {
		text.WriteRune(r)
	}
	return []byte(text.String())
}

// errBinary is a mapping template that is given a binary payload. API Gateway
// calls it "Unable to transform request", also of an empty payload.
func errBinary(of string) *refusal {
	return misconfigured("the " + of + " is binary, by BinaryMediaTypes or ContentHandling, and a mapping template takes text: set ContentHandling to " + string(convertToText))
}
