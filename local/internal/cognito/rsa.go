package cognito

import (
	"crypto/rsa"
	"io"
	"math/big"
	"sync"
)

const (
	rsaBits           = 2048
	rsaPublicExponent = 65537
	// sieveWindow is how many consecutive odd numbers are searched from one
	// random start. A prime is found in one window with more than 99.99 %.
	sieveWindow = 4096
	// millerRabinRounds is what FIPS 186-5 table B.1 asks of 1024-bit primes;
	// ProbablyPrime adds a Lucas test.
	millerRabinRounds = 5
)

// smallPrimes are the odd primes that sieve out most candidates before the
// costly test.
var smallPrimes = sync.OnceValue(func() []uint64 {
	var primes []uint64
	for n := uint64(3); n < 8192; n += 2 {
		if new(big.Int).SetUint64(n).ProbablyPrime(0) { // exact below 2^64
			primes = append(primes, n)
		}
	}
	return primes
})

// deriveRSAKey returns the RSA-2048 key that follows from the random stream.
// rsa.GenerateKey cannot be used for this: it takes no deterministic source.
func deriveRSAKey(stream io.Reader) *rsa.PrivateKey {
	exponent := big.NewInt(rsaPublicExponent)
	for {
		p, q := derivePrime(stream, rsaBits/2), derivePrime(stream, rsaBits/2)
		phi := new(big.Int).Mul(minusOne(p), minusOne(q))
		d := new(big.Int).ModInverse(exponent, phi)
		if d == nil {
			continue
		}
		key := &rsa.PrivateKey{
			PublicKey: rsa.PublicKey{N: new(big.Int).Mul(p, q), E: rsaPublicExponent},
			D:         d,
			Primes:    []*big.Int{p, q},
		}
		key.Precompute()
		if key.Validate() == nil {
			return key
		}
	}
}

// derivePrime returns a prime of exactly bits bits whose two top bits are set,
// so that the product of two of them has exactly twice as many.
func derivePrime(stream io.Reader, bits int) *big.Int {
	raw := make([]byte, bits/8)
	for {
		io.ReadFull(stream, raw) // a ChaCha8 stream has no end and no errors
		raw[0] |= 0xC0
		raw[len(raw)-1] |= 1
		start := new(big.Int).SetBytes(raw)
		composite := sieve(start)
		for i := range composite {
			if composite[i] {
				continue
			}
			candidate := new(big.Int).Add(start, big.NewInt(int64(2*i)))
			if candidate.BitLen() == bits && candidate.ProbablyPrime(millerRabinRounds) {
				return candidate
			}
		}
	}
}

// sieve marks at i whether start+2i has a small prime factor. start is odd and
// larger than every small prime.
func sieve(start *big.Int) *[sieveWindow]bool {
	var composite [sieveWindow]bool
	divisor, remainder := new(big.Int), new(big.Int)
	for _, prime := range smallPrimes() {
		r := remainder.Mod(start, divisor.SetUint64(prime)).Uint64()
		// The first i with r+2i divisible by prime.
		first := prime - r
		if r == 0 {
			first = 0
		}
		if first%2 == 1 {
			first += prime
		}
		for i := first / 2; i < sieveWindow; i += prime {
			composite[i] = true
		}
	}
	return &composite
}

func minusOne(n *big.Int) *big.Int { return new(big.Int).Sub(n, big.NewInt(1)) }
