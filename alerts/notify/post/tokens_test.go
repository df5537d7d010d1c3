package post

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/notify"
)

func TestATokenIsKeptUntilItEndsOrIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		tokens := NewTokens(func(context.Context) (string, time.Duration, error) {
			n++
			return fmt.Sprint("t", n), 2 * time.Hour, nil
		})
		var got []string
		get := func(refused string) {
			token, err := tokens.Get(t.Context(), refused)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, token)
		}
		get("")
		time.Sleep(2*time.Hour - time.Minute - time.Second)
		get("")
		time.Sleep(time.Second)
		get("") // less than a minute is left
		get("t1")
		get("t2") // the service forgot it
		get("t2") // somebody else saw that too
		if diff := cmp.Diff([]string{"t1", "t1", "t2", "t2", "t3", "t3"}, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestOneFetchesForAllAndNobodyWaitsLongerThanAllowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := 0
		tokens := NewTokens(func(context.Context) (string, time.Duration, error) {
			n++
			time.Sleep(10 * time.Second)
			return "t", time.Hour, nil
		})
		var running sync.WaitGroup
		for range 5 {
			running.Go(func() {
				if token, err := tokens.Get(t.Context(), ""); err != nil || token != "t" {
					t.Errorf("%q, %v", token, err)
				}
			})
		}
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err := tokens.Get(ctx, "")
		if f := notify.AsFailure(err); f == nil || f.Reason != notify.Unreachable || f.Permanent {
			t.Errorf("the impatient one: %+v", f)
		}
		running.Wait()
		if n != 1 {
			t.Errorf("the token was fetched %d times", n)
		}
	})
}
