package watch_test

import (
	"encoding/json"
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/ladder"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

// sleeps makes every hour of every day a quiet one of a user.
func (n *night) sleeps(user care.UserID) {
	n.t.Helper()
	var w people.Wants
	for day := 1; day <= 7; day++ {
		w.Quiet = append(w.Quiet, people.Quiet{Day: day, From: "00:00", To: "00:00"})
	}
	if err := n.store.Update(n.t.Context(), func(tx *ledger.Tx) error { return tx.SetWants(n.t.Context(), user, w, "en") }); err != nil {
		n.t.Fatal(err)
	}
}

// TestTheSonSleeps is told nothing of what others see to, and everything of what
// climbs to him.
func TestTheSonSleeps(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sleeps("son")
		n.sends("pendant", care.Fall, care.Active, "")
		n.hears("sms r-wang: 您按了") // no "help was called" to him
		n.waits(time.Minute)
		n.hears("sms next: Fall")
		n.waits(90 * time.Second)
		n.hears("sms cadre: Fall")
		n.waits(2 * time.Minute)
		n.hears("sms son: Fall") // nobody came: this is an emergency
		n.does(alerts.Accept, "cadre")
		n.hears("sms next: was taken by", "sms son: was taken by", "sms son: on the way")
		n.does(alerts.Arrive, "cadre")
		n.hears("sms son: Somebody is with Wang Jun")
		n.does(alerts.Resolve, "cadre")
		n.hears("sms son: it has been seen to")
	})
}

func TestAnSOSWakesTheSon(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sleeps("son")
		n.sends("pendant", care.SOS, care.Active, "")
		n.hears("sms r-wang: 您按了", "sms son: Help was called")
		n.does(alerts.Arrive, "cadre")
		n.does(alerts.Resolve, "cadre")
		n.hears("sms son: Somebody is with Wang Jun", "sms son: it has been seen to")
	})
}

// TestTheLastOneIsTold has a ladder on which the son always stands beside
// others. While they can be told he sleeps; once none of them can, he is told.
func TestTheLastOneIsTold(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		book := ladder.Book{Policies: []ladder.Policy{{
			ID: "beside", Name: care.Text{ZH: "并列", EN: "Beside"}, AgainSeconds: 600,
			Steps: []ladder.Step{
				{To: []ladder.Recipient{"helper:neighbour", "family"}, WaitSeconds: 60},
				{To: []ladder.Recipient{"helper:community", "family"}},
			},
		}}}
		body, err := json.Marshal(book)
		if err != nil {
			t.Fatal(err)
		}
		if err := n.store.Update(t.Context(), func(tx *ledger.Tx) error {
			_, err := tx.SaveDocument(t.Context(), alerts.Document{Site: "flat", Kind: alerts.DocumentLadders, Body: body}, care.Act{By: "chen", Means: care.ByScreen})
			return err
		}); err != nil {
			t.Fatal(err)
		}
		n.watch.Changed()
		n.waits(time.Minute)
		n.sleeps("son")

		n.sends("pendant", care.Wandering, care.Active, "")
		n.hears("sms next: Wandering")
		n.waits(time.Minute)
		n.hears("sms cadre: Wandering")
		n.sends("pendant", care.Wandering, care.Clear, "")
		n.does(alerts.Resolve, "cadre")
		n.hears("sms next: was taken by")

		for _, who := range []string{"next", "cadre"} {
			n.sms.fail(who, &notify.Failure{Reason: notify.Refused, Permanent: true})
		}
		n.sends("pendant", care.Wandering, care.Active, "")
		n.waits(time.Minute)
		n.hears("sms son: Wandering")
		if n.only().UntoldAt != nil {
			t.Error("the son was told, and the incident says that nobody was")
		}
		n.does(alerts.Resolve, "cadre")
		n.hears("sms son: was taken by", "sms son: it was a false alarm")
	})
}
