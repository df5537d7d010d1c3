package admin

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// untouched are registers that count how often the ledger's writer is held.
type untouched struct {
	d    *people.Directory
	held int
}

func (r *untouched) Picture() (*people.Directory, string) { return r.d, "r1" }

func (r *untouched) Apply(context.Context, Change) ([]RowState, []RowMistake, error) {
	r.held++
	return nil, nil, nil
}

// brought is a file that was read already.
type brought struct{ sheet Sheet }

func (f brought) Write(Format, Change) ([]byte, error) { return nil, nil }

func (f brought) Read(Format, []byte) (Sheet, error) { return f.sheet, nil }

// While somebody tries a file, nothing else is written, alarms neither. So what is
// wrong already keeps nobody waiting.
func TestWhatIsWrongIsNotTried(t *testing.T) {
	manager := people.User{ID: "u-manager", Login: "manager", Role: people.Manager, Scope: people.Scope{Sites: []care.SiteID{"songhe"}}}
	zone := care.Zone{Site: "songhe", ID: "r1"}
	for name, test := range map[string]struct {
		sheet Sheet
		want  []string
		held  int
	}{
		"right":                  {Sheet{Change: Change{Zones: []care.Zone{zone}}}, nil, 1},
		"a cell that is no row":  {Sheet{Change: Change{Zones: []care.Zone{zone}}, Mistakes: []RowMistake{{Kind: OfZone, Code: CodeBadNumber}}}, []string{CodeBadNumber}, 0},
		"more than he may":       {Sheet{Change: Change{Regions: []care.Region{{ID: "new"}}}}, []string{CodeNotAllowed}, 0},
		"both are told together": {Sheet{Change: Change{Regions: []care.Region{{ID: "new"}}}, Mistakes: []RowMistake{{Kind: OfZone, Code: CodeBadNumber}}}, []string{CodeBadNumber, CodeNotAllowed}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			test.sheet.Cell = func(Kind, int, string) string { return "" }
			r := &untouched{d: &people.Directory{Sites: map[care.SiteID]care.Site{"songhe": {ID: "songhe"}}, Users: map[care.UserID]people.User{manager.ID: manager}}}
			m := room{Room: Room{Registers: r, Files: brought{test.sheet}}}
			o, err := m.importFile(t.Context(), manager, &importRequest{Format: YAML})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, w := range o.Mistakes {
				got = append(got, w.Code)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
			if r.held != test.held {
				t.Errorf("the ledger's writer was held %d times, want %d", r.held, test.held)
			}
		})
	}
}
