package api_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/gateway/api"
)

const rosterText = `duties:
  - id: carer
    name: {zh: 护理, en: Care}
    floors: ["2"]
    shifts:
      - {id: day, name: {zh: 白班, en: Day}, from: "07:00", to: "19:00"}
      - {id: night, name: {zh: 夜班, en: Night}, from: "19:00", to: "07:00"}
    rotations:
      - {start: "2026-11-02", order: [u-chen, u-lin]}
`

func save(text string, revision int) map[string]any {
	return map[string]any{"text": text, "revision": revision}
}

// TestALeaderWritesTheRoster: what was saved is read back as it would be
// written, and whoever looked at an older one does not overwrite it.
func TestALeaderWritesTheRoster(t *testing.T) {
	r := newRig(t)
	lin, chen := r.as("lin"), r.as("chen")
	const path = "/api/sites/songhe/roster"
	if v := read[api.DocumentView](t, chen.get(path)); v.Text != "" || v.Revision != 0 || v.SavedAt != nil {
		t.Errorf("before there is %+v", v)
	}
	v := read[api.DocumentView](t, lin.do("PUT", path, save(rosterText, 0)))
	if v.Revision != 1 || v.SavedBy != "林芳" || v.SavedAt == nil || !strings.Contains(v.Text, "u-chen") {
		t.Errorf("it was saved as %+v", v)
	}
	lin.do("PUT", path, save(rosterText, 0)).problem(t, 409, api.CodeStale)
	again := read[api.DocumentView](t, lin.do("PUT", path, save(v.Text, 1)))
	if diff := cmp.Diff(v.Text, again.Text); diff != "" || again.Revision != 2 {
		t.Errorf("its own text is saved as revision %d (-first +second):\n%s", again.Revision, diff)
	}
	if got := read[api.DocumentView](t, chen.get(path)); got.Text != v.Text || got.Revision != 2 {
		t.Errorf("the carer reads %+v", got)
	}
	lin.get("/api/sites/qinghe/roster").problem(t, 404, api.CodeNotFound)
	lin.do("PUT", "/api/sites/qinghe/roster", save(rosterText, 0)).problem(t, 404, api.CodeNotFound)
	lin.get("/api/sites/songhe/horoscope").problem(t, 422, api.CodeInvalid)
}

// TestEveryMistakeHasItsLine: at once, for each kind of document.
func TestEveryMistakeHasItsLine(t *testing.T) {
	r := newRig(t)
	lin := r.as("lin")
	for name, test := range map[string]struct {
		kind, text string
		want       []api.Mistake
	}{
		"a roster with strangers and an hour that there is not": {"roster",
			strings.NewReplacer("u-chen", "u-nobody", "u-lin", "u-wu", `to: "19:00"`, `to: "25:00"`).Replace(rosterText), []api.Mistake{
				{Location: "duties[0].shifts[0].to", Line: 6, Column: 63},
				{Location: "duties[0].rotations[0].order[0]", Line: 9, Column: 39},
				{Location: "duties[0].rotations[0].order[1]", Line: 9, Column: 49},
			}},
		"a roster of brackets":      {"roster", strings.Repeat("[", 250_000), []api.Mistake{{Line: 1, Column: 101}}},
		"ladders of brackets":       {"ladders", strings.Repeat("{a: ", 60_000), []api.Mistake{{Line: 1, Column: 401}}},
		"rules of brackets":         {"rules", strings.Repeat("[", 60_000), []api.Mistake{{Line: 1}}},
		"a roster of copies":        {"roster", "duties:\n  - shifts: &s [{}]\n  - shifts: *s\n", []api.Mistake{{Line: 3, Column: 13}}},
		"a word that no roster has": {"roster", "duties: []\nholidays: []\n", []api.Mistake{{Line: 2, Column: 1}}},
		"no YAML":                   {"ladders", "policies: [\n", []api.Mistake{{Line: 1, Column: 11}}},
		"a ladder to a stranger": {"ladders", `policies:
  - id: ours
    name: {zh: 我们, en: Ours}
    steps:
      - to: ["user:u-nobody"]
        wait_s: 5
      - to: [duty:carer]
    again_s: 120
`, []api.Mistake{{Location: "policies[0].steps[0].wait_s", Line: 6, Column: 17}, {Location: "policies[0].steps[0].to[0]", Line: 5, Column: 14}}},
		"a rule that asks for nothing": {"rules", "rules:\n  - id: cold\n    name: {zh: 冷, en: Cold}\n    class: inactivity\n    quantity: temperature\n    when: value <\n", []api.Mistake{{Location: "rules[0].when", Line: 6}}},
	} {
		t.Run(name, func(t *testing.T) {
			p := lin.do("PUT", "/api/sites/songhe/"+test.kind, save(test.text, 0)).problem(t, 422, api.CodeMistakes)
			for i := range p.Errors {
				if p.Errors[i].Message == "" || p.Errors[i].Source != strings.Split(test.text, "\n")[p.Errors[i].Line-1] {
					t.Errorf("a mistake is %+v", p.Errors[i])
				}
				p.Errors[i].Message, p.Errors[i].Source = "", ""
				if test.kind == "rules" {
					p.Errors[i].Column = 0
				}
			}
			if diff := cmp.Diff(test.want, p.Errors); diff != "" {
				t.Errorf("mistakes (-want +got):\n%s", diff)
			}
		})
	}
	if v := read[api.DocumentView](t, lin.get("/api/sites/songhe/roster")); v.Revision != 0 {
		t.Errorf("a roster with mistakes was saved: %+v", v)
	}
}

