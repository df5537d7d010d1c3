package post

import (
	"strings"
	"testing"
)

func TestMessagesLeaveTheMachineEncrypted(t *testing.T) {
	for _, c := range []struct {
		name, address string
		plain         bool
		want          string // part of the error; empty: fine
	}{
		{"https", "https://example.org/hook?key=hush", false, ""},
		{"http to this machine", "http://127.0.0.1:8080/hook", false, ""},
		{"http to this machine by name", "http://localhost/hook", false, ""},
		{"http to elsewhere", "http://192.168.1.4/hook?key=hush", false, "use https"},
		{"http to elsewhere, allowed", "http://192.168.1.4/hook", true, ""},
		{"another scheme", "ftp://example.org/hush", false, "not with https"},
		{"no host", "hush", false, "not a URL"},
		{"no URL at all", "https://exa mple/hush", false, "not a URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := CheckURL(c.address, c.plain)
			if c.want == "" {
				if err != nil {
					t.Errorf("CheckURL: %v", err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("the error is %v, not one with %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("the error repeats the key: %v", err)
			}
		})
	}
}
