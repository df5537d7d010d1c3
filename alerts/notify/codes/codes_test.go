package codes_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/notify/codes"
)

func TestACodeSaysWhetherToTryAgain(t *testing.T) {
	table := codes.Table{
		{Name: "Limit.Day", Reason: notify.Throttled, Hint: "raise the limit"},
		{Name: "Limit.*", Reason: notify.Refused, Permanent: true},
	}
	for _, c := range []struct {
		name, code, message string
		want                notify.Failure
	}{
		{"a code with a hint", "Limit.Day", "too many", notify.Failure{Reason: notify.Throttled, Detail: "Cloud answers Limit.Day (too many): raise the limit"}},
		{"a code by its beginning", "Limit.Size", "", notify.Failure{Reason: notify.Refused, Permanent: true, Detail: "Cloud answers Limit.Size"}},
		{"a message that repeats the code", "Limit.Size", "Limit.Size", notify.Failure{Reason: notify.Refused, Permanent: true, Detail: "Cloud answers Limit.Size"}},
		{"a new code", "Surprise", "", notify.Failure{Reason: notify.Refused, Detail: "Cloud answers Surprise"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, *table.Failure("Cloud", c.code, c.message)); diff != "" {
				t.Errorf("failure (-want +got):\n%s", diff)
			}
		})
	}
	if d := table.Failure("Cloud", "x", strings.Repeat("长", 500)).Detail; len([]rune(d)) > 200 {
		t.Errorf("a long message was not cut: %d characters", len([]rune(d)))
	}
}
