package excel

import (
	"archive/zip"
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/siteplan"
)

// full has every field of every register once, and texts that a spreadsheet
// would take for something else.
func full() siteplan.Rows {
	return siteplan.Rows{
		Regions: []care.Region{{ID: "east", Parent: "city", Level: "township", Name: care.Text{ZH: "东镇", EN: "East"}}},
		Sites: []care.Site{{
			ID: "songhe", Kind: care.NursingHome, Name: care.Text{ZH: "松鹤", EN: "Songhe"}, Region: "east",
			Address: care.Text{ZH: "一号", EN: "No. 1"}, TimeZone: "Asia/Shanghai", ArriveSeconds: 240, CancelSeconds: 60,
			Telephone: "+865718888000", Longitude: 120.1552, Latitude: 30.2741,
		}},
		Zones: []care.Zone{{Site: "songhe", ID: "203", Floor: "2", Name: care.Text{ZH: "=1+1", EN: "@SUM(A1)"}, Kind: care.Bedroom, Shape: "0,0 4,0 4,3"}},
		Edges: []care.Edge{{Site: "songhe", ID: "room-203", Name: care.Text{ZH: "-2", EN: "+3"}}},
		Residents: []people.Resident{{
			ID: "res-1", Site: "songhe", Name: "张秀英", Risk: care.Text{ZH: "高跌倒风险", EN: "Falls"}, FamilyConsent: true, Zone: "203", Bed: "1",
			Mobility: people.Helped, Oxygen: true, Routine: care.Text{ZH: "早起", EN: "Rises early"}, RoutineConsent: true, Access: care.Text{ZH: "钥匙盒在门后", EN: "Key box behind the door"},
			Contacts: []people.Contact{{Channel: "sms", Address: "+8613812345678"}, {Channel: "mail", Address: "a b@example.org"}},
		}},
		Points: []care.Point{{
			Site: "songhe", ID: "203-call", Edge: "room-203", Zone: "203", Name: care.Text{ZH: "按钮", EN: "Button"}, Bed: "1", Resident: "res-1",
			Kind: care.ManualCallPoint, Power: care.BatteryPower, ReportSeconds: 600, Retired: true,
		}},
		Users: []people.User{{
			ID: "u-1", Login: "li", Name: "李", Role: people.Helper, Relation: people.Neighbour, KeyHolder: true, Language: "en", Badge: "04a1", Disabled: true,
			Scope: people.Scope{Residents: []care.ResidentID{"res-1", "res-2"}}, Contacts: []people.Contact{},
		}},
	}
}

func write(t testing.TB, r siteplan.Rows) []byte {
	t.Helper()
	b, err := Write(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatGoesOutComesBack(t *testing.T) {
	b := Read(write(t, full()))
	if len(b.Mistakes) > 0 {
		t.Fatalf("mistakes: %+v", b.Mistakes)
	}
	if diff := cmp.Diff(full(), b.Rows); diff != "" {
		t.Errorf("(-out +back):\n%s", diff)
	}
	if got := b.Cell("point", 0, "zone"); got != "点位 points!F2" {
		t.Errorf("the room of the point stands in %s", got)
	}
}

// edited returns a workbook after somebody was at it.
func edited(t *testing.T, edit func(f *excelize.File)) []byte {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(write(t, full())))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	edit(f)
	var out bytes.Buffer
	if err := f.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestNoTextOfOursIsAFormula(t *testing.T) {
	edited(t, func(f *excelize.File) {
		for _, at := range []string{"D2", "E2"} {
			if formula, err := f.GetCellFormula(zones.sheet(), at); formula != "" || err != nil {
				t.Errorf("%s is the formula %q (%v)", at, formula, err)
			}
			if kind, err := f.GetCellType(zones.sheet(), at); kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString || err != nil {
				t.Errorf("%s is of type %v (%v), want text", at, kind, err)
			}
		}
	})
}

// TestMistakesHaveTheirCells has what people do to workbooks.
func TestMistakesHaveTheirCells(t *testing.T) {
	sheet := points.sheet()
	for name, test := range map[string]struct {
		edit func(f *excelize.File)
		want []string
	}{
		"a formula":             {func(f *excelize.File) { f.SetCellFormula(sheet, "F2", `HYPERLINK("http://x")`) }, []string{"点位 points!F2 formula"}},
		"a word for a number":   {func(f *excelize.File) { f.SetCellStr(sheet, "K2", "often") }, []string{"点位 points!K2 bad_number"}},
		"neither yes nor no":    {func(f *excelize.File) { f.SetCellStr(sheet, "L2", "perhaps") }, []string{"点位 points!L2 bad_number"}},
		"a column too many":     {func(f *excelize.File) { f.SetCellStr(sheet, "M1", "price") }, []string{"点位 points!M1 bad_heading"}},
		"a column taken away":   {func(f *excelize.File) { f.RemoveCol(sheet, "H") }, []string{"点位 points!A1 bad_heading"}},
		"a heading twice":       {func(f *excelize.File) { f.SetCellStr(sheet, "M1", "床位") }, []string{"点位 points!M1 bad_heading"}},
		"too much in a cell":    {func(f *excelize.File) { f.SetCellStr(sheet, "C2", strings.Repeat("长", maxCell+1)) }, []string{"点位 points!C2 bad_number"}},
		"a row far down":        {func(f *excelize.File) { f.SetCellStr(sheet, "A5002", "songhe") }, []string{"点位 points!A5002 too_many"}},
		"a contact of one word": {func(f *excelize.File) { f.SetCellStr(users.sheet(), "O2", "13812345678") }, []string{"用户 users!O2 bad_number"}},
		"words of one language, a number as such, another order, an empty row": {func(f *excelize.File) {
			f.SetCellStr(sheet, "J2", "电池")
			f.SetCellStr(sheet, "I2", "panel")
			f.SetCellStr(sheet, "L1", "Retired")
			f.SetCellInt(sheet, "G2", 1)
			f.InsertRows(sheet, 2, 1)
		}, nil},
		"no sheet that is known": {func(f *excelize.File) {
			f.SetSheetName(sheet, "a")
			for n, s := range []string{regions.sheet(), sites.sheet(), zones.sheet(), edges.sheet(), residents.sheet(), users.sheet()} {
				f.SetSheetName(s, "b"+string(rune('a'+n)))
			}
		}, []string{" bad_file"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, m := range Read(edited(t, test.edit)).Mistakes {
				got = append(got, m.Cell+" "+m.Code)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestABombIsNotUnpacked: 100 KB that would be 100 MB.
func TestABombIsNotUnpacked(t *testing.T) {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 100 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	b := Read(out.Bytes())
	if len(b.Mistakes) != 1 || b.Mistakes[0].Code != CodeBadFile {
		t.Errorf("%d bytes are read as %+v", out.Len(), b.Mistakes)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(write(f, full()))
	f.Add([]byte("PK\x03\x04"))
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		b := Read(data)
		for _, m := range b.Mistakes {
			if m.Code == "" || m.Text == "" {
				t.Errorf("a mistake says nothing: %+v", m)
			}
		}
	})
}

func TestNumbersThatWereTyped(t *testing.T) {
	for in, want := range map[string]string{
		"1.3812345678E+10": "13812345678", "203": "203", "1e2": "1e2", "e-203": "e-203", "04a1e5": "04a1e5", "12E+3": "12000",
	} {
		if got := plainNumber(in); got != want {
			t.Errorf("%s becomes %s, want %s", in, got, want)
		}
	}
}