// TestWhatIsBuiltInCanBeReadAndSaved as one's own start.
func TestWhatIsBuiltInCanBeReadAndSaved(t *testing.T) {
	r := newRig(t)
	lin := r.as("lin")
	rules := "# 供暖季\n" + read[api.DocumentView](t, lin.get("/api/sites/songhe/rules")).BuiltIn
	v := read[api.DocumentView](t, lin.do("PUT", "/api/sites/songhe/rules", save(rules, 0)))
	if v.Text != rules {
		t.Error("rules are not kept as they were written")
	}
	built := read[api.DocumentView](t, lin.get("/api/sites/songhe/ladders")).BuiltIn
	own := strings.ReplaceAll(built, "- id: ", "- id: own-") // the ids of what is built in are taken
	at := strings.LastIndex(own, "- id: own-")
	lin.do("PUT", "/api/sites/songhe/ladders", save(own[:at], 0)).expect(t, 200)
}

// TestWhatAResidentIsWatchedFor is the leader's decision.
func TestWhatAResidentIsWatchedFor(t *testing.T) {
	r := newRig(t)
	lin, chen := r.as("lin"), r.as("chen")
	const path = "/api/residents/r-li/care"
	if v := read[api.CarePlanView](t, chen.get(path)); len(v.Rules) != 0 || v.Revision != 0 {
		t.Errorf("before there is %+v", v)
	}
	body := map[string]any{
		"rules":    []map[string]any{{"class": "bed_exit", "on": true, "hours": "22:00-06:00", "delay_s": 900}},
		"away":     []map[string]any{{"from": "2026-12-01T00:00:00Z", "reason": "hospital"}},
		"revision": 0,
	}
	v := read[api.CarePlanView](t, lin.do("PUT", path, body))
	if len(v.Rules) != 1 || v.Rules[0].Class != care.BedExit || v.Rules[0].DelaySeconds != 900 || len(v.Away) != 1 || v.Revision != 1 || v.SavedBy != "林芳" {
		t.Errorf("it was saved as %+v", v)
	}
	if diff := cmp.Diff(v, read[api.CarePlanView](t, chen.get(path))); diff != "" {
		t.Errorf("the carer reads another one:\n%s", diff)
	}
	lin.do("PUT", path, body).problem(t, 409, api.CodeStale)
	body["revision"] = 1
	body["rules"] = []map[string]any{{"class": "bed_exit", "on": true, "hours": "22-06"}, {"class": "bed_exit", "on": true, "delay_s": 80000}}
	if p := lin.do("PUT", path, body).problem(t, 422, api.CodeMistakes); len(p.Errors) != 1 || !strings.HasPrefix(p.Errors[0].Message, "rules[0].hours") {
		t.Errorf("the mistakes are %+v", p.Errors)
	}
	body["rules"] = []map[string]any{{"class": "fire", "on": false}} // never
	lin.do("PUT", path, body).expect(t, 422)
	for _, id := range []string{"r-xu", "nobody"} { // somebody else's
		lin.get("/api/residents/"+id+"/care").problem(t, 404, api.CodeNotFound)
	}
}

// TestTheConsentOfAResident holds from the next request on.
func TestTheConsentOfAResident(t *testing.T) {
	r := newRig(t)
	lin, daughter := r.as("lin"), r.as("daughter")
	id := r.raise(songhe, "203-1-cord", care.SOS)
	daughter.get("/api/incidents/"+id).expect(t, 200)
	got := read[api.ResidentEntry](t, lin.do("PUT", "/api/residents/r-li/consent", map[string]any{"given": false, "note": "李奶奶口头撤回，林芳在场"}))
	if got.Consent || !cmp.Equal(got.Family, []string{"李女士"}) || got.Name != "李秀兰" {
		t.Errorf("then she is %+v", got)
	}
	daughter.get("/api/incidents/"+id).problem(t, 404, api.CodeNotFound)
	if n := len(read[api.Board](t, daughter.get("/api/board")).Incidents); n != 0 {
		t.Errorf("the daughter still sees %d", n)
	}
	lin.do("PUT", "/api/residents/r-li/consent", map[string]any{"given": true, "note": "书面同意"}).expect(t, 200)
	daughter.get("/api/incidents/"+id).expect(t, 200)
	lin.do("PUT", "/api/residents/r-xu/consent", map[string]any{"given": true, "note": "n"}).problem(t, 404, api.CodeNotFound)
	all := read[api.ResidentsView](t, lin.get("/api/residents")).Residents
	if len(all) != 2 || all[0].ID != "r-li" || !all[0].Consent || all[1].Consent {
		t.Errorf("the residents are %+v", all)
	}
	lin.get("/api/residents?site=qinghe").problem(t, 404, api.CodeNotFound)
}
