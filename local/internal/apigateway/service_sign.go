package apigateway

import (
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/weather-events-api/local/internal/lambda"
)

// contentHashHeader holds the hash of the body that a signature is for.
const contentHashHeader = "X-Amz-Content-Sha256"

// dummy are the credentials that functions have too: an emulator that keeps the
// data of accounts apart shows both the same.
var dummy = aws.Credentials{
	AccessKeyID: lambda.AccessKeyID, SecretAccessKey: lambda.SecretAccessKey, SessionToken: lambda.SessionToken,
}

// signing signs requests, as a service that does not look at who it is takes them.
type signing struct {
	http.RoundTripper
	service, region string
}

func (s *signing) RoundTrip(request *http.Request) (*http.Response, error) {
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = s.service == "s3" })
	hash := request.Header.Get(contentHashHeader)
	if err := signer.SignHTTP(request.Context(), dummy, request, hash, s.service, s.region, time.Now()); err != nil {
		return nil, fmt.Errorf("the request cannot be signed: %w", err)
	}
	return s.RoundTripper.RoundTrip(request)
}
