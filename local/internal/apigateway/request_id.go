package apigateway

import (
	"encoding/base64"
	"encoding/binary"
	"math/rand/v2"
)

// newExtendedRequestID returns what x-amz-apigw-id holds: 15 characters and an
// equals sign, such as OPwe_ErKvHcF5ZA=.
func newExtendedRequestID() string {
	var id [16]byte
	binary.LittleEndian.PutUint64(id[:8], rand.Uint64())
	binary.LittleEndian.PutUint64(id[8:], rand.Uint64())
	var text [16]byte
	base64.URLEncoding.Encode(text[:], id[:11])
	return string(text[:])
}
