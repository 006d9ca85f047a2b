package cognito_test

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"testing"

	"example.com/weather-events-api/local/internal/cognito"
)

// made lists everything that a generator makes for one name.
func made(g *cognito.Generator, name string) map[string]string {
	keys := g.SigningKeys(name)
	return map[string]string{
		"pool id":       g.PoolID("eu-west-1", name),
		"client id":     g.ClientID(name),
		"client secret": g.ClientSecret(name),
		"kid 0":         keys[0].ID,
		"kid 1":         keys[1].ID,
	}
}

func TestGeneratedForms(t *testing.T) {
	for what, pattern := range map[string]string{
		"pool id":       `^eu-west-1_[A-Za-z0-9]{9}$`,
		"client id":     `^[a-z0-9]{26}$`,
		"client secret": `^[a-z0-9]{52}$`,
		"kid 0":         `^[A-Za-z0-9+/]{43}=$`,
		"kid 1":         `^[A-Za-z0-9+/]{43}=$`,
	} {
		for _, seed := range []string{"", "seed"} {
			for i := range 50 {
				if got := made(cognito.NewGenerator(seed), fmt.Sprint(i))[what]; !regexp.MustCompile(pattern).MatchString(got) {
					t.Errorf("seed %q: got %s %q, want %s", seed, what, got, pattern)
				}
			}
		}
	}
}

// A bias of one in 256 would make the first characters a seventh more frequent.
func TestGeneratedCharactersAreEquallyFrequent(t *testing.T) {
	const names, characters = 1000, 36
	count := map[rune]int{}
	for i := range names {
		for _, c := range cognito.NewGenerator("seed").ClientSecret(fmt.Sprint(i)) {
			count[c]++
		}
	}
	const mean = names * 52 / characters
	for c, n := range count {
		if n < mean*9/10 || n > mean*11/10 {
			t.Errorf("%c occurs %d times, want about %d", c, n, mean)
		}
	}
}

func TestGeneratedValuesDependOnSeedAndName(t *testing.T) {
	seen := make(map[string]string)
	for _, seed := range []string{"a", "b", "", ""} {
		for _, name := range []string{"", "A", "B"} {
			for what, value := range made(cognito.NewGenerator(seed), name) {
				place := fmt.Sprintf("%s of seed %q name %q", what, seed, name)
				if other := seen[value]; other != "" {
					t.Errorf("%s equals %s: %s", place, other, value)
				}
				seen[value] = place
			}
		}
	}
}

// TestGeneratedValuesAreStable fails if a new release of this package or of Go changes
// the ids of local stacks.
func TestGeneratedValuesAreStable(t *testing.T) {
	generator := cognito.NewGenerator("seed")
	got := made(generator, "Name")
	for i, key := range generator.SigningKeys("Name") {
		got[fmt.Sprint("key ", i)] = fmt.Sprintf("%x", sha256.Sum256(key.Private().N.Bytes()))
	}
	for what, want := range map[string]string{
		"pool id":       "eu-west-1_C7gyXaZ7x",
		"client id":     "4dexsrmb3pkrcdzpero26w9wus",
		"client secret": "kprw56lnzxtbe4rpk1mxmb9sbi005cdett2r7mcjuuudc8lx6wpk",
		"kid 0":         "cdg5ZLxGM4vvKvuB91PoMaWhRO3ScD1lnjmZQFjXKjQ=",
		"kid 1":         "ccvaABWJ1eEd+H6w7kiRtCv4lKHHUU/39HyANbaDdWc=",
		"key 0":         "1df98a90fd0561643830e919a895d1b330758423c6edfeade78bfb7604c18517",
		"key 1":         "398f926d062767c1357c6c1cbdb5e473830cca585b63becfb491c87bda2e96c3",
	} {
		if got[what] != want {
			t.Errorf("%s: got %q, want %q", what, got[what], want)
		}
	}
}

func TestSeededKeys(t *testing.T) {
	again := cognito.NewGenerator("test").SigningKeys("Pool")
	for i, key := range signingKeys {
		private := key.Private()
		if err := private.Validate(); err != nil {
			t.Error(err)
		}
		if bits := private.N.BitLen(); bits != 2048 {
			t.Errorf("key %d: got %d bits, want 2048", i, bits)
		}
		if private.E != 65537 {
			t.Errorf("key %d: got exponent %d, want 65537", i, private.E)
		}
		for _, prime := range private.Primes {
			if prime.BitLen() != 1024 || !prime.ProbablyPrime(20) {
				t.Errorf("key %d: %v is not a 1024-bit prime", i, prime)
			}
		}
		if key.Private() != private || again[i].Private() != private {
			t.Errorf("key %d: computed twice", i)
		}
	}
	if signingKeys[0].Private().Equal(signingKeys[1].Private()) {
		t.Error("the two keys of a pool are the same")
	}
}
