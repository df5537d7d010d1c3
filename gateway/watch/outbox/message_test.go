package outbox

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
)

// tokens stands in for the part of the book that makes links.
type tokens struct{ Book }

func (tokens) LinkToken(notice string, _ time.Time) (string, error) { return "t-" + notice, nil }

var at = time.Date(2026, 11, 24, 19, 12, 0, 0, time.UTC) // 03:12 in Shanghai

func box(t *testing.T, base string) *Outbox {
	d := &people.Directory{
		Sites:     map[care.SiteID]care.Site{"hupan": {ID: "hupan", Kind: care.NursingHome, Name: care.Text{ZH: "湖畔养老院", EN: "Lakeside Home"}, TimeZone: "Asia/Shanghai"}},
		Zones:     map[people.SiteZone]care.Zone{{Site: "hupan", Zone: "203"}: {ID: "203", Floor: "2", Name: care.Text{ZH: "203房", EN: "room 203"}}},
		Points:    map[people.SitePoint]care.Point{{Site: "hupan", Point: "fall"}: {ID: "fall", Zone: "203", Bed: "1"}},
		Edges:     map[people.SiteEdge]care.Edge{{Site: "hupan", Edge: "hub"}: {ID: "hub", Name: care.Text{ZH: "二楼网关", EN: "Hub of floor 2"}}},
		Residents: map[care.ResidentID]people.Resident{"r": {ID: "r", Site: "hupan", Name: "王秀英"}},
	}
	o, err := New(Options{Book: tokens{}, Directory: func() *people.Directory { return d }, BaseURL: base, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func fall() care.Incident {
	return care.Incident{ID: "i", Site: "hupan", Class: care.Fall, Point: "fall", Zone: "203", Resident: "r", Severity: care.Urgent,
		State: care.Raised, HappenedAt: at, RaisedAt: at, AlarmedAt: at, Alarms: 1}
}

func parcel(phrase alerts.Phrase, language string, family bool, incidents ...care.Incident) alerts.Parcel {
	p := alerts.Parcel{Key: "key", Owner: "u", Address: "+86138"}
	for range incidents {
		p.Notices = append(p.Notices, alerts.Notice{ID: "n", Owner: "u", Resident: "r", Phrase: phrase, Language: language, Family: family})
	}
	p.Incidents = incidents
	return p
}

// TestWhatPeopleRead has every phrase in both languages.
func TestWhatPeopleRead(t *testing.T) {
	confirmed, cancelled, taken, falseAlarm, hospital := fall(), fall(), fall(), fall(), fall()
	confirmed.Class, confirmed.ConfirmedAt = care.Fire, &at
	cancelled.Class, cancelled.CancelledAt = care.SOS, &at
	taken.Accepted = &care.Act{By: "z", Name: "赵敏", At: at}
	falseAlarm.Cause = care.CauseFalse
	falseAlarm.Note = "she cursed at us"
	hospital.Cause, hospital.Reason = care.CauseReal, "hospital"
	edge := fall()
	edge.Class, edge.Point, edge.Zone = care.Silent, care.EdgePoint("hub", ""), ""
	for _, c := range []struct {
		name     string
		parcel   alerts.Parcel
		language string
		after    time.Duration
		want     string
	}{
		{"an alarm", parcel(alerts.PhraseAlarm, "zh", false, fall()), "zh", 0, "湖畔养老院 2楼 203房 1床 03:12 跌倒，尚无人接警。"},
		{"an alarm", parcel(alerts.PhraseAlarm, "en", false, fall()), "en", 0, "Fall at Lakeside Home, floor 2, room 203, bed 1, at 03:12. Nobody has accepted it yet."},
		{"an alarm that waits", parcel(alerts.PhraseAlarm, "zh", false, fall()), "zh", 4 * time.Minute, "湖畔养老院 2楼 203房 1床 03:12 跌倒，尚无人接警，已等待 4 分钟。"},
		{"a confirmed fire", parcel(alerts.PhraseAlarm, "en", false, confirmed), "en", 0, "Confirmed fire at Lakeside Home, floor 2, room 203, bed 1, at 03:12. Nobody has accepted it yet."},
		{"a call that was taken back", parcel(alerts.PhraseAlarm, "zh", false, cancelled), "zh", 0, "湖畔养老院 2楼 203房 1床 03:12 紧急呼叫（本人已取消，仍需查看），尚无人接警。"},
		{"an edge", parcel(alerts.PhraseAlarm, "zh", false, edge), "zh", 0, "湖畔养老院 二楼网关 03:12 失联，尚无人接警。"},
		{"a storm", parcel(alerts.PhraseAlarm, "zh", false, fall(), confirmed, fall()), "zh", 0, "湖畔养老院 共 3 起报警尚无人接警：跌倒 2、火警 1；最早 03:12。"},
		{"taken by another", parcel(alerts.PhraseTaken, "zh", false, taken), "zh", 0, "跌倒 2楼 203房 1床（03:12）已由赵敏接警，您无需前往。"},
		{"a family: help", parcel(alerts.PhraseHelp, "zh", true, fall()), "zh", 0, "王秀英于 03:12 触发跌倒，已呼叫帮助。"},
		{"a family: on the way", parcel(alerts.PhraseAccepted, "en", true, fall()), "en", 0, "Somebody is on the way to 王秀英 (fall at 03:12)."},
		{"a family: there", parcel(alerts.PhraseArrived, "zh", true, fall()), "zh", 0, "王秀英（03:12 跌倒）：人员已到身边。"},
		{"a family: over, and no word of what staff wrote", parcel(alerts.PhraseOver, "zh", true, falseAlarm), "zh", 0, "王秀英（03:12 跌倒）：已确认无事。"},
		{"a family: over, at the hospital", parcel(alerts.PhraseOver, "en", true, hospital), "en", 0, "王秀英 (fall at 03:12): was taken to hospital; please call us."},
	} {
		t.Run(c.name+" "+c.language, func(t *testing.T) {
			m := box(t, "").message(c.parcel, at.Add(c.after))
			if m.Text != c.want {
				t.Errorf("it reads\n%s\nnot\n%s", m.Text, c.want)
			}
			if m.Title == "" || m.Params[notify.ParamText] != m.Text || string(m.Language) != c.language {
				t.Errorf("title %q, parts %v, language %s", m.Title, m.Params, m.Language)
			}
		})
	}
}

func TestStaffsMessagesNameNoResident(t *testing.T) {
	for _, phrase := range []alerts.Phrase{alerts.PhraseAlarm, alerts.PhraseTaken} {
		for _, language := range []string{"zh", "en"} {
			m := box(t, "https://care.example.org/").message(parcel(phrase, language, false, fall()), at)
			if strings.Contains(m.Title+m.Text, "王秀英") {
				t.Errorf("a message to staff names the resident: %s", m.Text)
			}
		}
	}
}

func TestLinks(t *testing.T) {
	if m := box(t, "https://care.example.org/").message(parcel(alerts.PhraseAlarm, "zh", false, fall()), at); m.Link != "https://care.example.org/a/t-n" || m.Params[notify.ParamCode] != "t-n" {
		t.Errorf("the link is %q, the code %q", m.Link, m.Params[notify.ParamCode])
	}
	if m := box(t, "").message(parcel(alerts.PhraseAlarm, "zh", false, fall()), at); m.Link != "" {
		t.Errorf("without an address there is a link: %q", m.Link)
	}
	if m := box(t, "https://care.example.org").message(parcel(alerts.PhraseArrived, "zh", true, fall()), at); m.Link != "" {
		t.Errorf("there is nothing to accept, and a link: %q", m.Link)
	}
}
