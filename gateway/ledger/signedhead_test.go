package ledger

import (
	"bytes"
	"crypto/ed25519"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// signedForTest is a head with a known signature.
func signedForTest() SignedHead {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{1}, ed25519.SeedSize))
	return Head{Site: "hupan", Number: 17, Hash: Digest{0: 0xab, 31: 0xcd}}.sign(key, time.Date(2026, 11, 23, 22, 14, 0, 123456789, time.FixedZone("", 8*3600)))
}

// What was signed years ago must verify with the program of that day: the bytes
// never change.
func TestCanonicalBytesOfASignedHead(t *testing.T) {
	h := signedForTest()
	want := "shouwang signed head v1\nhupan\n17\nab" + strings.Repeat("00", 30) + "cd\n2026-11-23T14:14:00.123456Z\n"
	if diff := cmp.Diff(want, string(h.Canonical())); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if why := h.check(h.Key); why != "" {
		t.Error(why)
	}
}

func TestReadHeadsMistakes(t *testing.T) {
	b, err := json.Marshal(signedForTest())
	if err != nil {
		t.Fatal(err)
	}
	good := string(b)
	for name, test := range map[string]struct{ text, want string }{
		"no JSON":               {"signed heads", "line 1 is no signed head"},
		"on the third line":     {good + "\n\n" + good + "x", "line 3 is no signed head: something follows it"},
		"a list":                {"[" + good + "]", "line 1 is no signed head"},
		"a field too many":      {strings.Replace(good, `"site"`, `"seit":"2026","site"`, 1), `unknown field "seit"`},
		"no site":               {strings.Replace(good, "hupan", "Hu Pan", 1), `"Hu Pan" is no site`},
		"no number":             {strings.Replace(good, ":17", ":0", 1), "it has no number"},
		"no time":               {strings.Replace(good, "2026-11-23T14:14:00.123456Z", "0001-01-01T00:00:00Z", 1), "it has no time"},
		"a short hash":          {strings.Replace(good, "cd", "", 1), "not the hexadecimal form of 32 bytes"},
		"no key":                {`{"site":"a","number":1,"at":"2026-11-23T14:14:00Z"}`, "its key has 0 bytes, not 32"},
		"no signature":          {`{"site":"a","number":1,"at":"2026-11-23T14:14:00Z","key":"` + strings.Repeat("A", 43) + `="}`, "its signature has 0 bytes, not 64"},
		"a line without an end": {good + "\n" + strings.Repeat(" ", maxHeadLine+1), "line 2 cannot be read"},
	} {
		if _, err := ReadHeads(strings.NewReader(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v, want %q", name, err, test.want)
		}
	}
}

func FuzzReadHeads(f *testing.F) {
	b, err := json.Marshal(signedForTest())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(bytes.Join([][]byte{b, b}, []byte("\r\n")))
	f.Add([]byte("{}\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		heads, err := ReadHeads(bytes.NewReader(text))
		if err != nil {
			return
		}
		var file bytes.Buffer
		for _, h := range heads {
			h.check(nil) // of whatever a stranger wrote
			if err := json.NewEncoder(&file).Encode(h); err != nil {
				t.Fatalf("what was read cannot be written: %v", err)
			}
		}
		again, err := ReadHeads(&file)
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(heads, again); diff != "" {
			t.Errorf("read, written and read again (-first +second):\n%s", diff)
		}
	})
}
