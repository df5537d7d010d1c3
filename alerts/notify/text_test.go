package notify

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestATextIsCutBetweenCharacters(t *testing.T) {
	for _, c := range []struct {
		name, in    string
		n           int
		want, bytes string
	}{
		{"short enough", "跌倒", 6, "跌倒", "跌倒"},
		{"one too long", "二楼跌倒了", 4, "二楼跌…", "…"},
		{"in the middle of a character", "a跌倒在床边", 5, "a跌倒在…", "a…"},
		{"no room", "跌倒", 0, "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff([]string{c.want, c.bytes}, []string{Cut(c.in, c.n), CutBytes(c.in, c.n)}); diff != "" {
				t.Errorf("characters, bytes (-want +got):\n%s", diff)
			}
		})
	}
}

func FuzzCut(f *testing.F) {
	f.Add("跌倒 203", 5)
	f.Add("\xff\xfe", 1)
	f.Fuzz(func(t *testing.T, s string, n int) {
		n %= 64
		if got := Cut(s, n); n >= 0 && utf8.RuneCountInString(got) > n {
			t.Errorf("Cut(%q, %d) has more characters: %q", s, n, got)
		}
		got := CutBytes(s, n)
		if n >= 0 && len(got) > n {
			t.Errorf("CutBytes(%q, %d) has more bytes: %q", s, n, got)
		}
		if utf8.ValidString(s) && !utf8.ValidString(got) {
			t.Errorf("CutBytes(%q, %d) broke a character: %q", s, n, got)
		}
	})
}

func TestEveryKindHasAButtonInBothLanguages(t *testing.T) {
	for _, k := range Kinds() {
		zh, en := Message{Kind: k, Language: ZH}.Button(), Message{Kind: k, Language: EN}.Button()
		if zh == "" || en == "" || zh == en {
			t.Errorf("%s has the buttons %q and %q", k, zh, en)
		}
	}
}

func TestADetailLosesWhatIsSecret(t *testing.T) {
	f := Hopeless(Refused, "no mailbox li@example.org for key hush-hush, of 42").Hide("li@example.org", "hush-hush", "", "42")
	if want := "no mailbox (hidden) for key (hidden), of 42"; f.Detail != want || !f.Permanent || f.Reason != Refused {
		t.Errorf("%+v, want the detail %q", f, want)
	}
}

func TestSecretsHideThemselves(t *testing.T) {
	o := struct{ Key Secret }{"hush"}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if s := fmt.Sprintf(format, o); strings.Contains(s, "hush") {
			t.Errorf("%s prints the secret: %s", format, s)
		}
	}
}
