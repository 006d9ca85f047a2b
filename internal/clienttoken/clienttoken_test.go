package clienttoken

import "testing"

func TestEndpoint(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-1":  "https://cognito-idp.eu-west-1.amazonaws.com/",
		"cn-north-1": "https://cognito-idp.cn-north-1.amazonaws.com.cn/",
	} {
		if got := Endpoint(region); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestKnown(t *testing.T) {
	for operation, want := range map[string]bool{"": true, "GetClientToken": true, "getClientToken": false, "InitiateAuth": false} {
		if Known(operation) != want {
			t.Errorf("%q is known: %t", operation, !want)
		}
	}
}
