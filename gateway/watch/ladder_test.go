package watch_test

import (
	"testing"
	"time"

	"shouwang.care/shouwang/alerts"
	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/notify"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/ledger"
)

func TestNobodyComes(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears("sms wang: Fall")
		n.waits(59 * time.Second)
		n.hears()
		n.waits(time.Second)
		n.hears("sms wang: Nobody has accepted it yet")
		n.waits(time.Minute)
		n.hears("sms wang: Fall", "sms chen: Fall")
		n.waits(90 * time.Second)
		n.hears("sms chen: for 3 min", "sms sun: Fall")
		n.waits(2 * time.Minute)
		n.hears("sms wang: Fall", "sms chen: Fall", "sms sun: Fall")
		n.does(alerts.Accept, "sun")
		n.hears("sms wang: was taken by", "sms chen: You need not go")
		n.waits(2 * time.Minute)
		n.does(alerts.Arrive, "sun")
		n.hears("sms daughter: Somebody is with Li Xiulan")
		n.waits(time.Hour)
	})
}

func TestAcceptedAndNobodyArrives(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		n.does(alerts.Accept, "wang")
		n.waits(3*time.Minute - time.Second)
		n.hears()
		n.waits(time.Second)
		n.hears("sms wang: SOS") // it begins anew
		if i := n.only(); i.State != care.Raised {
			t.Errorf("it is %s", i.State)
		}
		n.does(alerts.Arrive, "wang")
		n.hears("sms daughter: Somebody is with Li Xiulan")
	})
}

func TestFamilyOfAHouseHearsOfDelay(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.does(alerts.Accept, "chen")
		n.hears("sms wang: Fall", "sms wang: was taken by")
		n.waits(170 * time.Second)
		n.does(alerts.Arrive, "chen")
		n.hears("sms daughter: Somebody is with")
		n.does(alerts.Resolve, "chen")
		n.waits(time.Hour)
		n.hears()

		for _, who := range []string{"wang", "chen", "sun"} {
			n.sms.fail(who, &notify.Failure{Reason: notify.Refused, Permanent: true})
		}
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears("voice wang: Fall") // no text message reaches her
		n.does(alerts.Accept, "wang")
		n.waits(3 * time.Minute)
		n.hears("voice wang: Fall")
		n.waits(7*time.Minute - time.Second)
		n.sms.forget()
		n.voice.forget()
		n.waits(time.Second)
		n.hears("sms daughter: not yet confirmed")
		n.does(alerts.Resolve, "wang")
	})
}

func TestNextChannelThenNextPerson(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sms.mute("wang") // the service takes it and reports nothing
		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.hears("sms wang: SOS")
		n.waits(time.Minute) // no receipt, and the step again
		n.hears("voice wang: SOS", "sms wang: SOS")
		n.does(alerts.Resolve, "chen")
		n.hears("voice wang: was taken by") // the way that had reached her
		n.sms.fail("wang", &notify.Failure{Reason: notify.BadAddress, Detail: "no such number", Permanent: true})
		n.voice.fail("wang", &notify.Failure{Reason: notify.BadAddress, Detail: "no such number", Permanent: true})

		n.sends("203-1-cord", care.SOS, care.Active, "")
		n.waits(3 * time.Second)
		n.hears("sms chen: SOS") // not after a minute: nobody of the step can be told
		kinds := n.history(n.only().ID)
		if c := count(kinds, care.EntryUndelivered); c < 3 {
			t.Errorf("%d failures are in the log: %v", c, kinds)
		}
		n.does(alerts.Resolve, "chen")
	})
}

func TestNobodyCouldBeTold(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		for _, who := range []string{"wang", "chen", "sun"} {
			n.sms.fail(who, &notify.Failure{Reason: notify.Unreachable, Detail: "no line"})
			n.voice.fail(who, &notify.Failure{Reason: notify.Unreachable, Detail: "no line"})
		}
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.waits(2 * time.Minute)
		i := n.only()
		if i.UntoldAt == nil {
			t.Fatalf("nobody could be told and the incident does not say so: %v", n.history(i.ID))
		}
		rows := len(n.history(i.ID))
		n.waits(time.Minute)
		if more := len(n.history(i.ID)) - rows; more > 40 {
			t.Errorf("it runs in circles: %d rows in a minute", more)
		}
		for _, who := range []string{"wang", "chen", "sun"} {
			n.sms.fail(who, nil)
		}
		n.waits(4 * time.Minute)
		if i := n.only(); i.UntoldAt != nil {
			t.Error("somebody was told, and it still says that nobody was")
		}
		n.sms.forget()
		n.does(alerts.Resolve, "chen")
		n.sms.forget()
	})
}

