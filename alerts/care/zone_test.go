package care_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
)

func TestParseShape(t *testing.T) {
	tests := []struct {
		name, text, err string
		want            []care.Corner
	}{
		{name: "no outline", text: "  "},
		{name: "a triangle", text: "0,0 4.5,0 0,-3", want: []care.Corner{{}, {X: 4.5}, {Y: -3}}},
		{name: "a line", text: "0,0 1,1", err: "has 2 corners"},
		{name: "a number alone", text: "0,0 1 2,2", err: `corner 2 of the outline, "1"`},
		{name: "no number", text: "0,0 1,0 NaN,2", err: `corner 3 of the outline, "NaN,2"`},
		{name: "beyond the town", text: "0,0 1,0 2,9000", err: "metres up to 2000"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := care.ParseShape(test.text)
			if (err == nil) != (test.err == "") || err != nil && !strings.Contains(err.Error(), test.err) {
				t.Fatalf("error %v, want one with %q", err, test.err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzParseShape(f *testing.F) {
	f.Add("0,0 4,0 4,3 0,3")
	f.Add("1e309,0 0,0 ,")
	f.Fuzz(func(t *testing.T, s string) {
		corners, err := care.ParseShape(s)
		if err == nil && len(corners) != len(strings.Fields(s)) {
			t.Errorf("%q became %d corners", s, len(corners))
		}
	})
}
