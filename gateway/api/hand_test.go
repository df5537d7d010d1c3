package api

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
)

// TestHandsActForNobodyElse compares the hands of stations with what one would
// write on a sheet of paper: who is at which station, and until when.
func TestHandsActForNobodyElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type line struct {
			person care.UserID
			token  string
			until  time.Time
		}
		h, paper := newHands(), map[string]line{}
		now := time.Date(2026, 11, 25, 2, 0, 0, 0, time.UTC)
		tokens := []string{""}
		session := rapid.SampledFrom([]string{"st2", "st3"})
		t.Repeat(map[string]func(*rapid.T){
			"take": func(t *rapid.T) {
				s, person := session.Draw(t, "session"), rapid.SampledFrom([]care.UserID{"li", "wang"}).Draw(t, "person")
				token, hand := h.take(now, s, person)
				if hand.Person != person || !hand.Until.Equal(now.Add(handLife)) {
					t.Fatalf("the hand is %+v", hand)
				}
				paper[s], tokens = line{person, token, hand.Until}, append(tokens, token)
			},
			"use": func(t *rapid.T) {
				s, token := session.Draw(t, "session"), rapid.SampledFrom(tokens).Draw(t, "token")
				hand, ok := h.use(now, s, token)
				l := paper[s]
				if want := token != "" && l.token == token && now.Before(l.until); ok != want {
					t.Fatalf("the token is good: %t, want %t", ok, want)
				}
				if ok {
					if hand.Person != l.person {
						t.Fatalf("it is the hand of %s, not %s", hand.Person, l.person)
					}
					l.until = now.Add(handLife)
					paper[s] = l
				}
			},
			"drop": func(t *rapid.T) {
				s := session.Draw(t, "session")
				h.drop(s)
				delete(paper, s)
			},
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 150).Draw(t, "seconds")) * time.Second)
			},
		})
	})
}

func TestWhoWorksWhereAStationStands(t *testing.T) {
	station := people.User{Role: people.Carer, Station: people.AtStation, Scope: people.Scope{Sites: []care.SiteID{"songhe"}, Floors: []string{"3"}}}
	here := people.Scope{Sites: []care.SiteID{"songhe"}}
	for name, test := range map[string]struct {
		user people.User
		want bool
	}{
		"a carer of the house":         {people.User{Role: people.Carer, Scope: here}, true},
		"a carer of the floor":         {people.User{Role: people.Carer, Scope: people.Scope{Sites: here.Sites, Floors: []string{"2", "3"}}}, true},
		"a carer of another floor":     {people.User{Role: people.Carer, Scope: people.Scope{Sites: here.Sites, Floors: []string{"2"}}}, false},
		"a leader":                     {people.User{Role: people.Leader, Scope: here}, true},
		"a manager of several houses":  {people.User{Role: people.Manager, Scope: people.Scope{Sites: []care.SiteID{"hupan", "songhe"}}}, true},
		"a carer of another house":     {people.User{Role: people.Carer, Scope: people.Scope{Sites: []care.SiteID{"hupan"}}}, false},
		"somebody who has left":        {people.User{Role: people.Carer, Scope: here, Disabled: true}, false},
		"another station":              {people.User{Role: people.Carer, Station: people.AtStation, Scope: here}, false},
		"an operator":                  {people.User{Role: people.Operator, Scope: here}, false},
		"a daughter":                   {people.User{Role: people.Family}, false},
		"an inspector, as of no house": {people.User{Role: people.Inspector, Scope: here}, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := WorksAt(test.user, station); got != test.want {
				t.Errorf("works there: %t, want %t", got, test.want)
			}
		})
	}
}

func TestAPINMakesNobodyAManager(t *testing.T) {
	station := people.User{Scope: people.Scope{Sites: []care.SiteID{"songhe"}}}
	u := atStation(people.User{Role: people.Manager, MustChange: true, Scope: people.Scope{Sites: []care.SiteID{"hupan", "songhe"}}}, station)
	if u.Role != people.Leader || u.MustChange || len(u.Scope.Sites) != 1 || u.Scope.Sites[0] != "songhe" {
		t.Errorf("at the station she is %+v", u)
	}
}
