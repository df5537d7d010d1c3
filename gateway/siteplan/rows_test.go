package siteplan

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRowsAndBack(t *testing.T) {
	p, err := Parse("plan", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	rows, places, secrets := p.Rows()
	if diff := cmp.Diff([]string{"$.sites[0].edges[0].secret", "$.users[0].password"}, secrets); diff != "" {
		t.Errorf("what is secret (-want +got):\n%s", diff)
	}
	if rows.Points[0].Site != "songhe" || rows.Zones[0].Site != "songhe" {
		t.Error("a row does not know its site")
	}
	text, err := Format(rows.Plan())
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse("written", text)
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	back, _, none := again.Rows()
	if len(none) > 0 {
		t.Errorf("secrets are written: %v", none)
	}
	// Nobody's contacts read as none, which keeps the ones before.
	rows.Users[2].Contacts = nil
	if diff := cmp.Diff(rows, back); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	line := Lines([]byte(small))
	for path, want := range map[string]int{
		places["region"][0]: 3, places["point"][0]: 20, places["point"][0] + ".bed": 20, places["user"][1] + ".badge": 29,
		places["user"][1] + ".nothing": 23, "$.nowhere": 0,
	} {
		if got := line(path); got != want {
			t.Errorf("%s is in line %d, want %d", path, got, want)
		}
	}
}

func TestLinesOfWhatIsNotRead(t *testing.T) {
	if n := Lines([]byte("users: " + strings.Repeat("[", 256<<10)))("$.users"); n != 0 {
		t.Errorf("line %d, want none", n)
	}
}

func FuzzLines(f *testing.F) {
	f.Add([]byte(small), "$.users[1].badge")
	f.Add([]byte("a: [b"), "$.a[")
	f.Fuzz(func(t *testing.T, source []byte, path string) {
		if n := Lines(source)(path); n < 0 {
			t.Errorf("line %d", n)
		}
	})
}
