package notifytest

import (
	"strings"
	"testing"
)

// Mistakes demands that an error of Check has each of the given parts and none
// of the secrets; without parts it demands that there is none.
func Mistakes(t *testing.T, err error, parts []string, secrets ...string) {
	t.Helper()
	if len(parts) == 0 {
		if err != nil {
			t.Errorf("right settings: %v", err)
		}
		return
	}
	if err == nil {
		t.Fatal("no mistake was found")
	}
	for _, p := range parts {
		if !strings.Contains(err.Error(), p) {
			t.Errorf("the error lacks %q: %v", p, err)
		}
	}
	for _, s := range secrets {
		if strings.Contains(err.Error(), s) {
			t.Errorf("the error shows %q: %v", s, err)
		}
	}
}
