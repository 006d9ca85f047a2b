package apigateway

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"example.com/weather-events-api/local/internal/lambda"
)

// dummy are the credentials that functions have too: an emulator that keeps the
// data of accounts apart shows both the same.
var dummy = aws.Credentials{
	AccessKeyID: lambda.AccessKeyID, SecretAccessKey: lambda.SecretAccessKey, SessionToken: lambda.SessionToken,
}

// signingNames are those of services whose signatures name them otherwise than a
// Uri.
var signingNames = map[string]string{"appsync-api": "appsync"}

// sign signs a request, as a service that does not look at who it is takes it.
func sign(request *http.Request, payload []byte, uri *serviceURI) *refusal {
	name := uri.service
	if other := signingNames[name]; other != "" {
		name = other
	}
	sum := sha256.Sum256(payload)
	hash := hex.EncodeToString(sum[:])
	request.Header.Set("X-Amz-Content-Sha256", hash)
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = name == "s3" })
	if err := signer.SignHTTP(context.Background(), dummy, request, hash, name, uri.region, time.Now()); err != nil {
		return misconfigured("the request cannot be signed: " + err.Error())
	}
	return nil
}

// setBody gives a request a body of known length.
func setBody(request *http.Request, payload []byte) {
	request.ContentLength = int64(len(payload))
	request.Body = http.NoBody
	if len(payload) > 0 {
		request.Body = io.NopCloser(bytes.NewReader(payload))
		request.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(payload)), nil }
	}
}
