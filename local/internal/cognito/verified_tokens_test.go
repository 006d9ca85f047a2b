package cognito

import (
	"fmt"
	"sync"
	"testing"
)

func TestVerifiedTokensAreBounded(t *testing.T) {
	var verified verifiedTokens
	for i := range 3 * maxVerifiedTokens {
		token := fmt.Sprint(i)
		claims := &Claims{ClientID: token}
		verified.add(token, claims)
		if got, found := verified.get(token); !found || got != claims {
			t.Fatalf("token %d was forgotten as soon as it was added", i)
		}
		if size := len(verified.claims); size != min(i+1, maxVerifiedTokens) {
			t.Fatalf("after %d tokens: %d are remembered", i+1, size)
		}
	}
}

func TestVerifiedTokenAddedAgain(t *testing.T) {
	var verified verifiedTokens
	for range 2 {
		verified.add("token", &Claims{})
	}
	if size := len(verified.claims); size != 1 {
		t.Errorf("got %d entries, want 1", size)
	}
	if _, found := verified.get("toke"); found {
		t.Error("found a token that was not added")
	}
}

func TestVerifiedTokensConcurrently(t *testing.T) {
	var verified verifiedTokens
	var wait sync.WaitGroup
	for worker := range 4 {
		wait.Go(func() {
			for i := range maxVerifiedTokens {
				token := fmt.Sprint(worker%2, i)
				verified.add(token, &Claims{ClientID: token})
				if claims, found := verified.get(token); found && claims.ClientID != token {
					t.Errorf("got the claims of %s for %s", claims.ClientID, token)
				}
			}
		})
	}
	wait.Wait()
}
