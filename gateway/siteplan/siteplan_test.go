package siteplan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

const small = `
regions:
  - {id: east, level: township, name: {zh: 东镇, en: East}}
sites:
  - id: songhe
    kind: nursing_home
    name: {zh: 松鹤, en: Songhe}
    region: east
    address: {zh: 一号, en: No. 1}
    time_zone: Asia/Shanghai
    arrive_s: 240
    cancel_s: 60
    zones:
      - {id: r203, floor: "2", name: {zh: 203房, en: Room 203}}
    edges:
      - {id: room-203, name: {zh: 终端, en: Edge}, secret: 0123456789abcdef}
    residents:
      - {id: res-1, name: 张秀英, risk: {zh: 高跌倒风险, en: Falls}, family_consent: true, access: {zh: 后门, en: Back door}, contacts: [{channel: voice, address: "+861000"}]}
    points:
      - {id: r203-cord, edge: room-203, zone: r203, name: {zh: 拉绳, en: Cord}, bed: "1", resident: res-1, kind: manual_call_point, power: battery, report_s: 600}
users:
  - {login: carer, name: 李, role: carer, password: correct horse, scope: {sites: [songhe]}}
  - login: next-door
    name: 陈
    role: helper
    relation: neighbour
    key_holder: true
    language: en
    badge: 04a1
    contacts: [{channel: sms, address: "+861001"}, {channel: mail, address: chen@example.org}]
    scope: {residents: [res-1]}
  - {login: nobody, name: 钱, role: carer, contacts: []}
`

func TestParse(t *testing.T) {
	got, err := Parse("plan", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	want := Plan{
		Regions: []care.Region{{ID: "east", Level: "township", Name: care.Text{ZH: "东镇", EN: "East"}}},
		Sites: []Site{{
			Site: care.Site{
				ID: "songhe", Kind: care.NursingHome, Name: care.Text{ZH: "松鹤", EN: "Songhe"}, Region: "east",
				Address: care.Text{ZH: "一号", EN: "No. 1"}, TimeZone: "Asia/Shanghai",
				ArriveSeconds: 240, CancelSeconds: 60,
			},
			Zones: []care.Zone{{ID: "r203", Floor: "2", Name: care.Text{ZH: "203房", EN: "Room 203"}}},
			Edges: []Edge{{Edge: care.Edge{ID: "room-203", Name: care.Text{ZH: "终端", EN: "Edge"}}, Secret: "0123456789abcdef"}},
			Residents: []people.Resident{{
				ID: "res-1", Name: "张秀英", Risk: care.Text{ZH: "高跌倒风险", EN: "Falls"}, FamilyConsent: true,
				Access:   care.Text{ZH: "后门", EN: "Back door"},
				Contacts: []people.Contact{{Channel: "voice", Address: "+861000"}},
			}},
			Points: []care.Point{{
				ID: "r203-cord", Edge: "room-203", Zone: "r203", Name: care.Text{ZH: "拉绳", EN: "Cord"}, Bed: "1", Resident: "res-1",
				Kind: care.ManualCallPoint, Power: care.BatteryPower, ReportSeconds: 600,
			}},
		}},
		Users: []User{
			{Login: "carer", Name: "李", Role: people.Carer, Password: "correct horse", Scope: Scope{Sites: []care.SiteID{"songhe"}}},
			{
				Login: "next-door", Name: "陈", Role: people.Helper, Relation: people.Neighbour, KeyHolder: true, Language: "en", Badge: "04a1",
				Contacts: []people.Contact{{Channel: "sms", Address: "+861001"}, {Channel: "mail", Address: "chen@example.org"}},
				Scope:    Scope{Residents: []care.ResidentID{"res-1"}},
			},
			// An empty list takes the contacts away; none at all leaves them.
			{Login: "nobody", Name: "钱", Role: people.Carer, Contacts: []people.Contact{}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMistakes(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		hidden     string
	}{
		{"nothing in it", "regions: []\n", []string{"names no regions, sites or users"}, ""},
		{"empty", "", []string{"names no regions, sites or users"}, ""},
		{"no YAML", "sites: [", []string{"is no site plan"}, ""},
		{"brackets in brackets", strings.Repeat("[", 256<<10), []string{"is no site plan: line 1, column 101: more than 100"}, ""},
		{"zones that are copied", "sites:\n  - zones: &z [{id: a}]\n  - zones: *z\n", []string{"line 3, column 12: aliases"}, ""},
		{"an unknown key, with its line", "sites:\n  - id: a\n    zone: []\n", []string{`unknown field "zone"`, "3 |"}, ""},
		{"a list where a text belongs", "users:\n  - {login: [a]}\n", []string{"is no site plan"}, ""},
		{
			"every weak secret at once",
			"sites:\n  - id: a\n    edges: [{id: e1, secret: hush-hush}, {id: e2, secret: hush-hush}]\nusers: [{login: l, password: hush}]\n",
			[]string{"edge e1 of site a", "edge e2 of site a", "user l: the password has 4 bytes"}, "hush",
		},
		{"a mistake beside a secret does not show it", "users:\n  - login: a\n    password: hush-hush\n    rolle: carer\n", []string{`unknown field "rolle"`}, "hush"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Parse("plan.yaml", []byte(c.text))
			if err == nil {
				t.Fatal("no error")
			}
			for _, w := range c.want {
				if !strings.Contains(err.Error(), w) {
					t.Errorf("the error lacks %q:\n%v", w, err)
				}
			}
			if c.hidden != "" && strings.Contains(err.Error(), c.hidden) {
				t.Errorf("the error shows a secret:\n%v", err)
			}
		})
	}
}

func TestSecretsHideThemselves(t *testing.T) {
	p, err := Parse("plan", []byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprintf("%v %+v %#v", p, p, p); strings.Contains(s, "correct horse") || strings.Contains(s, "0123456789abcdef") {
		t.Errorf("printed: %s", s)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(small))
	f.Add([]byte("sites: [{id: a, edges: [{id: e, secret: x}]}]\n"))
	f.Add([]byte("users: &a [{login: l}]\nregions: *a\n"))
	f.Fuzz(func(t *testing.T, source []byte) {
		p, err := Parse("fuzz", source)
		if err != nil {
			return
		}
		for _, u := range p.Users {
			if n := len(u.Password); n > 0 && n < MinPassword {
				t.Errorf("a password of %d bytes is taken", n)
			}
		}
	})
}
