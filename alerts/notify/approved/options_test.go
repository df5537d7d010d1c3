package approved_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/notify/approved"
)

func TestWhatIsNotSetHasADefault(t *testing.T) {
	if diff := cmp.Diff(approved.Call{Key: "1", Plays: 3, Limit: 35}, approved.Call{}.Defaulted()); diff != "" {
		t.Errorf("a call (-want +got):\n%s", diff)
	}
	set := approved.Call{Key: "#", Plays: 1, Limit: 12}
	if diff := cmp.Diff(set, set.Defaulted()); diff != "" {
		t.Errorf("a call with settings (-want +got):\n%s", diff)
	}
	if got := (approved.Text{}).Defaulted().Limit; got != 35 {
		t.Errorf("a text has the limit %d", got)
	}
}

func TestTheKeyAcceptsAmongOthers(t *testing.T) {
	for pressed, want := range map[string]bool{"1": true, "11": true, "21": true, "2": false, "": false} {
		if got := (approved.Call{Key: "1"}).Accepts(pressed); got != want {
			t.Errorf("%q accepts: %t", pressed, got)
		}
	}
	if (approved.Call{}).Accepts("1") {
		t.Error("without a key every one accepts")
	}
}