// TestABoardIsOpened: of what nobody could be told, whoever opens a board is
// told at once, and the incident no longer says that nobody was.
func TestABoardIsOpened(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		for _, who := range []string{"wang", "chen", "sun"} {
			n.sms.fail(who, &notify.Failure{Reason: notify.Refused, Permanent: true})
			n.voice.fail(who, &notify.Failure{Reason: notify.Refused, Permanent: true})
		}
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.waits(time.Minute)
		if n.only().UntoldAt == nil {
			t.Fatal("nobody could be told, and the incident does not say so")
		}
		n.sms.fail("chen", nil) // stands for the board that she opens
		n.watch.Joined(people.User{ID: "chen", Role: people.Leader, Scope: people.Scope{Sites: []care.SiteID{"songhe"}}})
		n.hears("sms chen: Fall")
		if n.only().UntoldAt != nil {
			t.Error("somebody was told, and it still says that nobody was")
		}
		n.does(alerts.Resolve, "chen")
	})
}

func TestGatewayWasDown(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("203-1-fall", care.Fall, care.Active, "")
		n.hears("sms wang: Fall")
		n.waits(30 * time.Second)
		n.dies(10 * time.Minute)
		n.hears("sms wang: Fall", "sms daughter: not yet confirmed") // once, though two steps fell due
		n.waits(59 * time.Second)
		n.hears()
		n.waits(time.Second)
		n.hears("sms wang: Fall", "sms chen: Fall")
		n.does(alerts.Resolve, "chen")
		n.hears("sms wang: taken")
	})
}

func TestPrivateHome(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("pendant", care.SOS, care.Active, "")
		n.hears("sms r-wang: 您按了紧急呼叫吗", "sms son: Help was called for Wang Jun")
		n.waits(time.Minute)
		n.hears("sms next: SOS")
		n.waits(90 * time.Second)
		n.hears("sms cadre: SOS")
		n.does(alerts.Accept, "cadre")
		n.hears("sms next: was taken by", "sms son: on the way")
		n.waits(29 * time.Minute)
		n.does(alerts.Arrive, "cadre")
		n.hears("sms son: Somebody is with Wang Jun")
		n.does(alerts.Resolve, "cadre")
		n.hears("sms son: it has been seen to")
	})
}

// TestOnlyHisOwnTelephoneRings: the message to the telephone beside the resident
// arrives, and to nobody else any does. Then nobody was told of it.
func TestOnlyHisOwnTelephoneRings(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		for _, who := range []string{"next", "cadre", "son", "town", "wang", "chen", "sun"} {
			n.sms.fail(who, &notify.Failure{Reason: notify.Refused, Permanent: true})
			n.voice.fail(who, &notify.Failure{Reason: notify.Refused, Permanent: true})
		}
		n.sends("pendant", care.Fall, care.Active, "")
		n.hears("sms r-wang: 您按了")
		n.waits(20 * time.Minute)
		if n.only().UntoldAt == nil {
			t.Errorf("only he himself was told, and the incident does not say so: %v", n.history(n.only().ID))
		}
		n.sms.forget()
		n.sms.fail("cadre", nil)
		n.waits(20 * time.Minute)
		if n.only().UntoldAt != nil {
			t.Error("the community worker was told, and the incident says that nobody was")
		}
		n.sms.forget()
		n.does(alerts.Resolve, "cadre")
		n.sms.forget()
	})
}

func TestConsentWithdrawnAtOnce(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("pendant", care.SOS, care.Active, "")
		n.hears("sms r-wang: 您按了", "sms son: Help was called")
		by := care.Act{By: "chen", Name: "Chen", At: time.Now(), Means: care.ByScreen}
		if err := n.store.Update(t.Context(), func(tx *ledger.Tx) error {
			return tx.SetConsent(t.Context(), "r-wang", false, by, "he said so himself")
		}); err != nil {
			t.Fatal(err)
		}
		n.does(alerts.Arrive, "cadre")
		n.does(alerts.Resolve, "cadre")
		n.hears()
	})
}

// TestFireInTheKitchenOfACouple names no resident, and reaches their family all
// the same.
func TestFireInTheKitchenOfACouple(t *testing.T) {
	atNight(t, func(t *testing.T, n *night) {
		n.sends("kitchen", care.Fire, care.Active, "")
		n.hears("sms r-wang: 您按了", "sms next: Fire")
		n.waits(time.Minute)
		n.hears("sms r-wang: 您按了", "sms next: Fire", "sms cadre: Fire", "sms son: Fire")
		n.does(alerts.Resolve, "cadre")
		n.hears("sms next: was taken by", "sms son: was taken by")
		n.sends("kitchen", care.Fire, care.Clear, "")
	})
}
